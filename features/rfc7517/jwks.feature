@needs.jwks
Feature: The JWK Set

  @oidf.oidcc-discovery-endpoint-verification
  Scenario: The published keys
    Then the JWK Set satisfies
      | RFC7517-5-1     | a JWK Set is an object with an array of keys       |
      | RFC7517-4.1-1   | every JWK has a kty                                |
      | OIDCD-3-7       | the JWK Set has no private or symmetric key        |
      | RFC7518-6.3.1-1 | an RSA key has n and e                             |
      | RFC7518-6.2.1-1 | an EC key has crv, x and y                         |

  Scenario: The form of the JWK Set
    Then the JWK Set satisfies
      | OIDCC-10.1-6        | every key of a JWK Set of several has a kid          |
      | OIDCD-3-8           | a JWK with x5c has the bare key of its certificate   |
      | OIDCD-3-9           | every JWK has use where some keys are for encryption |
      | OIDCD-3-19          | the JWK Set has a public key for signatures          |
      | RFC7517-4-1         | no member of a JWK comes twice                       |
      | RFC7517-4-2         | kid, use, alg and crv of a JWK are strings           |
      | RFC7517-4.3-1       | key_ops, when present, is an array without repetitions |
      | RFC7517-4.3-2       | a JWK has use or key_ops, not both                   |
      | RFC7517-4.3-3       | use and key_ops of a JWK agree                       |
      | RFC7517-4.5-1       | kid tells the keys of the JWK Set apart              |
      | RFC7517-5-2         | no member of the JWK Set comes twice                 |
      | RFC7518-2-1         | n and e of a JWK have no leading zero octets         |
      | RFC7518-3.3-1       | an RSA key for RS256 has 2048 bits or more           |
      | RFC7518-6.2.1-2     | x and y of an EC key are a point of its curve        |
      | RFC7518-6.2.1.2-1   | x and y of an EC key have the full size              |
      | RFC8037-2-1         | an OKP key has crv and x                             |
      | PRACTICE-metadata-4 | the JWK Set comes as JSON by its Content-Type        |

  @own.issuer @needs.oidc @needs.user @oidf.oidcc-server-rotate-keys
  Scenario: A signing key is retired
    Given a completed authorization code flow of its own
    When the provider rotates its keys
    And the user goes through the authorization code flow again
    Then the JWK Set still has the retired keys
      | OIDCC-10.1.1-2 | a retired signing key stays published for a while |
    And the ID Token satisfies
      | OIDCC-10.1-2 | the signing key is published, for signatures |
