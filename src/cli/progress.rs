//! What a person sees while a run goes on.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::reports::Journal;
use super::terminal::{Terminal, visible};
use crate::conformance::Observer;
use crate::evidence::Recorder;
use crate::finding::Outcome;
use crate::report::console;
use crate::run::{Run, ScenarioResult, Totals};

/// Where nothing can be drawn, a line says at least this often how far it is.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How to show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    /// A bar, with what is not well above it.
    Bar,
    /// A line for what is not well.
    Lines,
    /// Nothing.
    Nothing,
}

/// Follows a run: draws, and keeps the journal.
pub(super) struct Progress {
    show: Show,
    terminal: Terminal,
    recorder: Arc<Recorder>,
    journal: Option<Journal>,
    bar: ProgressBar,
    totals: Totals,
    all: usize,
    logged: u32,
    reasons: HashSet<String>,
    last_line: Instant,
}

impl Progress {
    pub(super) fn new(
        show: Show,
        terminal: Terminal,
        recorder: Arc<Recorder>,
        journal: Option<Journal>,
    ) -> Self {
        Self {
            show,
            terminal,
            recorder,
            journal,
            bar: ProgressBar::hidden(),
            totals: Totals::default(),
            all: 0,
            logged: 0,
            reasons: HashSet::new(),
            last_line: Instant::now(),
        }
    }

    fn line(&mut self, text: &str) {
        match self.show {
            Show::Bar => self.bar.println(text),
            Show::Lines => self.terminal.say(text),
            Show::Nothing => {}
        }
        self.last_line = Instant::now();
    }

    fn count(&self) -> String {
        let parts: Vec<String> = Outcome::WORST_FIRST
            .into_iter()
            .filter(|outcome| self.totals.get(*outcome) > 0)
            .map(|outcome| format!("{} {outcome}", self.totals.get(outcome)))
            .collect();
        parts.join(", ")
    }

    /// One line for each exchange since the last time, with `-v`.
    fn log_exchanges(&mut self) {
        if !tracing::enabled!(tracing::Level::INFO) {
            return;
        }
        while let Some(exchange) = self.recorder.exchange(self.logged + 1) {
            self.logged += 1;
            let came = match (&exchange.response, &exchange.error) {
                (Some(response), _) => response.status.to_string(),
                (None, Some(error)) => error.clone(),
                (None, None) => "nothing".to_owned(),
            };
            let text = format!(
                "#{} {}: {} {} → {came} ({:.0} ms)",
                exchange.id,
                exchange.purpose,
                exchange.request.method,
                exchange.request.url,
                exchange.duration_ms
            );
            tracing::info!("{}", visible(&text));
        }
    }
}

impl Observer for Progress {
    fn begun(&mut self, run: &Run) {
        if let Some(journal) = &mut self.journal {
            journal.begin(run);
        }
        self.all = run.unfinished.len();
        let provider = &run.provider;
        let issuer = if provider.name == provider.issuer {
            String::new()
        } else {
            format!(" ({})", provider.issuer)
        };
        let head = visible(&format!(
            "{} {}: {} scenarios against {}{issuer}",
            run.tool.name, run.tool.version, self.all, provider.name
        ));
        if self.show == Show::Bar {
            let style = if self.terminal.err.colour {
                "{bar:30.cyan/dim} {pos}/{len}  {msg}"
            } else {
                "{bar:30} {pos}/{len}  {msg}"
            };
            // The template is ours; were it wrong, the usual one would do.
            let style = ProgressStyle::with_template(style)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("━━─");
            let all = u64::try_from(self.all).unwrap_or(u64::MAX);
            self.bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr());
            self.bar.set_style(style);
            self.bar.enable_steady_tick(Duration::from_millis(200));
        }
        self.line(&head);
    }

    fn noted(&mut self, text: &str) {
        self.line(&visible(text));
    }

    fn suspected(&mut self, scenario: &ScenarioResult) {
        if let Some(journal) = &mut self.journal {
            journal.add(scenario);
        }
    }

    fn finished(&mut self, scenario: &ScenarioResult) {
        if let Some(journal) = &mut self.journal {
            journal.add(scenario);
        }
        self.log_exchanges();
        *self.totals.slot(scenario.outcome) += 1;
        let wanted = match scenario.outcome {
            Outcome::Pass | Outcome::Skip => false,
            Outcome::Fail | Outcome::Warn => scenario.checks.iter().any(|c| c.is_unexpected()),
            Outcome::Review => true,
            // One cause stops many scenarios; the report counts them.
            Outcome::Error => match &scenario.reason {
                Some(reason) => self.reasons.insert(reason.clone()),
                None => true,
            },
        };
        if wanted {
            self.line(&console::progress_line(scenario, self.terminal.err));
        } else if self.show == Show::Lines && self.last_line.elapsed() >= HEARTBEAT {
            let done = self.totals.sum();
            self.line(&format!("  {done} of {}: {}", self.all, self.count()));
        }
        self.bar.inc(1);
        self.bar.set_message(self.count());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
