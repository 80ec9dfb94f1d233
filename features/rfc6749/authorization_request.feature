@needs.user
Feature: The authorization request of OAuth 2.0

  Scenario: The URL of the endpoint
    Then the authorization_endpoint has no fragment
      | RFC6749-3.1-1 | authorization_endpoint has no fragment |

  Scenario: The request comes by GET
    When the user authorizes
    Then the method of the authorization request is taken
      | RFC6749-3.1-2 | the authorization endpoint takes GET |

  @oidf.oidcc-ensure-request-with-unknown-parameter-succeeds
  Scenario: A parameter that nobody knows
    Given a completed authorization code flow
    When the user authorizes
      | oidcheck_extra | foobar |
    Then the authorization request is accepted
      | RFC6749-3.1-4 | an unknown authorization request parameter is ignored |

  Scenario: Parameters without a value
    Given a completed authorization code flow
    When the user authorizes
      | state      | {empty} |
      | login_hint | {empty} |
      | ui_locales | {empty} |
      | max_age    | {empty} |
      | prompt     | {empty} |
    Then the authorization request is accepted
      | RFC6749-3.1-5 | an authorization request parameter without value counts as omitted |

  @oidf.oidcc-response-type-missing
  Scenario: No response_type
    Given a completed authorization code flow
    When the user authorizes
      | response_type | {absent} |
    Then the authorization request is refused
      | RFC6749-3.1.1-1 | a request without response_type ends in an error | invalid_request or unsupported_response_type |

  Scenario: A response_type that nobody knows
    Given a completed authorization code flow
    When the user authorizes
      | response_type | {random 8} |
    Then the authorization request is refused
      | RFC6749-3.1.1-2 | an unknown response_type ends in an error | unsupported_response_type or invalid_request or unauthorized_client |

  Scenario: A redirect_uri with a fragment
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri}#{random 8} |
    Then the authorization request is refused
      | RFC6749-3.1.2-1 | a redirect_uri with a fragment is refused | no redirect |

  @needs.oidc
  Scenario: No redirect_uri
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {absent} |
    Then the user is told that the request is wrong
      | RFC6749-3.1.2.4-1 | the user is told when redirect_uri is missing or ambiguous |

  Scenario: No scope
    Given a completed authorization code flow
    When the user authorizes
      | scope | {absent} |
    Then the authorization request is accepted, or refused
      | RFC6749-3.3-2 | a request without scope gets a default or invalid_scope | invalid_scope or invalid_request |

  Scenario: A scope that nobody knows
    Given a completed authorization code flow
    When the user authorizes
      | scope | {scope} {random 12} |
    And the client redeems the code, if there is one
    Then the granted scope satisfies
      | RFC6749-3.3-1 | a scope granted in part is named in the token response |
      | RFC6749-3.3-3 | an unknown scope is refused or left out of the grant   |

  Scenario: A state of one character
    Given a completed authorization code flow
    When the user authorizes
      | state | a |
    Then the authorization request is accepted
      | RFC6749-4.1.1-1 | state may be short or missing |

  Scenario: No state
    Given a completed authorization code flow
    When the user authorizes
      | state | {absent} |
    Then the authorization request is accepted
      | RFC6749-4.1.1-1 | state may be short or missing |

  Scenario: response_type comes twice
    Given a completed authorization code flow
    When the user authorizes
      | response_type | code |
      | response_type | code |
    Then the authorization request is refused
      | RFC6749-4.1.2.1-1 | a repeated authorization request parameter is refused | invalid_request |

  Scenario: scope comes twice
    Given a completed authorization code flow
    When the user authorizes
      | scope | {scope} |
      | scope | openid  |
    Then the authorization request is refused
      | RFC6749-4.1.2.1-1 | a repeated authorization request parameter is refused | invalid_request |

  Scenario: redirect_uri comes twice
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri}                      |
      | redirect_uri | https://attacker.example/{random 8} |
    Then the authorization request is refused
      | RFC6749-4.1.2.1-2 | a second redirect_uri in the request is not redirected to | invalid_request |

  Scenario: A client_id that nobody knows
    Given a completed authorization code flow
    When the user authorizes
      | client_id | {random 20} |
    Then the authorization request is refused
      | RFC6749-4.1.2.1-3 | an unknown client_id never leads to a redirect | no redirect |

  Scenario: No client_id
    Given a completed authorization code flow
    When the user authorizes
      | client_id | {absent} |
    Then the authorization request is refused
      | RFC6749-4.1.2.1-4 | a missing client_id never leads to a redirect | no redirect |

  @needs.dcr
  Scenario: A response_type that the client may not use
    Given a registered client
      | response_types | ["code"] |
    And a completed authorization code flow of its own
    When the user authorizes
      | response_type | {unregistered response_type} |
    Then the authorization request is refused
      | RFC6749-4.1.2.1-7 | a response_type the client may not use is refused | unauthorized_client or unsupported_response_type or invalid_request |
