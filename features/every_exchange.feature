# Judged last, over all that the run recorded. Each scenario makes sure that there is an exchange of its kind.
@every.exchange
Feature: Every exchange of the run

  @needs.oidc @needs.user
  Scenario: Every token response
    Given a completed authorization code flow
    Then the exchanges of the run satisfy
      | OIDCC-3.1.3.3-3 | token responses carry Cache-Control: no-store           |
      | OIDCC-13.3-1    | members without a value are left out of JSON answers    |
      | RFC6749-5.1-3   | token responses carry Pragma: no-cache                  |
      | RFC6749-5.1-6   | a token response is 200 with application/json           |

  Scenario: Every error of the token endpoint
    When the client sends a token request
      | grant_type | {random 8} |
    And the client sends a token request
      | grant_type | authorization_code |
      | code       | {random 32}        |
    Then the exchanges of the run satisfy
      | OIDCC-3.1.3.4-1 | an invalid token request gets a 400 or 401 JSON error    |
      | RFC6749-5.2-5   | a token error has an error code of allowed characters    |
      | RFC6749-5.2-6   | a token error is application/json                        |
      | RFC6749-5.2-16  | error codes of the token endpoint are registered ones    |

  @needs.user
  Scenario: Every error in a redirect
    When the user authorizes in a new browser
      | prompt | none |
    Then the exchanges of the run satisfy
      | OIDCC-3.1.2.6-2   | an error response has no parameters but its own          |
      | RFC6749-4.1.2.1-5 | state comes back to the letter beside an error           |
      | RFC6749-4.1.2.1-8 | error parameters keep to their characters in redirects   |
      | RFC6749-4.1.2.1-9 | error codes in redirects are registered ones             |

  @needs.iss_param @needs.user
  Scenario: iss in every authorization response
    Given a completed authorization code flow
    When the user authorizes in a new browser
      | prompt | none |
    Then the exchanges of the run satisfy
      | RFC9207-2-1   | an authorization response carries iss, the issuer      |
      | RFC9207-2-2   | an authorization error response carries iss            |
      | RFC9207-2-3   | the iss parameter is the issuer of the metadata, https |
      | RFC9207-2-4   | the iss parameter is there once, form-urlencoded       |
      | RFC9207-2.3-1 | the metadata announces the iss parameter of responses  |

  @needs.user
  Scenario: Every redirect after a password
    Given a completed authorization code flow
    When the user authorizes in a new browser
    Then the exchanges of the run satisfy
      | OIDCC-16.22-1  | the redirect to redirect_uri is not a 307     |
      | RFC9700-4.12-1 | the answer to posted credentials is not a 307 |
      | RFC9700-4.12-2 | a redirect after posted credentials is a 303  |

  @needs.dcr @needs.implicit @needs.user
  Scenario: Tokens and queries
    Given a registered client
      | response_types | ["id_token"] |
    When the user authorizes
      | response_type | id_token |
    Then the exchanges of the run satisfy
      | OAUTHMRT-7-1 | no access token or ID Token stands in a query |

  @needs.tls
  Scenario: TLS
    When the client sends a token request
      | grant_type | {random 8} |
    Then the exchanges of the run satisfy
      | OIDCC-16.17-1 | every exchange runs over TLS |

  Scenario: Failures of the server
    When the client sends a token request
      | grant_type | {random 8} |
    And the client sends a token request
      | grant_type | authorization_code |
      | code       | {nul}{random 8}    |
    And the client sends a token request
      | grant_type | authorization_code |
      | code       | {random 100000}    |
    And the client sends a token request with the body
      """
      grant_type=%ZZ&code=%FF%FE&=&&client_id
      """
    Then the exchanges of the run satisfy
      | PRACTICE-robustness-1 | malformed input never ends in a 5xx |
