@needs.user @needs.userinfo
Feature: Bearer tokens

  Scenario: The scheme in lower case
    Given a completed authorization code flow
    When the client asks UserInfo with the scheme in lower case
    Then the UserInfo request is accepted
      | RFC9110-11.1-1 | the Bearer scheme is taken in any case |

  Scenario: A token in the body of a GET
    Given a completed authorization code flow
    And UserInfo takes the access token
    When the client asks UserInfo with the token in the body of a GET
    Then the refusal by UserInfo satisfies
      | RFC6750-2.2-2 | an access token in the body of a GET or multipart is refused |

  Scenario: A token in a multipart body
    Given a completed authorization code flow
    And UserInfo takes the access token
    When the client asks UserInfo with the token in a multipart body
    Then the refusal by UserInfo satisfies
      | RFC6750-2.2-2 | an access token in the body of a GET or multipart is refused |

  Scenario: A token in the query
    Given a completed authorization code flow
    And UserInfo takes the access token
    When the client asks UserInfo with the token in the query
    Then the answer to a token in the query satisfies
      | RFC6750-2.3-1 | an access token in the query is refused or answered private |

  Scenario: A token in the header and in the body
    Given a completed authorization code flow
    And UserInfo takes the access token
    When the client asks UserInfo with the token in header and body
    Then the refusal by UserInfo satisfies
      | RFC6750-3.1-1 | two tokens in one request are refused with 400 |

  Scenario: No token
    Given a completed authorization code flow
    And UserInfo takes the access token
    When the client asks UserInfo without a token
    Then the refusal by UserInfo satisfies
      | RFC6750-3-1   | a request without token gets a Bearer challenge              |
      | RFC6750-3-3   | a challenge repeats no attribute and keeps to its characters |
      | RFC6750-3.1-2 | a challenge without a token sent has no error code           |

  Scenario: A token that nobody issued
    Given a completed authorization code flow
    And UserInfo takes the access token
    When the client asks UserInfo with an unknown token
    Then the refusal by UserInfo satisfies
      | RFC6750-3-2   | a request with a bad token gets a Bearer challenge           |
      | RFC6750-3-3   | a challenge repeats no attribute and keeps to its characters |
      | RFC6750-3.1-7 | a malformed token gets 401 with invalid_token                |

  Scenario: A token with one character changed
    Given a completed authorization code flow
    And UserInfo takes the access token
    When the client asks UserInfo with an altered token
    Then the refusal by UserInfo satisfies
      | RFC6749-10.3-1 | an altered access token is refused |

  Scenario: The scheme without a token
    Given a completed authorization code flow
    And UserInfo takes the access token
    When the client asks UserInfo with an empty token
    Then the refusal by UserInfo satisfies
      | RFC6750-3.1-6 | a malformed UserInfo request gets 400 with invalid_request |

  @needs.oidc
  Scenario: The ID Token as an access token
    Given a completed authorization code flow
    And UserInfo takes the access token
    When the client asks UserInfo with the ID Token
    Then the refusal by UserInfo satisfies
      | RFC8725-3.12-1 | an ID Token is not taken as an access token |

  @ends.grant
  Scenario: A token of too little scope
    Given a completed authorization code flow
    And an access token without the scope openid
    When the client asks UserInfo
    Then the refusal by UserInfo satisfies
      | RFC6750-3.1-5 | a token of too little scope gets 403 insufficient_scope |

  @own.issuer @slow
  Scenario: An expired token
    Given a completed authorization code flow of its own
    And UserInfo takes the access token
    When the access token expires
    And the client asks UserInfo
    Then the refusal by UserInfo satisfies
      | RFC6749-7-1   | an expired access token is refused           |
      | RFC6750-3.1-3 | an expired token gets 401 with invalid_token |

  @needs.revocation @ends.grant
  Scenario: A revoked token
    Given a completed authorization code flow of its own
    And UserInfo takes the access token
    When the client revokes the access token
    And the access token was revoked
    And the client asks UserInfo
    Then the refusal by UserInfo satisfies
      | RFC6750-3.1-4 | a revoked token gets 401 with invalid_token |

  Scenario: How long a bearer token lives
    Given a completed authorization code flow
    Then the token response satisfies
      | RFC6750-5.3-1 | bearer tokens live for an hour at most |
