@needs.oidc @needs.user @needs.end_session @needs.post_logout_uri @ends.session
Feature: Where a logout leads

  @oidf.oidcc-rp-initiated-logout-bad-post-logout-redirect-uri
  Scenario: A post_logout_redirect_uri that is not registered
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | post_logout_redirect_uri | https://not-registered.example/{random 8} |
    Then the logout satisfies
      | OIDCRPL-3-2 | logout never leads to an unregistered URI |
      | OIDCRPL-4-3 | a logout request with an error leads to no URI |

  @oidf.oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri
  Scenario: A post_logout_redirect_uri with a query added
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | post_logout_redirect_uri | {post_logout_redirect_uri}?foo=bar |
    Then the logout satisfies
      | OIDCRPL-3-2 | logout never leads to an unregistered URI |

  Scenario: A post_logout_redirect_uri with a path added
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | post_logout_redirect_uri | {post_logout_redirect_uri}/{random 8} |
    Then the logout satisfies
      | OIDCRPL-3-2 | logout never leads to an unregistered URI |

  Scenario: A post_logout_redirect_uri with a slash added
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | post_logout_redirect_uri | {post_logout_redirect_uri}/ |
    Then the logout satisfies
      | OIDCRPL-3-2 | logout never leads to an unregistered URI |

  @needs.multi_client
  Scenario: The post_logout_redirect_uri of another client
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | post_logout_redirect_uri | {other client's post_logout_redirect_uri} |
    Then the logout satisfies
      | OIDCRPL-3-2 | logout never leads to an unregistered URI |

  @oidf.oidcc-rp-initiated-logout-no-id-token-hint
  Scenario: A post_logout_redirect_uri without id_token_hint
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | id_token_hint | {absent} |
      | client_id     | {absent} |
    Then the logout satisfies
      | OIDCRPL-3-3 | logout without a proof of the client leads to no URI |
