@needs.oidc @needs.user @every.exchange
Feature: How codes and tokens are made

  # Judged last, over all codes and tokens that the run was given.
  Scenario: All codes and tokens
    Given some codes and tokens
    Then the codes and tokens of the run satisfy
      | RFC6749-10.10-1 | codes and tokens have room for 128 random bits |
      | RFC6749-10.10-2 | codes and tokens have room for 160 random bits |
