@needs.oidc @needs.user
Feature: The claims parameter

  @oidf.oidcc-claims-essential
  Scenario: claims
    Given a completed authorization code flow
    When the user authorizes
      | claims | {"userinfo": {"name": {"essential": true}}} |
    Then the authorization request is accepted
      | OIDCC-5.5-2 | an OP without support for claims does not fail on it |

  @needs.claims_param
  Scenario: A member that nobody knows
    Given a completed authorization code flow
    When the user authorizes
      | claims | {"id_token": {"email": {"{random 8}": true}}, "{random 12}": {"email": null}} |
    Then the authorization request is accepted
      | OIDCC-5.5-1 | unknown members of the claims parameter are ignored |

  @needs.claims_param
  Scenario: Claims that nobody has
    Given a completed authorization code flow
    When the user authorizes
      | claims | {"userinfo": {"urn:example:{random 8}": {"essential": true}}, "id_token": {"urn:example:{random 8}": null}} |
    Then the authorization request is accepted
      | OIDCC-5.5.1-1 | a claim that can't be returned causes no error |

  @oidf.oidcc-claims-essential @needs.claims_param @needs.userinfo
  Scenario: A claim that is essential in UserInfo
    Given a completed authorization code flow
      | scope  | openid                                      |
      | claims | {"userinfo": {"name": {"essential": true}}} |
    When the client asks UserInfo
    Then UserInfo has the essential claims
      | OIDCC-5.5.1-2 | an essential claim is returned where it has a value |

  @needs.claims_param
  Scenario: A claim that is essential in the ID Token
    Given a completed authorization code flow
      | claims | {"id_token": {"name": {"essential": true}}} |
    Then the ID Token has the essential claims
      | OIDCC-5.5.1-2 | an essential claim is returned where it has a value |

  @needs.claims_param
  Scenario: auth_time is essential
    Given a completed authorization code flow
      | claims | {"id_token": {"auth_time": {"essential": true}}} |
    Then the ID Token satisfies
      | OIDCC-2-9 | auth_time is there when it was asked for as essential |

  @needs.claims_param @needs.multi_user
  Scenario: The sub of another user
    Given a completed authorization code flow of its own
    And the second user has logged in too
    And prompt=none lets the user through
    When the user authorizes
      | prompt | none                                                   |
      | claims | {"id_token": {"sub": {"value": "{other user's sub}"}}} |
    Then the authorization request is refused
      | OIDCC-3.1.2.2-1 | a sub asked for by claims is the sub that logs in | any error |

  @needs.claims_param @needs.acr
  Scenario: An essential acr that the provider supports
    Given a completed authorization code flow of its own
    When the user tries to go through the authorization code flow again
      | claims | {"id_token": {"acr": {"essential": true, "values": {acr values}}}} |
    Then the ID Token satisfies
      | OIDCC-5.5.1.1-1 | acr is one of the values asked for as essential |

  @needs.claims_param @needs.acr
  Scenario: An essential acr that nobody supports
    Given a completed authorization code flow
    When the user authorizes
      | claims | {"id_token": {"acr": {"essential": true, "value": "urn:example:{random 12}"}}} |
    Then the authorization request is refused
      | OIDCC-5.5.1.1-2 | an essential acr that can't be met fails the login | any error |

  @needs.claims_param @needs.acr @needs.unmet_authn
  Scenario: The error of an essential acr that nobody supports
    Given a completed authorization code flow
    When the user authorizes
      | claims | {"id_token": {"acr": {"essential": true, "value": "urn:example:{random 12}"}}} |
    Then the authorization request is refused
      | OIDCUA-1-1 | an unmet acr is unmet_authentication_requirements | redirect with unmet_authentication_requirements |

  @needs.acr
  Scenario: acr_values that nobody supports
    Given a completed authorization code flow
    When the user authorizes
      | acr_values | urn:example:{random 12} |
    Then the authorization request is accepted
      | OIDCC-5.5.1.1-3 | acr_values that can't be met return the current acr |
