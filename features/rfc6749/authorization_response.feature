@needs.user
Feature: The authorization response of OAuth 2.0

  Scenario: state of 128 characters of both cases
    Given a completed authorization code flow
    When the user authorizes
      | state | {unreserved 128} |
    Then the authorization response satisfies
      | RFC6749-4.1.2-1 | state comes back to the letter beside the code |

  Scenario: state of characters that must be escaped
    Given a completed authorization code flow
    When the user authorizes
      | state | A+b %2B%c&d=e/f~g?h#i"j"k;l,m:n@o!p$q'r(s)t*u<v>w[x]y{random 8} |
    Then the authorization response satisfies
      | RFC6749-4.1.2-1 | state comes back to the letter beside the code |

  Scenario: state of 1024 characters
    Given a completed authorization code flow
    When the user authorizes
      | state | {random 1024} |
    Then the authorization response satisfies
      | RFC6749-4.1.2-1 | state comes back to the letter beside the code |

  Scenario: state beside an error
    Given a completed authorization code flow
    When the user authorizes in a new browser
      | prompt | none                                               |
      | state  | A+b %2B%c&d=e/f~g?h#i"j"k;l,m:n@o!p{unreserved 64} |
    Then the error response satisfies
      | RFC6749-4.1.2.1-5 | state comes back to the letter beside an error         |
      | RFC6749-4.1.2.1-8 | error parameters keep to their characters in redirects |
      | RFC6749-4.1.2.1-9 | error codes in redirects are registered ones           |

  Scenario: An error of another kind
    Given a completed authorization code flow
    When the user authorizes
      | response_type | {random 8} |
    Then the error response satisfies
      | RFC6749-4.1.2.1-5 | state comes back to the letter beside an error         |
      | RFC6749-4.1.2.1-8 | error parameters keep to their characters in redirects |
      | RFC6749-4.1.2.1-9 | error codes in redirects are registered ones           |

  Scenario: The user refuses
    Given a completed authorization code flow of its own
    When the user refuses consent
      | prompt | consent |
    Then the authorization request is refused
      | RFC6749-4.1.2.1-6 | a refused consent is answered with access_denied | redirect with access_denied |
    And the error response satisfies
      | RFC6749-4.1.2.1-5 | state comes back to the letter beside an error |

  @needs.dcr
  Scenario: The query of a registered redirect_uri
    Given a registered client
      | redirect_uris | ["{redirect_uri}?tenant=a%20b"] |
    When the user authorizes
    Then the authorization response satisfies
      | RFC6749-3.1.2-2 | the query of a registered redirect_uri is retained |
