//! Checks on what an authorization request asked of the user on the way.
//!
//! The login drivers `command` and `manual` record no pages: there a person has to say what was shown.

use super::refusal::authorization_refusal;
use crate::finding::Finding;
use crate::flow::AuthorizationAttempt;
use crate::login::{End, PageKind};

/// Whether nobody saw what was shown on the way.
fn is_unseen(attempt: &AuthorizationAttempt) -> bool {
    attempt.arrival.exchanges.is_empty()
}

/// Whether the user had to log in. `logs_in` says whether any request of the run showed a login page: a provider
/// that knows everybody without one has nothing to show.
pub fn asked_to_log_in(attempt: &AuthorizationAttempt, logs_in: bool) -> Finding {
    if attempt.arrival.met(PageKind::Login) {
        return Finding::Met;
    }
    if is_unseen(attempt) {
        return unseen("had the user to log in?");
    }
    if !logs_in {
        return Finding::not_applicable("the provider shows nobody a login page");
    }
    Finding::violated(
        "a login page before the redirect",
        format!("no login page, then {}", attempt.summary()),
    )
}

/// Whether the user had to decide about the client.
pub fn asked_for_consent(attempt: &AuthorizationAttempt) -> Finding {
    if attempt.arrival.met(PageKind::Consent) {
        return Finding::Met;
    }
    if is_unseen(attempt) {
        return unseen("had the user to decide about the client?");
    }
    Finding::violated(
        "a consent page before the redirect",
        format!("no consent page, then {}", attempt.summary()),
    )
}

/// Whether a page of this kind (any where `None`) was shown, or the request was refused with one of these codes:
/// `any error`, or codes joined with ` or `.
pub fn asked_or_refused(
    attempt: &AuthorizationAttempt,
    kind: Option<PageKind>,
    codes: &str,
) -> Finding {
    let asked = match kind {
        Some(kind) => attempt.arrival.met(kind),
        None => !attempt.arrival.pages.is_empty(),
    };
    let error = attempt.answer.as_ref().and_then(|answer| answer.error());
    let refused = error
        .is_some_and(|error| codes == "any error" || codes.split(" or ").any(|code| code == error));
    if asked || refused {
        return Finding::Met;
    }
    if is_unseen(attempt) {
        return unseen("was the user asked?");
    }
    let page = match kind {
        Some(PageKind::Consent) => "a consent page",
        _ => "a page that asks the user",
    };
    Finding::violated(
        format!("{page}, or error={codes}"),
        format!("no such page, and {}", attempt.summary()),
    )
}

/// Whether nothing was shown to the user.
pub fn saw_no_page(attempt: &AuthorizationAttempt) -> Finding {
    if is_unseen(attempt) {
        return unseen("was a page shown?");
    }
    match attempt.arrival.pages.first() {
        None => Finding::Met,
        Some(page) => Finding::violated(
            "an answer without any page",
            format!("a page (status {})", page.answer.status()),
        ),
    }
}

/// Whether the authorization endpoint read the request, whatever it made of it; `None` where that can't be told from
/// a page about something else.
pub fn method_is_taken(attempt: &AuthorizationAttempt) -> Option<Finding> {
    match &attempt.arrival.end {
        End::RedirectUri(_) => Some(Finding::Met),
        End::Page { answer, .. } => matches!(answer.status(), 405 | 501)
            .then(|| Finding::violated("a redirect to the redirect_uri", attempt.summary())),
    }
}

/// Whether a browser that nobody knows is refused with `expected`. A user who is authenticated without being asked
/// ([Core 3.1.2.3](https://openid.net/specs/openid-connect-core-1_0.html#Authenticates)) is let in rightly, and the
/// browser of a person at the terminal may know its user.
pub fn refused_in_new_browser(
    attempt: &AuthorizationAttempt,
    expected: &str,
    logs_in: bool,
) -> Finding {
    if attempt.code().is_some() {
        if is_unseen(attempt) {
            return unseen("had the browser a session?");
        }
        if !logs_in {
            return Finding::not_applicable(
                "the provider logs a new browser in without showing a page",
            );
        }
    }
    authorization_refusal(attempt, expected)
}

fn unseen(question: &str) -> Finding {
    Finding::needs_review(format!("the login driver records no pages: {question}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization_response::tests::{self, page};
    use crate::finding::Outcome;
    use crate::login::PageSeen;
    use crate::requirement::Level;

    const CODE: &str = "https://rp.example/cb?code=c&state=s";
    const ERROR: &str = "https://rp.example/cb?error=login_required&state=s";

    fn attempt(callback: &str, pages: &[PageKind], recorded: bool) -> AuthorizationAttempt {
        let mut attempt = tests::attempt(&[], callback);
        attempt.arrival.pages = pages
            .iter()
            .map(|kind| PageSeen {
                kind: *kind,
                answer: page(200, ""),
            })
            .collect();
        if !recorded {
            attempt.arrival.exchanges.clear();
        }
        attempt
    }

    #[test]
    fn pages_that_nobody_recorded_are_left_to_a_person() {
        use Outcome::{Fail, Pass, Review, Skip};
        let outcome = |finding: &Finding| Outcome::of(Level::Must, finding);
        // The pages on the way, whether they were recorded, whether any request showed a login page, and what
        // comes of: a login, a consent, a consent or any error, no page.
        for (callback, pages, recorded, logs_in, expected) in [
            (
                CODE,
                &[PageKind::Login][..],
                true,
                true,
                [Pass, Fail, Fail, Fail],
            ),
            (
                CODE,
                &[PageKind::Consent],
                true,
                true,
                [Fail, Pass, Pass, Fail],
            ),
            (CODE, &[], true, true, [Fail, Fail, Fail, Pass]),
            (CODE, &[], true, false, [Skip, Fail, Fail, Pass]),
            (CODE, &[], false, true, [Review; 4]),
            (CODE, &[], false, false, [Review; 4]),
            (ERROR, &[], false, false, [Review, Review, Pass, Review]),
            (ERROR, &[], true, true, [Fail, Fail, Pass, Pass]),
        ] {
            let attempt = attempt(callback, pages, recorded);
            let found = [
                asked_to_log_in(&attempt, logs_in),
                asked_for_consent(&attempt),
                asked_or_refused(&attempt, Some(PageKind::Consent), "any error"),
                saw_no_page(&attempt),
            ];
            let found = found.each_ref().map(outcome);
            assert_eq!(found, expected, "{callback} {pages:?} {recorded} {logs_in}");
        }
    }

    #[test]
    fn a_method_that_is_not_taken_is_told_from_a_client_that_is_not_known() {
        for (end, expected) in [
            (CODE, Some(Outcome::Pass)),
            (ERROR, Some(Outcome::Pass)),
            ("405", Some(Outcome::Fail)),
            ("400", None),
            ("500", None),
        ] {
            let finding = method_is_taken(&attempt(end, &[], true));
            let outcome = finding.map(|finding| Outcome::of(Level::Must, &finding));
            assert_eq!(outcome, expected, "{end}");
        }
    }

    #[test]
    fn who_is_known_without_a_page_may_be_let_in() {
        use Outcome::{Fail, Pass, Review, Skip};
        for (callback, recorded, logs_in, expected) in [
            (ERROR, true, true, Pass),
            (ERROR, false, false, Pass),
            (CODE, true, true, Fail),
            (CODE, true, false, Skip),
            (CODE, false, false, Review),
        ] {
            let finding = refused_in_new_browser(
                &attempt(callback, &[], recorded),
                "redirect with login_required",
                logs_in,
            );
            let outcome = Outcome::of(Level::Must, &finding);
            assert_eq!(outcome, expected, "{callback} {recorded} {logs_in}");
        }
    }
}
