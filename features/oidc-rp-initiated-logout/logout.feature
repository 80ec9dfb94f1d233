@needs.oidc @needs.user @needs.end_session @needs.post_logout_uri @ends.session
Feature: RP-initiated logout

  @oidf.oidcc-rp-initiated-logout
  Scenario: Logout with id_token_hint, URI and state
    Given a completed authorization code flow of its own
    And prompt=none lets the user through
    When the user logs out
      | state | {printable 128} |
    Then the logout satisfies
      | OIDCRPL-3-1 | logout leads to the registered post_logout_redirect_uri |
      | OIDCRPL-2-5 | state comes back to the letter after logout             |
    When the user authorizes
      | prompt | none |
    Then the authorization request is refused
      | OIDCRPL-2-7 | logout with a fitting id_token_hint asks or ends the session | redirect with login_required or interaction_required or account_selection_required |
    And the authorization request is refused, once the user agreed to the logout
      | OIDCRPL-2-8 | after logout prompt=none is answered with login_required | redirect with login_required or interaction_required or account_selection_required |

  @oidf.oidcc-rp-initiated-logout-no-state
  Scenario: Logout without state
    Given a completed authorization code flow of its own
    And prompt=none lets the user through
    When the user logs out
      | state | {absent} |
    Then the logout satisfies
      | OIDCRPL-3-1 | logout leads to the registered post_logout_redirect_uri |
      | OIDCRPL-2-5 | state comes back to the letter after logout             |
    When the user authorizes
      | prompt | none |
    Then the authorization request is refused
      | OIDCRPL-2-7 | logout with a fitting id_token_hint asks or ends the session | redirect with login_required or interaction_required or account_selection_required |
    And the authorization request is refused, once the user agreed to the logout
      | OIDCRPL-2-8 | after logout prompt=none is answered with login_required | redirect with login_required or interaction_required or account_selection_required |

  Scenario: Logout by POST
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out by POST
    Then the logout satisfies
      | OIDCRPL-2-1 | the logout endpoint takes GET and form POST |

  Scenario: Logout by GET
    Given a completed authorization code flow of its own
    When the user logs out
      | client_id | {client_id} |
    Then the logout satisfies
      | OIDCRPL-2-1 | the logout endpoint takes GET and form POST |

  @oidf.oidcc-rp-initiated-logout-no-post-logout-redirect-uri
  Scenario: Logout without post_logout_redirect_uri
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | post_logout_redirect_uri | {absent} |
    Then the logout satisfies
      | OIDCRPL-3-6 | logout without post_logout_redirect_uri leads to no URI |

  @oidf.oidcc-rp-initiated-logout-only-state
  Scenario: Logout with state alone
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | id_token_hint            | {absent} |
      | client_id                | {absent} |
      | post_logout_redirect_uri | {absent} |
    Then the logout satisfies
      | OIDCRPL-3-6 | logout without post_logout_redirect_uri leads to no URI |

  @oidf.oidcc-rp-initiated-logout-no-params
  Scenario: Logout without parameters
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | id_token_hint            | {absent} |
      | client_id                | {absent} |
      | post_logout_redirect_uri | {absent} |
      | state                    | {absent} |
    Then the logout satisfies
      | OIDCRPL-3-6 | logout without post_logout_redirect_uri leads to no URI |

  Scenario: The user agrees to a logout without parameters
    Given a completed authorization code flow of its own
    And prompt=none lets the user through
    When the user logs out
      | id_token_hint            | {absent} |
      | client_id                | {absent} |
      | post_logout_redirect_uri | {absent} |
      | state                    | {absent} |
    And the user authorizes
      | prompt | none |
    Then the authorization request is refused, once the user agreed to the logout
      | OIDCRPL-2-8 | after logout prompt=none is answered with login_required | redirect with login_required or interaction_required or account_selection_required |

  Scenario: The user gives no answer to a logout without parameters
    Given a completed authorization code flow of its own
    And prompt=none lets the user through
    When the user looks at the logout page
      | id_token_hint            | {absent} |
      | client_id                | {absent} |
      | post_logout_redirect_uri | {absent} |
      | state                    | {absent} |
    Then the logout satisfies
      | OIDCRPL-2-6 | logout without a fitting id_token_hint asks the user |
    When the user authorizes
      | prompt | none |
    Then the authorization request is accepted
      | OIDCRPL-2-6 | logout without a fitting id_token_hint asks the user |

  @needs.multi_user
  Scenario: The user gives no answer to a logout with the hint of somebody else
    Given a completed authorization code flow of its own
    And the second user has logged in too
    And prompt=none lets the user through
    When the user looks at the logout page
      | id_token_hint            | {other user's id_token} |
      | post_logout_redirect_uri | {absent}                |
      | state                    | {absent}                |
    And the user authorizes
      | prompt | none |
    Then the authorization request is accepted
      | OIDCRPL-2-6 | logout without a fitting id_token_hint asks the user |

  Scenario: Logout with ui_locales and logout_hint
    Given a completed logout
    And a completed authorization code flow of its own
    When the user logs out
      | ui_locales  | tlh xx-Unknown |
      | logout_hint | {random 12}    |
    Then the logout satisfies
      | OIDCRPL-2-9 | ui_locales and logout_hint cause no error at logout |

  Scenario: Logout without a session
    Given a completed authorization code flow of its own
    When the user logs out
    And the user logs out
    Then the logout satisfies
      | OIDCRPL-4-2 | logout without a session is no error |

  @own.issuer @slow
  Scenario: Logout with an expired id_token_hint
    Given a completed logout
    And a completed authorization code flow of its own
    When the ID Token has expired
    And the user logs out
    Then the logout satisfies
      | OIDCRPL-2-3 | logout accepts an expired id_token_hint of a recent session |
