@needs.client_credentials
Feature: The client credentials grant

  Scenario: A client gets a token of its own
    Given the client of the client credentials grant
    When the client asks for a token of its own
    Then the token request is accepted
      | RFC6749-5.1-1 | a token response has an access_token, a string |
    And the token response satisfies
      | RFC6749-4.4.3-1 | client_credentials gives no refresh token |

  @needs.public_client
  Scenario: A public client asks for a token of its own
    Given the client of the client credentials grant
    And the client got a token of its own
    When the public client asks for a token of its own
    Then the token request is refused
      | RFC6749-4.4-1 | client_credentials is for confidential clients only | any error |

  Scenario: A client asks for a scope that does not exist
    Given the client of the client credentials grant
    And the client got a token of its own
    When the client asks for a token of its own
      | scope | oidcheck:unknown |
    Then the scope "oidcheck:unknown" is not granted
      | RFC6749-5.2-13 | client_credentials does not exceed the allowed scope |
    And the token response satisfies
      | RFC6749-3.3-1 | a scope granted in part is named in the token response |
