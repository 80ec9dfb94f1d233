@needs.dcr
Feature: Dynamic client registration

  Scenario: A client is registered
    When a client is registered
    Then the registration response satisfies
      | RFC7591-3.2.1-1 | a registration is answered 201, application/json             |
      | OIDCR-3.2-1     | an OpenID registration is answered 201, application/json     |
      | RFC7591-3.2.1-5 | a registration response has a client_id                      |
      | OIDCR-3.2-3     | a client_secret comes with client_secret_expires_at          |
      | OIDCR-3.2-4     | registration token and registration URI come together        |
      | OIDCR-3.2-7     | redirect_uris are registered as they were sent               |
      | RFC7592-3-1     | the response has registration_client_uri and its token       |
      | RFC7591-2-3     | OAuth defaults are in the registration response              |
      | PRACTICE-dcr-1  | a registration response is not to be stored                  |

  @needs.oidc
  Scenario: The defaults of an OpenID client
    When a client is registered
    Then the registration response satisfies
      | OIDCR-2-11 | OpenID defaults are in the registration response |

  Scenario: A client is registered with all that it needs
    When a client is registered
      | grant_types                | ["authorization_code"] |
      | response_types             | ["code"]               |
      | token_endpoint_auth_method | "client_secret_basic"  |
    Then the registration response satisfies
      | RFC7591-3.2.1-3 | all registered metadata is in the response |

  @needs.dcr_mgmt
  Scenario: What the server has replaced
    When a client is registered
      | grant_types                | ["authorization_code"] |
      | response_types             | ["code"]               |
      | token_endpoint_auth_method | "client_secret_basic"  |
    And the client reads its registration
    Then the client read response satisfies
      | OIDCR-3.2-5 | a registration returns the values that the server replaced |

  Scenario: Anybody registers a client
    When a client is registered without an initial access token
    Then the registration is accepted
      | OIDCR-3-1 | registration is open without a token |

  @needs.initial_access_token
  Scenario: A wrong initial access token
    Given a registered client
    When a client is registered with a wrong initial access token
    Then the registration is refused for its token
      | RFC7591-3.2.2-3 | a bad initial access token gets 401, a Bearer challenge |

  Scenario: Two clients are registered
    Given a registered client
    And a registered client
    Then the registered clients are told apart
      | OIDCR-3.2-2 | two registrations get different client_id and secret |

  Scenario: Unknown metadata
    Given a registered client
    When a client is registered
      | oidcheck_unknown | {"of": ["no", "meaning"]} |
    Then the registration is accepted
      | OIDCR-3.2-6 | unknown client metadata is ignored |

  Scenario: A client chooses its client_id
    Given a registered client
    When a client is registered
      | client_id | "chosen-{random 12}" |
    Then the asked client_id is not registered
      | RFC9700-4.15.1-1 | a client can't choose its client_id |

  @needs.oidc
  Scenario: A provider that registers anybody
    Given an openly registered client
    Then the discovery document satisfies
      | OIDCD-3-12 | a dynamic OP lists code, id_token and id_token token |

  @needs.user
  Scenario: A public client
    Given a registered client
      | token_endpoint_auth_method | "none" |
    And a completed authorization code flow
    Then the registration response satisfies
      | RFC7591-2-4 | token_endpoint_auth_method none makes a client without secret |

  @needs.user
  Scenario: A new client is sent back to its own redirect URIs only
    Given a registered client
    And a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri}/{random 8} |
    Then the authorization request is refused
      | RFC7591-5-3 | a new client is redirected to its registered URIs only | no redirect |

  @needs.user
  Scenario: A client assertion of another algorithm than the registered one
    Given a registered client
      | token_endpoint_auth_method      | "private_key_jwt" |
      | token_endpoint_auth_signing_alg | "ES256"           |
    And a completed authorization code flow
    And a registered client
      | token_endpoint_auth_method      | "private_key_jwt" |
      | token_endpoint_auth_signing_alg | "RS256"           |
    When the user authorizes
    And the client redeems the code
    Then the token request is refused
      | OIDCR-2-3 | a client assertion of another than the registered alg is refused | invalid_client |

  @needs.user @own.issuer
  Scenario: A login older than default_max_age
    Given a registered client
      | default_max_age | 1 |
    And a completed authorization code flow of its own
    When 2 seconds pass
    And the user authorizes
    Then the user was asked to log in
      | OIDCR-2-8 | default_max_age makes an old login be done again |

  Scenario: The registration endpoint is asked by GET
    Given a registered client
    When the registration endpoint is asked by GET
    Then the registration is refused
      | RFC7591-3-1 | the registration endpoint refuses GET | any error |
