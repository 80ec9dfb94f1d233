//! Login drivers: how the user comes through the provider's pages.
//!
//! A driver starts from an authorization request (or a logout request) and goes on until the browser would
//! arrive at a redirect URI or until there is nothing sensible left to do. It never judges: it says where the
//! journey ended and which pages it met.

mod command;
mod config;
mod destination;
pub mod form;
mod manual;
mod none;
mod referrer;
#[cfg(test)]
mod test;
mod told;
mod walk;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use thiserror::Error;

use crate::http::{Answer, HeldBack, TransportError, UserAgent};

pub use command::CommandDriver;
pub use config::{DriverKind, LoginConfig, driver, driver_with_prompt};
pub use form::{Css, FormDriver, PageRule, Pattern, answer_as_user};
pub use manual::{ManualDriver, Prompt, Task};
pub use none::NoLogin;

/// What the user does on a page that asks for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decision {
    /// Agrees: consent given, logout confirmed.
    #[default]
    Agree,
    /// Refuses.
    Refuse,
    /// Looks at the first page that asks for anything and leaves it as it is.
    Look,
}

/// A user of the provider. `Debug` leaves the password out.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The name to log in with.
    pub username: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// What a journey is to do.
#[derive(Clone)]
pub struct Journey<'a> {
    /// The request that begins it.
    pub start: http::Request<Bytes>,
    /// Who logs in where a page asks.
    pub user: &'a Credentials,
    /// What the user does on consent and confirmation pages.
    pub decision: Decision,
    /// Where it ends: every redirect URI that is registered or asked for. The browser is stopped before it
    /// would go to one of them (compared without query and fragment), or to another path on the same host
    /// and port unless the provider lives there.
    pub redirect_uris: &'a [String],
    /// What it is about.
    pub errand: Errand,
    /// What it is for, in a few words, for the recorded exchanges.
    pub purpose: &'a str,
}

/// What a journey is about: the same button may be the way on or the way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// To log in and to let a client do something.
    Authorization,
    /// To log out.
    Logout,
}

impl fmt::Debug for Journey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The request may hold secrets.
        f.debug_struct("Journey")
            .field("errand", &self.errand)
            .field("purpose", &self.purpose)
            .field("decision", &self.decision)
            .finish_non_exhaustive()
    }
}

/// What a page asks of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// The user name, the password, or both.
    Login,
    /// A decision about what a client may do.
    Consent,
    /// A confirmation, for instance of a logout.
    Confirmation,
    /// Nothing that a driver can act on: an error page, a farewell.
    Final,
}

/// A page that the driver met on the way.
#[derive(Debug, Clone)]
pub struct PageSeen {
    /// What it asked.
    pub kind: PageKind,
    /// The page itself.
    pub answer: Answer,
}

/// How the browser would have gone to a redirect URI.
#[derive(Clone, PartialEq)]
pub struct Callback {
    /// The whole URL with query and fragment, as the provider wrote it.
    pub url: String,
    /// The form body, where the page posts itself
    /// ([form_post](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html)).
    pub form: Option<Vec<(String, String)>>,
    /// The status code of the answer that sent the browser there (200 for a form that posts itself). 0 where
    /// nobody saw it: the drivers `command` and `manual` record nothing.
    pub status: u16,
    /// The id of the exchange whose answer sent the browser there; 0 where none was recorded.
    pub exchange: u32,
    /// When that answer was received, or the callback was told, in seconds since 1970.
    pub received_at: f64,
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What follows the path may be secrets, and so may the form.
        let base = self.url.split(['?', '#']).next().unwrap_or_default();
        f.debug_struct("Callback")
            .field("url", &base)
            .field("is_form", &self.form.is_some())
            .field("status", &self.status)
            .field("exchange", &self.exchange)
            .finish_non_exhaustive()
    }
}

/// Where a journey ended.
#[derive(Debug, Clone)]
pub enum End {
    /// At a redirect URI.
    RedirectUri(Callback),
    /// On a page of the provider from which nothing leads on, or which [`Decision::Look`] left alone.
    Page {
        /// The page.
        answer: Answer,
        /// What it asks.
        kind: PageKind,
    },
}

/// What a journey came to.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Where it ended.
    pub end: End,
    /// The pages met on the way that asked for something, in order; the last one may be the end itself.
    pub pages: Vec<PageSeen>,
    /// The ids of all its exchanges, in order.
    pub exchanges: Vec<u32>,
}

impl Arrival {
    /// Whether a page of this kind was shown.
    pub fn met(&self, kind: PageKind) -> bool {
        self.pages.iter().any(|page| page.kind == kind)
    }
}

/// Why the driver could not finish. None of this counts for or against the provider.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoginError {
    /// The network failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The login page came back after the password.
    #[error(
        "the login page came back after the password: check [[user]] username and password ({page})"
    )]
    Rejected {
        /// The page, as method, URL and status.
        page: String,
    },
    /// A page has a form that the driver can't make sense of.
    #[error(
        "a page was not understood: {why} ({page}); a [[login.page]] rule can tell what to do there"
    )]
    NotUnderstood {
        /// The page, as method, URL and status.
        page: String,
        /// What is missing or ambiguous.
        why: String,
    },
    /// More redirects or pages than any login needs.
    #[error("the login did not end after {steps} steps (last: {page})")]
    TooManySteps {
        /// How many were taken.
        steps: usize,
        /// The last one, as method, URL and status.
        page: String,
    },
    /// The provider wants fewer requests.
    #[error("{}", .0.advice())]
    HeldBack(HeldBack),
    /// The whole journey took too long.
    #[error("the login did not end within {} s", .limit.as_secs_f64())]
    TooSlow {
        /// The limit.
        limit: Duration,
    },
    /// A redirect leads nowhere: no Location, or one that is no URL.
    #[error("a redirect leads nowhere: {why} ({page})")]
    BadRedirect {
        /// The answer, as method, URL and status.
        page: String,
        /// What is wrong with it.
        why: String,
    },
    /// The user's own program failed, or the user at the terminal gave no usable URL.
    #[error("the login {driver} failed: {why}")]
    External {
        /// `command` or `manual`.
        driver: &'static str,
        /// What happened.
        why: String,
    },
}

/// A way through the provider's pages.
pub trait LoginDriver: Send + Sync + fmt::Debug {
    /// Goes from the request that starts the journey to its end.
    fn travel<'a>(
        &'a self,
        agent: &'a UserAgent,
        journey: Journey<'a>,
    ) -> BoxFuture<'a, Result<Arrival, LoginError>>;

    /// The word that selects it in a provider file.
    fn name(&self) -> &'static str;
}
