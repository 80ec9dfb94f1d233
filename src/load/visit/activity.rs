//! What introspection says of tokens that were issued a moment ago.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::load::tally::Failure;

/// Whether the client is told of its tokens at all. A provider says `active` false of a token that is none of the
/// caller's business, too ([RFC 7662 2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)), so that this alone is
/// not wrong; it is where the same client was told of another one.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    is_told: AtomicBool,
    untold: AtomicU64,
}

impl Activity {
    /// Takes what was judged of one answer.
    ///
    /// # Errors
    /// It is wrong, or a refusal.
    pub(super) fn judge(&self, judged: Result<(), Failure>) -> Result<(), Failure> {
        match judged {
            Ok(()) => {
                self.is_told.store(true, Ordering::Relaxed);
                Ok(())
            }
            Err(failure) if failure.kind == "inactive" && !self.is_told.load(Ordering::Relaxed) => {
                self.untold.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    }

    /// What could not be judged, in words.
    pub(crate) fn note(&self) -> Option<String> {
        let untold = self.untold.load(Ordering::Relaxed);
        (untold > 0).then(|| {
            format!(
                "Introspection said active false of {untold} tokens in use before it said active true of any: right only where this client is not to know about them, so this was not judged."
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inactive_is_wrong_where_another_token_was_active() {
        let inactive = || Err(Failure::wrong("inactive", "active true", "active false"));
        let activity = Activity::default();
        assert_eq!(activity.note(), None);
        assert_eq!(activity.judge(inactive()), Ok(()));
        assert!(activity.note().unwrap().contains("of 1 tokens"));
        let refused = Failure::absent("invalid_client", "401");
        assert_eq!(activity.judge(Err(refused.clone())), Err(refused));
        assert_eq!(activity.judge(Ok(())), Ok(()));
        assert!(activity.judge(inactive()).is_err());
    }
}
