//! Browsers with a user logged in, shared between scenarios, one scenario at a time.

use std::sync::{Arc, Mutex, PoisonError};

use crate::http::{Client, UserAgent};
use crate::login::Credentials;

/// A browser and the user who sits before it.
#[derive(Debug, Clone)]
pub struct Session {
    /// The browser, with its cookies.
    pub agent: Arc<UserAgent>,
    /// The user who logs in when asked.
    pub user: Credentials,
}

/// The sessions of a run that nobody uses just now.
#[derive(Debug)]
pub struct Sessions {
    client: Arc<Client>,
    idle: Arc<Mutex<Vec<Session>>>,
}

impl Sessions {
    /// No session yet; browsers made here send through `client`.
    pub fn new(client: Arc<Client>) -> Self {
        Self {
            client,
            idle: Arc::default(),
        }
    }

    /// A session of this user that was used before, where one is idle, else a new one. It comes back when
    /// the lease is dropped.
    pub fn lease(&self, user: &Credentials) -> Lease {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let known = idle.iter().position(|session| session.user == *user);
        let session = match known {
            Some(index) => idle.swap_remove(index),
            None => self.browser(user),
        };
        Lease {
            session,
            home: Some(Arc::clone(&self.idle)),
        }
    }

    /// A session without cookies that never comes back: for scenarios that end a session or a grant.
    pub fn fresh(&self, user: &Credentials) -> Lease {
        Lease {
            session: self.browser(user),
            home: None,
        }
    }

    fn browser(&self, user: &Credentials) -> Session {
        Session {
            agent: Arc::new(UserAgent::new(self.client.clone())),
            user: user.clone(),
        }
    }
}

/// A session in use.
#[derive(Debug)]
pub struct Lease {
    session: Session,
    home: Option<Arc<Mutex<Vec<Session>>>>,
}

impl Lease {
    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Keeps the session from being used again.
    pub fn spend(&mut self) {
        self.home = None;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(home) = &self.home {
            home.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(self.session.clone());
        }
    }
}
