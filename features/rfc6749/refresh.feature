@needs.oidc @needs.user @needs.refresh_token
Feature: Refresh tokens

  # Within one second auth_time could be that of the refresh unseen.
  @oidf.oidcc-refresh-token @ends.grant @own.issuer
  Scenario: A refresh
    Given a completed authorization code flow of its own with a refresh token
    When 1 second passes
    And the client uses the refresh token
    Then the refresh satisfies
      | OIDCC-12.2-2 | a refresh is answered with a token response |
    And the refreshed ID Token satisfies
      | OIDCC-12.2-1 | after a refresh iss, sub and aud are as before          |
      | OIDCC-12.2-3 | after a refresh iat is the time of the new ID Token     |
      | OIDCC-12.2-4 | after a refresh auth_time is that of the login          |
      | OIDCC-12.2-5 | after a refresh the ID Token has no nonce               |
      | OIDCC-12.2-6 | a nonce after a refresh, when present, is the first one |
      | OIDCC-12.2-7 | after a refresh azp is as before                        |

  @own.issuer
  Scenario: The ID Token of a refresh after some time
    Given a completed authorization code flow of its own with a refresh token
    When 2 seconds pass
    And the client uses the refresh token
    Then the refreshed ID Token satisfies
      | OIDCC-12.2-3 | after a refresh iat is the time of the new ID Token |
      | OIDCC-12.2-4 | after a refresh auth_time is that of the login      |

  @oidf.oidcc-refresh-token @needs.multi_client
  Scenario: Another client uses the refresh token
    Given a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    When another client uses the refresh token
    Then the token request is refused
      | OIDCC-12.1-1 | a refresh token works only for the client it was issued to | 400 invalid_grant or 400 unauthorized_client |

  @ends.grant @needs.multi_client
  Scenario: Another client uses a refresh token that was replaced
    Given a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    When another client uses the refresh token
      | refresh_token | {old refresh_token} |
    Then the token request is refused
      | RFC6749-6-7 | another client can't replay a rotated refresh token | 400 invalid_grant or 400 unauthorized_client |

  Scenario: A confidential client uses its refresh token without credentials
    Given a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    When the client without authentication uses the refresh token
    Then the token request is refused
      | RFC6749-6-4 | a confidential client must authenticate to refresh | 401 or 400 invalid_client |

  Scenario: An unknown refresh token
    Given a completed authorization code flow with a refresh token
    When the client uses the refresh token
      | refresh_token | {random 43} |
    Then the token request is refused
      | RFC6749-6-1 | an unknown or malformed refresh token is invalid_grant | 400 invalid_grant |

  Scenario: A refresh token with another character in its middle
    Given a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    When the client uses the refresh token
      | refresh_token | {altered refresh_token} |
    Then the token request is refused
      | RFC6749-6-1 | an unknown or malformed refresh token is invalid_grant | 400 invalid_grant |

  Scenario: No refresh token
    Given a completed authorization code flow with a refresh token
    When the client sends a token request
      | grant_type | refresh_token |
    Then the token request is refused
      | RFC6749-5.2-14 | a refresh without refresh_token is invalid_request | 400 invalid_request |

  Scenario: Less scope, then all of it again
    Given a completed authorization code flow of its own with a refresh token
    When the client uses the refresh token
      | scope | openid |
    Then the refresh satisfies
      | RFC6749-6-3 | a refresh may ask for less scope |
    When the client uses the refresh token
    Then the refresh satisfies
      | RFC6749-6-6 | a new refresh token has the scope of the old one |

  Scenario: More scope
    Given a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    When the client uses the refresh token
      | scope | openid oidcheck:unknown |
    Then the scope "openid oidcheck:unknown" is not granted
      | RFC9700-4.14.2-2 | a refresh never widens the scope |

  Scenario: A scope that was not asked for at first
    Given a completed authorization code flow of its own with a refresh token
      | scope | openid offline_access |
    And the client has used the refresh token
    When the client uses the refresh token
      | scope | openid email |
    Then the scope "openid email" is not granted
      | RFC9700-4.14.2-2 | a refresh never widens the scope |

  Scenario: A refresh with a wrong secret does not use the token up
    Given a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    When the client with a wrong secret uses the refresh token
    And the client uses the refresh token
    Then the token request is accepted
      | PRACTICE-refresh-6 | a refresh with a wrong secret does not use up the token |

  Scenario: A refresh with a bad scope does not use the token up
    Given a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    When the client uses the refresh token
      | scope | openid oidcheck:unknown |
    And the client uses the refresh token
    Then the token request is accepted
      | PRACTICE-refresh-7 | a refresh with a bad scope does not use up the token |
