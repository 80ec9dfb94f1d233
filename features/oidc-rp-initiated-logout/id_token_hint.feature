@needs.oidc @needs.user @needs.end_session @needs.post_logout_uri @ends.session
Feature: The id_token_hint of a logout

  @oidf.oidcc-rp-initiated-logout-modified-id-token-hint
  Scenario: An id_token_hint without a signature
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | id_token_hint | {id_token without signature} |
    Then the logout satisfies
      | OIDCRPL-2-2 | logout refuses an id_token_hint the issuer did not sign |
      | OIDCRPL-4-3 | a logout request with an error leads to no URI          |

  @oidf.oidcc-rp-initiated-logout-bad-id-token-hint
  Scenario: An id_token_hint of another issuer
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | id_token_hint | {id_token of another issuer} |
    Then the logout satisfies
      | OIDCRPL-2-2 | logout refuses an id_token_hint the issuer did not sign |
      | OIDCRPL-4-3 | a logout request with an error leads to no URI          |

  Scenario: An id_token_hint with another signature
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | id_token_hint | {id_token with another signature} |
    Then the logout satisfies
      | OIDCRPL-2-2 | logout refuses an id_token_hint the issuer did not sign |
      | OIDCRPL-4-3 | a logout request with an error leads to no URI          |

  @needs.multi_client
  Scenario: The client_id of another client beside id_token_hint
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | client_id | {other client_id} |
    Then the logout satisfies
      | OIDCRPL-2-4 | a client_id unlike that of the id_token_hint is an error |
      | OIDCRPL-4-3 | a logout request with an error leads to no URI           |
