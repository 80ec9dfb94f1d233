@needs.introspection @needs.user
Feature: Token introspection

  Scenario: The URL of the introspection endpoint
    Then the URL of the introspection endpoint satisfies
      | RFC7662-4-2 | introspection_endpoint is an https URL |

  Scenario: An active access token
    Given a completed authorization code flow
    When the client introspects the access token
    Then the introspection of an active token satisfies
      | RFC7662-2.2-1            | an active token is reported as 200 JSON, active true    |
      | RFC7662-2.2-6            | active is a boolean                                     |
      | RFC7662-2.2-10           | members of introspection fit the token as it was issued |
      | PRACTICE-introspection-1 | an introspection response is not to be stored           |

  @needs.refresh_token
  Scenario: An active refresh token
    Given a completed authorization code flow with a refresh token
    And the client may introspect
    When the client introspects the refresh token
    Then the introspection of an active token satisfies
      | RFC7662-2.2-10 | members of introspection fit the token as it was issued |

  Scenario: A wrong token_type_hint
    Given a completed authorization code flow
    And the client may introspect
    When the client introspects the access token
      | token_type_hint | refresh_token |
    Then the introspection of an active token satisfies
      | RFC7662-2.1-3 | a wrong token_type_hint does not hide an active token |

  # pct is registered too, for User-Managed Access: few servers know tokens of this kind.
  Scenario: A token_type_hint for tokens of another kind
    Given a completed authorization code flow
    And the client may introspect
    When the client introspects the access token
      | token_type_hint | pct |
    Then the introspection of an active token satisfies
      | RFC7662-2.1-3 | a wrong token_type_hint does not hide an active token |

  Scenario: A token that nobody issued
    Given a completed authorization code flow
    And the client may introspect
    When the client introspects the access token
      | token | {random 43} |
    Then the introspection of an inactive token satisfies
      | RFC7662-2.2-2 | an unknown token is reported as active false, no error |
      | RFC7662-2.2-3 | an inactive token is reported by active alone          |
      | RFC7662-2.2-6 | active is a boolean                                    |

  Scenario: A JWT with another signature
    Given a completed authorization code flow
    And the client may introspect
    When the client introspects the access token, a JWT with another signature
    Then the introspection of an inactive token satisfies
      | RFC7662-4-3 | a JWT access token altered in its signature is inactive |

  @own.issuer @slow
  Scenario: An expired token
    Given a completed authorization code flow of its own
    And the client may introspect
    When the access token expires
    And the client introspects the access token
    Then the introspection of an inactive token satisfies
      | RFC7662-2.2-4 | an expired token is reported as active false |

  @needs.revocation @ends.grant
  Scenario: A revoked token
    Given a completed authorization code flow of its own
    And the client may introspect
    When the client revokes the access token
    And the access token was revoked
    And the client introspects the access token
    Then the introspection of an inactive token satisfies
      | RFC7662-2.2-5 | a revoked token is reported as active false |

  Scenario: Introspection without a token
    Given a completed authorization code flow
    And the client may introspect
    When the client introspects the access token
      | token | {absent} |
    Then the introspection request is refused
      | RFC7662-2.1-2 | introspection without token is invalid_request | 400 invalid_request |

  Scenario: Introspection by nobody
    Given a completed authorization code flow
    And the client may introspect
    When nobody introspects the access token
    Then introspection tells nothing
      | RFC7662-2.1-1 | introspection without authorization tells nothing |

  Scenario: Introspection by a client that does not authenticate
    Given a completed authorization code flow
    And the client may introspect
    When the client without authentication introspects the access token
    Then introspection tells nothing
      | RFC7662-2.1-1 | introspection without authorization tells nothing |

  @needs.client_secret
  Scenario: Introspection with a wrong secret
    Given a completed authorization code flow
    And the client may introspect
    When the client with a wrong secret introspects the access token
    Then the introspection request is refused
      | RFC7662-2.3-2 | introspection with a wrong client secret gets 401 | 401 |

  Scenario: Introspection with an unfit bearer token
    Given a completed authorization code flow
    And the client may introspect
    When the access token is introspected with itself as the bearer token
    Then the bearer token gives no right to introspect
      | RFC7662-2.3-1 | introspection with an unfit bearer token gets 401 |

  Scenario: Introspection by GET
    Given a completed authorization code flow
    And the client may introspect
    When nobody introspects the access token by GET
    Then introspection tells nothing
      | RFC7662-4-1 | introspection by GET is refused or as guarded as by POST |
