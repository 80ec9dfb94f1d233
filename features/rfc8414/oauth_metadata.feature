@needs.as_metadata
Feature: OAuth 2.0 authorization server metadata

  Scenario: The OAuth metadata document
    Then the OAuth metadata satisfies
      | RFC8414-2-2   | the OAuth metadata has the members that its grants need |
      | RFC8414-2-3   | jwks_uri yields a JWK Set                               |
      | RFC8414-2-5   | JWT client authentication comes with its signing algs   |
      | RFC8414-2-6   | lists of client authentication signing algs have no none |
      | RFC8414-3.2-1 | OAuth metadata is 200, application/json, a JSON object  |
      | RFC8414-3.2-2 | OAuth metadata leaves out members with zero elements    |
      | RFC8414-3.2-3 | OAuth metadata has its lists as arrays of strings       |
      | RFC8414-3.3-1 | OAuth metadata has the issuer that it was fetched by    |

  @own.issuer
  Scenario: The place of the OAuth metadata
    Then the OAuth metadata satisfies
      | RFC8414-3-1 | OAuth metadata has its well-known path before the issuer's path |
