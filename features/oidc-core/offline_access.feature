@needs.oidc @needs.user @needs.refresh_token
Feature: Offline access

  Scenario: offline_access without prompt=consent
    Given a completed authorization code flow with a refresh token
    When the user goes through the authorization code flow again
      | scope | openid offline_access |
    Then the offline access satisfies
      | OIDCC-11-1 | offline_access without prompt=consent is ignored |

  @needs.implicit @needs.dcr
  Scenario: offline_access without a code
    Given the provider offers the scope offline_access
    And a registered client
      | response_types | ["id_token"] |
    When the user authorizes
      | response_type | id_token              |
      | scope         | openid offline_access |
      | prompt        | consent               |
    Then the response with tokens satisfies
      | OIDCC-11-2 | offline_access without a code in response_type is ignored |
