@needs.oidc @needs.user
Feature: The token endpoint

  Scenario: The token response
    Given a completed authorization code flow
    Then the token response satisfies
      | RFC6749-5.1-1 | a token response has an access_token, a string |
      | RFC6749-5.1-4 | expires_in is there, a positive number         |
      | RFC6749-5.1-5 | a token response has a token_type              |

  Scenario: The URL of the token endpoint
    Then the token endpoint satisfies
      | RFC6749-3.2-5 | token_endpoint has no fragment              |
      | RFC9700-2.5-2 | asymmetric client authentication is offered |

  Scenario: The token request by GET
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code by GET
    Then the token request is refused
      | RFC6749-3.2-1 | the token endpoint refuses GET | any error |

  Scenario: The token request by PUT
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code by PUT
    Then the token request is refused
      | RFC6749-3.2-2 | the token endpoint refuses PUT, DELETE and HEAD | any error |

  Scenario: The token request by DELETE
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code by DELETE
    Then the token request is refused
      | RFC6749-3.2-2 | the token endpoint refuses PUT, DELETE and HEAD | any error |

  Scenario: The token request by HEAD
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code by HEAD
    Then the token request is refused
      | RFC6749-3.2-2 | the token endpoint refuses PUT, DELETE and HEAD | any error |

  Scenario: The token request in JSON
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code in JSON
    Then the token request is refused
      | RFC6749-4.1.3-1 | a token request that is not form-encoded is refused | any error |

  Scenario: An unknown parameter
    Given an authorization code
    When the client redeems the code
      | oidcheck_unknown | 1 |
    Then the token request is accepted
      | RFC6749-3.2-3 | an unknown token request parameter is ignored |

  @needs.refresh_token
  Scenario: A parameter without a value
    Given a completed authorization code flow of its own with a refresh token
    When the client uses the refresh token
      | scope | {empty} |
    Then the token request is accepted
      | RFC6749-3.2-4 | a token request parameter without value counts as omitted |

  Scenario: A repeated grant_type
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | grant_type | authorization_code |
      | grant_type | authorization_code |
    Then the token request is refused
      | RFC6749-5.2-3 | a repeated token request parameter is refused | 400 invalid_request |

  Scenario: A repeated code
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | code | {code} |
      | code | {code} |
    Then the token request is refused
      | RFC6749-5.2-3 | a repeated token request parameter is refused | 400 invalid_request |

  Scenario: No code
    Given a completed authorization code flow
    When the client redeems the code
      | code | {absent} |
    Then the token request is refused
      | RFC6749-5.2-4 | a token request without code is invalid_request | 400 invalid_request |

  Scenario: No grant_type
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | grant_type | {absent} |
    Then the token request is refused
      | RFC6749-5.2-10 | a token request without grant_type is invalid_request | 400 invalid_request |

  Scenario: An unknown grant_type
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | grant_type | urn:example:{random 8} |
    Then the token request is refused
      | RFC6749-5.2-11 | an unknown grant_type is unsupported_grant_type | 400 unsupported_grant_type or 400 unauthorized_client |

  Scenario: The password grant
    Given a completed authorization code flow
    When the client sends a token request
      | grant_type | password   |
      | username   | {username} |
      | password   | {password} |
      | scope      | openid     |
    Then the token request is refused
      | RFC9700-2.4-1 | grant_type=password is refused | unsupported_grant_type or unauthorized_client |

  @needs.dcr @needs.client_credentials
  Scenario: A grant_type that the client did not register
    Given a registered client
      | grant_types | ["authorization_code"] |
    And the grant type client_credentials was not registered
    And a completed authorization code flow
    When the client asks for a token of its own
    Then the token request is refused
      | RFC6749-5.2-12 | a grant_type the client may not use is unauthorized_client | 400 unauthorized_client |
