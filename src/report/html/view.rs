//! What the templates show: every text already visible, every link already checked.

use std::collections::HashMap;

use serde::Serialize;

use super::text::{
    Count, Head, Link, answer, capitalized, head, link, place, ranges, request, told, value,
};
use crate::finding::Outcome;
use crate::report::console::touched;
use crate::report::escape::line;
use crate::report::groups::{self, Group, Hit, Reason, specification};
use crate::report::markdown::verdict;
use crate::report::time::length;
use crate::requirement::Level;
use crate::run::{Check, Direction, Exchange, Run, ScenarioResult};

/// More pointers than this per check tell nothing more.
const EVIDENCE_LIMIT: usize = 20;
/// Names under one reason or requirement.
const NAMES_LIMIT: usize = 12;

/// The page of one run.
#[derive(Serialize)]
pub(super) struct RunView {
    title: String,
    head: Head,
    verdict: String,
    verdict_outcome: Outcome,
    interrupted: bool,
    tiles: Vec<Tile>,
    bar: Vec<Segment>,
    findings: Findings,
    features: Vec<Feature>,
    specifications: Vec<Specification>,
    exchanges: Vec<ExchangeRow>,
    outcomes: Vec<Outcome>,
    levels: Vec<Level>,
    totals: Sums,
}

#[derive(Serialize)]
struct Tile {
    outcome: Outcome,
    requirements: usize,
    scenarios: usize,
}

/// A part of the bar under the tiles, in thousandths.
#[derive(Serialize)]
struct Segment {
    outcome: Outcome,
    x: usize,
    width: usize,
}

#[derive(Serialize)]
struct Sums {
    findings: usize,
    scenarios: usize,
    requirements: usize,
    exchanges: usize,
}

#[derive(Serialize)]
struct Findings {
    fail: Vec<Finding>,
    review: Vec<Finding>,
    warn: Vec<Finding>,
    known: Vec<Finding>,
    error: Vec<ReasonView>,
    skip: Vec<ReasonView>,
    stale: Vec<Stale>,
}

#[derive(Serialize)]
struct Finding {
    check: CheckView,
    places: Vec<Place>,
    more_places: usize,
    curl: Option<String>,
}

#[derive(Serialize)]
struct ReasonView {
    text: String,
    touched: String,
    places: Vec<Place>,
    more_places: usize,
}

#[derive(Serialize)]
struct Stale {
    requirement: String,
    variant: Option<String>,
    reason: String,
}

/// A scenario to go to.
#[derive(Serialize)]
struct Place {
    anchor: String,
    title: String,
    place: String,
    outcome: Outcome,
    /// What was seen there, where it differs from what is told already.
    actual: Option<String>,
}

#[derive(Serialize)]
struct Feature {
    name: String,
    file: String,
    tally: Vec<Count>,
    scenarios: Vec<Scenario>,
}

#[derive(Serialize)]
struct Scenario {
    anchor: String,
    outcome: Outcome,
    /// All that failed in it is declared.
    known: bool,
    title: String,
    place: String,
    duration: String,
    levels: String,
    tags: Vec<String>,
    reason: Option<String>,
    checks: Vec<CheckView>,
    /// Ranges of ids: `1-3 7`.
    exchanges: String,
    exchange_count: usize,
}

#[derive(Serialize)]
struct CheckView {
    outcome: Outcome,
    requirement: Link,
    level: Level,
    summary: String,
    of: String,
    expected: Vec<String>,
    actual: String,
    note: Option<String>,
    known: Option<String>,
    evidence: Vec<EvidenceView>,
    more_evidence: usize,
}

#[derive(Serialize)]
struct EvidenceView {
    id: u32,
    text: String,
    at: String,
}

#[derive(Serialize)]
struct Specification {
    name: String,
    rows: Vec<RequirementRow>,
}

#[derive(Serialize)]
struct RequirementRow {
    outcome: Outcome,
    known: bool,
    id: Link,
    level: Option<Level>,
    summary: String,
    places: Vec<Place>,
    more_places: usize,
}

#[derive(Serialize)]
struct ExchangeRow {
    id: u32,
    received: bool,
    purpose: String,
    request: String,
    answer: String,
}

/// Builds the page of one run.
pub(super) fn run(run: &Run) -> RunView {
    let view = View {
        run,
        anchors: anchors(run),
    };
    let specifications = view.specifications();
    let findings = view.findings();
    RunView {
        title: format!("{}: {}", line(&run.provider.name), verdict(run)),
        head: head(run),
        verdict: capitalized(&verdict(run)),
        verdict_outcome: verdict_outcome(run),
        interrupted: run.interrupted,
        tiles: Outcome::WORST_FIRST
            .map(|outcome| Tile {
                outcome,
                requirements: run.requirements.get(outcome),
                scenarios: run.totals.get(outcome),
            })
            .into(),
        bar: bar(run),
        totals: Sums {
            findings: findings.fail.len()
                + findings.review.len()
                + findings.warn.len()
                + findings.known.len()
                + findings.error.len(),
            scenarios: run.scenarios.len(),
            requirements: specifications.iter().map(|s| s.rows.len()).sum(),
            exchanges: run.exchanges.len(),
        },
        findings,
        features: view.features(),
        specifications,
        exchanges: run.exchanges.iter().map(exchange_row).collect(),
        outcomes: Outcome::WORST_FIRST.into(),
        levels: Level::ALL.into(),
    }
}

/// The data that the parts of a page need.
struct View<'a> {
    run: &'a Run,
    /// The place of each scenario in the page, by its id.
    anchors: HashMap<&'a str, usize>,
}

fn anchors(run: &Run) -> HashMap<&str, usize> {
    let ids = run.scenarios.iter().enumerate();
    ids.map(|(i, scenario)| (scenario.id.as_str(), i + 1))
        .collect()
}

impl View<'_> {
    fn findings(&self) -> Findings {
        let run = self.run;
        let told = |groups: Vec<Group<'_>>| groups.iter().map(|g| self.finding(g)).collect();
        let reasons = |outcome| {
            let reasons = groups::reasons(run, outcome);
            reasons.iter().map(|reason| self.reason(reason)).collect()
        };
        Findings {
            fail: told(groups::unexpected(run, Outcome::Fail)),
            review: told(groups::by_requirement(run, |c| {
                c.outcome == Outcome::Review
            })),
            warn: told(groups::unexpected(run, Outcome::Warn)),
            known: told(groups::known(run)),
            error: reasons(Outcome::Error),
            skip: reasons(Outcome::Skip),
            stale: run
                .stale_known
                .iter()
                .map(|stale| Stale {
                    requirement: line(&stale.requirement),
                    variant: stale.variant.as_deref().map(line),
                    reason: line(&stale.reason),
                })
                .collect(),
        }
    }

    fn finding(&self, group: &Group<'_>) -> Finding {
        let check = group.first.check;
        let mut places: Vec<Place> = Vec::new();
        for Hit {
            scenario,
            check: here,
        } in group.hits()
        {
            let actual = (here.actual != check.actual).then(|| value(&here.actual));
            let place = self.place(scenario, actual);
            // One place is enough for several checks that saw the same.
            if !places
                .iter()
                .any(|p| p.anchor == place.anchor && p.actual == place.actual)
            {
                places.push(place);
            }
        }
        let first = check
            .evidence
            .first()
            .and_then(|e| self.run.exchange(e.exchange));
        Finding {
            check: self.check(check),
            more_places: places.len().saturating_sub(NAMES_LIMIT),
            places: places.into_iter().take(NAMES_LIMIT).collect(),
            curl: first
                .filter(|_| check.is_unexpected() && check.outcome == Outcome::Fail)
                .map(|exchange| line(&exchange.curl)),
        }
    }

    fn reason(&self, reason: &Reason<'_>) -> ReasonView {
        let of_checks = reason.checks.iter().map(|hit| hit.scenario);
        let scenarios = reason.scenarios.iter().copied().chain(of_checks);
        let all = reason.scenarios.len() + reason.checks.len();
        ReasonView {
            text: value(reason.text),
            touched: touched(reason),
            places: scenarios
                .take(NAMES_LIMIT)
                .map(|s| self.place(s, None))
                .collect(),
            more_places: all.saturating_sub(NAMES_LIMIT),
        }
    }

    fn place(&self, scenario: &ScenarioResult, actual: Option<String>) -> Place {
        Place {
            anchor: self.anchor(scenario),
            title: line(&scenario.title()),
            place: place(scenario),
            outcome: scenario.outcome,
            actual,
        }
    }

    fn anchor(&self, scenario: &ScenarioResult) -> String {
        let n = self.anchors.get(scenario.id.as_str()).copied();
        format!("s{}", n.unwrap_or_default())
    }

    fn features(&self) -> Vec<Feature> {
        let mut features: Vec<(Feature, &str, Vec<Outcome>)> = Vec::new();
        for scenario in &self.run.scenarios {
            let same = |f: &(Feature, &str, _)| {
                f.1 == scenario.file && f.0.name == line(&scenario.feature)
            };
            let at = features.iter().position(same).unwrap_or_else(|| {
                let feature = Feature {
                    name: line(&scenario.feature),
                    file: line(&scenario.file),
                    tally: Vec::new(),
                    scenarios: Vec::new(),
                };
                features.push((feature, &scenario.file, Vec::new()));
                features.len() - 1
            });
            features[at].0.scenarios.push(self.scenario(scenario));
            features[at].2.push(scenario.outcome);
        }
        let tallied = features.into_iter().map(|(mut feature, _, outcomes)| {
            let counts = Outcome::WORST_FIRST.map(|outcome| Count {
                outcome,
                n: outcomes.iter().filter(|&&o| o == outcome).count(),
            });
            feature.tally = counts.into_iter().filter(|count| count.n > 0).collect();
            feature
        });
        tallied.collect()
    }

    fn scenario(&self, scenario: &ScenarioResult) -> Scenario {
        let levels = Level::ALL
            .into_iter()
            .filter(|l| scenario.checks.iter().any(|c| c.level == *l));
        let levels: Vec<&str> = levels.map(Level::as_str).collect();
        let evidence = scenario
            .checks
            .iter()
            .flat_map(|c| &c.evidence)
            .map(|e| e.exchange);
        let mut ids: Vec<u32> = scenario.exchanges.iter().copied().chain(evidence).collect();
        ids.sort_unstable();
        ids.dedup();
        let is_id = |tag: &&String| crate::requirement::has_id_shape(tag);
        Scenario {
            anchor: self.anchor(scenario),
            outcome: scenario.outcome,
            known: scenario.outcome == Outcome::Fail
                && scenario.outcome_without_known() != Outcome::Fail,
            title: line(&scenario.title()),
            place: place(scenario),
            duration: length(scenario.duration_ms),
            levels: levels.join(" "),
            tags: scenario
                .tags
                .iter()
                .filter(|tag| !is_id(tag))
                .map(|tag| line(tag))
                .collect(),
            reason: scenario.reason.as_deref().map(value),
            checks: scenario
                .checks
                .iter()
                .map(|check| self.check(check))
                .collect(),
            exchange_count: ids.len(),
            exchanges: ranges(&ids),
        }
    }

    fn check(&self, check: &Check) -> CheckView {
        CheckView {
            outcome: check.outcome,
            requirement: link(&check.requirement, &check.url),
            level: check.level,
            summary: line(&check.summary),
            of: line(&check.of),
            expected: check.expected.iter().map(|e| value(e)).collect(),
            actual: value(&check.actual),
            note: check.note.as_deref().map(value),
            known: check.known.as_deref().map(value),
            more_evidence: check.evidence.len().saturating_sub(EVIDENCE_LIMIT),
            evidence: check
                .evidence
                .iter()
                .take(EVIDENCE_LIMIT)
                .map(|evidence| EvidenceView {
                    id: evidence.exchange,
                    text: self
                        .run
                        .exchange(evidence.exchange)
                        .map(told)
                        .unwrap_or_default(),
                    at: line(&evidence.at),
                })
                .collect(),
        }
    }

    fn specifications(&self) -> Vec<Specification> {
        let mut specifications: Vec<Specification> = Vec::new();
        for row in groups::rows(self.run) {
            let name = line(specification(row.id));
            let shown = RequirementRow {
                outcome: row.outcome,
                known: row.known,
                id: link(row.id, row.url()),
                level: row.check.map(|check| check.level),
                summary: line(row.summary()),
                more_places: row.scenarios.len().saturating_sub(NAMES_LIMIT),
                places: row
                    .scenarios
                    .iter()
                    .take(NAMES_LIMIT)
                    .map(|s| self.place(s, None))
                    .collect(),
            };
            match specifications.last_mut() {
                Some(last) if last.name == name => last.rows.push(shown),
                _ => specifications.push(Specification {
                    name,
                    rows: vec![shown],
                }),
            }
        }
        specifications
    }
}

fn verdict_outcome(run: &Run) -> Outcome {
    let outcomes = run
        .scenarios
        .iter()
        .map(ScenarioResult::outcome_without_known);
    match Outcome::worst(outcomes) {
        Some(Outcome::Fail) => Outcome::Fail,
        Some(Outcome::Error) | None => Outcome::Error,
        Some(Outcome::Skip) => Outcome::Skip,
        // The rest decides nothing.
        Some(Outcome::Review | Outcome::Warn | Outcome::Pass) => Outcome::Pass,
    }
}

/// The requirements by outcome, in thousandths of the bar; what is there at all stays visible.
fn bar(run: &Run) -> Vec<Segment> {
    let sum = run.requirements.sum().max(1);
    let mut x = 0;
    let mut segments = Vec::new();
    for outcome in Outcome::WORST_FIRST {
        let n = run.requirements.get(outcome);
        if n > 0 {
            let width = (n * 1_000 / sum).max(4);
            segments.push(Segment { outcome, x, width });
            x += width;
        }
    }
    segments
}

fn exchange_row(exchange: &Exchange) -> ExchangeRow {
    ExchangeRow {
        id: exchange.id,
        received: exchange.direction == Direction::Received,
        purpose: line(&exchange.purpose),
        request: request(exchange),
        answer: answer(exchange),
    }
}
