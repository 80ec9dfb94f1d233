@needs.user
Feature: iss in authorization responses

  @needs.iss_param
  Scenario: iss beside a code
    When the user authorizes
    Then the authorization response satisfies
      | RFC9207-2-1 | an authorization response carries iss, the issuer      |
      | RFC9207-2-3 | the iss parameter is the issuer of the metadata, https |
      | RFC9207-2-4 | the iss parameter is there once, form-urlencoded       |

  @needs.iss_param
  Scenario: iss beside an error
    Given a completed authorization code flow
    When the user authorizes in a new browser
      | prompt | none |
    Then the error response satisfies
      | RFC9207-2-2 | an authorization error response carries iss |

  Scenario: iss is announced
    When the user authorizes
    Then the authorization response satisfies
      | RFC9207-2.3-1 | the metadata announces the iss parameter of responses |
