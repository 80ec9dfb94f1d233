Feature: The provider's metadata

  @oidf.oidcc-discovery-endpoint-verification
  Scenario: The metadata document
    Then the discovery document satisfies
      | OIDCD-4-1   | the metadata is at issuer + /.well-known/openid-configuration |
      | OIDCD-4.2-1 | the metadata is 200, application/json, a JSON object          |
      | OIDCD-4.3-1 | the metadata's issuer is the URL it was fetched by            |
      | OIDCD-3-2   | all required members of the metadata are there                |
      | OIDCD-3-6   | every endpoint of the metadata is an https URL                |
