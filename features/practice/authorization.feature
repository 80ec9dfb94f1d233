@needs.user
Feature: Bad input at the authorization endpoint

  Scenario: A parameter of 20,000 characters
    Given a completed authorization code flow
    When the user authorizes by POST
      | login_hint | {random 20000} |
    Then the server did not fail
      | PRACTICE-robustness-1 | malformed input never ends in a 5xx |

  Scenario: A percent sign that escapes nothing
    Given a completed authorization code flow
    When the user authorizes with "login_hint=%zz" added to the query
    Then the server did not fail
      | PRACTICE-robustness-1 | malformed input never ends in a 5xx |

  Scenario: Octets that are no UTF-8
    Given a completed authorization code flow
    When the user authorizes with "login_hint=%ff%fe%80" added to the query
    Then the server did not fail
      | PRACTICE-robustness-1 | malformed input never ends in a 5xx |

  Scenario: A zero byte
    Given a completed authorization code flow
    When the user authorizes with "login_hint=%00" added to the query
    Then the server did not fail
      | PRACTICE-robustness-1 | malformed input never ends in a 5xx |

  Scenario: Markup in an error
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | https://client.example/"><script>alert({random 8})</script> |
      | client_id    | "><img src=x onerror=alert({random 8})>                     |
    Then no page holds what was sent as markup
      | PRACTICE-robustness-2 | what a request brings is escaped in pages |

  Scenario: Markup in the login page
    When the user opens the login page
      | login_hint | "><script>alert({random 8})</script> |
      | state      | "><script>alert({random 8})</script> |
    Then no page holds what was sent as markup
      | PRACTICE-robustness-2 | what a request brings is escaped in pages |

  Scenario: The headers of the login page
    When the user opens the login page
    Then the pages satisfy
      | PRACTICE-robustness-3 | login pages carry security headers |

  Scenario: A forged Host header
    When the metadata are asked for with another header
      | host | attacker.example |
    Then the answer names no other host
      | PRACTICE-robustness-4 | a forged Host header changes no URL |
