//! The results model: everything that a run found, ready to be saved, compared and rendered.
//!
//! Renderers are pure functions of a [`Run`]; it holds nothing that is not already redacted. The serialized
//! form (`run.json`) is a contract: see `reports/schema.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::finding::Outcome;
use crate::requirement::Level;

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
    /// True when it was stopped before its end; what is missing is in no list.
    #[serde(default)]
    pub interrupted: bool,
    /// Scenarios by outcome.
    pub totals: Totals,
    /// Distinct requirements by their worst outcome.
    pub requirements: Totals,
    /// Every scenario that was chosen, in the order of the features.
    pub scenarios: Vec<ScenarioResult>,
    /// Every exchange, redacted, in the order in which they began.
    pub exchanges: Vec<Exchange>,
    /// Known deviations of the provider file that did not occur.
    #[serde(default)]
    pub stale_known: Vec<StaleKnown>,
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

    fn slot(&mut self, outcome: Outcome) -> &mut usize {
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
}
