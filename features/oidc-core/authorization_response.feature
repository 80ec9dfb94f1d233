@needs.oidc @needs.user
Feature: The authorization response of OpenID Connect

  Scenario: A code comes to the redirect_uri
    Given a completed authorization code flow
    When the user authorizes
    Then the authorization response satisfies
      | OIDCC-3.1.2.5-1 | code and state come back in the query of redirect_uri |
