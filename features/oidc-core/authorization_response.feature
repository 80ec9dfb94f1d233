@needs.oidc @needs.user
Feature: The authorization response of OpenID Connect

  Scenario: A code comes to the redirect_uri
    When the user authorizes
    Then the authorization response satisfies
      | OIDCC-3.1.2.5-1 | code and state come back in the query of redirect_uri |

  Scenario: The redirect after the login
    Given a completed authorization code flow of its own
    When the user authorizes in a new browser
    Then the authorization response satisfies
      | OIDCC-16.22-1 | the redirect to redirect_uri is not a 307 |

  Scenario: The parameters of an error
    Given a completed authorization code flow
    When the user authorizes in a new browser
      | prompt | none |
    Then the error response satisfies
      | OIDCC-3.1.2.6-2 | an error response has no parameters but its own |

  @needs.dcr
  Scenario: A client that registered no authentication method
    Given a registered client
    When the user authorizes
    And the client redeems the code
    Then the token request is accepted
      | OIDCC-9-4 | client_secret_basic is the default authentication method |
