//! What goes wrong outside of the measured time. It is not measured, and a wrong answer is one nevertheless.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::meter::{CountsBy, Meter};
use super::tally::{Tally, offset_ms};
use crate::load_run::Incident;

/// What is done outside of the measured time, or beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aside {
    /// Logins that fill the pool of refresh tokens.
    Setup,
    /// Logins that replace refresh tokens.
    Replacement,
    /// Logins whose code or refresh token is used many times at once.
    Races,
    /// Revocation of what is left.
    Teardown,
}

impl Aside {
    const ALL: [Self; 4] = [Self::Setup, Self::Replacement, Self::Races, Self::Teardown];

    /// Stands before the names of its requests.
    fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Replacement => "replacement",
            Self::Races => "races",
            Self::Teardown => "teardown",
        }
    }
}

/// The incidents of each.
#[derive(Debug)]
pub(crate) struct Asides {
    made: Instant,
    tallies: [Arc<Mutex<Tally>>; Aside::ALL.len()],
}

impl Default for Asides {
    fn default() -> Self {
        let made = Instant::now();
        Self {
            made,
            // There is no measured time.
            tallies: Aside::ALL.map(|_| Arc::new(Mutex::new(Tally::new(made, made)))),
        }
    }
}

impl Asides {
    /// A stop-watch for what is done there.
    pub(crate) fn meter(&self, aside: Aside) -> Arc<Meter> {
        let tally = Arc::clone(&self.tallies[aside as usize]);
        Arc::new(Meter::new(tally, CountsBy::Pass))
    }

    /// The beginning of the setup, in milliseconds from `begin`.
    pub(crate) fn began_ms(&self, begin: Instant) -> i64 {
        offset_ms(begin, self.made)
    }

    /// What went wrong so far, in a run whose measured time begins at `begin`.
    pub(crate) fn incidents(&self, begin: Instant) -> Vec<Incident> {
        let shift = self.began_ms(begin);
        let mut all = Vec::new();
        for aside in Aside::ALL {
            let incidents = lock(&self.tallies[aside as usize]).incidents().to_vec();
            all.extend(incidents.into_iter().map(|incident| Incident {
                request: format!("{}: {}", aside.as_str(), incident.request),
                first_at_ms: incident.first_at_ms + shift,
                last_at_ms: incident.last_at_ms + shift,
                ..incident
            }));
        }
        all
    }

    /// Whether an answer was wrong.
    pub(crate) fn is_wrong(&self) -> bool {
        let mut tallies = self.tallies.iter();
        tallies.any(|tally| lock(tally).incidents().iter().any(|i| i.wrong))
    }
}

fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::load::tally::Failure;

    #[test]
    fn incidents_say_where_and_when_they_were() {
        let asides = Asides::default();
        for (aside, wrong) in [(Aside::Setup, false), (Aside::Teardown, true)] {
            assert!(!asides.is_wrong());
            let meter = asides.meter(aside);
            meter.start(Instant::now());
            meter.sending("exchange");
            meter.ended(None);
            let failure = match wrong {
                true => Failure::wrong("shape", "that", "this"),
                false => Failure::absent("connect", "refused"),
            };
            meter.settle(Some(&failure));
        }
        assert!(asides.is_wrong());
        let later = asides.made + Duration::from_secs(3600);
        let told: Vec<_> = asides
            .incidents(later)
            .into_iter()
            .map(|i| (i.request, i.kind, i.wrong, i.first_at_ms < -3_500_000))
            .collect();
        let expected = [
            ("setup: exchange", "connect", false, true),
            ("teardown: exchange", "shape", true, true),
        ]
        .map(|(request, kind, wrong, early)| (request.to_owned(), kind.to_owned(), wrong, early));
        assert_eq!(told, expected);
    }
}
