//! The person at the terminal logs in with a browser of their own.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::Method;
use tokio::sync::Mutex;

use super::destination::Destination;
use super::walk::start_url;
use super::{Arrival, Decision, Journey, LoginDriver, LoginError, told};
use crate::http::UserAgent;

/// What a person is to do with a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The URL to open.
    pub url: String,
    /// As whom to log in.
    pub username: String,
    /// What to decide on consent and confirmation pages.
    pub decision: Decision,
    /// What the journey is for.
    pub purpose: String,
}

/// A person who can be asked.
pub trait Prompt: Send + Sync + fmt::Debug {
    /// Shows the task and waits for the URL that the browser ended at; an error says why there is none.
    fn ask(&self, task: Task) -> BoxFuture<'_, Result<String, String>>;
}

/// Shows the URL, waits for the callback URL to be pasted. One journey at a time, whoever asks.
#[derive(Debug)]
pub struct ManualDriver {
    prompt: Arc<dyn Prompt>,
    max_time: Duration,
    turn: Mutex<()>,
}

impl ManualDriver {
    /// Asks `prompt`, and waits no longer than `max_time` for each answer.
    pub fn new(prompt: Arc<dyn Prompt>, max_time: Duration) -> Self {
        Self {
            prompt,
            max_time,
            turn: Mutex::new(()),
        }
    }

    async fn ask(&self, journey: &Journey<'_>) -> Result<Arrival, LoginError> {
        let failed = |why: String| LoginError::External {
            driver: "manual",
            why,
        };
        if journey.start.method() != Method::GET {
            return Err(failed(
                "the journey begins with a POST, and a person can only open a URL".to_owned(),
            ));
        }
        let start = start_url(&journey.start)?;
        let destination = Destination::new(journey.redirect_uris, &start);
        let task = Task {
            url: start.to_string(),
            username: journey.user.username.clone(),
            decision: journey.decision,
            purpose: journey.purpose.to_owned(),
        };
        let _turn = self.turn.lock().await;
        let limit = self.max_time;
        let url = tokio::time::timeout(limit, self.prompt.ask(task))
            .await
            .map_err(|_| LoginError::TooSlow { limit })?
            .map_err(failed)?;
        told::arrival(&destination, &url, None).map_err(failed)
    }
}

impl LoginDriver for ManualDriver {
    fn travel<'a>(
        &'a self,
        _agent: &'a UserAgent,
        journey: Journey<'a>,
    ) -> BoxFuture<'a, Result<Arrival, LoginError>> {
        async move { self.ask(&journey).await }.boxed()
    }

    fn name(&self) -> &'static str {
        "manual"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::End;
    use crate::login::test::{agent, journey};

    #[derive(Debug)]
    struct Says(Option<&'static str>);

    impl Prompt for Says {
        fn ask(&self, task: Task) -> BoxFuture<'_, Result<String, String>> {
            assert_eq!(task.username, "alice");
            let says = self.0;
            async move {
                match says {
                    Some(url) => Ok(url.to_owned()),
                    None => std::future::pending().await,
                }
            }
            .boxed()
        }
    }

    #[tokio::test]
    async fn the_pasted_url_is_the_end() {
        for (pasted, expected) in [
            (
                Some(" http://127.0.0.1:8765/callback?code=abc \n"),
                "http://127.0.0.1:8765/callback?code=abc",
            ),
            (
                Some("http://127.0.0.1:1/login"),
                "at none of the redirect URIs",
            ),
            (Some("secret-code-0123"), "is no URL"),
            (None, "did not end within 0.05 s"),
        ] {
            let driver = ManualDriver::new(Arc::new(Says(pasted)), Duration::from_millis(50));
            let came = driver
                .travel(&agent(), journey("http://127.0.0.1:1/authorize"))
                .await;
            let text = match came {
                Ok(arrival) => match arrival.end {
                    End::RedirectUri(callback) => callback.url,
                    End::Page { .. } => panic!("a page"),
                },
                Err(error) => error.to_string(),
            };
            assert!(text.contains(expected), "{text}");
            assert!(!text.contains("secret-code"), "{text}");
        }
    }
}
