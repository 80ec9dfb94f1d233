@needs.oidc @needs.user @needs.hybrid @needs.dcr
Feature: The hybrid flow

  Scenario: response_type=code id_token
    Given a registered client
      | response_types | ["code id_token"] |
    And a completed authorization code flow of its own
      | response_type | code id_token                   |
      | state         | A+b %2B%c&d=e/f~{unreserved 64} |
    Then the response with tokens satisfies
      | OAUTHMRT-5-1 | a combined response_type returns all that it names |
      | OAUTHMRT-5-3 | state comes back to the letter with combined types |
      | OAUTHMRT-7-1 | no access token or ID Token stands in a query      |
    And the ID Token of the authorization response satisfies
      | OIDCC-3.3.2.11-1 | c_hash is there beside a code, and right |
    And the ID Tokens of the hybrid flow satisfy
      | OIDCC-3.3.3.6-1 | both ID Tokens of the hybrid flow have one iss and sub |
      | OIDCC-3.3.3.6-2 | both ID Tokens of the hybrid flow agree on claims      |
    And the ID Token satisfies
      | OIDCC-3.3.3.6-3 | c_hash from the token endpoint, when present, is right |

  Scenario: response_type=code id_token token
    Given a registered client
      | response_types | ["code id_token token"] |
    When the user authorizes
      | response_type | code id_token token |
    Then the response with tokens satisfies
      | OAUTHMRT-5-1 | a combined response_type returns all that it names |
      | OAUTHMRT-5-3 | state comes back to the letter with combined types |
    And the ID Token of the authorization response satisfies
      | OIDCC-3.3.2.11-1 | c_hash is there beside a code, and right            |
      | OIDCC-3.3.2.11-2 | at_hash is there for code id_token token, and right |

  Scenario: response_type=code token
    Given a registered client
      | response_types | ["code token"] |
    When the user authorizes
      | response_type | code token |
    Then the response with tokens satisfies
      | OAUTHMRT-5-1 | a combined response_type returns all that it names |
      | OAUTHMRT-5-3 | state comes back to the letter with combined types |

  Scenario: The words of response_type in another order
    Given a registered client
      | response_types | ["code id_token"] |
    When the user authorizes
      | response_type | id_token code |
    Then the response with tokens satisfies
      | RFC6749-3.1.1-3 | the order of values in response_type does not matter |

  Scenario: response_type=code id_token in the query
    Given a registered client
      | response_types | ["code id_token"] |
    When the user authorizes
      | response_type | code id_token |
      | response_mode | query         |
    Then the response with tokens satisfies
      | OAUTHMRT-5-2 | a combined response_type is never answered in the query |

  Scenario: No nonce
    Given a registered client
      | response_types | ["code id_token"] |
    When the user authorizes
      | response_type | code id_token |
    Then the response with tokens satisfies
      | OAUTHMRT-5-1 | a combined response_type returns all that it names |
    When the user authorizes
      | response_type | code id_token |
      | nonce         | {absent}      |
    Then the authorization request is refused
      | OIDCC-3.3.2.1-1 | a hybrid id_token request without nonce is refused | invalid_request |

  Scenario: An error
    Given a registered client
      | response_types | ["code id_token"] |
    When the user authorizes in a new browser
      | response_type | code id_token |
      | prompt        | none          |
    Then the error response satisfies
      | OIDCC-3.3.2.6-1   | a hybrid error stands in the fragment          |
      | RFC6749-4.1.2.1-5 | state comes back to the letter beside an error |
