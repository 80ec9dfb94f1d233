//! What the reports have in common: the same requirement told once, the same reason told once.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use crate::finding::Outcome;
use crate::run::{Check, Run, ScenarioResult, requirement_outcomes};

/// One check where it was made.
#[derive(Clone, Copy)]
pub(super) struct Hit<'a> {
    pub(super) scenario: &'a ScenarioResult,
    pub(super) check: &'a Check,
}

/// One requirement with the checks that came to the same; never without a hit.
pub(super) struct Group<'a> {
    pub(super) first: Hit<'a>,
    pub(super) others: Vec<Hit<'a>>,
}

impl<'a> Group<'a> {
    pub(super) fn hits(&self) -> impl Iterator<Item = Hit<'a>> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }
}

/// The checks that `keep` chooses, by requirement, in the order in which the requirements first occur.
pub(super) fn by_requirement(run: &Run, keep: impl Fn(&Check) -> bool) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places = HashMap::new();
    for hit in hits(run).filter(|hit| keep(hit.check)) {
        match places.get(hit.check.requirement.as_str()) {
            Some(&place) => {
                let group: &mut Group<'_> = &mut groups[place];
                group.others.push(hit);
            }
            None => {
                places.insert(hit.check.requirement.as_str(), groups.len());
                groups.push(Group {
                    first: hit,
                    others: Vec::new(),
                });
            }
        }
    }
    groups
}

/// The checks of one outcome that no known deviation covers, by requirement.
pub(super) fn unexpected(run: &Run, outcome: Outcome) -> Vec<Group<'_>> {
    by_requirement(run, |check| {
        check.outcome == outcome && check.is_unexpected()
    })
}

/// The known deviations that did occur, by requirement.
pub(super) fn known(run: &Run) -> Vec<Group<'_>> {
    by_requirement(run, |check| {
        check.known.is_some() && matches!(check.outcome, Outcome::Fail | Outcome::Warn)
    })
}

/// A reason with what came to nothing because of it.
pub(super) struct Reason<'a> {
    pub(super) text: &'a str,
    pub(super) scenarios: Vec<&'a ScenarioResult>,
    /// Single checks in scenarios that came to something else.
    pub(super) checks: Vec<Hit<'a>>,
}

impl Reason<'_> {
    /// Whether another requirement is to blame.
    pub(super) fn is_blocked(&self) -> bool {
        self.text.starts_with("blocked by ")
    }
}

/// The reasons of an outcome (`skip` or `error`): causes before what they block, then the most frequent first.
pub(super) fn reasons(run: &Run, outcome: Outcome) -> Vec<Reason<'_>> {
    let mut reasons: Vec<Reason<'_>> = Vec::new();
    let mut places = HashMap::new();
    let mut at = |text| {
        *places.entry(text).or_insert_with(|| {
            reasons.push(Reason {
                text,
                scenarios: Vec::new(),
                checks: Vec::new(),
            });
            reasons.len() - 1
        })
    };
    let mut found = Vec::new();
    for scenario in &run.scenarios {
        let mut checks = scenario
            .checks
            .iter()
            .filter(|check| check.outcome == outcome);
        if scenario.outcome == outcome {
            let note = || checks.find_map(|check| check.note.as_deref());
            let text = scenario.reason.as_deref().or_else(note);
            found.push((at(text.unwrap_or("no reason given")), scenario, None));
        } else {
            for check in checks {
                let text = check.note.as_deref().unwrap_or("no reason given");
                found.push((at(text), scenario, Some(check)));
            }
        }
    }
    for (place, scenario, check) in found {
        match check {
            None => reasons[place].scenarios.push(scenario),
            Some(check) => reasons[place].checks.push(Hit { scenario, check }),
        }
    }
    reasons.sort_by_key(|reason| {
        let frequency = (reason.scenarios.len(), reason.checks.len());
        (reason.is_blocked(), std::cmp::Reverse(frequency))
    });
    reasons
}

/// What a run says about one requirement.
pub(super) struct Row<'a> {
    pub(super) id: &'a str,
    /// The worst of its checks.
    pub(super) outcome: Outcome,
    /// Every deviation is declared.
    pub(super) known: bool,
    /// The check that came to the outcome; none when no check reported the requirement.
    pub(super) check: Option<&'a Check>,
    /// Where it was judged, or was to be.
    pub(super) scenarios: Vec<&'a ScenarioResult>,
}

impl<'a> Row<'a> {
    /// The requirement in our words; where no check tells it, the scenario that was to judge it.
    pub(super) fn summary(&self) -> &'a str {
        match self.check {
            Some(check) => &check.summary,
            None => self.scenarios.first().map_or("", |scenario| &scenario.name),
        }
    }

    /// The section of the specification, or nothing.
    pub(super) fn url(&self) -> &'a str {
        self.check.map_or("", |check| &check.url)
    }
}

/// Every requirement of the run, in the order of the ids.
pub(super) fn rows(run: &Run) -> Vec<Row<'_>> {
    let outcomes = requirement_outcomes(&run.scenarios);
    let mut rows: BTreeMap<&str, Row<'_>> = outcomes
        .into_iter()
        .map(|(id, outcome)| {
            let row = Row {
                id,
                outcome,
                known: false,
                check: None,
                scenarios: Vec::new(),
            };
            (id, row)
        })
        .collect();
    for scenario in &run.scenarios {
        let tags = scenario.tags.iter().map(String::as_str);
        let reported = scenario
            .checks
            .iter()
            .map(|check| check.requirement.as_str());
        for id in tags.chain(reported) {
            if let Some(row) = rows.get_mut(id)
                && !row
                    .scenarios
                    .last()
                    .is_some_and(|last| std::ptr::eq(*last, scenario))
            {
                row.scenarios.push(scenario);
            }
        }
    }
    for Hit { check, .. } in hits(run) {
        if let Some(row) = rows.get_mut(check.requirement.as_str())
            && check.outcome == row.outcome
        {
            let deviates = matches!(check.outcome, Outcome::Fail | Outcome::Warn);
            let so_far = row.check.is_none() || row.known;
            row.known = deviates && so_far && check.known.is_some();
            row.check.get_or_insert(check);
        }
    }
    let mut rows: Vec<Row<'_>> = rows.into_values().collect();
    rows.sort_by(|a, b| id_order(a.id, b.id));
    rows
}

/// The specification that an id belongs to.
pub(super) fn specification(id: &str) -> &str {
    id.split_once('-')
        .map_or(id, |(specification, _)| specification)
}

/// Ids as a person sorts them: `OIDCC-2-6` before `OIDCC-2-15`, `RFC6749` before `RFC10000`.
pub(super) fn id_order(a: &str, b: &str) -> Ordering {
    let (mut rest_a, mut rest_b) = (a, b);
    loop {
        let (word_a, number_a, next_a) = next_part(rest_a);
        let (word_b, number_b, next_b) = next_part(rest_b);
        let order = word_a.cmp(word_b).then(number_a.cmp(&number_b));
        if order != Ordering::Equal {
            return order;
        }
        if next_a.is_empty() || next_b.is_empty() {
            return next_a.len().cmp(&next_b.len()).then_with(|| a.cmp(b));
        }
        (rest_a, rest_b) = (next_a, next_b);
    }
}

/// What stands before the next number, the number, and what follows it.
fn next_part(text: &str) -> (&str, Option<u64>, &str) {
    let digits = text
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(digits);
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    (word, number.parse().ok(), rest)
}

fn hits(run: &Run) -> impl Iterator<Item = Hit<'_>> {
    run.scenarios.iter().flat_map(|scenario| {
        scenario
            .checks
            .iter()
            .map(move |check| Hit { scenario, check })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn ids_are_sorted_by_their_numbers() {
        let sorted = [
            "OIDCC-2-6",
            "OIDCC-2-15",
            "OIDCC-3.1.2.1-4",
            "OIDCC-3.1.2.1-4a",
            "OIDCC-3.1.2.6-1",
            "OIDCC-16.17-1",
            "RFC6749-4.1-1",
            "RFC10000-1-1",
        ];
        let mut ids = sorted;
        ids.reverse();
        ids.sort_by(|a, b| id_order(a, b));
        assert_eq!(ids, sorted);
    }

    #[test]
    fn a_requirement_is_told_once() {
        let run = fixture::run();
        let failures = unexpected(&run, Outcome::Fail);
        let ids: Vec<_> = failures
            .iter()
            .map(|g| g.first.check.requirement.as_str())
            .collect();
        assert_eq!(ids, ["OIDCC-2-6", "RFC6749-5.1-4"]);
        assert_eq!(failures[0].hits().count(), 2);
        assert_eq!(known(&run).len(), 2);
    }

    #[test]
    fn a_row_is_known_only_if_all_its_deviations_are() {
        let run = fixture::run();
        let known: Vec<_> = rows(&run)
            .into_iter()
            .filter(|r| r.known)
            .map(|r| r.id)
            .collect();
        assert_eq!(known, ["OIDCC-3.1.2.1-8", "RFC6749-5.1-9"]);
        let mut run = run;
        for scenario in &mut run.scenarios {
            for check in &mut scenario.checks {
                if check.requirement == "OIDCC-3.1.2.1-8" {
                    let mut again = check.clone();
                    again.known = None;
                    scenario.checks.push(again);
                    break;
                }
            }
        }
        assert!(
            rows(&run)
                .iter()
                .all(|r| r.id != "OIDCC-3.1.2.1-8" || !r.known)
        );
    }

    #[test]
    fn the_same_reason_is_told_once() {
        let run = fixture::run();
        let skipped = reasons(&run, Outcome::Skip);
        let seen: Vec<_> = skipped
            .iter()
            .map(|r| (r.text, r.scenarios.len(), r.checks.len()))
            .collect();
        assert_eq!(
            seen,
            [
                ("the provider file has no second [[client]]", 2, 0),
                ("loopback http", 0, 1)
            ]
        );
    }
}
