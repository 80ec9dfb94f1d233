//! What a person sees while the load is made.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::load_board::{self as board, Plan};
use super::redraw::Redraw;
use super::terminal::Terminal;
use crate::load::{Progress, SearchStep, Snapshot};

/// Where nothing can be drawn, a line says so often how things stand.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Some lines that are drawn anew on a terminal; elsewhere a line now and then.
#[derive(Clone)]
pub(super) struct Live(Arc<Inner>);

struct Inner {
    terminal: Terminal,
    /// What is shown.
    show: Show,
    plan: Plan,
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    Board,
    Lines,
    Nothing,
}

/// What was shown last.
struct State {
    redraw: Redraw,
    /// Nothing is drawn any more.
    over: bool,
    phase: &'static str,
    said: Option<Instant>,
    search: Option<SearchStep>,
    /// What was heard last of each scenario: the figures stay when the load is over and races or teardown go on.
    heard: Vec<Snapshot>,
}

impl Live {
    pub(super) fn new(terminal: Terminal, quiet: bool, plan: Plan) -> Self {
        let show = match (quiet, terminal.draws) {
            (true, _) => Show::Nothing,
            (false, true) => Show::Board,
            (false, false) => Show::Lines,
        };
        Self(Arc::new(Inner {
            terminal,
            show,
            plan,
            state: Mutex::new(State {
                redraw: Redraw::stderr(),
                over: false,
                phase: "",
                said: None,
                search: None,
                heard: Vec::new(),
            }),
        }))
    }

    /// What the load tells of itself.
    pub(super) fn observer(&self) -> impl Fn(&Progress) + Send + Sync + 'static {
        let inner = Arc::clone(&self.0);
        move |at| inner.show(at)
    }

    /// Takes the lines away while something is written that stays.
    pub(super) fn aside(&self, write: impl FnOnce()) {
        let mut state = self.0.lock();
        state.redraw.clear();
        write();
    }

    /// Takes the lines away.
    pub(super) fn finish(&self) {
        let mut state = self.0.lock();
        state.over = true;
        state.redraw.clear();
    }
}

impl Inner {
    fn show(&self, at: &Progress) {
        match self.show {
            Show::Board => self.draw(at),
            Show::Lines => self.tell(at),
            Show::Nothing => {}
        }
    }

    fn draw(&self, at: &Progress) {
        let style = self.terminal.err;
        let mut state = self.lock();
        let phase = match at {
            Progress::Search(step) => {
                state.search = Some(*step);
                state.heard.clear();
                None
            }
            Progress::Load(now) => {
                state.hear(now);
                None
            }
            other => Some(phase(other)),
        };
        let mut lines = board::head(&self.plan, state.search.as_ref(), style);
        lines.extend(phase.map(str::to_owned));
        match state.heard.as_slice() {
            [now] => {
                let body = board::body(&self.plan, now, style);
                // The clock of the load stands still where another phase goes on.
                lines.extend(body.into_iter().skip(usize::from(phase.is_some())));
            }
            several => lines.extend(several.iter().map(|now| board::line(&self.plan, now))),
        }
        if !state.over {
            state.redraw.draw(&lines);
        }
    }

    fn tell(&self, at: &Progress) {
        let (phase, text) = match at {
            Progress::Load(now) if now.at < 0.0 => ("warm-up", board::line(&self.plan, now)),
            Progress::Load(now) => ("measuring", board::line(&self.plan, now)),
            Progress::Search(step) => ("search", board::step(step)),
            other => (phase(other), phase(other).to_owned()),
        };
        let mut state = self.lock();
        let is_due = state.said.is_none_or(|said| said.elapsed() >= HEARTBEAT);
        if state.phase != phase || is_due {
            state.phase = phase;
            state.said = Some(Instant::now());
            drop(state);
            self.terminal.say(&text);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn hear(&mut self, now: &Snapshot) {
        match self.heard.iter_mut().find(|of| of.scenario == now.scenario) {
            Some(of) => of.clone_from(now),
            None => self.heard.push(now.clone()),
        }
    }
}

fn phase(at: &Progress) -> &'static str {
    match at {
        Progress::Setup => "setup: metadata, keys and logins",
        Progress::Search(_) => "search for the highest rate",
        Progress::Load(_) => "load",
        Progress::Races => "races: parallel uses of what may be used once",
        Progress::Teardown => "teardown: refresh tokens are revoked",
    }
}
