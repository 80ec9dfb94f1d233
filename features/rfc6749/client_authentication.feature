@needs.oidc @needs.user
Feature: Client authentication

  @oidf.oidcc-server-client-secret-post
  Scenario: client_secret_post
    Given the client that authenticates by client_secret_post
    And an authorization code
    When the client redeems the code
    Then the token request is accepted
      | RFC6749-5.1-1 | a token response has an access_token, a string |

  Scenario: client_secret_basic with every special character escaped
    Given the client that authenticates by client_secret_basic
    And an authorization code
    When the client with its credentials escaped redeems the code
    Then the token request is accepted
      | RFC6749-2.3.1-1 | client_secret_basic takes form-urlencoded id and secret |

  @needs.client_secret
  Scenario: Credentials in the URL
    Given a completed authorization code flow
    And an authorization code
    When the client with its secret in the URL redeems the code
    Then the token request is refused
      | RFC6749-2.3.1-2 | client credentials in the token endpoint's query are refused | any error |

  @needs.client_secret
  Scenario: Credentials in the header and in the body
    Given a completed authorization code flow
    And an authorization code
    When the client by header and body at once redeems the code
    Then the token request is refused
      | RFC6749-5.2-1 | two ways of client authentication at once are refused | 400 invalid_request or 401 or 400 invalid_client |

  @needs.client_secret @needs.multi_client
  Scenario: The client_id of another client beside the credentials
    Given the client that authenticates by client_secret_basic
    And a completed authorization code flow
    And an authorization code
    When the client with another client_id in the body redeems the code
    Then the token request is refused
      | RFC6749-5.2-2 | a client_id other than the authenticated client is refused | any error |

  Scenario: A wrong secret in the header
    Given the client that authenticates by client_secret_basic
    And a completed authorization code flow
    And an authorization code
    When the client with a wrong secret in the header redeems the code
    Then the token error satisfies
      | RFC6749-5.2-7 | a wrong secret by Basic gets 401 and WWW-Authenticate: Basic |

  Scenario: A wrong secret in the body
    Given the client that authenticates by client_secret_post
    And a completed authorization code flow
    And an authorization code
    When the client with a wrong secret in the body redeems the code
    Then the token request is refused
      | RFC6749-5.2-8 | a wrong secret in the body is invalid_client | 400 invalid_client or 401 invalid_client |

  Scenario: An unknown client
    Given a completed authorization code flow
    And an authorization code
    When an unknown client redeems the code
    Then the token request is refused
      | RFC6749-5.2-9 | an unknown client at the token endpoint is invalid_client | 400 invalid_client or 401 invalid_client |

  @needs.dcr
  Scenario: Another authentication method than the registered one
    Given a registered client
      | token_endpoint_auth_method | "client_secret_basic" |
    And a completed authorization code flow
    And an authorization code
    When the client with its secret in the body redeems the code
    Then the token request is refused
      | OIDCC-3.1.3.1-1 | only the registered authentication method is taken | 401 or 400 invalid_client |

  @needs.dcr
  Scenario: A client registered without an authentication method
    Given a registered client
    And no other authentication method was provisioned
    And an authorization code
    When the client with its secret in the header redeems the code
    Then the token request is accepted
      | OIDCC-9-4 | client_secret_basic is the default authentication method |
