//! The report on the terminal: what a person needs in order to act, and no more.

use crate::finding::Outcome;
use crate::run::{Check, Exchange, Run, ScenarioResult, Totals};

use super::escape::{line, short};
use super::groups::{self, Group, Hit, Reason};
use super::time::{count, length, moment};

/// A value of a provider is cut after so many characters; the saved run has the whole.
const VALUE_LIMIT: usize = 600;
/// More pointers than this tell nothing more.
const EVIDENCE_LIMIT: usize = 3;
/// Names under one reason.
const NAMES_LIMIT: usize = 3;

/// How to write to this terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours may be used.
    pub colour: bool,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// What is to be seen first.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// What may be passed over.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// In the colour of an outcome.
    pub fn outcome(self, outcome: Outcome, text: &str) -> String {
        let code = match outcome {
            Outcome::Fail => "31",
            Outcome::Error => "35",
            Outcome::Review => "36",
            Outcome::Warn => "33",
            Outcome::Pass => "32",
            Outcome::Skip => "2",
        };
        self.paint(code, text)
    }
}

/// The mark that stands for an outcome.
pub fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fail => "✗",
        Outcome::Error => "!",
        Outcome::Review => "?",
        Outcome::Warn => "▲",
        Outcome::Pass => "✓",
        Outcome::Skip => "-",
    }
}

/// One line about a scenario that has just been judged.
pub fn progress_line(scenario: &ScenarioResult, style: Style) -> String {
    let outcome = scenario.outcome;
    let mut text = format!(
        "{} {} › {}",
        style.outcome(
            outcome,
            &format!("{} {:<6}", mark(outcome), outcome.as_str())
        ),
        line(&scenario.feature),
        line(&scenario.title()),
    );
    let mut ids: Vec<&str> = scenario
        .checks
        .iter()
        .filter(|check| check.outcome == outcome && outcome != Outcome::Pass)
        .map(|check| check.requirement.as_str())
        .collect();
    ids.dedup();
    if let Some(reason) = &scenario.reason {
        text.push_str(&format!(": {}", short(reason, 200)));
    } else if !ids.is_empty() {
        text.push_str(&format!(": {}", line(&ids.join(", "))));
    }
    text.push_str(&style.dim(&format!(" ({})", length(scenario.duration_ms))));
    text
}

/// The report of the whole run, with a line feed at its end.
pub fn render(run: &Run, style: Style) -> String {
    let mut page = Page {
        run,
        style,
        out: String::new(),
    };
    page.failures();
    page.errors();
    page.brief(Outcome::Review, "To be reviewed");
    page.brief(Outcome::Warn, "Warnings");
    page.known();
    page.skips();
    page.totals();
    page.out
}

struct Page<'a> {
    run: &'a Run,
    style: Style,
    out: String,
}

impl Page<'_> {
    fn heading(&mut self, text: &str) {
        let text = self.style.bold(text);
        self.out.push_str(&format!("{text}\n\n"));
    }

    fn row(&mut self, indent: usize, text: &str) {
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn field(&mut self, name: &str, text: &str) {
        let name = self.style.dim(&format!("{name:>9}"));
        self.row(4, &format!("{name}  {text}"));
    }

    fn end_of_block(&mut self) {
        self.out.push('\n');
    }

    fn title(&mut self, check: &Check) {
        let style = self.style;
        let head = format!("{} {}", mark(check.outcome), line(&check.requirement));
        let head = style.outcome(check.outcome, &head);
        let level = style.dim(check.level.as_str());
        self.row(
            0,
            &format!(
                "{} {level}  {}",
                style.bold(&head),
                style.bold(&line(&check.summary))
            ),
        );
    }

    fn place(&mut self, scenario: &ScenarioResult) {
        let place = self
            .style
            .dim(&format!("{}:{}", line(&scenario.file), scenario.line));
        self.field(
            "scenario:",
            &format!("{}  {place}", line(&scenario.title())),
        );
    }

    fn verdict(&mut self, check: &Check) {
        if !check.of.is_empty() {
            self.field("of:", &line(&check.of));
        }
        for (i, expected) in check.expected.iter().enumerate() {
            self.field(
                if i == 0 { "expected:" } else { "or:" },
                &short(expected, VALUE_LIMIT),
            );
        }
        if !check.actual.is_empty() {
            self.field("actual:", &short(&check.actual, VALUE_LIMIT));
        }
        if let Some(note) = &check.note {
            self.field("note:", &short(note, VALUE_LIMIT));
        }
    }

    fn failures(&mut self) {
        let groups = groups::unexpected(self.run, Outcome::Fail);
        if groups.is_empty() {
            return;
        }
        self.heading("Failures");
        for group in &groups {
            let Hit { scenario, check } = group.first;
            self.title(check);
            self.place(scenario);
            self.verdict(check);
            self.evidence(check);
            if !check.url.is_empty() {
                self.field("section:", &line(&check.url));
            }
            let first = check
                .evidence
                .first()
                .and_then(|e| self.run.exchange(e.exchange));
            if let Some(exchange) = first {
                self.field("try:", &line(&exchange.curl));
            }
            self.others(group);
            self.end_of_block();
        }
    }

    fn evidence(&mut self, check: &Check) {
        for evidence in check.evidence.iter().take(EVIDENCE_LIMIT) {
            let at = if evidence.at.is_empty() {
                String::new()
            } else {
                format!("  ({})", line(&evidence.at))
            };
            let told = match self.run.exchange(evidence.exchange) {
                Some(exchange) => told(exchange),
                None => format!("#{}", evidence.exchange),
            };
            self.field("exchange:", &format!("{told}{at}"));
        }
        if let Some(more) = check.evidence.len().checked_sub(EVIDENCE_LIMIT + 1) {
            self.field("", &format!("and {} more", more + 1));
        }
    }

    /// The other scenarios that met the same requirement, with what they saw where it differs.
    fn others(&mut self, group: &Group<'_>) {
        let mut names = Vec::new();
        for hit in &group.others {
            let scenario = hit.scenario;
            let mut text = format!(
                "{}  {}:{}",
                line(&scenario.title()),
                line(&scenario.file),
                scenario.line
            );
            if hit.check.actual != group.first.check.actual {
                text.push_str(&format!("  {}", short(&hit.check.actual, VALUE_LIMIT / 3)));
            }
            if !names.contains(&text) {
                names.push(text);
            }
        }
        for (i, name) in names.iter().enumerate() {
            self.field(if i == 0 { "also in:" } else { "" }, name);
        }
    }

    /// Deviations and open questions that decide nothing, more briefly.
    fn brief(&mut self, outcome: Outcome, heading: &str) {
        let groups = if outcome == Outcome::Warn {
            groups::unexpected(self.run, outcome)
        } else {
            groups::by_requirement(self.run, |check| check.outcome == outcome)
        };
        if groups.is_empty() {
            return;
        }
        self.heading(heading);
        for group in &groups {
            let Hit { scenario, check } = group.first;
            self.title(check);
            self.verdict(check);
            self.place(scenario);
            self.others(group);
        }
        self.end_of_block();
    }

    fn errors(&mut self) {
        let reasons = groups::reasons(self.run, Outcome::Error);
        if reasons.is_empty() {
            return;
        }
        self.heading("Could not be judged");
        for reason in &reasons {
            let head = format!(
                "{} {}",
                mark(Outcome::Error),
                short(reason.text, VALUE_LIMIT)
            );
            let head = self.style.outcome(Outcome::Error, &head);
            self.row(0, &format!("{head}  {}", self.style.dim(&touched(reason))));
            // What is blocked follows from what blocks it; its names would bury that.
            if !reason.is_blocked() {
                for scenario in reason.scenarios.iter().take(NAMES_LIMIT) {
                    self.place(scenario);
                }
                if let Some(more) = reason.scenarios.len().checked_sub(NAMES_LIMIT + 1) {
                    self.field("", &format!("and {} more", more + 1));
                }
                for hit in reason.checks.iter().take(NAMES_LIMIT) {
                    let id = line(&hit.check.requirement);
                    self.field("check:", &format!("{id}  {}", line(&hit.scenario.title())));
                }
            }
        }
        self.end_of_block();
    }

    fn skips(&mut self) {
        let reasons = groups::reasons(self.run, Outcome::Skip);
        if reasons.is_empty() {
            return;
        }
        self.heading("Skipped");
        for reason in &reasons {
            let text = format!(
                "{} {}",
                mark(Outcome::Skip),
                short(reason.text, VALUE_LIMIT)
            );
            self.row(0, &format!("{text}  {}", self.style.dim(&touched(reason))));
        }
        self.end_of_block();
    }

    fn known(&mut self) {
        let groups = groups::known(self.run);
        if !groups.is_empty() {
            self.heading("Known deviations");
            for group in &groups {
                let check = group.first.check;
                self.title(check);
                if let Some(reason) = &check.known {
                    self.field("known:", &short(reason, VALUE_LIMIT));
                }
            }
            self.end_of_block();
        }
        if !self.run.stale_known.is_empty() {
            self.heading("Known deviations that no longer occur");
            for stale in &self.run.stale_known {
                let variant = match &stale.variant {
                    Some(variant) => format!(" [{}]", line(variant)),
                    None => String::new(),
                };
                let id = line(&stale.requirement);
                self.row(
                    0,
                    &format!("- {id}{variant}  {}", short(&stale.reason, VALUE_LIMIT)),
                );
            }
            self.end_of_block();
        }
    }

    fn totals(&mut self) {
        let Run {
            provider,
            profile,
            tool,
            ..
        } = self.run;
        if self.run.interrupted {
            let text = format!(
                "Interrupted: {} had not finished and are not in the totals.",
                count(self.run.unfinished.len(), "scenario")
            );
            let text = self.style.outcome(Outcome::Error, &text);
            self.row(0, &text);
        }
        let issuer = if provider.name == provider.issuer {
            String::new()
        } else {
            self.style.dim(&line(&provider.issuer))
        };
        self.row(
            0,
            format!("{:<12}  {}  {issuer}", "Provider", line(&provider.name)).trim_end(),
        );
        self.tally("Scenarios", self.run.totals);
        self.tally("Requirements", self.run.requirements);
        let known = groups::rows(self.run)
            .iter()
            .filter(|row| row.known)
            .count();
        if known > 0 {
            self.row(
                0,
                &format!(
                    "{:<12}  {} (known)",
                    "Declared",
                    count(known, "requirement")
                ),
            );
        }
        let facts = format!(
            " · profile {} · {} {} · {}",
            line(profile),
            line(&tool.name),
            line(&tool.version),
            line(&moment(&self.run.started)),
        );
        let facts = self.style.dim(&facts);
        self.row(
            0,
            &format!(
                "{:<12}  {}{facts}",
                "Duration",
                length(self.run.duration_ms)
            ),
        );
    }

    fn tally(&mut self, name: &str, totals: Totals) {
        let parts: Vec<String> = [
            Outcome::Pass,
            Outcome::Fail,
            Outcome::Warn,
            Outcome::Skip,
            Outcome::Review,
            Outcome::Error,
        ]
        .into_iter()
        .map(|outcome| {
            let n = totals.get(outcome);
            let text = format!("{n} {outcome}");
            if n == 0 {
                self.style.dim(&text)
            } else {
                self.style.outcome(outcome, &text)
            }
        })
        .collect();
        self.row(0, &format!("{name:<12}  {}", parts.join(", ")));
    }
}

/// One exchange in a line.
pub(super) fn told(exchange: &Exchange) -> String {
    let answer = match (&exchange.response, &exchange.error) {
        (Some(response), None) => response.status.to_string(),
        (Some(response), Some(error)) => format!("{} ({})", response.status, short(error, 120)),
        (None, Some(error)) => short(error, 120),
        (None, None) => "no answer".to_owned(),
    };
    format!(
        "#{} {} {} → {answer}",
        exchange.id,
        line(&exchange.request.method),
        short(&exchange.request.url, 300)
    )
}

/// How much a reason touched.
pub(super) fn touched(reason: &Reason<'_>) -> String {
    let scenarios = count(reason.scenarios.len(), "scenario");
    let checks = count(reason.checks.len(), "check");
    match (reason.scenarios.len(), reason.checks.len()) {
        (_, 0) => scenarios,
        (0, _) => checks,
        _ => format!("{scenarios}, {checks}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_provider_can_not_write_to_the_terminal() {
        let mut run = fixture::run();
        for scenario in &mut run.scenarios {
            scenario.reason = scenario
                .reason
                .as_ref()
                .map(|_| fixture::HOSTILE.to_owned());
            scenario.name = fixture::HOSTILE.to_owned();
        }
        run.provider.name = fixture::HOSTILE.to_owned();
        let mut text = render(&run, Style { colour: false });
        for scenario in &run.scenarios {
            text.push_str(&progress_line(scenario, Style::default()));
        }
        assert!(text.contains("\\u{1b}[31mred"), "{text}");
        assert!(text.contains("\\u{202e}gpj.exe \\u{0}"), "{text}");
        assert!(
            !text.contains(|c: char| c != '\n' && c.is_control()),
            "{text}"
        );
        assert!(!text.contains('\u{202e}'), "{text}");
    }

    #[test]
    fn colours_are_only_what_we_write() {
        let plain = render(&fixture::run(), Style { colour: false });
        let coloured = render(&fixture::run(), Style { colour: true });
        let mut stripped = String::new();
        let mut rest = coloured.as_str();
        while let Some((before, after)) = rest.split_once("\u{1b}[") {
            stripped.push_str(before);
            rest = after.split_once('m').expect("our sequences end with m").1;
        }
        stripped.push_str(rest);
        assert_eq!(stripped, plain);
    }

    #[test]
    fn a_long_value_is_cut() {
        let mut run = fixture::run();
        run.scenarios[0].checks[0].actual = "x".repeat(10_000);
        let text = render(&run, Style::default());
        assert!(text.contains("… (9400 more characters)"), "{text}");
    }
}
