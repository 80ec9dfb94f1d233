@needs.end_session
Feature: What is known of logout beforehand

  @oidf.oidcc-rp-initiated-logout-discovery-endpoint-verification
  Scenario: The endpoint in the metadata
    Then the end_session_endpoint satisfies
      | OIDCRPL-2.1-1 | end_session_endpoint is there, an https URL |

  @needs.dcr
  Scenario: A client with post_logout_redirect_uris is registered
    When a client is registered
      | post_logout_redirect_uris | ["https://rp.example/bye", "https://rp.example/bye?a=b"] |
    Then the registration of post_logout_redirect_uris satisfies
      | OIDCRPL-3.1-1 | post_logout_redirect_uris can be registered |

  @needs.dcr
  Scenario: A public client with an http post-logout URI is registered
    Given a registered client
      | token_endpoint_auth_method | "none"                     |
      | post_logout_redirect_uris  | ["https://rp.example/bye"] |
    When a client is registered
      | token_endpoint_auth_method | "none"                    |
      | post_logout_redirect_uris  | ["http://rp.example/bye"] |
    Then the registration of post_logout_redirect_uris satisfies
      | OIDCRPL-2-11 | a public client can't have an http post-logout URI |
