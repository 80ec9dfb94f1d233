//! What is done before and after the measured time: logins that fill the pool of refresh tokens, and their revocation.

use std::iter;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, stream};
use http::Response;
use tokio::time::timeout;

use super::aside::Aside;
use super::carrier::Carrier;
use super::judge;
use super::meter::Meter;
use super::pool::Entry;
use super::subject::Call;
use super::tally::Failure;
use super::visit::Visits;
use super::{Stop, Word};
use crate::load_run::PhaseFigures;

/// Logins, and revocations, side by side: the provider is not to be under load yet, or no longer.
const SIDE_BY_SIDE: usize = 8;
/// After so many failures with no success between, the rest is not tried: a wrong password would lock the user out,
/// and a provider that hangs would keep us for hours.
const FAILURES_LIMIT: u64 = 8;
/// Logins that replace refresh tokens are waited for, so that what they bring is revoked, too.
const REPLACEMENTS_LIMIT: Duration = Duration::from_secs(10);

/// What came of a phase.
#[derive(Debug)]
pub(crate) struct Phase {
    pub(crate) figures: PhaseFigures,
    /// The first that failed.
    pub(crate) failure: Option<Failure>,
}

impl Phase {
    /// The figures, with the first failure in words.
    pub(crate) fn told(self) -> PhaseFigures {
        let mut figures = self.figures;
        if let Some(why) = self.failure {
            let told = format!("; the first failure: {} ({})", why.example, why.kind);
            figures.summary.push_str(&told);
        }
        figures
    }
}

impl Visits {
    /// Fills the pool by `count` logins, each with a fresh browser.
    pub(crate) async fn fill(
        &self,
        carrier: &Arc<dyn Carrier>,
        count: usize,
        stop: &Stop,
    ) -> Phase {
        let logins = self.going(&[Word::Login, Word::Exchange], true);
        let summary = format!("{count} logins for refresh tokens");
        let jobs = (0..count).map(|_| logins.fill_one(carrier).boxed());
        phase(summary, jobs, stop).await
    }

    async fn fill_one(&self, carrier: &Arc<dyn Carrier>) -> Result<(), Failure> {
        if let Some(entry) = self.log_in(carrier, Aside::Setup).await? {
            self.pool().add(entry);
        }
        Ok(())
    }

    /// Goes through the flow once, with a fresh browser, for the refresh token that it ends with.
    pub(super) async fn log_in(
        &self,
        carrier: &Arc<dyn Carrier>,
        aside: Aside,
    ) -> Result<Option<Entry>, Failure> {
        let mut visit = self.visit(Arc::clone(carrier), self.meter(aside));
        visit.go(Instant::now()).await?;
        Ok(visit.take_entry())
    }

    /// Revokes what is left in the pool.
    pub(crate) async fn drain(&self, carrier: &Arc<dyn Carrier>, stop: &Stop) -> Phase {
        let mut replacements = self.replacements();
        let all = async { while replacements.join_next().await.is_some() {} };
        // What is not there by then is given up.
        let _ = timeout(REPLACEMENTS_LIMIT, all).await;
        drop(replacements);
        let entries = self.pool().take_all();
        let call = self.subject().sign_in.as_ref();
        let call = call.and_then(|sign_in| sign_in.calls.revocation.as_ref());
        let Some(call) = call else {
            let summary = format!(
                "{} refresh tokens were left as they are: the metadata have no revocation_endpoint",
                entries.len()
            );
            return phase(summary, iter::empty(), stop).await;
        };
        let summary = format!("revocation of {} refresh tokens", entries.len());
        let jobs = entries
            .into_iter()
            .map(|entry| revoke(call, entry, carrier, self.meter(Aside::Teardown)).boxed());
        phase(summary, jobs, stop).await
    }
}

async fn revoke(
    call: &Call,
    entry: Entry,
    carrier: &Arc<dyn Carrier>,
    meter: Arc<Meter>,
) -> Result<(), Failure> {
    let request = call
        .form(&[("token", &entry.refresh_token)])
        .map_err(|halt| Failure::absent("unsendable", halt.to_string()))?;
    meter.sending(Word::Revoke.as_str());
    let answer = carrier.carry(request).await;
    meter.ended(answer.as_ref().ok().map(Response::status));
    let judged = match &answer {
        Ok(answer) => judge::revocation(answer),
        Err(error) => Err(judge::unanswered(error)),
    };
    meter.settle(judged.as_ref().err());
    judged
}

/// Does all `jobs`, a few at a time.
async fn phase<'a>(
    summary: String,
    jobs: impl Iterator<Item = BoxFuture<'a, Result<(), Failure>>>,
    stop: &Stop,
) -> Phase {
    let begun = Instant::now();
    let (mut done, mut failed, mut in_a_row) = (0, 0, 0);
    let mut failure = None;
    let mut results = stream::iter(jobs).buffer_unordered(SIDE_BY_SIDE);
    loop {
        let result = tokio::select! {
            // What a job found counts although it stopped the run.
            biased;
            result = results.next() => result,
            () = stop.requested() => break,
        };
        let Some(result) = result else {
            break;
        };
        match result {
            Ok(()) => {
                done += 1;
                in_a_row = 0;
            }
            Err(why) => {
                failed += 1;
                in_a_row += 1;
                failure.get_or_insert(why);
                if in_a_row >= FAILURES_LIMIT {
                    break;
                }
            }
        }
        if stop.is_requested() {
            break;
        }
    }
    drop(results);
    Phase {
        figures: PhaseFigures {
            summary,
            done,
            failed,
            duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        },
        failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_phase_gives_up_what_never_works_and_goes_on_after_a_failure() {
        let fails = |n: usize| match n % 3 {
            0 => Err(Failure::absent("connect", format!("number {n}"))),
            _ => Ok(()),
        };
        for (items, always, expected) in [(30, false, (20, 10)), (1000, true, (0, FAILURES_LIMIT))]
        {
            let stop = Stop::default();
            let phase = phase(
                "test".to_owned(),
                (0..items).map(|n| async move { fails(if always { 0 } else { n }) }.boxed()),
                &stop,
            )
            .await;
            assert_eq!((phase.figures.done, phase.figures.failed), expected);
            assert_eq!(phase.failure.unwrap().example, "number 0");
        }
    }

    #[tokio::test]
    async fn a_phase_ends_when_it_is_stopped() {
        let stop = Stop::default();
        let stopping = &stop;
        let jobs = (0..100).map(|n| {
            async move {
                if n == 20 {
                    stopping.request("test");
                }
                tokio::task::yield_now().await;
                Ok(())
            }
            .boxed()
        });
        let phase = phase("test".to_owned(), jobs, &stop).await;
        assert!(phase.figures.done < 100, "{:?}", phase.figures);
    }

    #[test]
    fn the_future_of_a_phase_may_go_to_another_thread() {
        fn is_send<T: Send>(
            _: impl Fn(&'static Visits, &'static Arc<dyn Carrier>, &'static Stop) -> T,
        ) {
        }
        is_send(|visits, carrier, stop| visits.fill(carrier, 1, stop));
        is_send(|visits, carrier, stop| visits.drain(carrier, stop));
        is_send(|visits, carrier, _| visits.race_code(carrier, 2, 1));
        is_send(|visits, carrier, _| visits.race_refresh_token(carrier, 2, 1));
    }
}
