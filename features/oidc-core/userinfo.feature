@needs.oidc @needs.user @needs.userinfo
Feature: UserInfo

  @oidf.oidcc-server
  Scenario: UserInfo after the code flow
    Given a completed authorization code flow
    When the client asks UserInfo
    Then the UserInfo request is accepted
      | OIDCC-5.3-2 | UserInfo takes the token in the Authorization header |
    And the UserInfo response satisfies
      | OIDCC-5.3.2-6 | UserInfo's sub is the ID Token's sub |

  @oidf.oidcc-userinfo-get
  Scenario: UserInfo by GET
    Given a completed authorization code flow
    When the client asks UserInfo
    Then the UserInfo request is accepted
      | OIDCC-5.3-1 | UserInfo answers GET and POST |
    And the UserInfo response satisfies
      | OIDCC-5.1-1   | standard claims have the types of the specification |
      | OIDCC-5.3.2-1 | UserInfo always has a sub                           |
      | OIDCC-5.3.2-3 | UserInfo claims come as application/json            |
      | OIDCC-5.3.2-6 | UserInfo's sub is the ID Token's sub                |

  Scenario: Claims without a value
    Given a completed authorization code flow
    When the client asks UserInfo
    Then the UserInfo response satisfies
      | OIDCC-5.3.2-4 | UserInfo leaves out claims without a value           |
      | OIDCC-13.3-1  | members without a value are left out of JSON answers |

  @oidf.oidcc-userinfo-post-header
  Scenario: UserInfo by POST, the token in the header
    Given a completed authorization code flow
    When the client asks UserInfo by POST
    Then the UserInfo request is accepted
      | OIDCC-5.3-1 | UserInfo answers GET and POST |
    And the UserInfo response satisfies
      | OIDCC-5.1-1   | standard claims have the types of the specification |
      | OIDCC-5.3.2-1 | UserInfo always has a sub                           |
      | OIDCC-5.3.2-3 | UserInfo claims come as application/json            |
      | OIDCC-5.3.2-6 | UserInfo's sub is the ID Token's sub                |

  @oidf.oidcc-userinfo-post-body
  Scenario: UserInfo by POST, the token in the body
    Given a completed authorization code flow
    When the client asks UserInfo with the token in the body
    Then the UserInfo request is accepted
      | RFC6750-2.2-1 | an access token in a form body is taken or refused |

  @oidf.oidcc-scope-profile
  Scenario: The claims of the scope profile
    Given the provider offers the scope profile
    And a completed authorization code flow
      | scope | openid profile |
    When the client asks UserInfo
    Then the UserInfo response satisfies
      | OIDCC-5.1-1 | standard claims have the types of the specification |
      | OIDCC-5.4-1 | the claims of a granted scope come from UserInfo    |

  @oidf.oidcc-scope-email
  Scenario: The claims of the scope email
    Given the provider offers the scope email
    And a completed authorization code flow
      | scope | openid email |
    When the client asks UserInfo
    Then the UserInfo response satisfies
      | OIDCC-5.1-1 | standard claims have the types of the specification |
      | OIDCC-5.4-1 | the claims of a granted scope come from UserInfo    |

  @oidf.oidcc-scope-address
  Scenario: The claims of the scope address
    Given the provider offers the scope address
    And a completed authorization code flow
      | scope | openid address |
    When the client asks UserInfo
    Then the UserInfo response satisfies
      | OIDCC-5.1-1 | standard claims have the types of the specification |
      | OIDCC-5.4-1 | the claims of a granted scope come from UserInfo    |

  @oidf.oidcc-scope-phone
  Scenario: The claims of the scope phone
    Given the provider offers the scope phone
    And a completed authorization code flow
      | scope | openid phone |
    When the client asks UserInfo
    Then the UserInfo response satisfies
      | OIDCC-5.1-1 | standard claims have the types of the specification |
      | OIDCC-5.4-1 | the claims of a granted scope come from UserInfo    |

  @oidf.oidcc-scope-all
  Scenario: The claims of all scopes
    Given the provider offers the scope profile
    And the provider offers the scope email
    And the provider offers the scope address
    And the provider offers the scope phone
    And a completed authorization code flow
      | scope | openid profile email address phone |
    When the client asks UserInfo
    Then the UserInfo response satisfies
      | OIDCC-5.1-1 | standard claims have the types of the specification |
      | OIDCC-5.4-1 | the claims of a granted scope come from UserInfo    |

  @oidf.oidcc-alternate-happy-flow
  Scenario: The scope in another order
    Given the provider offers the scope email
    And a completed authorization code flow
      | scope | email openid |
    When the client asks UserInfo
    Then the UserInfo response satisfies
      | OIDCC-5.3.2-1 | UserInfo always has a sub                        |
      | OIDCC-5.4-1   | the claims of a granted scope come from UserInfo |

  @needs.multi_client
  Scenario: The subject of one user at two clients
    Given a completed authorization code flow
    And another client
    And a completed authorization code flow
    Then the subjects of the flows are of listed types
      | OIDCC-8-1 | subject_types_supported lists the types in use |

  @oidf.oidcc-userinfo-rs256 @needs.dcr
  Scenario: A signed UserInfo response
    Given a registered client
      | userinfo_signed_response_alg | "RS256" |
    And a completed authorization code flow
    When the client asks UserInfo
    Then the signed UserInfo response satisfies
      | OIDCC-5.3.2-1 | UserInfo always has a sub                                |
      | OIDCC-5.3.2-2 | a signed UserInfo response has the issuer and the client |
      | OIDCC-5.3.2-3 | UserInfo claims come as application/json                 |
      | OIDCC-5.3.2-6 | UserInfo's sub is the ID Token's sub                     |
      | OIDCR-2-12    | a UserInfo response is signed with the registered alg    |
