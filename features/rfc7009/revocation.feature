@needs.revocation @needs.user @ends.grant
Feature: Token revocation

  Scenario: The URL of the revocation endpoint
    Then the URL of the revocation endpoint satisfies
      | RFC7009-2-1 | revocation_endpoint is an https URL without fragment |

  Scenario: An access token is revoked
    Given a completed authorization code flow of its own
    And the access token works
    When the client revokes the access token
    Then the revocation request is accepted
      | RFC7009-2-3 | an access token can be revoked |
    And access tokens can be revoked or are named unsupported
      | RFC7009-2.2.1-2 | a type that can't be revoked is unsupported_token_type |
    And the access token is dead
      | RFC7009-2-3 | an access token can be revoked |

  @needs.refresh_token
  Scenario: A refresh token is revoked
    Given a completed authorization code flow of its own with a refresh token
    And the access token works
    When the client revokes the refresh token
    Then the revocation request is accepted
      | RFC7009-2-2 | a refresh token can be revoked |
    And the refresh token is dead at once
      | RFC7009-2.1-8 | revocation takes effect at once |
    And the refresh token is dead
      | RFC7009-2-2 | a refresh token can be revoked |
    And the access token is dead
      | RFC7009-2.1-1 | revoking a refresh token ends its access tokens |

  Scenario: A token that nobody issued
    Given a completed authorization code flow
    When the client revokes the access token
      | token | {random 43} |
    Then the revocation request is accepted
      | RFC7009-2.2-2 | revoking an unknown or revoked token answers 200 |

  @needs.refresh_token
  Scenario: A token is revoked twice
    Given a completed authorization code flow of its own with a refresh token
    When the client revokes the refresh token
    And the client revokes the refresh token
    Then the revocation request is accepted
      | RFC7009-2.2-2 | revoking an unknown or revoked token answers 200 |

  @needs.refresh_token
  Scenario: A wrong token_type_hint
    Given a completed authorization code flow of its own with a refresh token
    When the client revokes the refresh token
      | token_type_hint | access_token |
    Then the revocation request is accepted
      | RFC7009-2.1-6 | a wrong token_type_hint does not stop revocation |
    And the refresh token is dead
      | RFC7009-2.1-6 | a wrong token_type_hint does not stop revocation |

  @needs.refresh_token
  Scenario: An unknown token_type_hint
    Given a completed authorization code flow of its own with a refresh token
    When the client revokes the refresh token
      | token_type_hint | no_such_token |
    Then the revocation request is accepted
      | RFC7009-2.2-1 | an unknown token_type_hint is ignored in revocation |
    And the refresh token is dead
      | RFC7009-2.2-1 | an unknown token_type_hint is ignored in revocation |

  Scenario: Revocation without client authentication
    Given a completed authorization code flow of its own
    And the access token works
    When the client without authentication revokes the access token
    Then the revocation request is refused
      | RFC7009-2.1-3 | revocation without client authentication is invalid_client | invalid_client |
    And the access token is alive
      | RFC7009-2.1-3 | revocation without client authentication is invalid_client |

  @needs.client_secret
  Scenario: Revocation with a wrong secret
    Given a completed authorization code flow of its own
    And the access token works
    When the client with a wrong secret revokes the access token
    Then the revocation request is refused
      | RFC7009-2.1-4 | revocation with a wrong secret is invalid_client | invalid_client |
    And the access token is alive
      | RFC7009-2.1-4 | revocation with a wrong secret is invalid_client |

  @needs.multi_client
  Scenario: Revocation by another client
    Given a completed authorization code flow of its own
    And the access token works
    When another client revokes the access token
    Then the revocation request is refused
      | RFC7009-2.1-11 | revocation by another client is answered with an error | any error |
    And the access token is alive
      | RFC7009-2.1-5 | a token survives revocation by another client |

  Scenario: Revocation by GET
    Given a completed authorization code flow of its own
    And the access token works
    When the client revokes the access token by GET
    Then the revocation request is refused
      | RFC7009-2.1-7 | revocation by GET is refused | any error |

  @needs.public_client @needs.refresh_token
  Scenario: Revocation by a public client
    Given the public client
    And a completed authorization code flow of its own with a refresh token
    When the client revokes the refresh token
    Then the revocation request is accepted
      | RFC7009-2.1-9 | a public client revokes its token with its client_id |
    And the refresh token is dead
      | RFC7009-2.1-9 | a public client revokes its token with its client_id |

  @needs.refresh_token
  Scenario: The predecessor of a revoked refresh token
    Given a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    When the client revokes the refresh token
    Then the refresh token is dead
      | RFC7009-2-2 | a refresh token can be revoked |
    And the old refresh token is dead
      | RFC7009-2.1-10 | a revoked refresh token leaves no predecessor alive |

  @needs.refresh_token
  Scenario: A rotated refresh token is revoked
    Given a completed authorization code flow of its own with a refresh token
    And the client has used the refresh token
    And the refresh token was replaced
    When the client revokes the refresh token
      | token | {old refresh_token} |
    Then the revocation request is accepted
      | RFC7009-2.2-3 | revoking a rotated refresh token answers 200 |

  Scenario: Revocation without a token
    Given a completed authorization code flow
    When the client revokes the access token
      | token | {absent} |
    Then the revocation request is refused
      | RFC7009-2.2.1-1 | revocation without token is invalid_request | 400 invalid_request |
