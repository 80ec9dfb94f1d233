@needs.dcr
Feature: Dynamic client registration

  Scenario: A client is registered and signs a user in
    Given a registered client
    When the user authorizes
    Then the registration is accepted
      | RFC7591-3.2.1-5 | a registration response has a client_id |
