@needs.oidc @needs.user
Feature: Client assertions under attack

  Scenario: aud is a list
    Given the client that authenticates by private_key_jwt
    And client assertions may name the token endpoint
    And an authorization code
    When the client redeems the code with an assertion
      | aud | ["{token_endpoint}"] |
    Then the token request is accepted
      | RFC7523-3-11 | a client assertion with aud in a list is accepted |

  Scenario: The assertion brings its own key
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion that brings its own key
    Then the token request is refused
      | RFC7523-3-8 | a client assertion with a wrong signature is refused | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion without jti is used twice
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | jti | {absent} |
    Given an authorization code
    When the client redeems the code with the same assertion
    Then the token request is refused
      | OIDCC-9-1 | a client assertion is taken only once | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion made with the secret is used twice
    Given the client that authenticates by client_secret_jwt
    And an authorization code
    When the client redeems the code with an assertion
    Then the token request is accepted
      | RFC7523-3-1 | a valid client assertion is accepted |
    Given an authorization code
    When the client redeems the code with the same assertion
    Then the token request is refused
      | OIDCC-9-1 | a client assertion is taken only once | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion made with the secret has expired
    Given the client that authenticates by client_secret_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | iat | {now -7200} |
      | exp | {now -3600} |
    Then the token request is refused
      | RFC7523-3-5 | a client assertion needs exp, in the future | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion made with the secret for another server
    Given the client that authenticates by client_secret_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | aud | https://other.example/token |
    Then the token request is refused
      | RFC7523-3-4 | a client assertion needs aud, naming this server | 400 invalid_client or 401 invalid_client |

  Scenario: An unsigned assertion of a client with a secret
    Given the client that authenticates by client_secret_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an unsigned assertion
    Then the token request is refused
      | RFC7523-3-9 | a client assertion with alg none is refused | 400 invalid_client or 401 invalid_client |
