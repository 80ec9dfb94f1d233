@needs.user
Feature: Redirect URIs are compared to the letter

  Scenario: A slash is added
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri}/ |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: A query is added
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri}?{random 8}=1 |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: A code is added in the query
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri}?code={random 12} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: The last character is missing
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri cut short} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: Something is added to the path
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri}{random 4} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: An escaped slash and dot segments are added
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri with an escaped slash} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: Dot segments
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri with dot segments} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: A letter of the path is escaped
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri with an escaped letter} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: The path is in capitals
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri with its path in capitals} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: The scheme is in capitals
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri with its scheme in capitals} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  @needs.dcr
  Scenario: Another scheme
    Given a registered client
    And a completed authorization code flow of its own
    When the user authorizes
      | redirect_uri | {redirect_uri with another scheme} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: Another port
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri at another port} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: A longer host
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri at a longer host} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: A subdomain
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri at a subdomain} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: Host and port are userinfo of another host
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri as userinfo} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: An escaped host is userinfo
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {redirect_uri as encoded userinfo} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |


  Scenario: Another host
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | https://attacker.example/{random 8} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  @needs.dcr
  Scenario: Of another client
    Given a completed authorization code flow
    When a client is registered
      | redirect_uris | ["{redirect_uri}/{random 8}"] |
    And the user authorizes
      | redirect_uri | {registered redirect_uri} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused | no redirect |

  Scenario: An error is not sent to whatever the request names
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | https://attacker.example/{random 8} |
      | prompt       | none login                          |
      | scope        | {random 8}                          |
    Then the authorization request is refused
      | RFC9700-2.1-2 | an error is not sent to whatever URI the request names | no redirect |
