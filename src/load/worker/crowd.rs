//! Users of a closed workload whose number can change while they are at work.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::http::{ClientOptions, Wire};
use crate::load::Stop;
use crate::load::carrier::Carrier;
use crate::load::hyper_carrier::HyperCarrier;
use crate::load::meter::{CountsBy, Meter};
use crate::load::tally::Tally;
use crate::load::user::{User, Users};

/// Users, each with a connection of its own.
#[derive(Debug)]
pub(super) struct Crowd {
    users: Arc<dyn Users>,
    tally: Arc<Mutex<Tally>>,
    wire: Wire,
    client: ClientOptions,
    stop: Stop,
    members: Vec<Member>,
    /// Those who have been told to leave and may be on their last pass.
    leaving: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    leaves: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Crowd {
    /// Nobody yet. Where it is stopped from within, everybody leaves.
    pub(super) fn new(
        users: Arc<dyn Users>,
        tally: Arc<Mutex<Tally>>,
        wire: Wire,
        client: ClientOptions,
        stop: Stop,
    ) -> Self {
        Self {
            users,
            tally,
            wire,
            client,
            stop,
            members: Vec::new(),
            leaving: Vec::new(),
        }
    }

    /// How many are at work.
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// Has so many at work: new ones begin at once, others leave after their pass.
    pub(super) fn set(&mut self, count: usize) {
        self.leaving.retain(|member| !member.task.is_finished());
        while self.members.len() < count {
            self.members.push(self.newcomer());
        }
        for member in self.members.drain(count..) {
            member.leaves.store(true, Ordering::Relaxed);
            self.leaving.push(member);
        }
    }

    /// Has nobody at work any more: who has not ended the last pass in `grace` abandons it.
    pub(super) async fn end(&mut self, grace: Duration) {
        self.set(0);
        let deadline = Instant::now() + grace;
        if !grace.is_zero() {
            for member in &mut self.leaving {
                let left = deadline.saturating_duration_since(Instant::now());
                if timeout(left, &mut member.task).await.is_err() {
                    break;
                }
            }
        }
        for member in &self.leaving {
            member.task.abort();
        }
        for member in self.leaving.drain(..) {
            // One that has ended, aborted or awaited before says so at once.
            if !member.task.is_finished() {
                let _ = member.task.await;
            }
        }
    }

    fn newcomer(&self) -> Member {
        let carrier: Arc<dyn Carrier> = Arc::new(HyperCarrier::over(&self.wire, &self.client));
        let meter = Arc::new(Meter::new(Arc::clone(&self.tally), CountsBy::Request));
        let user = self.users.user(carrier, Arc::clone(&meter));
        let leaves = Arc::new(AtomicBool::new(false));
        Member {
            task: tokio::spawn(work(user, meter, Arc::clone(&leaves), self.stop.clone())),
            leaves,
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for member in self.members.iter().chain(&self.leaving) {
            member.task.abort();
        }
    }
}

/// One pass after another.
async fn work(mut user: Box<dyn User>, meter: Arc<Meter>, leaves: Arc<AtomicBool>, stop: Stop) {
    while !leaves.load(Ordering::Relaxed) && !stop.is_requested() {
        let due = Instant::now();
        meter.pass_started(due);
        let right = user.pass(due).await;
        meter.pass_ended(due, right);
        // A pass that fails without waiting for anything must not keep others from their turn.
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures::future::BoxFuture;
    use tokio::sync::Notify;

    use super::*;

    /// Users whose passes end when they are let go.
    #[derive(Debug, Default)]
    struct Patient {
        at_work: Arc<AtomicUsize>,
        go: Arc<Notify>,
    }

    struct One(Arc<AtomicUsize>, Arc<Notify>);

    impl User for One {
        fn pass(&mut self, _: Instant) -> BoxFuture<'_, bool> {
            Box::pin(async {
                self.1.notified().await;
                true
            })
        }
    }

    impl Drop for One {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    impl Users for Patient {
        fn user(&self, _: Arc<dyn Carrier>, _: Arc<Meter>) -> Box<dyn User> {
            self.at_work.fetch_add(1, Ordering::SeqCst);
            Box::new(One(Arc::clone(&self.at_work), Arc::clone(&self.go)))
        }
    }

    async fn until(count: &AtomicUsize, expected: usize) {
        let reached = async {
            while count.load(Ordering::SeqCst) != expected {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), reached)
            .await
            .expect("in time");
    }

    fn crowd(patient: Patient) -> (Crowd, Arc<Mutex<Tally>>) {
        let now = Instant::now();
        let tally = Arc::new(Mutex::new(Tally::new(now, now + Duration::from_secs(3600))));
        let client = ClientOptions::default();
        let wire = Wire::new(&client).unwrap();
        let crowd = Crowd::new(
            Arc::new(patient),
            Arc::clone(&tally),
            wire,
            client,
            Stop::default(),
        );
        (crowd, tally)
    }

    #[tokio::test]
    async fn the_number_goes_up_and_down() {
        let patient = Patient::default();
        let (count, go) = (Arc::clone(&patient.at_work), Arc::clone(&patient.go));
        let (mut crowd, tally) = crowd(patient);
        crowd.set(5);
        assert_eq!((crowd.len(), count.load(Ordering::SeqCst)), (5, 5));
        tokio::task::yield_now().await;
        crowd.set(2);
        // Those who leave end their pass first.
        assert_eq!((crowd.len(), count.load(Ordering::SeqCst)), (2, 5));
        while count.load(Ordering::SeqCst) > 2 {
            go.notify_waiters();
            tokio::task::yield_now().await;
        }
        crowd.set(3);
        until(&count, 3).await;
        // Nobody lets them go: their passes are abandoned.
        crowd.end(Duration::from_millis(1)).await;
        assert_eq!((crowd.len(), count.load(Ordering::SeqCst)), (0, 0));
        let flows = tally.lock().unwrap().snapshot(Instant::now()).flows;
        assert!(flows.completed >= 3 && flows.failed == 0, "{flows:?}");
        assert!(flows.started > flows.completed, "{flows:?}");
    }

    #[tokio::test]
    async fn a_pass_may_end_in_its_time() {
        let patient = Patient::default();
        let (count, go) = (Arc::clone(&patient.at_work), Arc::clone(&patient.go));
        let (mut crowd, tally) = crowd(patient);
        crowd.set(2);
        tokio::task::yield_now().await;
        let ended = crowd.end(Duration::from_secs(10));
        let going = async {
            while count.load(Ordering::SeqCst) > 0 {
                go.notify_waiters();
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(ended, going);
        let flows = tally.lock().unwrap().snapshot(Instant::now()).flows;
        assert_eq!((flows.started, flows.completed), (2, 2));
    }
}
