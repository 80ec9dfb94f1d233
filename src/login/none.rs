//! No login: what the provider does without any help of the user.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::form::travel;
use super::{Arrival, Decision, Journey, LoginDriver, LoginError};
use crate::http::UserAgent;

/// Follows redirects and pages that post themselves; whatever asks for anything is left alone. It is enough
/// for a provider that logs everybody in.
#[derive(Debug, Clone, Copy)]
pub struct NoLogin {
    max_time: Duration,
}

impl NoLogin {
    /// A journey takes no longer than `max_time`.
    pub fn new(max_time: Duration) -> Self {
        Self { max_time }
    }
}

impl LoginDriver for NoLogin {
    fn travel<'a>(
        &'a self,
        agent: &'a UserAgent,
        mut journey: Journey<'a>,
    ) -> BoxFuture<'a, Result<Arrival, LoginError>> {
        async move {
            journey.decision = Decision::Look;
            let limit = self.max_time;
            match tokio::time::timeout(limit, travel(agent, journey, &[])).await {
                Ok(result) => result,
                Err(_) => Err(LoginError::TooSlow { limit }),
            }
        }
        .boxed()
    }

    fn name(&self) -> &'static str {
        "none"
    }
}
