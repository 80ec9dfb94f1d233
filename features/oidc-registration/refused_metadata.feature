@needs.dcr
Feature: Client metadata that are not registered

  Scenario: A redirect URI that is no URI
    Given a registered client
    When a client is registered
      | redirect_uris | ["not a redirect URI"] |
    Then the registration error satisfies
      | OIDCR-3.3-1 | bad metadata gets a 400 with a registration error code |

  Scenario: A registration that is no JSON
    Given a registered client
    When a client is registered
      """
      {"redirect_uris": ["https://127.0.0.1:8765/callback"
      """
    Then the registration is refused
      | RFC7591-3.2.2-1 | a registration that is no JSON or ill-typed gets 400 | 400 |

  Scenario: Redirect URIs of the wrong type
    Given a registered client
    When a client is registered
      | redirect_uris | "{redirect_uri}" |
    Then the registration error satisfies
      | RFC7591-3.2.2-1 | a registration that is no JSON or ill-typed gets 400 |

  Scenario: No redirect URI
    Given a registered client
    When a client is registered
      | redirect_uris  | {absent}               |
      | grant_types    | ["authorization_code"] |
      | response_types | ["code"]               |
    Then the registration is refused
      | RFC7591-5-1 | a code client without redirect_uris is not registered | any error |

  @oidf.oidcc-redirect-uri-regfrag
  Scenario: A redirect URI with a fragment
    Given a registered client
    When a client is registered
      | redirect_uris | ["{redirect_uri}#fragment"] |
    Then the registration is refused
      | RFC7591-5-2 | unsafe redirect_uris are not registered | 400 |
    And the asked redirect_uris are not registered
      | RFC6749-3.1.2-1 | a redirect_uri with a fragment is refused |

  Scenario: A redirect URI that is a script
    Given a registered client
    When a client is registered
      | redirect_uris | ["javascript:alert(document.domain)"] |
    Then the registration is refused
      | RFC7591-5-2 | unsafe redirect_uris are not registered | any error |

  # Of a public client: to a confidential one OpenID Connect Core 3.1.2.1 permits http, where the provider does.
  Scenario: A redirect URI by plain http
    Given a registered client
      | token_endpoint_auth_method | "none" |
    When a client is registered
      | token_endpoint_auth_method | "none"                             |
      | redirect_uris              | ["http://rp.example.com/callback"] |
    Then the registration is refused
      | RFC7591-5-2   | unsafe redirect_uris are not registered               | any error |
      | RFC9700-2.6-1 | an http redirect_uri is refused unless it is loopback | any error |

  @needs.implicit
  Scenario: A web client of the implicit flow by plain http
    Given a registered client
      | application_type | "web"        |
      | response_types   | ["id_token"] |
    When a client is registered
      | application_type | "web"                              |
      | response_types   | ["id_token"]                       |
      | redirect_uris    | ["http://rp.example.com/callback"] |
    Then the registration is refused
      | OIDCR-2-2 | an implicit web client registers https redirect URIs only | any error |

  Scenario: A native client of another host
    Given a registered client
      | application_type           | "native"                              |
      | token_endpoint_auth_method | "none"                                |
      | redirect_uris              | ["com.example.oidcheck:/callback"]    |
    When a client is registered
      | application_type           | "native"                           |
      | token_endpoint_auth_method | "none"                             |
      | redirect_uris              | ["http://rp.example.com/callback"] |
    Then the registration is refused
      | OIDCR-2-4 | a native client registers own schemes or loopback http only | any error |

  Scenario: Keys by value and by reference
    Given a registered client
      | jwks | {"keys": [{"kty": "EC", "crv": "P-256", "kid": "a", "use": "sig", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]} |
    When a client is registered
      | jwks     | {"keys": [{"kty": "EC", "crv": "P-256", "kid": "a", "use": "sig", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]} |
      | jwks_uri | "https://rp.example.com/jwks.json" |
    Then the asked jwks and jwks_uri are not registered
      | OIDCR-2-5 | jwks and jwks_uri together are not registered |

  @needs.hybrid
  Scenario: Unsigned ID Tokens from the authorization endpoint
    Given a registered client
      | response_types | ["code id_token"] |
    When a client is registered
      | response_types               | ["code id_token"] |
      | id_token_signed_response_alg | "none"            |
    Then the asked id_token_signed_response_alg is not registered
      | OIDCR-2-6 | alg none for front-channel ID Tokens is not registered |

  Scenario: ID Tokens of a public client by HMAC
    Given a registered client
      | token_endpoint_auth_method | "none" |
    When a client is registered
      | token_endpoint_auth_method   | "none"  |
      | id_token_signed_response_alg | "HS256" |
    Then the asked token_endpoint_auth_method and id_token_signed_response_alg are not registered
      | OIDCC-10.1-3 | a public client can't register an HS alg for ID Tokens |

  @needs.implicit
  Scenario: Grant types that do not fit the response types
    Given a registered client
      | response_types | ["id_token"] |
    When a client is registered
      | grant_types    | ["authorization_code"] |
      | response_types | ["id_token"]           |
    Then the asked grant_types and response_types are not registered
      | RFC7591-2.1-1 | grant_types that do not fit response_types are not registered |

  Scenario: An unknown authentication method
    Given a registered client
    When a client is registered
      | token_endpoint_auth_method | "oidcheck_unknown" |
    Then the asked token_endpoint_auth_method is not registered
      | RFC7591-3.2.2-2 | an unsupported authentication method is refused or replaced |
