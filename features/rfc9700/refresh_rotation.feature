@needs.oidc @needs.user @needs.refresh_token @ends.grant
Feature: Rotation of refresh tokens

  @needs.public_client
  Scenario: A public client's refresh token
    Given the public client
    And a completed authorization code flow of its own with a refresh token
    When the client uses the refresh token
    Then the refresh satisfies
      | RFC9700-2.2.2-1 | public clients' refresh tokens rotate or are bound to a key |

  @needs.public_client
  Scenario: A second rotation
    Given the public client
    And a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    When the client uses the refresh token
    Then the refresh satisfies
      | RFC9700-4.14.2-5 | every refresh of a public client replaces the token |

  # Some servers count in seconds which of two tokens is the older one.
  @needs.public_client @own.issuer
  Scenario: A refresh token after its successor was used
    Given the public client
    And a completed authorization code flow of its own with a refresh token
    When 2 seconds pass
    Given the client has used the refresh token
    And the refresh token was replaced
    And the client has used the refresh token
    When the client uses the refresh token
      | refresh_token | {first refresh_token} |
    Then the token request is refused
      | RFC9700-4.14.2-6   | a refresh token that was rotated is refused          | 400 invalid_grant |
      | PRACTICE-refresh-5 | no grace is left once the new refresh token was used | 400 invalid_grant |

  @needs.public_client @needs.revocation
  Scenario: A refresh token after its successor was revoked
    Given the public client
    And a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    And the client has used the refresh token
    When the client revokes the refresh token
    And the client uses the refresh token
      | refresh_token | {first refresh_token} |
    Then the token request is refused
      | RFC9700-4.14.2-6 | a refresh token that was rotated is refused | 400 invalid_grant |

  Scenario: A refresh token at once again
    Given the client whose refresh tokens should rotate
    And a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    When the client uses the refresh token
      | refresh_token | {first refresh_token} |
    Then the token request is accepted
      | PRACTICE-refresh-4 | a lost refresh response may be asked for again |

  @needs.public_client
  Scenario: The successor of a refresh token that is used again
    Given the public client
    And a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    When the client uses the refresh token
      | refresh_token | {first refresh_token} |
    And the token request was refused
    And the client uses the refresh token
    Then the token request is refused
      | RFC9700-4.14.2-7 | reuse of a refresh token revokes its successor | 400 invalid_grant |

  @needs.public_client
  Scenario: The family of a refresh token that is used again
    Given the public client
    And a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    And the client has used the refresh token
    When the client uses the refresh token
      | refresh_token | {first refresh_token} |
    And the token request was refused
    And the client uses the refresh token
    Then the token request is refused
      | RFC9700-4.14.2-8 | reuse of a refresh token revokes the whole family | 400 invalid_grant |

  @needs.userinfo
  Scenario: The access token of a family whose refresh token is used again
    Given the client whose refresh tokens should rotate
    And a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    And the access token works
    When the client uses the refresh token
      | refresh_token | {first refresh_token} |
    And the token request was refused
    Then the access token is dead
      | PRACTICE-refresh-1 | reuse of a refresh token ends its access tokens |

  @alone @needs.public_client
  Scenario: A refresh token is used five times at once
    Given the public client
    And a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    When the client uses the refresh token 5 times at once
    Then at most one token request is accepted
      | RFC9700-4.14.2-9 | of concurrent refreshes with one token one succeeds |

  Scenario: Another grant of the client after a reuse
    Given the client whose refresh tokens should rotate
    And a completed authorization code flow of its own with a refresh token
    And another completed authorization code flow with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    When the client uses the refresh token
      | refresh_token | {first refresh_token} |
    And the token request was refused
    And the refresh token of the first journey is used
    Then the token request is accepted
      | PRACTICE-refresh-2 | reuse of a refresh token leaves other grants alive |

  @needs.multi_client
  Scenario: The grant of another client after a reuse
    Given a completed authorization code flow of its own with a refresh token
    And another client
    And another completed authorization code flow with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    When the client uses the refresh token
      | refresh_token | {first refresh_token} |
    And the token request was refused
    And the refresh token of the first journey is used
    Then the token request is accepted
      | PRACTICE-refresh-3 | reuse of a refresh token leaves other clients alone |
