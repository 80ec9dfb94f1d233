//! What the recorder was told and has not dealt with yet.
//!
//! Redaction costs as much time as the exchange itself on a quick provider, and the next request need not wait for
//! it. So it is done on a thread beside the run, in the order in which it was asked for; whoever wants to see what
//! came of it does what is left by himself.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use super::record::Ended;
use super::redactor::Redactor;
use crate::run::Exchange;

/// The thread is woken for so many exchanges at once: waking it costs the run more than handing over.
const WORTH_WAKING: usize = 8;

/// So many tasks may wait; who adds one more does them.
const MOST_TASKS: usize = 256;

/// The bodies of the exchanges that wait have no more bytes than this, or else the same.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// What the recorder was told.
pub(super) enum Task {
    /// A secret.
    Learn { kind: String, value: String },
    /// What is no secret.
    Publish(String),
    /// An exchange.
    Record(Box<Ended>),
}

/// What came of the tasks.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) redactor: Redactor,
    pub(super) exchanges: Vec<Arc<Exchange>>,
}

/// The tasks, and what came of those that are done.
pub(super) struct Backlog {
    shared: Arc<Shared>,
    /// Wakes the thread, which ends when this is dropped; `None` where the system has no thread for us.
    worker: OnceLock<Option<Sender<()>>>,
}

struct Shared {
    begun: Instant,
    /// Taken before `waiting`, never after it.
    kept: Mutex<Kept>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    tasks: VecDeque<Task>,
    bytes: usize,
    /// The exchanges so far, those that wait included.
    exchanges: usize,
}

impl Default for Backlog {
    fn default() -> Self {
        Self {
            shared: Arc::new(Shared {
                begun: Instant::now(),
                kept: Mutex::default(),
                waiting: Mutex::default(),
            }),
            worker: OnceLock::new(),
        }
    }
}

impl Backlog {
    /// Puts a task after all others. Gives the number of exchanges, which is the id of the one that the task is
    /// about.
    pub(super) fn add(&self, task: Task) -> u32 {
        let mut wake = false;
        let (id, too_many) = {
            let mut waiting = self.shared.waiting();
            if let Task::Record(ended) = &task {
                waiting.exchanges += 1;
                waiting.bytes += ended.size();
                wake = waiting.exchanges.is_multiple_of(WORTH_WAKING);
            }
            waiting.tasks.push_back(task);
            let too_many = waiting.tasks.len() > MOST_TASKS || waiting.bytes > MOST_BYTES;
            let id = u32::try_from(waiting.exchanges).unwrap_or(u32::MAX);
            (id, too_many)
        };
        if too_many {
            drop(self.settled());
        } else if wake && let Some(worker) = self.worker.get_or_init(|| self.hire()) {
            // Its thread ends after this one only.
            let _ = worker.send(());
        }
        id
    }

    /// How many exchanges there are.
    pub(super) fn count(&self) -> usize {
        self.shared.waiting().exchanges
    }

    /// What came of all tasks so far.
    pub(super) fn settled(&self) -> MutexGuard<'_, Kept> {
        self.shared.settled()
    }

    fn hire(&self) -> Option<Sender<()>> {
        let (wake, woken) = mpsc::channel();
        let shared = Arc::clone(&self.shared);
        let work = move || {
            while woken.recv().is_ok() {
                drop(shared.settled());
            }
        };
        let thread = std::thread::Builder::new().name("oidcheck-record".to_owned());
        thread.spawn(work).ok().map(|_| wake)
    }
}

impl Shared {
    fn settled(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let next = {
                let mut waiting = self.waiting();
                let next = waiting.tasks.pop_front();
                if let Some(Task::Record(ended)) = &next {
                    waiting.bytes -= ended.size();
                }
                next
            };
            match next {
                Some(task) => self.deal_with(&mut kept, task),
                None => return kept,
            }
        }
    }

    fn deal_with(&self, kept: &mut Kept, task: Task) {
        let ended = match task {
            Task::Learn { kind, value } => {
                kept.redactor.learn(&kind, &value);
                return;
            }
            Task::Publish(value) => return kept.redactor.publish(&value),
            Task::Record(ended) => ended,
        };
        let id = u32::try_from(kept.exchanges.len() + 1).unwrap_or(u32::MAX);
        let redactor = &mut kept.redactor;
        // The ids of those that follow are given already.
        let redact = AssertUnwindSafe(|| ended.redacted(redactor, id, self.begun));
        let exchange = catch_unwind(redact).unwrap_or_else(|_| ended.withheld(id, self.begun));
        kept.exchanges.push(Arc::new(exchange));
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
