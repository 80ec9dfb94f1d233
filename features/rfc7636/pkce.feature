@needs.oidc @needs.user @needs.pkce
Feature: Proof Key for Code Exchange

  @oidf.oidcc-ensure-request-with-valid-pkce-succeeds
  Scenario: S256
    Given an authorization code
      | code_verifier | {unreserved 128} |
    When the client redeems the code
    Then the token request is accepted
      | RFC9700-2.1.1-3 | PKCE with S256 works |

  Scenario: The shortest and the longest verifier
    Given an authorization code
      | code_verifier | {unreserved 43} |
    When the client redeems the code
    Then the token request is accepted
      | RFC7636-4.1-2 | a code_verifier of 43 or 128 characters is taken |
    Given an authorization code
      | code_verifier | {unreserved 128} |
    When the client redeems the code
    Then the token request is accepted
      | RFC7636-4.1-2 | a code_verifier of 43 or 128 characters is taken |

  Scenario: Verifiers that are too short and too long
    Given a completed authorization code flow
    And an authorization code
      | code_verifier | {unreserved 42} |
    When the client redeems the code
    Then the token request is refused
      | RFC7636-4.1-1 | a code_verifier of 42 or 129 characters is refused | 400 invalid_grant or 400 invalid_request |
    Given an authorization code
      | code_verifier | {unreserved 129} |
    When the client redeems the code
    Then the token request is refused
      | RFC7636-4.1-1 | a code_verifier of 42 or 129 characters is refused | 400 invalid_grant or 400 invalid_request |

  Scenario: A verifier with reserved characters
    Given a completed authorization code flow
    And an authorization code
      | code_verifier | {unreserved 50}!/+=:@ |
    When the client redeems the code
    Then the token request is refused
      | RFC7636-4.1-3 | a code_verifier with reserved characters is refused | 400 invalid_grant or 400 invalid_request |

  Scenario: A wrong verifier
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | code_verifier | {unreserved 64} |
    Then the token request is refused
      | RFC9700-2.1.1-4 | a wrong code_verifier is refused | 400 invalid_grant |

  @needs.public_client
  Scenario: A wrong verifier of a public client
    Given the public client
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | code_verifier | {unreserved 64} |
    Then the token request is refused
      | RFC9700-2.1.1-4 | a wrong code_verifier is refused | 400 invalid_grant |

  Scenario: No verifier for a code with a challenge
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | code_verifier | {absent} |
    Then the token request is refused
      | RFC9700-2.1.1-1 | a code with a challenge is not redeemed without a verifier | 400 invalid_grant or 400 invalid_request |

  @needs.public_client
  Scenario: No verifier for a public client's code with a challenge
    Given the public client
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | code_verifier | {absent} |
    Then the token request is refused
      | RFC9700-2.1.1-1 | a code with a challenge is not redeemed without a verifier | 400 invalid_grant or 400 invalid_request |

  Scenario: A verifier for a code without a challenge
    Given a completed authorization code flow
    And an authorization code, where the provider gives one
      | code_challenge        | {absent} |
      | code_challenge_method | {absent} |
    When the client redeems the code
      | code_verifier | {unreserved 64} |
    Then the token request is refused
      | RFC9700-2.1.1-2 | a verifier for a code without a challenge is refused | 400 invalid_grant or 400 invalid_request |

  Scenario: The verifier of another request
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | code_verifier | {first code_verifier} |
    Then the token request is refused
      | RFC7636-4.6-3 | the code_verifier of another request is refused | 400 invalid_grant |

  Scenario: The challenge for a verifier
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | code_verifier | {code_challenge} |
    Then the token request is refused
      | RFC7636-4.6-2 | the challenge itself is no verifier for S256 | 400 invalid_grant |

  Scenario: The challenge for a verifier, and plain at the token endpoint
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | code_verifier         | {code_challenge} |
      | code_challenge_method | plain            |
    Then the token request is refused
      | RFC7636-4.4-1 | the code_verifier is checked by the method of the request | 400 invalid_grant or 400 invalid_request |

  Scenario: What the authorization response shows
    Given a completed authorization code flow
    Then the authorization response beside a challenge satisfies
      | RFC7636-4.4-2 | the code_challenge can't be read from the response |

  Scenario: A malformed challenge
    Given a completed authorization code flow
    When the user authorizes
      | code_challenge | x |
    Then the authorization request is refused
      | RFC7636-4.2-2 | a malformed code_challenge is refused | invalid_request |

  Scenario: An unknown method
    Given a completed authorization code flow
    When the user authorizes
      | code_challenge_method | S512 |
    Then the authorization request is refused
      | RFC7636-4.4.1-2 | an unknown code_challenge_method is invalid_request | redirect with invalid_request |

  Scenario: A method in lower case
    Given a completed authorization code flow
    When the user authorizes
      | code_challenge_method | s256 |
    Then the authorization request is refused
      | RFC7636-4.4.1-2 | an unknown code_challenge_method is invalid_request | redirect with invalid_request |

  # As long as a challenge of S256 is, so that one who takes it for that does not refuse it for its length.
  Scenario: A challenge without a method
    Given a completed authorization code flow
    When the user authorizes
      | code_verifier         | {random 43}     |
      | code_challenge_method | {absent}        |
    And the client redeems the code, if there is one
    Then the plain challenge satisfies
      | RFC7636-4.3-1 | code_challenge without a method means plain |

  Scenario: The method plain
    Given a completed authorization code flow
    When the user authorizes
      | code_verifier         | {unreserved 64} |
      | code_challenge_method | plain           |
    And the client redeems the code, if there is one
    Then the plain challenge satisfies
      | RFC8414-2-7 | code_challenge_methods_supported is there where PKCE works |

  @needs.public_client
  Scenario: A public client's request without a challenge
    Given the public client
    And a completed authorization code flow
    When the user authorizes
      | code_challenge        | {absent} |
      | code_challenge_method | {absent} |
    Then the answer to a request without PKCE satisfies
      | RFC7636-4.4.1-1 | where PKCE is required its absence is invalid_request |

  Scenario: A confidential client's request without a challenge
    Given a completed authorization code flow
    When the user authorizes
      | code_challenge        | {absent} |
      | code_challenge_method | {absent} |
    Then the answer to a request without PKCE satisfies
      | RFC7636-4.4.1-3 | PKCE required of confidential clients: invalid_request |

  @ends.grant
  Scenario: A wrong verifier, then the right one twice
    Given an authorization code
    When the client redeems the code
      | code_verifier | {unreserved 64} |
    And the client redeems the code
    And the client redeems the code
    Then the token request is refused
      | PRACTICE-pkce-1 | a code tried with a wrong verifier does not work twice | 400 invalid_grant |
