@needs.oidc @needs.user
Feature: The authorization request of OpenID Connect

  @oidf.oidcc-ensure-post-request-succeeds
  Scenario: The request comes by POST
    Given a completed authorization code flow
    When the user authorizes by POST
    Then the authorization request is accepted
      | OIDCC-3.1.2.1-8 | the authorization endpoint takes GET and form POST alike |

  Scenario: The request comes by POST before the login
    Given a completed authorization code flow
    When the user authorizes by POST in a new browser
    Then the authorization request is accepted
      | OIDCC-3.1.2.1-8 | the authorization endpoint takes GET and form POST alike |

  Scenario: No redirect_uri
    Given a completed authorization code flow
    When the user authorizes
      | redirect_uri | {absent} |
    Then the authorization request is refused
      | OIDCC-3.1.2.1-9 | an openid request without redirect_uri is refused | any error |

  Scenario: A max_age that is no number
    Given a completed authorization code flow
    When the user authorizes
      | max_age | soon |
    Then the authorization request is accepted, or refused
      | OIDCC-3.1.2.2-5 | an invalid request is answered by an error response | redirect with invalid_request |

  Scenario: An invalid request is answered at the redirect_uri
    Given a completed authorization code flow
    When the user authorizes
      | response_type | {absent} |
    Then the error response satisfies
      | OIDCC-3.1.2.2-5 | an invalid request is answered by an error response |

  @oidf.oidcc-ensure-request-without-nonce-succeeds-for-code-flow
  Scenario: No nonce
    Given a completed authorization code flow
    When the user authorizes
      | nonce | {absent} |
    Then the authorization request is accepted
      | OIDCC-2-17 | the code flow succeeds without a nonce |

  Scenario: A nonce of 128 characters of both cases
    Given a completed authorization code flow
      | nonce | {unreserved 128} |
    Then the ID Token satisfies
      | OIDCC-2-4 | nonce is the one of the authentication request |

  Scenario: A nonce of characters that must be escaped
    Given a completed authorization code flow
      | nonce | a+b%c&d=e/f~g?h#i "j" k;l,é漢{random 16} |
    Then the ID Token satisfies
      | OIDCC-2-4 | nonce is the one of the authentication request |

  Scenario: A request without openid
    Given a completed authorization code flow
    When the user authorizes
      | scope | profile |
    Then the authorization request is accepted, or refused
      | OIDCC-3.1.2.1-7 | a request without openid is refused or plain OAuth | invalid_scope or invalid_request |

  Scenario: A scope that nobody knows beside openid
    Given a completed authorization code flow
    When the user authorizes
      | scope | {scope} {random 12} |
    Then the authorization request is accepted
      | OIDCC-3.1.2.1-10 | an unknown scope beside openid does no harm |

  @oidf.oidcc-display-page
  Scenario: display is page
    Given a completed authorization code flow
    When the user authorizes
      | display | page |
    Then the authorization request is accepted
      | OIDCC-15.1-2 | display, locales and acr_values cause no error |

  @oidf.oidcc-display-popup
  Scenario: display is popup
    Given a completed authorization code flow
    When the user authorizes
      | display | popup |
    Then the authorization request is accepted
      | OIDCC-15.1-2 | display, locales and acr_values cause no error |

  Scenario: display is a word that nobody knows
    Given a completed authorization code flow
    When the user authorizes
      | display | {random 8} |
    Then the authorization request is accepted, or refused
      | OIDCC-3.1.2.1-11 | an unknown display value is ignored or an error | invalid_request |

  @oidf.oidcc-ui-locales
  Scenario: ui_locales that hardly anybody supports
    Given a completed authorization code flow
    When the user authorizes
      | ui_locales | se tlh-Latn |
    Then the authorization request is accepted
      | OIDCC-3.1.2.1-13 | ui_locales that are not supported cause no error |
      | OIDCC-15.1-2     | display, locales and acr_values cause no error   |

  @oidf.oidcc-claims-locales
  Scenario: claims_locales that hardly anybody supports
    Given a completed authorization code flow
    When the user authorizes
      | claims_locales | se tlh-Latn |
    Then the authorization request is accepted
      | OIDCC-5.2-1  | claims_locales that are not supported cause no error |
      | OIDCC-15.1-2 | display, locales and acr_values cause no error       |

  @oidf.oidcc-login-hint
  Scenario: A login_hint
    Given a completed authorization code flow
    When the user authorizes
      | login_hint | {username} |
    Then the authorization request is accepted
      | OIDCC-3.1.2.1-17 | login_hint causes no error |

  @oidf.oidcc-ensure-request-with-acr-values-succeeds
  Scenario: acr_values that hardly anybody supports
    Given a completed authorization code flow
    When the user authorizes
      | acr_values | 1 2 |
    Then the authorization request is accepted
      | OIDCC-15.1-2 | display, locales and acr_values cause no error |

  @oidf.oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported
  Scenario: A request object by value
    Given a completed authorization code flow
    When the user authorizes
      | request | {request object} |
      | state   | {absent}         |
      | nonce   | {absent}         |
    Then the answer to the request object satisfies
      | OIDCC-6.1-1 | request, where unsupported, is request_not_supported |

  @oidf.oidcc-ensure-request-object-with-redirect-uri
  Scenario: A request object by value with another redirect_uri
    Given a completed authorization code flow
    When the user authorizes
      | request      | {request object}          |
      | redirect_uri | {redirect_uri}/{random 8} |
    Then the answer to the request object satisfies
      | OIDCC-3.1.2.1-6 | a redirect_uri that is not exactly registered is refused |

  @oidf.oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported
  Scenario: A request object by reference
    Given a completed authorization code flow
    When the user authorizes
      | request_uri | https://127.0.0.1:9/{random 16}#{random 16} |
    Then the answer to the request object satisfies
      | OIDCC-6.2-1 | request_uri, where unsupported, is request_uri_not_supported |

  Scenario: registration
    Given a completed authorization code flow
    When the user authorizes
      | registration | {"client_name": "x"} |
    Then the authorization request is accepted, or refused
      | OIDCC-3.1.2.6-3 | registration, where unsupported, is registration_not_supported | redirect with registration_not_supported |

  Scenario: A response_mode that nobody supports
    Given a completed authorization code flow
    When the user authorizes
      | response_mode | {random 12} |
    Then the authorization request is answered by a page of status 400
      | OIDCC-3.1.2.6-4 | an unsupported response_mode is answered 400, no redirect |
