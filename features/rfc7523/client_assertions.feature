@needs.oidc @needs.user
Feature: Client assertions

  Scenario: A right assertion
    Given the client that authenticates by private_key_jwt
    And an authorization code
    When the client redeems the code with an assertion
    Then the token request is accepted
      | RFC7523-3-1 | a valid client assertion is accepted |

  Scenario: A right assertion that names the token endpoint
    Given the client that authenticates by private_key_jwt
    And an authorization code
    When the client redeems the code with an assertion
      | aud | {token_endpoint} |
    Then the token request is accepted
      | OIDCC-9-5 | a client assertion may name the token endpoint as aud |

  Scenario: A right assertion made with the secret
    Given the client that authenticates by client_secret_jwt
    And an authorization code
    When the client redeems the code with an assertion
    Then the token request is accepted
      | RFC7523-3-1 | a valid client assertion is accepted |

  Scenario: An assertion made with another secret
    Given the client that authenticates by client_secret_jwt
    And a completed authorization code flow
    And an authorization code
    When the client with a wrong secret redeems the code
    Then the token request is refused
      | OIDCC-9-3 | a client_secret_jwt made with another secret is refused | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion is used twice
    Given the client that authenticates by private_key_jwt
    And an authorization code
    When the client redeems the code with an assertion
    Then the token request is accepted
      | RFC7523-3-1 | a valid client assertion is accepted |
    Given an authorization code
    When the client redeems the code with the same assertion
    Then the token request is refused
      | OIDCC-9-1 | a client assertion is taken only once | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion without iss
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | iss | {absent} |
    Then the token request is refused
      | RFC7523-3-2 | a client assertion needs iss, the client_id | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion with another iss
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | iss | https://other.example |
    Then the token request is refused
      | RFC7523-3-2 | a client assertion needs iss, the client_id | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion without sub
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | sub | {absent} |
    Then the token request is refused
      | RFC7523-3-3 | a client assertion needs sub, the client_id | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion with another sub
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | sub | {other client_id} |
    Then the token request is refused
      | RFC7523-3-3 | a client assertion needs sub, the client_id | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion without aud
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | aud | {absent} |
    Then the token request is refused
      | RFC7523-3-4 | a client assertion needs aud, naming this server | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion for another server
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | aud | https://other.example/token |
    Then the token request is refused
      | RFC7523-3-4 | a client assertion needs aud, naming this server | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion without exp
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | exp | {absent} |
    Then the token request is refused
      | RFC7523-3-5 | a client assertion needs exp, in the future | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion that has expired
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | iat | {now -7200} |
      | exp | {now -3600} |
    Then the token request is refused
      | RFC7523-3-5 | a client assertion needs exp, in the future | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion of later
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | nbf | {now 3600} |
      | exp | {now 3900} |
    Then the token request is refused
      | RFC7523-3-6 | a client assertion with nbf in the future is refused | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion that was tampered with
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion that was tampered with
    Then the token request is refused
      | RFC7523-3-8 | a client assertion with a wrong signature is refused | 400 invalid_client or 401 invalid_client |

  Scenario: An unsigned assertion
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an unsigned assertion
    Then the token request is refused
      | RFC7523-3-9 | a client assertion with alg none is refused | 400 invalid_client or 401 invalid_client |

  Scenario: An assertion made with the public key
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion made with its public key
    Then the token request is refused
      | RFC7523-3-10 | a client assertion MACed with the public key is refused | 400 invalid_client or 401 invalid_client |

  Scenario: Another client_assertion_type
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | client_assertion_type | urn:ietf:params:oauth:client-assertion-type:saml2-bearer |
    Then the token request is refused
      | RFC7523-2.2-1 | a wrong client_assertion_type is refused | 400 invalid_request or 400 invalid_client or 401 invalid_client |

  Scenario: Another client_id beside the assertion
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | client_id | {other client_id} |
    Then the token request is refused
      | RFC7521-4.2-1 | a client_id unlike the assertion's sub is refused | any error |

  Scenario: A client_secret beside the assertion
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code
      | client_secret | {random 32} |
    Then the token request is refused
      | RFC6749-5.2-15 | a client assertion beside a client_secret is refused | 400 invalid_request or 401 or 400 invalid_client |

  Scenario: An assertion for two servers
    Given the client that authenticates by private_key_jwt
    And a completed authorization code flow
    And an authorization code
    When the client redeems the code with an assertion
      | aud | ["{audience}", "https://other.example"] |
    Then the token request is refused
      | PRACTICE-client-auth-1 | a client assertion for two servers is refused | 400 invalid_client or 401 invalid_client |
