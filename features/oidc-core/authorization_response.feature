@needs.oidc @needs.user
Feature: The authorization response of OpenID Connect

  Scenario: A code comes to the redirect_uri
    When the user authorizes
    Then the authorization response satisfies
      | OIDCC-3.1.2.5-1 | code and state come back in the query of redirect_uri |

  @needs.dcr
  Scenario: A client that registered no authentication method
    Given a registered client
    When the user authorizes
    And the client redeems the code
    Then the token request is accepted
      | OIDCC-9-4 | client_secret_basic is the default authentication method |
