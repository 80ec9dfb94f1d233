//! What a person sees while the load is made.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::terminal::{Terminal, visible};
use crate::load::Progress;
use crate::report::load::progress;

/// Where nothing can be drawn, a line says so often how things stand.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// A line that is drawn anew on a terminal; elsewhere a line now and then.
#[derive(Clone)]
pub(super) struct Live(Arc<Inner>);

struct Inner {
    terminal: Terminal,
    quiet: bool,
    bar: Option<ProgressBar>,
    last: Mutex<(Instant, String)>,
}

impl Live {
    pub(super) fn new(terminal: Terminal, quiet: bool) -> Self {
        let bar = (terminal.draws && !quiet).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self(Arc::new(Inner {
            terminal,
            quiet,
            bar,
            last: Mutex::new((Instant::now(), String::new())),
        }))
    }

    /// What the load tells of itself.
    pub(super) fn observer(&self) -> impl Fn(&Progress) + Send + Sync + 'static {
        let inner = Arc::clone(&self.0);
        move |at| inner.show(at)
    }

    /// Takes the line away while something else is written.
    #[cfg(feature = "distributed")]
    pub(super) fn aside(&self, write: impl FnOnce()) {
        match &self.0.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes the line away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.0.bar {
            bar.finish_and_clear();
        }
    }
}

impl Inner {
    fn show(&self, at: &Progress) {
        let (phase, text) = match at {
            Progress::Setup => ("setup", "setup".to_owned()),
            Progress::Races => ("races", "parallel uses of what may be used once".to_owned()),
            Progress::Teardown => ("teardown", "teardown".to_owned()),
            Progress::Load(now) => {
                let errors: Vec<String> = now
                    .errors
                    .iter()
                    .map(|(kind, n)| format!("{kind} {n}"))
                    .collect();
                let mut text = progress(now.at, now.last.as_ref(), now.requests, now.in_flight);
                if !errors.is_empty() {
                    text = format!("{text}  ({})", errors.join(", "));
                }
                (if now.at < 0.0 { "warm-up" } else { "measuring" }, text)
            }
        };
        let text = visible(&text);
        if let Some(bar) = &self.bar {
            bar.set_message(text);
            bar.tick();
        } else if !self.quiet {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.1 != phase || last.0.elapsed() >= HEARTBEAT {
                self.terminal.say(&text);
                *last = (Instant::now(), phase.to_owned());
            }
        }
    }
}
