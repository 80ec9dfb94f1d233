//! The results model: everything that a run found, ready to be saved, compared and rendered.
//!
//! Renderers are pure functions of a [`Run`]; it holds nothing that is not already redacted. The serialized
//! form (`run.json`) is a contract: see `reports/schema.json`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::finding::Outcome;
use crate::requirement::{Level, has_id_shape};

/// The version of the serialized form; it grows when a reader of the old form could misread the new one.
pub const SCHEMA_VERSION: u32 = 1;

/// One run against one provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// What wrote it.
    pub tool: Tool,
    /// The role under test.
    pub role: Role,
    /// Who was under test.
    pub provider: ProviderInfo,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The profile that chose the scenarios.
    pub profile: String,
    /// True when it was stopped before its end.
    #[serde(default)]
    pub interrupted: bool,
    /// Scenarios by outcome.
    pub totals: Totals,
    /// Distinct requirements by their worst outcome.
    pub requirements: Totals,
    /// The ids of the scenarios that had not ended when the run was stopped, in the order of the features.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<String>,
    /// Every scenario that was chosen and has ended, in the order of the features.
    pub scenarios: Vec<ScenarioResult>,
    /// Every exchange, redacted, in the order in which they began.
    pub exchanges: Vec<Exchange>,
    /// Known deviations of the provider file that did not occur.
    #[serde(default)]
    pub stale_known: Vec<StaleKnown>,
}

impl Run {
    /// Computes [`Run::totals`] and [`Run::requirements`] anew from the scenarios.
    pub fn recount(&mut self) {
        (self.totals, self.requirements) = tally(&self.scenarios);
    }

    /// The exchange of this id.
    pub fn exchange(&self, id: u32) -> Option<&Exchange> {
        // Ids count from 1 in the order of the list, unless the run is a part of one.
        let usual = (id as usize).checked_sub(1);
        usual
            .and_then(|index| self.exchanges.get(index))
            .filter(|exchange| exchange.id == id)
            .or_else(|| self.exchanges.iter().find(|exchange| exchange.id == id))
    }
}

/// The totals of scenarios and of distinct requirements.
pub fn tally(scenarios: &[ScenarioResult]) -> (Totals, Totals) {
    (
        Totals::of(scenarios.iter().map(|scenario| scenario.outcome)),
        Totals::of(requirement_outcomes(scenarios).into_values()),
    )
}

/// The worst outcome of each requirement; an id in the effective tags that no check of the run reported counts
/// with the outcome of its scenario. Known deviations count as what they are.
pub fn requirement_outcomes(scenarios: &[ScenarioResult]) -> BTreeMap<&str, Outcome> {
    let mut reported = BTreeMap::new();
    for check in scenarios.iter().flat_map(|scenario| &scenario.checks) {
        keep_worst(&mut reported, &check.requirement, check.outcome);
    }
    let mut silent = BTreeMap::new();
    for scenario in scenarios {
        for tag in scenario.tags.iter().filter(|tag| has_id_shape(tag)) {
            if !reported.contains_key(tag.as_str()) {
                keep_worst(&mut silent, tag, scenario.outcome);
            }
        }
    }
    reported.append(&mut silent);
    reported
}

fn keep_worst<'a>(outcomes: &mut BTreeMap<&'a str, Outcome>, id: &'a str, outcome: Outcome) {
    match outcomes.entry(id) {
        Entry::Vacant(entry) => {
            entry.insert(outcome);
        }
        Entry::Occupied(mut entry) => {
            let worst = Outcome::worst([*entry.get(), outcome]);
            entry.insert(worst.unwrap_or(outcome));
        }
    }
}

/// The program that made the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Which role of the protocol is under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// An OpenID Provider.
    Op,
    /// A relying party.
    Rp,
}

/// The provider under test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderInfo {
    /// The name for reports.
    pub name: String,
    /// Its issuer identifier.
    pub issuer: String,
}

/// How many came to which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the outcomes, documented there")]
pub struct Totals {
    pub pass: usize,
    pub fail: usize,
    pub warn: usize,
    pub skip: usize,
    pub review: usize,
    pub error: usize,
}

impl Totals {
    /// Counts outcomes.
    pub fn of(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let mut totals = Self::default();
        for outcome in outcomes {
            *totals.slot(outcome) += 1;
        }
        totals
    }

    /// The number of one outcome.
    pub fn get(mut self, outcome: Outcome) -> usize {
        *self.slot(outcome)
    }

    /// All together.
    pub fn sum(self) -> usize {
        self.pass + self.fail + self.warn + self.skip + self.review + self.error
    }

    /// The count of one outcome.
    pub fn slot(&mut self, outcome: Outcome) -> &mut usize {
        match outcome {
            Outcome::Pass => &mut self.pass,
            Outcome::Fail => &mut self.fail,
            Outcome::Warn => &mut self.warn,
            Outcome::Skip => &mut self.skip,
            Outcome::Review => &mut self.review,
            Outcome::Error => &mut self.error,
        }
    }
}

/// One scenario, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioResult {
    /// `feature/scenario[variant]`: stable when lines move.
    pub id: String,
    /// The name of the feature.
    pub feature: String,
    /// The feature file, as the user would name it.
    pub file: String,
    /// The line of the scenario, from 1.
    pub line: usize,
    /// The name of the scenario.
    pub name: String,
    /// The effective tags: its own and the ids that it judges, without `@`.
    pub tags: Vec<String>,
    /// The values of the variant, by what varies.
    #[serde(default)]
    pub variant: BTreeMap<String, String>,
    /// The worst of its checks, or what kept it from being judged.
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why it was skipped or could not be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it judged, in the order of the steps.
    pub checks: Vec<Check>,
    /// The ids of the exchanges that it caused or borrowed.
    #[serde(default)]
    pub exchanges: Vec<u32>,
}

impl ScenarioResult {
    /// The name with the values of the variant.
    pub fn title(&self) -> String {
        if self.variant.is_empty() {
            return self.name.clone();
        }
        let variant: Vec<String> = self
            .variant
            .iter()
            .map(|(what, value)| format!("{what}={value}"))
            .collect();
        format!("{} [{}]", self.name, variant.join(", "))
    }

    /// The outcome for exit code and JUnit: a failure that is nothing but known deviations gives way to what
    /// the rest of the scenario came to.
    pub fn outcome_without_known(&self) -> Outcome {
        let failed = |check: &&Check| check.outcome == Outcome::Fail;
        let unexpected = self.checks.iter().filter(failed).any(|c| c.known.is_none());
        if self.outcome != Outcome::Fail || unexpected || !self.checks.iter().any(|c| failed(&c)) {
            return self.outcome;
        }
        let rest = || self.checks.iter().filter(|check| !failed(check));
        // The reason belongs to skip and error, so here it tells of a step that stopped the rest: what came of
        // that stands beside what was not reached, if there was any.
        let stopped = self.reason.as_ref().map(|reason| {
            rest()
                .find(|check| check.note.as_ref() == Some(reason))
                .map_or(Outcome::Error, |check| check.outcome)
        });
        let judged = rest().map(|check| check.outcome);
        Outcome::worst(judged.chain(stopped)).unwrap_or(Outcome::Pass)
    }
}

/// One rule applied to one artifact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The requirement id.
    pub requirement: String,
    /// Its level, as judged (a profile may override the catalogue).
    pub level: Level,
    /// The requirement in our words.
    pub summary: String,
    /// The section of the specification.
    pub url: String,
    /// Which token or answer was judged.
    pub of: String,
    /// What it came to.
    pub outcome: Outcome,
    /// Every behaviour that would have been right; empty unless violated.
    #[serde(default)]
    pub expected: Vec<String>,
    /// What was seen; empty unless violated.
    #[serde(default)]
    pub actual: String,
    /// A remark, the reason of a skip, or what a person should look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The reason of the known deviation that covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// Where to look.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

impl Check {
    /// Whether it is a deviation (fail or warn) that the provider file does not declare as known.
    pub fn is_unexpected(&self) -> bool {
        self.known.is_none() && matches!(self.outcome, Outcome::Fail | Outcome::Warn)
    }
}

/// A pointer into the recorded exchanges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The id of the exchange.
    pub exchange: u32,
    /// Where in it to look, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
}

/// A declared deviation that no longer occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaleKnown {
    /// The requirement id, as the provider file has it.
    pub requirement: String,
    /// The reason that the provider file gives.
    pub reason: String,
    /// The variant it was declared for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

/// Who began an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// We asked the provider.
    Sent,
    /// The provider asked us.
    Received,
}

/// One HTTP request and its answer, redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Counted from 1 within the run.
    pub id: u32,
    /// Who began it.
    pub direction: Direction,
    /// What it was for, in a few words.
    pub purpose: String,
    /// When the request left, in milliseconds since the run began.
    pub started_ms: u64,
    /// Until the last byte of the answer, in milliseconds.
    pub duration_ms: f64,
    /// The request.
    pub request: RequestRecord,
    /// The answer, unless none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseRecord>,
    /// Why no (whole) answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The tokens that the answer carried, decoded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<DecodedToken>,
    /// The request as a curl command line.
    pub curl: String,
}

/// A request as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The header fields in the order in which they were sent.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
}

/// An answer as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseRecord {
    /// The status code.
    pub status: u16,
    /// The header fields in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body as text; what is not UTF-8 is replaced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// The number of bytes that the body had.
    pub body_bytes: usize,
    /// The record leaves out the rest of a long body.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub body_cut: bool,
}

/// A token taken apart; its signature is left out, so it can't be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecodedToken {
    /// The placeholder that stands for it, such as `«id_token#1»`.
    pub placeholder: String,
    /// The JOSE header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_count_each_outcome() {
        let totals = Totals::of([Outcome::Pass, Outcome::Fail, Outcome::Pass, Outcome::Skip]);
        assert_eq!(
            (totals.pass, totals.fail, totals.skip, totals.sum()),
            (2, 1, 1, 4)
        );
        assert_eq!(totals.get(Outcome::Pass), 2);
        assert_eq!(totals.get(Outcome::Error), 0);
    }

    fn scenario(
        outcome: Outcome,
        tags: &[&str],
        checks: &[(&str, Outcome, bool)],
    ) -> ScenarioResult {
        ScenarioResult {
            id: "feature/scenario".to_owned(),
            feature: "feature".to_owned(),
            file: "features/x.feature".to_owned(),
            line: 1,
            name: "scenario".to_owned(),
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            variant: BTreeMap::new(),
            outcome,
            duration_ms: 1,
            reason: None,
            checks: checks
                .iter()
                .map(|&(id, outcome, known)| Check {
                    requirement: id.to_owned(),
                    level: Level::Must,
                    summary: String::new(),
                    url: String::new(),
                    of: String::new(),
                    outcome,
                    expected: Vec::new(),
                    actual: String::new(),
                    note: None,
                    known: known.then(|| "decided".to_owned()),
                    evidence: Vec::new(),
                })
                .collect(),
            exchanges: Vec::new(),
        }
    }

    #[test]
    fn a_requirement_counts_once_by_its_worst_outcome() {
        use Outcome::*;
        let scenarios = [
            scenario(Pass, &["OIDCC-2-6", "slow"], &[("OIDCC-2-6", Pass, false)]),
            scenario(
                Fail,
                &[],
                &[("OIDCC-2-6", Fail, true), ("OIDCC-2-9", Pass, false)],
            ),
            // Nothing reported OIDCC-2-15: it counts with the worst scenario that was to judge it.
            scenario(Skip, &["OIDCC-2-15"], &[]),
            scenario(Error, &["OIDCC-2-15", "OIDCC-2-9"], &[]),
        ];
        let outcomes = requirement_outcomes(&scenarios);
        let expected = [
            ("OIDCC-2-15", Error),
            ("OIDCC-2-6", Fail),
            ("OIDCC-2-9", Pass),
        ];
        assert_eq!(outcomes, BTreeMap::from(expected));
        let (totals, requirements) = tally(&scenarios);
        assert_eq!(
            (totals.fail, totals.pass, totals.skip, totals.error),
            (1, 1, 1, 1)
        );
        assert_eq!(requirements, Totals::of([Error, Fail, Pass]));
    }

    #[test]
    fn known_deviations_give_way_to_the_rest() {
        use Outcome::*;
        for (outcome, checks, reason, expected) in [
            (Fail, &[("A", Fail, true)][..], None, Pass),
            (Fail, &[("A", Fail, true), ("B", Warn, false)], None, Warn),
            (Fail, &[("A", Fail, true), ("B", Fail, false)], None, Fail),
            (Fail, &[("A", Fail, true)], Some("no answer"), Error),
            (Fail, &[], None, Fail),
            (Warn, &[("A", Warn, true)], None, Warn),
            (Error, &[], Some("no answer"), Error),
        ] {
            let mut scenario = scenario(outcome, &[], checks);
            scenario.reason = reason.map(str::to_owned);
            assert_eq!(scenario.outcome_without_known(), expected, "{checks:?}");
        }
        // A known deviation, and then something lacked for the rest: nothing went wrong.
        let mut scenario = scenario(Fail, &[], &[("A", Fail, true), ("B", Skip, false)]);
        scenario.reason = Some("no second client".to_owned());
        scenario.checks[1].note.clone_from(&scenario.reason);
        assert_eq!(scenario.outcome_without_known(), Skip);
    }
}
