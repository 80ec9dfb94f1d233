@needs.user @needs.form_post
Feature: Responses by form

  Scenario: A code by form
    Given a completed authorization code flow
    When the user authorizes
      | response_mode | form_post |
    Then the response by form satisfies
      | OAUTHFP-2-1 | form_post answers with a form that posts to redirect_uri |
      | OAUTHFP-2-2 | the form_post page is not to be stored                   |

  Scenario: state by form
    Given a completed authorization code flow
    When the user authorizes
      | response_mode | form_post                                                     |
      | state         | A+b %2B%c&d=e/f~g?h#i"j"k;l,m'n<o>p&amp;q&lt;r{unreserved 32} |
    Then the response by form satisfies
      | OAUTHFP-2-4 | state comes back to the letter through the form |

  Scenario: An error by form
    Given a completed authorization code flow
    When the user authorizes in a new browser
      | response_mode | form_post |
      | prompt        | none      |
    Then the error response satisfies
      | OAUTHFP-2-3 | with form_post an error comes by the form, too |
