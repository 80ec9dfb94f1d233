@needs.oidc @needs.user @needs.refresh_token
Feature: Offline access

  Scenario: offline_access without prompt=consent
    Given a completed authorization code flow with a refresh token
    When the user goes through the authorization code flow again
      | scope | openid offline_access |
    Then the offline access satisfies
      | OIDCC-11-1 | offline_access without prompt=consent is ignored |
