@needs.user
Feature: The authorization endpoint in the security best current practice

  Scenario: response_type=token
    Given a completed authorization code flow
    When the user authorizes
      | response_type | token |
    Then the authorization request is refused
      | RFC9700-2.1.2-1 | response_type=token is refused | unsupported_response_type or unauthorized_client or invalid_request |

  # With or without code_challenge_methods_supported in the metadata.
  @needs.oidc
  Scenario: There is PKCE
    Given a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | code_verifier | {unreserved 64} |
    Then the token request is refused
      | RFC9700-2.1.1-3 | PKCE with S256 works | any error |

  Scenario: The response tells the issuer
    When the user authorizes
    Then the authorization response satisfies
      | RFC9700-4.4.2.1-1 | authorization responses tell the issuer, against mix-up |

  Scenario: Forged forwarding headers
    When the metadata are asked for with another header
      | x-forwarded-host  | attacker.example          |
      | x-forwarded-proto | https                     |
      | forwarded         | host=attacker.example     |
      | x-original-url    | https://attacker.example/ |
    Then the answer names no other host
      | RFC9700-4.13-2 | forwarding headers from outside change nothing |
