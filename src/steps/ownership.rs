//! What is borrowed must not be used up: scenarios that share a journey only look at it.

use cucumber::gherkin::Step;

/// What a scenario holds that is not its own.
#[derive(Debug, Clone, Copy, Default)]
struct Borrowed {
    /// The code of the last authorization response.
    code: bool,
    /// The tokens that the client holds.
    tokens: bool,
    /// The tokens of the first journey.
    first: bool,
    journeys: usize,
}

impl Borrowed {
    fn take(&mut self, borrowed: bool) {
        self.code = borrowed;
        self.tokens = borrowed;
        if self.journeys == 0 {
            self.first = borrowed;
        }
        self.journeys += 1;
    }

    /// What a step would use up although it is borrowed.
    fn used_up_by(&self, step: &Step) -> Option<&'static str> {
        let text = step.value.as_str();
        let uses = |words: &[&str]| words.iter().any(|word| text.contains(word));
        // A table may put something else in its place, or it in the place of something else.
        let sends = |by_itself: bool, name: &str, word: &str| {
            let rows = || step.table.iter().flat_map(|table| &table.rows);
            let replaced = rows().any(|row| row.first().is_some_and(|cell| cell == name));
            let named = rows().flatten().any(|cell| cell.contains(word));
            by_itself && !replaced || uses(&["token request"]) && named
        };
        let refreshes = uses(&["uses the refresh token", "used the refresh token"]);
        let tokens = sends(refreshes, "refresh_token", "{refresh_token}")
            || uses(&["refresh token is dead", "refresh token is alive"]);
        if self.tokens && tokens {
            return Some("uses the refresh token");
        }
        if self.tokens && uses(&[" revokes "]) {
            return Some("revokes a token");
        }
        if self.first && uses(&["refresh token of the first journey is used"]) {
            return Some("uses the first refresh token");
        }
        let redeems = sends(uses(&["redeems the code"]), "code", "{code}");
        (self.code && redeems).then_some("redeems the code")
    }
}

/// Whether a scenario leaves alone what it borrows; the step that does not, and what it does. Who `spends` its session
/// or its grant never borrows.
///
/// # Errors
/// A step uses up the code or a token of a journey that other scenarios look at.
pub(crate) fn check_ownership<'a>(
    steps: impl IntoIterator<Item = &'a Step>,
    spends: bool,
) -> Result<(), (usize, String)> {
    let mut borrowed = Borrowed::default();
    for step in steps {
        let text = step.value.as_str();
        if let Some(deed) = borrowed.used_up_by(step) {
            let why = format!(
                "`{text}` {deed} of a journey that other scenarios look at: let the flow be `of its own`, or tag the \
                 scenario @ends.grant"
            );
            return Err((step.position.line, why));
        }
        match text {
            "a completed authorization code flow"
            | "a completed authorization code flow with a refresh token" => borrowed.take(!spends),
            _ if text.contains("authorization code flow") => borrowed.take(false),
            // Another request brings another code.
            _ if text.contains("authorization code") || text.contains("authorizes") => {
                borrowed.code = false;
            }
            // Tokens that came since then are the scenario's own.
            _ if text.contains("redeems the code") => borrowed.tokens = false,
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use cucumber::gherkin::{Feature, GherkinEnv};

    use super::*;

    #[test]
    fn what_is_borrowed_is_not_used_up() {
        let shared = "Given a completed authorization code flow with a refresh token";
        let own = "Given a completed authorization code flow of its own with a refresh token";
        let refresh = "When the client uses the refresh token";
        for (steps, spends, deed) in [
            (
                &[shared, refresh][..],
                false,
                Some("uses the refresh token"),
            ),
            (&[shared, refresh], true, None),
            (&[own, refresh], false, None),
            (
                &[own, shared, refresh],
                false,
                Some("uses the refresh token"),
            ),
            (&[shared, own, refresh], false, None),
            (
                &[
                    shared,
                    own,
                    "When the refresh token of the first journey is used",
                ],
                false,
                Some("uses the first refresh token"),
            ),
            (
                &[shared, "Given the client has used the refresh token"],
                false,
                Some("uses the refresh token"),
            ),
            (
                &[shared, "Then the refresh token is alive"],
                false,
                Some("uses the refresh token"),
            ),
            (
                &[shared, "When the client revokes the access token"],
                false,
                Some("revokes a token"),
            ),
            (
                &[shared, "When the client redeems the code"],
                false,
                Some("redeems the code"),
            ),
            (
                &[
                    shared,
                    "Given an authorization code",
                    "When the client redeems the code",
                ],
                false,
                None,
            ),
            (
                &[
                    shared,
                    "When the client sends a token request",
                    "  | refresh_token | {refresh_token} |",
                ],
                false,
                Some("uses the refresh token"),
            ),
            (
                &[
                    shared,
                    "When the client sends a token request",
                    "  | refresh_token | {altered refresh_token} |",
                ],
                false,
                None,
            ),
            (
                &[
                    shared,
                    "When the client redeems the code",
                    "  | code | {random 43} |",
                ],
                false,
                None,
            ),
            (&[shared, "When the client asks UserInfo"], false, None),
        ] {
            let text = format!("Feature: F\n  Scenario: S\n    {}\n", steps.join("\n    "));
            let feature = Feature::parse(&text, GherkinEnv::default()).unwrap();
            let found = check_ownership(&feature.scenarios[0].steps, spends);
            let told = found.as_ref().err().map(|(_, why)| why.as_str());
            assert_eq!(told.is_some(), deed.is_some(), "{steps:?}: {told:?}");
            assert!(
                told.unwrap_or_default().contains(deed.unwrap_or_default()),
                "{told:?}"
            );
        }
    }
}
