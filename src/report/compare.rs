//! Two runs, one after the other: what became better, what worse, what is new, what vanished.

use std::collections::{BTreeMap, BTreeSet};

use super::console::{Style, mark};
use super::escape::{self, line};
use super::groups::{self, Row, id_order};
use super::time::{count, moment};
use crate::finding::Outcome;
use crate::requirement::Level;
use crate::run::Run;

/// What happened to a requirement between two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It deviates and did not, or not so badly.
    Worse,
    /// It was judged and is no longer: skipped now, or an error.
    NotJudged,
    /// Only the first run has it.
    Vanished,
    /// Only the second run has it.
    New,
    /// It deviates no longer, or less.
    Better,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Worse,
        Self::NotJudged,
        Self::Vanished,
        Self::New,
        Self::Better,
    ];

    fn heading(self) -> &'static str {
        match self {
            Self::Worse => "Worse",
            Self::NotJudged => "No longer judged",
            Self::Vanished => "Vanished",
            Self::New => "New",
            Self::Better => "Better",
        }
    }

    /// `None` where nothing changed.
    fn of(before: Option<Outcome>, after: Option<Outcome>) -> Option<Self> {
        let judged = |outcome| !matches!(outcome, Outcome::Skip | Outcome::Error);
        match (before, after) {
            (None, None) => None,
            (None, Some(_)) => Some(Self::New),
            (Some(_), None) => Some(Self::Vanished),
            (Some(b), Some(a)) if b == a => None,
            (Some(b), Some(a)) => match (judged(b), judged(a)) {
                (true, false) => Some(Self::NotJudged),
                (false, false) => None,
                // Judged at last: good news only if it passes.
                (false, true) if a == Outcome::Pass => Some(Self::Better),
                (false, true) => Some(Self::Worse),
                (true, true) if Outcome::worst([b, a]) == Some(a) => Some(Self::Worse),
                (true, true) => Some(Self::Better),
            },
        }
    }
}

/// One requirement that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'a> {
    /// What happened.
    pub kind: Kind,
    /// The requirement id.
    pub requirement: &'a str,
    /// The requirement in our words, or the scenario that was to judge it.
    pub summary: &'a str,
    /// The section of the specification, if a check reported it.
    pub url: &'a str,
    /// The level, if a check reported it.
    pub level: Option<Level>,
    /// The outcome of the first run, and whether it was declared as known.
    pub before: Option<(Outcome, bool)>,
    /// The outcome of the second run, and whether it is declared as known.
    pub after: Option<(Outcome, bool)>,
}

/// The difference between two runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<'a> {
    /// The first run.
    pub before: &'a Run,
    /// The second run.
    pub after: &'a Run,
    /// What changed, the worst news first, then by id.
    pub changes: Vec<Change<'a>>,
    /// How many requirements came to the same.
    pub unchanged: usize,
    /// Ids of scenarios that only the second run has.
    pub new_scenarios: Vec<&'a str>,
    /// Ids of scenarios that only the first run has: nothing vanishes silently.
    pub vanished_scenarios: Vec<&'a str>,
}

/// Compares `before` with `after`.
pub fn compare<'a>(before: &'a Run, after: &'a Run) -> Comparison<'a> {
    let by_id = |run: &'a Run| -> BTreeMap<&'a str, Row<'a>> {
        groups::rows(run)
            .into_iter()
            .map(|row| (row.id, row))
            .collect()
    };
    let (rows_before, rows_after) = (by_id(before), by_id(after));
    let ids: BTreeSet<&str> = rows_before
        .keys()
        .chain(rows_after.keys())
        .copied()
        .collect();
    let mut changes = Vec::new();
    for &id in &ids {
        let (b, a) = (rows_before.get(id), rows_after.get(id));
        let outcome = |row: Option<&Row<'_>>| row.map(|row| row.outcome);
        if let Some(kind) = Kind::of(outcome(b), outcome(a)) {
            // The second run tells it, unless only the first one has a check of it.
            let teller = [b, a]
                .into_iter()
                .flatten()
                .max_by_key(|row| row.check.is_some());
            let cell = |row: Option<&Row<'_>>| row.map(|row| (row.outcome, row.known));
            changes.push(Change {
                kind,
                requirement: id,
                summary: teller.map_or("", Row::summary),
                url: teller.map_or("", Row::url),
                level: teller.and_then(|row| row.check).map(|check| check.level),
                before: cell(b),
                after: cell(a),
            });
        }
    }
    changes.sort_by(|a, b| {
        a.kind
            .cmp(&b.kind)
            .then_with(|| id_order(a.requirement, b.requirement))
    });
    let unchanged = ids.len() - changes.len();
    Comparison {
        before,
        after,
        changes,
        unchanged,
        new_scenarios: only_in(after, before),
        vanished_scenarios: only_in(before, after),
    }
}

fn only_in<'a>(run: &'a Run, other: &Run) -> Vec<&'a str> {
    let there: BTreeSet<&str> = other.scenarios.iter().map(|s| s.id.as_str()).collect();
    let ids = run.scenarios.iter().map(|s| s.id.as_str());
    ids.filter(|id| !there.contains(id)).collect()
}

impl Comparison<'_> {
    /// The comparison for a terminal, with a line feed at its end.
    pub fn console(&self, style: Style) -> String {
        let mut out = String::new();
        for (name, run) in [("before", self.before), ("after", self.after)] {
            let facts = format!(
                "{} · {}",
                line(&run.provider.name),
                line(&moment(&run.started))
            );
            out.push_str(&format!("{name:<7} {facts}\n"));
        }
        for (kind, changes) in self.by_kind() {
            out.push_str(&format!("\n{}\n\n", style.bold(kind.heading())));
            for change in changes {
                let arrow = format!("{} → {}", plain(change.before), plain(change.after));
                let decisive = change
                    .after
                    .or(change.before)
                    .map_or(Outcome::Skip, |(o, _)| o);
                out.push_str(&format!(
                    "{} {:<17} {}  {}\n",
                    style.outcome(decisive, mark(decisive)),
                    arrow,
                    style.bold(&line(change.requirement)),
                    line(change.summary),
                ));
            }
        }
        for (heading, ids) in self.scenario_lists() {
            out.push_str(&format!("\n{}\n\n", style.bold(heading)));
            for id in ids {
                out.push_str(&format!("- {}\n", line(id)));
            }
        }
        out.push_str(&format!("\n{}\n", self.summary()));
        out
    }

    /// The comparison as a Markdown page.
    pub fn markdown(&self) -> String {
        let name = |run: &Run| {
            let facts = format!("{} ({})", run.provider.name, moment(&run.started));
            escape::markdown(&facts)
        };
        let mut out = format!(
            "# {} → {}\n\n{}\n",
            name(self.before),
            name(self.after),
            self.summary()
        );
        for (kind, changes) in self.by_kind() {
            out.push_str(&format!("\n## {}\n\n", kind.heading()));
            out.push_str("| Requirement | Level | Before | After |\n|---|---|---|---|\n");
            for change in changes {
                let id = escape::link(&escape::markdown(change.requirement), change.url);
                out.push_str(&format!(
                    "| {id} {} | {} | {} | {} |\n",
                    escape::markdown(change.summary),
                    change.level.map_or("", Level::as_str),
                    plain(change.before),
                    plain(change.after),
                ));
            }
        }
        for (heading, ids) in self.scenario_lists() {
            out.push_str(&format!("\n## {heading}\n\n"));
            for id in ids {
                out.push_str(&format!("- {}\n", escape::code(id)));
            }
        }
        out
    }

    fn by_kind(&self) -> impl Iterator<Item = (Kind, Vec<&Change<'_>>)> {
        Kind::ALL.into_iter().filter_map(|kind| {
            let changes: Vec<_> = self.changes.iter().filter(|c| c.kind == kind).collect();
            (!changes.is_empty()).then_some((kind, changes))
        })
    }

    fn scenario_lists(&self) -> impl Iterator<Item = (&'static str, &[&str])> {
        let vanished = (
            "Scenarios that vanished",
            self.vanished_scenarios.as_slice(),
        );
        [vanished, ("New scenarios", &self.new_scenarios)]
            .into_iter()
            .filter(|(_, ids)| !ids.is_empty())
    }

    fn summary(&self) -> String {
        let n = |kind| {
            self.changes
                .iter()
                .filter(|change| change.kind == kind)
                .count()
        };
        format!(
            "{} better, {} worse, {} no longer judged, {} new, {} vanished, {} as before",
            n(Kind::Better),
            n(Kind::Worse),
            n(Kind::NotJudged),
            n(Kind::New),
            n(Kind::Vanished),
            count(self.unchanged, "requirement"),
        )
    }
}

fn plain(cell: Option<(Outcome, bool)>) -> String {
    match cell {
        None => "–".to_owned(),
        Some((outcome, false)) => outcome.to_string(),
        Some((outcome, true)) => format!("{outcome} (known)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_change_is_good_or_bad_news() {
        use Outcome::*;
        for (before, after, expected) in [
            (Some(Pass), Some(Pass), None),
            (Some(Pass), Some(Fail), Some(Kind::Worse)),
            (Some(Pass), Some(Warn), Some(Kind::Worse)),
            (Some(Review), Some(Fail), Some(Kind::Worse)),
            (Some(Fail), Some(Pass), Some(Kind::Better)),
            (Some(Fail), Some(Warn), Some(Kind::Better)),
            // A failure that is skipped now is not mended.
            (Some(Fail), Some(Skip), Some(Kind::NotJudged)),
            (Some(Fail), Some(Error), Some(Kind::NotJudged)),
            (Some(Pass), Some(Skip), Some(Kind::NotJudged)),
            (Some(Skip), Some(Error), None),
            (Some(Skip), Some(Pass), Some(Kind::Better)),
            (Some(Skip), Some(Fail), Some(Kind::Worse)),
            (Some(Error), Some(Fail), Some(Kind::Worse)),
            (None, Some(Fail), Some(Kind::New)),
            (Some(Pass), None, Some(Kind::Vanished)),
        ] {
            assert_eq!(Kind::of(before, after), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn nothing_vanishes_silently() {
        let (before, after) = (fixture::run(), fixture::later_run());
        let comparison = compare(&before, &after);
        let kinds: Vec<_> = comparison
            .changes
            .iter()
            .map(|c| (c.kind, c.requirement))
            .collect();
        assert_eq!(
            kinds,
            [
                (Kind::Worse, "OIDCC-2-15"),
                (Kind::Worse, "OIDCC-5.1-3"),
                (Kind::NotJudged, "BCLO-2.5-1"),
                (Kind::Vanished, "RFC9700-4.14.2-2"),
                (Kind::New, "OIDCC-5.3.2-2"),
                (Kind::Better, "OIDCC-2-6"),
                (Kind::Better, "RFC6749-3.2-2"),
            ]
        );
        assert_eq!(
            comparison.vanished_scenarios,
            ["Token response/Reuse revokes the family"]
        );
        assert_eq!(comparison.new_scenarios, ["UserInfo/UserInfo has sub"]);
        assert_eq!(compare(&before, &before).changes, []);
    }
}
