@needs.user
Feature: The pages of login and consent

  Scenario: All pages on the way
    When the user authorizes in a new browser
      | prompt | consent |
    Then the pages satisfy
      | RFC9700-4.2.4-1 | login pages have no third-party resources or links |
      | RFC9700-4.16-1  | login and consent pages can't be framed            |
      | RFC9700-4.16-2  | login and consent pages have CSP frame-ancestors   |

  Scenario: A script of another origin
    When the user looks at the first page with the header "Origin: https://attacker.example"
    Then the pages satisfy
      | RFC9700-2.6-2 | the authorization endpoint does not support CORS |

  Scenario: The login form is sent by another browser
    Given a completed authorization code flow
    When the user opens the login page
    And another browser sends the form of the page
    Then the form is refused
      | RFC6749-10.12-1 | login and consent forms are protected against CSRF |
    When the user authorizes
      | prompt | none |
    Then the authorization request is refused
      | RFC6749-10.12-1 | login and consent forms are protected against CSRF | login_required or interaction_required or account_selection_required |

  Scenario: The consent form is sent by another browser
    Given a completed authorization code flow of its own
    When the user looks at the first page
      | prompt | consent |
    And another browser of the user sends the form of the page
    Then the form is refused
      | RFC6749-10.12-1 | login and consent forms are protected against CSRF |
