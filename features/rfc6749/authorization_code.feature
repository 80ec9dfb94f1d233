@needs.oidc @needs.user
Feature: Authorization codes at the token endpoint

  @ends.grant @needs.userinfo
  Scenario: The access token of a code that is redeemed twice
    Given a completed authorization code flow of its own
    And the access token works
    When the client redeems the code
    Then the first access token is dead
      | RFC6749-4.1.2-5 | reuse of a code revokes its access token |

  @ends.grant @needs.refresh_token
  Scenario: The refresh token of a code that is redeemed twice
    Given a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    When the client redeems the code
    And the client uses the refresh token
    Then the token request is refused
      | RFC6749-4.1.2-6 | reuse of a code revokes its refresh token | 400 invalid_grant |

  @own.issuer @slow
  Scenario: A code after eleven minutes
    Given a completed authorization code flow
    And an authorization code
    When 11 minutes pass
    And the client redeems the code
    Then the token request is refused
      | RFC6749-4.1.2-3 | a code lives for ten minutes at most | 400 invalid_grant |

  @own.issuer @slow @needs.clock
  Scenario: A code after a day
    Given a completed authorization code flow
    And an authorization code
    When 1440 minutes pass
    And the client redeems the code
    Then the token request is refused
      | RFC6749-4.1.2-2 | a code expires | 400 invalid_grant |

  @alone @ends.grant
  Scenario: A code is redeemed five times at once
    Given an authorization code
    When the client redeems the code 5 times at once
    Then at most one token request is accepted
      | RFC6749-4.1.2-7 | of concurrent redemptions of a code only one succeeds |

  @needs.multi_client
  Scenario: Another client redeems the code
    Given a completed authorization code flow
    And an authorization code
    When another client redeems the code
    Then the token request is refused
      | OIDCC-3.1.3.2-1 | a code is redeemed only by the client it was issued to | 400 invalid_grant or 400 unauthorized_client |

  @needs.public_client
  Scenario: A public client redeems the code of another client
    Given a completed authorization code flow
    And an authorization code
    When the public client redeems the code
    Then the token request is refused
      | RFC6749-4.1.3-4 | a public client redeems only codes issued to its client_id | 400 invalid_grant |

  @needs.public_client
  Scenario: A public client redeems its code without client_id
    Given the public client
    And a completed authorization code flow
    And an authorization code
    When nobody redeems the code
    Then the token request is refused
      | RFC6749-4.1.3-8 | a public client without client_id gets no token | 400 invalid_request or 400 invalid_client or 401 invalid_client |

  Scenario: A confidential client redeems its code without credentials
    Given a completed authorization code flow
    And an authorization code
    When the client without authentication redeems the code
    Then the token request is refused
      | RFC6749-4.1.3-2 | a confidential client must authenticate to redeem a code | 401 or 400 invalid_client |

  @needs.multi_redirect
  Scenario: The token request leaves redirect_uri out
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | redirect_uri | {absent} |
    Then the token request is refused
      | RFC6749-4.1.3-5 | redirect_uri sent for the code is needed to redeem it | 400 invalid_grant or 400 invalid_request |

  @needs.multi_redirect
  Scenario: The token request has another redirect_uri of the client
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | redirect_uri | {other redirect_uri} |
    Then the token request is refused
      | RFC6749-4.1.3-6 | redirect_uri differing from the code's is refused | 400 invalid_grant |

  Scenario: The token request has a redirect_uri with a path added
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | redirect_uri | {redirect_uri}/{random 8} |
    Then the token request is refused
      | RFC6749-4.1.3-6 | redirect_uri differing from the code's is refused | 400 invalid_grant |

  Scenario: An unknown code
    Given a completed authorization code flow
    When the client redeems the code
      | code | {random 43} |
    Then the token request is refused
      | RFC6749-4.1.3-7 | an unknown or altered code is refused | 400 invalid_grant |

  Scenario: A code with another character in its middle
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | code | {altered code} |
    Then the token request is refused
      | RFC6749-4.1.3-7 | an unknown or altered code is refused | 400 invalid_grant |

  Scenario: A code of a request without openid
    Given an authorization code, where the provider gives one
      | scope | profile |
    When the client redeems the code
    Then the token request is accepted
      | RFC6749-5.1-1 | a token response has an access_token, a string |
    And the token response satisfies
      | OIDCC-3.1.3.2-2 | a code of a request without openid gives no ID Token |

  @needs.userinfo
  Scenario: An access token with another character in its middle
    Given a completed authorization code flow
    And the access token works
    Then the altered access token is dead
      | RFC6749-10.3-1 | an altered access token is refused |
