@needs.oidc @needs.user
Feature: The ID Token

  @oidf.oidcc-server
  Scenario: The claims of the ID Token
    Given a completed authorization code flow
    Then the ID Token satisfies
      | OIDCC-2-1       | sub is at most 255 ASCII characters long               |
      | OIDCC-2-2       | exp and iat are there, as numbers                      |
      | OIDCC-2-4       | nonce is the one of the authentication request         |
      | OIDCC-2-5       | iss is the issuer, character by character              |
      | OIDCC-2-6       | aud contains the client_id                             |
      | OIDCC-2-7       | the ID Token is signed and its signature verifies      |
      | OIDCC-2-14      | iss, sub and aud are there, of the right type          |
      | OIDCC-2-15      | exp is in the future                                   |
      | OIDCC-2-16      | iat is within a few minutes of the present             |
      | OIDCC-2-19      | acr, when present, is a string                         |
      | OIDCC-2-20      | auth_time, when present, is a number not in the future |
      | OIDCC-2-23      | exp, iat and auth_time count seconds                   |
      | OIDCC-3.1.3.6-2 | at_hash, when present, is that of the access token     |
      | OIDCC-5.1-1     | standard claims have the types of the specification    |

  Scenario: What else the claims of the ID Token have to keep to
    Given a completed authorization code flow
    Then the ID Token satisfies
      | OIDCC-2-10      | acr, when present, is a URI or a registered name |
      | OIDCC-2-11      | amr, when present, holds registered values       |
      | OIDCC-2-12      | iss is an https URL without query and fragment   |
      | OIDCC-2-13      | azp, when present, is the client_id              |
      | OIDCC-2-18      | amr, when present, is an array of strings        |
      | OIDCC-2-22      | exp is later than iat                            |
      | OIDCC-3.1.3.7-1 | aud names no audience besides the client         |
      | RFC7519-4-1     | no claim of the ID Token comes twice             |
      | RFC7519-4.1.5-1 | nbf, when present, is a number not in the future |
      | RFC7519-7.2-1   | the claims of the ID Token are a JSON object     |

  @oidf.oidcc-idtoken-signature @needs.jwks
  Scenario: The signature of the ID Token
    Given a completed authorization code flow
    Then the ID Token satisfies
      | OIDCC-3.1.3.7-2 | alg is RS256 or the one that the client registered     |
      | OIDCC-10.1-1    | kid is in the header when the JWK Set has several keys |
      | OIDCC-10.1-5    | kid, when present, names one published signing key     |

  @needs.jwks
  Scenario: The key and the algorithm of the ID Token
    Given a completed authorization code flow
    Then the ID Token satisfies
      | OIDCC-2-8       | alg is not none, unless registered for the code flow         |
      | OIDCC-10.1-2    | the signing key is published, for signatures                 |
      | OIDCC-10.1-4    | an HS alg is keyed with the octets of client_secret          |
      | OIDCD-3-16      | ID Tokens are signed with an alg that the metadata lists     |
      | OIDCR-2-1       | ID Tokens are signed with the alg that the client registered |
      | RFC7515-4.1.1-1 | alg is there, the name of an algorithm                |
      | RFC7518-3.2-1   | the secret behind an HS alg is as long as its hash           |

  Scenario: The header and the form of the ID Token
    Given a completed authorization code flow
    Then the ID Token satisfies
      | OIDCC-2-3        | the ID Token's header has no jku, x5u, jwk or x5c  |
      | RFC4648-3.5-1    | unused bits of base64url in the ID Token are zero  |
      | RFC7515-4-1      | no parameter of the ID Token's header comes twice  |
      | RFC7515-4-2      | the ID Token's header is a JSON object             |
      | RFC7515-4.1.4-1  | kid in the header, when present, is a string       |
      | RFC7515-4.1.11-1 | crit, when present, keeps to its own rules         |
      | RFC7515-4.1.11-2 | crit names no extension that clients do not know   |
      | RFC7515-7.1-1    | the ID Token is three segments of plain base64url  |
      | RFC7519-5.1-1    | typ, when present, is JWT                          |
      | RFC7519-5.2-1    | an ID Token that nests nothing has no cty          |
      | RFC7519-5.3-1    | claims repeated in the header are the same there   |
      | RFC7797-7-1      | b64 in the header is not false                     |
      | RFC8725-3.12-2   | an ID Token does not look like another kind of JWT |

  Scenario: The ID Token of a request without a nonce
    Given a completed authorization code flow
      | nonce | {absent} |
    Then the ID Token satisfies
      | OIDCC-2-21 | without a nonce in the request the ID Token has none |

  Scenario: The ID Token of a request with max_age
    Given a completed authorization code flow
      | max_age | 10000 |
    Then the ID Token satisfies
      | OIDCC-3.1.2.1-4 | auth_time is there when max_age was asked for |
      | OIDCC-3.1.3.7-3 | auth_time is no older than max_age asked for  |

  @needs.dcr
  Scenario: The algorithm of a client that registered one
    Given a registered client
      | id_token_signed_response_alg | "ES256" |
    And a completed authorization code flow
    Then the ID Token satisfies
      | OIDCR-2-1 | ID Tokens are signed with the alg that the client registered |

  @needs.dcr
  Scenario: auth_time for a client that registered require_auth_time
    Given a registered client
      | require_auth_time | true |
    And a completed authorization code flow
    Then the ID Token satisfies
      | OIDCR-2-9 | require_auth_time puts auth_time into ID Tokens |

  @oidf.oidcc-idtoken-unsigned @needs.dcr
  Scenario: A client that registered ID Tokens without signature
    Given the provider offers ID Tokens without signature
    And a registered client
      | id_token_signed_response_alg | "none" |
    And a completed authorization code flow
    Then the ID Token satisfies
      | OIDCC-2-8 | alg is not none, unless registered for the code flow         |
      | OIDCR-2-1 | ID Tokens are signed with the alg that the client registered |
