//! The tables of Then steps: one row is one rule.

use cucumber::gherkin::Step;

use super::World;
use crate::checks::Rule;
use crate::finding::{Finding, Outcome};
use crate::flow::Halt;
use crate::run::Evidence;

/// One row of a table of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The requirement id.
    pub id: String,
    /// The catalogue's summary.
    pub summary: String,
    /// What is expected, where the step takes it: the third column.
    pub expected: Option<String>,
}

/// The rows of a step's table; none where the table is missing or has another shape.
pub fn rows(step: &Step) -> Option<Vec<Row>> {
    let table = step.table.as_ref()?;
    table
        .rows
        .iter()
        .map(|row| match row.as_slice() {
            [id, summary] => Some(Row {
                id: id.clone(),
                summary: summary.clone(),
                expected: None,
            }),
            [id, summary, expected] => Some(Row {
                id: id.clone(),
                summary: summary.clone(),
                expected: Some(expected.clone()),
            }),
            _ => None,
        })
        .collect()
}

impl World {
    /// Judges an artifact by the rules that the step's table names.
    pub(super) fn judge_rules<A>(
        &mut self,
        rules: &[Rule<A>],
        artifact: &A,
        of: &str,
        evidence: &[Evidence],
        rows: &[Row],
    ) {
        for row in rows {
            match Rule::find(rules, &row.id) {
                Some(rule) => {
                    self.report(&row.id, of, &rule.judge(artifact), evidence.to_vec());
                }
                None if self.wants(&row.id) => {
                    let defect = format!("harness: no rule about the {of} judges it");
                    self.report_unjudged(&row.id, Outcome::Error, &defect);
                }
                None => {}
            }
        }
    }

    /// Judges every row of the step's table by one function of what the row expects.
    pub(super) fn judge_rows(
        &mut self,
        step: &Step,
        of: &str,
        evidence: &[Evidence],
        judge: impl Fn(&Row) -> Result<Finding, Halt>,
    ) -> Result<(), Halt> {
        let judged = (rows(step).unwrap_or_default().into_iter())
            .map(|row| Ok((judge(&row)?, row.id)))
            .collect::<Result<Vec<_>, Halt>>()?;
        for (finding, id) in judged {
            self.report(&id, of, &finding, evidence.to_vec());
        }
        Ok(())
    }

    /// Points at an exchange, and notes that it belongs to the scenario.
    pub(super) fn look_at(&mut self, exchange: u32, at: &str) -> [Evidence; 1] {
        self.note_exchanges(&[exchange]);
        [Evidence {
            exchange,
            at: at.to_owned(),
        }]
    }
}
