@needs.oidc @needs.user
Feature: prompt

  @oidf.oidcc-prompt-none-not-logged-in
  Scenario: prompt=none without a session
    Given a completed authorization code flow
    When the user authorizes in a new browser
      | prompt | none             |
      | state  | {unreserved 128} |
    Then the authorization request of the new browser is refused
      | OIDCC-3.1.2.3-1 | prompt=none without a session returns an error, no page | redirect with login_required or interaction_required or account_selection_required or consent_required |

  @oidf.oidcc-prompt-none-logged-in
  Scenario: prompt=none with a session
    Given a completed authorization code flow of its own
    When the user goes through the authorization code flow again
      | prompt | none |
    Then the ID Token of the second login satisfies
      | OIDCC-3.1.2.1-16 | prompt=none with a session succeeds without id_token_hint |
    And the user saw no page
      | OIDCC-3.1.2.1-16 | prompt=none with a session succeeds without id_token_hint |

  Scenario: prompt=none with a session is accepted
    Given a completed authorization code flow of its own
    When the user authorizes
      | prompt | none |
    Then the authorization request is accepted
      | OIDCC-3.1.2.1-16 | prompt=none with a session succeeds without id_token_hint |

  @needs.dcr
  Scenario: prompt=none for a client that the user does not know
    Given a completed authorization code flow of its own
    And a registered client
    When the user authorizes
      | prompt | none |
    Then the user saw no page
      | OIDCC-3.1.2.1-1 | prompt=none shows no page when consent is missing |

  Scenario: prompt=none together with login
    Given a completed authorization code flow of its own
    And prompt=none lets the user through
    When the user authorizes
      | prompt | none login |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-2 | prompt=none together with another value is an error | any error |

  @oidf.oidcc-prompt-login @own.issuer
  Scenario: prompt=login with a session
    Given a completed authorization code flow of its own
    When 1 second passes
    And the user goes through the authorization code flow again
      | prompt | login |
    Then the user was asked to log in
      | OIDCC-3.1.2.3-2 | prompt=login makes the user log in again |
    And the ID Token of the second login satisfies
      | OIDCC-3.1.2.3-2 | prompt=login makes the user log in again |

  Scenario: prompt=consent after a consent
    Given a completed authorization code flow of its own
    When the user authorizes
      | prompt | consent |
    Then the user was asked for consent, or the request was refused
      | OIDCC-3.1.2.1-14 | prompt=consent asks for consent again | any error |

  Scenario: prompt=select_account with a session
    Given a completed authorization code flow of its own
    When the user authorizes
      | prompt | select_account |
    Then the user was asked something, or the request was refused
      | OIDCC-3.1.2.1-15 | prompt=select_account offers a choice of accounts | any error |

  Scenario: prompt is a word that nobody knows
    Given a completed authorization code flow
    When the user authorizes
      | prompt | {random 8} |
    Then the authorization request is accepted, or refused
      | OIDCC-3.1.2.1-12 | an unknown prompt value is ignored or an error | invalid_request |

  @oidf.oidcc-max-age-1 @own.issuer
  Scenario: max_age=1 after two seconds
    Given a completed authorization code flow of its own
    When 2 seconds pass
    And the user goes through the authorization code flow again
      | max_age | 1 |
    Then the ID Token of the second login satisfies
      | OIDCC-3.1.2.1-3 | a login older than max_age is done again |
    And the ID Token satisfies
      | OIDCC-3.1.2.1-4 | auth_time is there when max_age was asked for |

  @own.issuer
  Scenario: max_age=1 after two seconds asks the user
    Given a completed authorization code flow of its own
    When 2 seconds pass
    And the user authorizes
      | max_age | 1 |
    Then the user was asked to log in
      | OIDCC-3.1.2.1-3 | a login older than max_age is done again |

  @oidf.oidcc-max-age-10000
  Scenario: max_age=10000
    Given a completed authorization code flow of its own
      | max_age | 15000 |
    Then the ID Token satisfies
      | OIDCC-3.1.2.1-4 | auth_time is there when max_age was asked for |
    When the user goes through the authorization code flow again
      | max_age | 10000 |
    Then the ID Token satisfies
      | OIDCC-3.1.2.1-4 | auth_time is there when max_age was asked for |

  @oidf.oidcc-id-token-hint
  Scenario: id_token_hint of the user who is logged in
    Given a completed authorization code flow of its own
    And prompt=none lets the user through
    When the user goes through the authorization code flow again
      | prompt        | none       |
      | id_token_hint | {id_token} |
    Then the ID Token of the second login satisfies
      | OIDCC-3.1.2.1-18 | an id_token_hint of the user who is logged in succeeds |

  Scenario: id_token_hint of the user who is logged in is accepted
    Given a completed authorization code flow of its own
    And prompt=none lets the user through
    When the user authorizes
      | prompt        | none       |
      | id_token_hint | {id_token} |
    Then the authorization request is accepted
      | OIDCC-3.1.2.1-18 | an id_token_hint of the user who is logged in succeeds |

  @needs.multi_user
  Scenario: id_token_hint of another user
    Given a completed authorization code flow of its own
    And the second user has logged in too
    And prompt=none lets the user through
    When the user authorizes
      | prompt        | none                    |
      | id_token_hint | {other user's id_token} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-5 | an id_token_hint of another user ends in an error | any error |

  Scenario: id_token_hint with another signature
    Given a completed authorization code flow of its own
    And prompt=none lets the user through
    When the user authorizes
      | prompt        | none                              |
      | id_token_hint | {id_token with another signature} |
    Then the authorization request is refused
      | OIDCC-3.1.2.2-2 | an id_token_hint that the issuer did not sign is refused | any error |

  Scenario: id_token_hint without a signature
    Given a completed authorization code flow of its own
    And prompt=none lets the user through
    When the user authorizes
      | prompt        | none                         |
      | id_token_hint | {id_token without signature} |
    Then the authorization request is refused
      | OIDCC-3.1.2.2-2 | an id_token_hint that the issuer did not sign is refused | any error |

  @own.issuer @slow
  Scenario: id_token_hint that has expired
    Given a completed authorization code flow of its own
    And prompt=none lets the user through
    When the ID Token has expired
    And the user authorizes
      | prompt        | none       |
      | id_token_hint | {id_token} |
    Then the authorization request is accepted
      | OIDCC-3.1.2.2-3 | an expired id_token_hint of a recent session is accepted |
