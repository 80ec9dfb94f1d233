@needs.oidc @needs.user @needs.implicit @needs.dcr
Feature: The implicit flow

  Scenario: response_type=id_token
    Given a registered client
      | response_types | ["id_token"] |
    When the user authorizes
      | response_type | id_token                        |
      | state         | A+b %2B%c&d=e/f~{unreserved 64} |
    Then the response with tokens satisfies
      | OIDCC-3.2.2.5-1  | an implicit response stands in the fragment      |
      | OIDCC-3.2.2.5-3  | an implicit response has an id_token and no code |
      | OIDCC-3.2.2.5-4  | an implicit response returns state to the letter |
      | OIDCC-3.2.2.10-3 | response_type=id_token returns no access_token   |
      | RFC6749-4.2.2-1  | the implicit grant gives no refresh token        |
      | OAUTHMRT-7-1     | no access token or ID Token stands in a query    |

  @needs.iss_param
  Scenario: iss beside an ID Token
    Given a registered client
      | response_types | ["id_token"] |
    When the user authorizes
      | response_type | id_token |
    Then the ID Token of the authorization response satisfies
      | RFC9207-2.4-3 | the iss parameter equals iss of the ID Token beside it |

  Scenario: response_type=id_token token
    Given a registered client
      | response_types | ["id_token token"] |
    When the user authorizes
      | response_type | id_token token |
    Then the response with tokens satisfies
      | OIDCC-3.2.2.5-1 | an implicit response stands in the fragment               |
      | OIDCC-3.2.2.5-2 | an access token in the fragment comes with its token_type |
      | OIDCC-3.2.2.5-3 | an implicit response has an id_token and no code          |
      | RFC6749-4.2.2-1 | the implicit grant gives no refresh token                 |
      | OAUTHMRT-7-1    | no access token or ID Token stands in a query             |
    And the ID Token of the authorization response satisfies
      | OIDCC-3.2.2.10-1 | at_hash is there for id_token token, and right |

  Scenario: response_type=id_token in the query
    Given a registered client
      | response_types | ["id_token"] |
    When the user authorizes
      | response_type | id_token |
      | response_mode | query    |
    Then the response with tokens satisfies
      | OAUTHMRT-3-1 | response_type=id_token is never answered in the query |
      | OAUTHMRT-7-1 | no access token or ID Token stands in a query         |

  Scenario: No nonce
    Given a registered client
      | response_types | ["id_token"] |
    When the user authorizes
      | response_type | id_token |
    Then the response with tokens satisfies
      | OIDCC-3.2.2.5-1 | an implicit response stands in the fragment |
    When the user authorizes
      | response_type | id_token |
      | nonce         | {absent} |
    Then the authorization request is refused
      | OIDCC-3.2.2.1-1 | an implicit request without nonce is refused | invalid_request |

  Scenario: An error
    Given a registered client
      | response_types | ["id_token"] |
    When the user authorizes in a new browser
      | response_type | id_token |
      | prompt        | none     |
    Then the error response satisfies
      | OIDCC-3.2.2.6-1   | an implicit error stands in the fragment       |
      | RFC6749-4.1.2.1-5 | state comes back to the letter beside an error |

  Scenario: response_type=token id_token, the words in another order
    Given a registered client
      | response_types | ["id_token token"] |
    When the user authorizes
      | response_type | token id_token |
    Then the ID Token of the authorization response satisfies
      | OIDCC-3.2.2.10-1 | at_hash is there for id_token token, and right |

  Scenario: The claims of the scope without an access token
    Given a registered client
      | response_types | ["id_token"] |
    When the user authorizes
      | response_type | id_token             |
      | scope         | openid profile email |
    Then the ID Token has claims of the scope
      | OIDCC-5.4-2 | response_type=id_token puts scope claims in the ID Token |
