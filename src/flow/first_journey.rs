//! The first journey of a user to a client goes alone.
//!
//! On it the user consents. Products have been seen to store a consent twice when it was given in two browsers at
//! once, and to refuse that user at that client ever after.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Turns, OwnedMutexGuard};

/// Which journeys have been made, by client and user.
#[derive(Debug, Clone, Default)]
pub(super) struct FirstJourneys {
    made: Arc<Mutex<HashMap<Key, Arc<Turns<bool>>>>>,
}

type Key = (String, String);

/// The right to go first; whoever else wants to go waits until it is dropped.
#[derive(Debug)]
pub(super) struct FirstTurn(OwnedMutexGuard<bool>);

impl FirstJourneys {
    /// Waits while another first journey of this user to this client is under way; `None` once one was made.
    pub(super) async fn turn(&self, client: &str, user: &str) -> Option<FirstTurn> {
        let turns = {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            let key = (client.to_owned(), user.to_owned());
            Arc::clone(made.entry(key).or_default())
        };
        let turn = turns.lock_owned().await;
        (!*turn).then_some(FirstTurn(turn))
    }
}

impl FirstTurn {
    /// The journey came so far that the next ones need not wait.
    pub(super) fn made(mut self) {
        *self.0 = true;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn one_goes_first() {
        let journeys = FirstJourneys::default();
        let first = journeys.turn("client", "alice").await.unwrap();
        assert!(journeys.turn("client", "alice").now_or_never().is_none());
        assert!(journeys.turn("client", "bob").await.is_some());
        // A request that was refused at once says nothing: the next one is the first.
        drop(first);
        let second = journeys.turn("client", "alice").await.unwrap();
        second.made();
        assert!(journeys.turn("client", "alice").await.is_none());
    }
}
