Feature: The provider's metadata

  @oidf.oidcc-discovery-endpoint-verification @needs.oidc
  Scenario: The metadata document
    Then the discovery document satisfies
      | OIDCD-4-1   | the metadata is at issuer + /.well-known/openid-configuration |
      | OIDCD-4.2-1 | the metadata is 200, application/json, a JSON object          |
      | OIDCD-4.3-1 | the metadata's issuer is the URL it was fetched by            |
      | OIDCD-3-17  | the issuer is an https URL without query and fragment         |
      | OIDCD-3-2   | all required members of the metadata are there                |
      | OIDCD-3-3   | id_token_signing_alg_values_supported contains RS256          |
      | OIDCD-3-5   | userinfo_endpoint, scopes_ and claims_supported are there     |
      | OIDCD-3-6   | every endpoint of the metadata is an https URL                |

  @oidf.oidcc-discovery-endpoint-verification
  Scenario: The scopes of the metadata document
    Then the discovery document satisfies
      | OIDCD-3-4 | scopes_supported, when present, contains openid |

  @needs.oidc
  Scenario: The form of the metadata document
    Then the discovery document satisfies
      | OIDCD-3-10          | token_endpoint_auth_signing_alg_values_supported has no none |
      | OIDCD-3-18          | members of the metadata have the types of the specification  |
      | OIDCD-3-20          | grant types left out fit the response types                  |
      | OIDCD-4.2-2         | members of the metadata with zero elements are left out      |
      | PRACTICE-metadata-3 | metadata and JWK Set say how long to cache them              |
    And the provider publishes metadata
      | RFC9700-2.6-4 | the provider publishes its metadata |

  Scenario: What the metadata list is there
    Then every endpoint of the metadata answers
      | PRACTICE-metadata-1 | every feature that the metadata lists works |

  Scenario: What the metadata do not list is not there
    When the client sends a token request
      | grant_type | {unlisted grant_type} |
    Then the token request is refused
      | PRACTICE-metadata-2 | a feature that the metadata does not list is refused | any error |

  @needs.oidc @needs.user
  Scenario: A request object by reference where the metadata say nothing of it
    Given a completed authorization code flow
    When the user authorizes
      | request_uri | https://127.0.0.1:8765/request.jwt |
    Then the default of request_uri_parameter_supported holds
      | OIDCD-3-13 | metadata members left out mean their defaults |

  @needs.oidc @needs.user
  Scenario: The metadata tell of PKCE
    Given a completed authorization code flow
    When the user authorizes
    And the client redeems the code
      | code_verifier | {unreserved 64} |
    Then the metadata tell that PKCE is there
      | RFC8414-2-7 | code_challenge_methods_supported is there where PKCE works |

  Scenario: A script asks the authorization endpoint
    Then the authorization endpoint is closed to scripts
      | RFC9700-2.6-2 | the authorization endpoint does not support CORS |
