//! What a rule found, and what that means for the provider.
//!
//! A rule gives a [`Finding`] and knows no levels. The [`Outcome`] is computed in one place, from the
//! requirement's level and the finding.

use serde::{Deserialize, Serialize};

use crate::requirement::Level;

/// What one rule found in what was captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The provider does what the requirement says.
    Met,
    /// As [`Finding::Met`], with a remark worth keeping (for a requirement that only records).
    MetWith {
        /// The remark.
        note: String,
    },
    /// The provider does something else.
    Violated {
        /// Every behaviour that would have been right.
        expected: Vec<String>,
        /// What was seen.
        actual: String,
    },
    /// The requirement does not bind here; never silence, always a reason.
    NotApplicable {
        /// Why not.
        reason: String,
    },
    /// A machine can't decide.
    NeedsReview {
        /// What a person should look at, and what for.
        look_at: String,
    },
}

impl Finding {
    /// A violation with one acceptable behaviour.
    pub fn violated(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self::Violated {
            expected: vec![expected.into()],
            actual: actual.into(),
        }
    }

    /// A violation where several behaviours would have been right.
    pub fn violated_any<E: Into<String>>(
        expected: impl IntoIterator<Item = E>,
        actual: impl Into<String>,
    ) -> Self {
        Self::Violated {
            expected: expected.into_iter().map(Into::into).collect(),
            actual: actual.into(),
        }
    }

    /// The requirement does not bind here.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::NotApplicable {
            reason: reason.into(),
        }
    }

    /// A person has to look.
    pub fn needs_review(look_at: impl Into<String>) -> Self {
        Self::NeedsReview {
            look_at: look_at.into(),
        }
    }

    /// Met with a remark.
    pub fn met_with(note: impl Into<String>) -> Self {
        Self::MetWith { note: note.into() }
    }

    /// [`Finding::Met`] where `ok` holds, else a violation.
    pub fn met_if(ok: bool, expected: impl Into<String>, actual: impl FnOnce() -> String) -> Self {
        if ok {
            Self::Met
        } else {
            Self::violated(expected, actual())
        }
    }
}

/// What a check, a requirement or a scenario came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A requirement that binds was violated.
    Fail,
    /// It could not be judged; counts neither for nor against the provider.
    Error,
    /// A person has to look.
    Review,
    /// A recommendation was not followed.
    Warn,
    /// The requirement holds.
    Pass,
    /// The requirement does not apply here.
    Skip,
}

impl Outcome {
    /// All outcomes, the worst first: the order in which they decide a scenario.
    pub const WORST_FIRST: [Self; 6] = [
        Self::Fail,
        Self::Error,
        Self::Review,
        Self::Warn,
        Self::Pass,
        Self::Skip,
    ];

    /// The outcome of `finding` at `level`: the only place where a level meets a finding.
    pub fn of(level: Level, finding: &Finding) -> Self {
        match finding {
            Finding::Met | Finding::MetWith { .. } => Self::Pass,
            Finding::NotApplicable { .. } => Self::Skip,
            Finding::NeedsReview { .. } => Self::Review,
            Finding::Violated { .. } => match level {
                Level::Must | Level::Stated => Self::Fail,
                Level::Should | Level::Derived => Self::Warn,
                Level::May | Level::Practice => Self::Pass,
            },
        }
    }

    /// The worst of several, or `None` of none.
    pub fn worst(outcomes: impl IntoIterator<Item = Self>) -> Option<Self> {
        outcomes.into_iter().min_by_key(|outcome| outcome.rank())
    }

    /// The word used in reports and on the terminal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Review => "review",
            Self::Warn => "warn",
            Self::Pass => "pass",
            Self::Skip => "skip",
        }
    }

    fn rank(self) -> usize {
        match self {
            Self::Fail => 0,
            Self::Error => 1,
            Self::Review => 2,
            Self::Warn => 3,
            Self::Pass => 4,
            Self::Skip => 5,
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_counts_by_its_level() {
        let violated = Finding::violated("200", "500");
        for (level, outcome) in [
            (Level::Must, Outcome::Fail),
            (Level::Stated, Outcome::Fail),
            (Level::Should, Outcome::Warn),
            (Level::Derived, Outcome::Warn),
            (Level::May, Outcome::Pass),
            (Level::Practice, Outcome::Pass),
        ] {
            assert_eq!(Outcome::of(level, &violated), outcome, "{level:?}");
        }
    }

    #[test]
    fn other_findings_do_not_depend_on_the_level() {
        for level in Level::ALL {
            assert_eq!(Outcome::of(level, &Finding::Met), Outcome::Pass);
            assert_eq!(
                Outcome::of(level, &Finding::not_applicable("no such endpoint")),
                Outcome::Skip
            );
            assert_eq!(
                Outcome::of(level, &Finding::needs_review("the page")),
                Outcome::Review
            );
        }
    }

    #[test]
    fn the_worst_outcome_decides_whatever_the_order() {
        use Outcome::*;
        assert_eq!(Outcome::worst([Skip, Pass]), Some(Pass));
        assert_eq!(Outcome::worst([Pass, Warn, Review]), Some(Review));
        assert_eq!(Outcome::worst([Error, Fail]), Some(Fail));
        assert_eq!(Outcome::worst([Fail, Error]), Some(Fail));
        assert_eq!(Outcome::worst([]), None);
        for pair in Outcome::WORST_FIRST.windows(2) {
            assert_eq!(Outcome::worst([pair[1], pair[0]]), Some(pair[0]));
        }
    }
}
