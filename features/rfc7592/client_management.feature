@needs.dcr_mgmt
Feature: Management of registered clients

  Scenario: A client reads its registration
    Given a registered client
    When the client reads its registration
    Then the client read response satisfies
      | RFC7592-2.1-1  | a client read is answered 200, application/json       |
      | OIDCR-4.3-1    | reading a client returns all its metadata             |
      | PRACTICE-dcr-2 | answers to client reads and updates are not to be stored |

  Scenario: A client reads its registration twice
    Given a registered client
    And the client has read its registration
    When the client reads its registration
    Then the client read response satisfies
      | OIDCR-4.3-2 | reading a client changes nothing |

  Scenario: A wrong registration access token
    Given a registered client
    And the client has read its registration
    When the client reads its registration with a wrong token
    Then the management of the client is refused for its token
      | RFC7592-2.1-2 | a bad registration token gets 401, a Bearer challenge |
    And the management of the client is refused
      | OIDCR-4.4-1 | a refused client read gets 401 or 403, never 404 | 401 or 403 |

  Scenario: No registration access token
    Given a registered client
    And the client has read its registration
    When the client reads its registration without a token
    Then the management of the client is refused
      | OIDCR-4.4-1 | a refused client read gets 401 or 403, never 404 | 401 or 403 |

  Scenario: The registration access token of another client
    Given a registered client
    And a registered client
    And the client has read its registration
    When the client reads its registration with another client's token
    Then the management of the client is refused
      | RFC7592-2.1-3 | a registration token opens no other client | 401 or 403 |

  Scenario: A client that is no longer there
    Given a registered client
    And a registered client
    And the client has deleted its registration
    When the client reads its registration with another client's token
    Then the management of the client is refused
      | RFC7592-2.1-4 | an unknown client at the registration URI gets 401 | 401 |
    When another client reads its registration
    Then the management of the client is refused
      | RFC7592-2.1-5 | a registration token used on an unknown client is revoked | 401 |

  Scenario: A client updates its registration
    Given a registered client
      | redirect_uris | ["{redirect_uri}", "{redirect_uri}-2"] |
    When the client updates its registration
      | client_name   | "oidcheck, updated"   |
      | redirect_uris | ["{redirect_uri}-2"]  |
    Then the client update response satisfies
      | RFC7592-2.2-1  | a client update is answered 200 with the new values      |
      | RFC7592-2.2-2  | an update replaces values, it does not add to them       |
      | PRACTICE-dcr-2 | answers to client reads and updates are not to be stored |

  Scenario: An update without client_id
    Given a registered client
    And the client has updated its registration
    When the client updates its registration
      | client_id | {absent} |
    Then the management of the client is refused
      | RFC7592-2.2-3 | an update without the right client_id is refused | any error |

  Scenario: An update with the client_id of another
    Given a registered client
    And the client has updated its registration
    When the client updates its registration
      | client_id | "another-{random 12}" |
    Then the management of the client is refused
      | RFC7592-2.2-3 | an update without the right client_id is refused | any error |

  Scenario: A client chooses its secret
    Given a registered client
      | token_endpoint_auth_method | "client_secret_basic" |
    And the client has updated its registration
    When the client updates its registration
      | client_secret | "chosen-secret-{random 32}" |
    Then the asked client_secret is not registered
      | RFC7592-2.2-4 | an update can't set a client_secret of its own |
    And the chosen client_secret does not work
      | RFC7592-2.2-4 | an update can't set a client_secret of its own |

  Scenario: A client chooses its registration access token
    Given a registered client
    And the client has updated its registration
    When the client updates its registration
      | registration_access_token | "chosen-token-{random 32}" |
    Then the asked registration_access_token is not registered
      | RFC7592-2.2-5 | an update can't set what the server alone assigns |
    And the chosen registration_access_token does not work
      | RFC7592-2.2-5 | an update can't set what the server alone assigns |

  Scenario: An update with redirect URIs that can't be
    Given a registered client
    And the client has updated its registration
    When the client updates its registration
      | redirect_uris | ["not a redirect URI"] |
    Then the asked redirect_uris are not registered
      | RFC7592-2.2-6 | an update with bad redirect_uris does not register them |

  @needs.user
  Scenario: A redirect URI that an update took away
    Given a registered client
      | redirect_uris | ["{redirect_uri}", "{redirect_uri}-2"] |
    And a completed authorization code flow
    And the client has updated its registration
      | redirect_uris | ["{redirect_uri}-2"] |
    When the user authorizes
    Then the authorization request is refused
      | RFC7592-2.2-7 | a redirect_uri that an update removed is refused | no redirect |

  Scenario: A registration access token that was replaced
    Given a registered client
    And the client has updated its registration
    When the client reads its registration with its first token
    Then the management of the client is refused
      | RFC7592-5-2 | a rotated registration token replaces the old one | 401 |

  Scenario: A client deletes itself
    Given a registered client
    When the client deletes its registration
    Then the client delete response satisfies
      | RFC7592-2.3-1 | a client delete is answered 204                    |
      | RFC7592-2.3-4 | a delete that is not supported is answered 405     |

  Scenario: The registration access token of a deleted client
    Given a registered client
    And the client has deleted its registration
    When the client reads its registration
    Then the management of the client is refused
      | RFC7592-5-1 | a deleted client's registration token gets 401 | 401 |

  @needs.user @ends.grant
  Scenario: A deleted client can do nothing any more
    Given a registered client
    And a completed authorization code flow of its own
    And the client has deleted its registration
    When the user authorizes
    Then the authorization request is refused
      | RFC7592-2.3-2 | a deleted client can do nothing any more | no redirect |
    When the client sends a token request
      | grant_type | client_credentials |
    Then the token request is refused
      | RFC7592-2.3-2 | a deleted client can do nothing any more | invalid_client |

  @needs.user @needs.userinfo @ends.grant
  Scenario: The tokens of a deleted client
    Given a registered client
    And a completed authorization code flow of its own
    When the client has deleted its registration
    Then the access token of the deleted client is dead
      | RFC7592-2.3-3 | a deleted client's tokens are dead |
