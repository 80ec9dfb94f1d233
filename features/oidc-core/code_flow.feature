@needs.oidc @needs.user
Feature: The authorization code flow

  @oidf.oidcc-server
  Scenario: The token response of the code flow
    Given a completed authorization code flow
    Then the token response satisfies
      | OIDCC-3.1.3.3-1 | the token response of an openid request has an id_token |
      | OIDCC-3.1.3.3-2 | token_type is Bearer unless another one was negotiated  |
      | RFC6749-5.1-1   | a token response has an access_token, a string          |

  @oidf.oidcc-ensure-registered-redirect-uri
  Scenario: A redirect URI with a path added
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri}/{random 8} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  @oidf.oidcc-codereuse @ends.grant
  Scenario: A code is redeemed twice
    Given a completed authorization code flow of its own
    When the client redeems the code
    Then the token request is refused
      | RFC6749-4.1.2-4 | a code is redeemed only once | 400 invalid_grant |

  @oidf.oidcc-codereuse-30seconds @ends.grant @own.issuer @slow @needs.userinfo
  Scenario: A code is redeemed again after thirty seconds
    Given a completed authorization code flow of its own
    And the access token works
    When 30 seconds pass
    And the client redeems the code
    Then the token request is refused
      | RFC6749-4.1.2-4 | a code is redeemed only once | 400 invalid_grant |
    And the first access token is dead
      | RFC6749-4.1.2-5 | reuse of a code revokes its access token |
