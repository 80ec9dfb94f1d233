//! Several runs side by side: a row per requirement, a column per provider.

use std::collections::BTreeMap;

use super::console::mark;
use super::escape::{self, link};
use super::groups::{self, Row, id_order, specification};
use super::html;
use super::time::moment;
use crate::finding::Outcome;
use crate::requirement::Level;
use crate::run::Run;

/// One requirement with its cells, one per run.
pub(super) struct Line<'a> {
    pub(super) id: &'a str,
    /// Empty where no check of any run reported it.
    pub(super) level: Option<Level>,
    pub(super) summary: &'a str,
    pub(super) url: &'a str,
    pub(super) cells: Vec<Option<Row<'a>>>,
}

impl Line<'_> {
    /// Whether the runs disagree.
    pub(super) fn differs(&self) -> bool {
        let outcome = |cell: &Option<Row<'_>>| cell.as_ref().map(|row| row.outcome);
        self.cells
            .windows(2)
            .any(|pair| outcome(&pair[0]) != outcome(&pair[1]))
    }
}

/// The rows of the matrix by specification, both in the order of the ids.
pub(super) fn sections(runs: &[Run]) -> Vec<(&str, Vec<Line<'_>>)> {
    let mut lines: BTreeMap<&str, Line<'_>> = BTreeMap::new();
    for (column, run) in runs.iter().enumerate() {
        for row in groups::rows(run) {
            let line = lines.entry(row.id).or_insert_with(|| Line {
                id: row.id,
                level: None,
                summary: row.summary(),
                url: "",
                cells: runs.iter().map(|_| None).collect(),
            });
            if let (None, Some(check)) = (line.level, row.check) {
                line.level = Some(check.level);
                line.summary = &check.summary;
                line.url = &check.url;
            }
            line.cells[column] = Some(row);
        }
    }
    let mut lines: Vec<Line<'_>> = lines.into_values().collect();
    lines.sort_by(|a, b| id_order(a.id, b.id));
    let mut sections: Vec<(&str, Vec<Line<'_>>)> = Vec::new();
    for line in lines {
        let name = specification(line.id);
        match sections.last_mut() {
            Some((last, lines)) if *last == name => lines.push(line),
            _ => sections.push((name, vec![line])),
        }
    }
    sections
}

/// The matrix as one HTML page without external assets.
pub fn html(runs: &[Run]) -> String {
    html::matrix(runs)
}

/// The matrix as Markdown: one table per specification.
pub fn markdown(runs: &[Run]) -> String {
    let mut out = String::from("# Conformance matrix\n\n");
    out.push_str(&table_head(
        "Provider",
        runs.iter().map(|run| escape::markdown(&run.provider.name)),
    ));
    let mut row = |name: &str, cell: &dyn Fn(&Run) -> String| {
        let cells: Vec<String> = runs.iter().map(cell).collect();
        out.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    };
    row("Issuer", &|run| escape::markdown(&run.provider.issuer));
    row("Started", &|run| escape::markdown(&moment(&run.started)));
    for outcome in Outcome::WORST_FIRST {
        row(outcome.as_str(), &|run| {
            run.requirements.get(outcome).to_string()
        });
    }
    for (name, lines) in sections(runs) {
        out.push_str(&format!("\n## {}\n\n", escape::markdown(name)));
        out.push_str(&table_head(
            "Requirement",
            runs.iter().map(|run| escape::markdown(&run.provider.name)),
        ));
        for line in lines {
            let cells: Vec<String> = line.cells.iter().map(cell).collect();
            out.push_str(&format!(
                "| {} {} {} | {} |\n",
                link(&escape::markdown(line.id), line.url),
                line.level.map_or("", Level::as_str),
                escape::markdown(line.summary),
                cells.join(" | ")
            ));
        }
    }
    out.push_str("\n✗ fail, ! error, ? review, ▲ warn, ✓ pass, - skip; *known*: declared by the provider file\n");
    out
}

fn table_head(first: &str, columns: impl Iterator<Item = String>) -> String {
    let columns: Vec<String> = columns.collect();
    format!(
        "| {first} | {} |\n|---{}|\n",
        columns.join(" | "),
        "|---".repeat(columns.len())
    )
}

fn cell(row: &Option<Row<'_>>) -> String {
    match row {
        None => String::new(),
        Some(row) if row.outcome == Outcome::Skip => mark(row.outcome).to_owned(),
        Some(row) => {
            let known = if row.known { " *known*" } else { "" };
            format!("{} {}{known}", mark(row.outcome), row.outcome)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_requirement_has_a_cell_per_run() {
        let runs = [fixture::run(), fixture::later_run()];
        let sections = sections(&runs);
        let names: Vec<_> = sections.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["BCLO", "OIDCC", "RFC6749", "RFC9700"]);
        let lines: Vec<&Line<'_>> = sections.iter().flat_map(|(_, lines)| lines).collect();
        let of = |id: &str| {
            let line = lines.iter().find(|line| line.id == id).expect("a line");
            let cells = line.cells.iter().map(|c| c.as_ref().map(|row| row.outcome));
            (cells.collect::<Vec<_>>(), line.differs())
        };
        assert_eq!(
            of("OIDCC-2-6"),
            (vec![Some(Outcome::Fail), Some(Outcome::Pass)], true)
        );
        assert_eq!(of("OIDCC-5.3.2-2"), (vec![None, Some(Outcome::Pass)], true));
        assert_eq!(of("RFC6749-5.1-4"), (vec![Some(Outcome::Fail); 2], false));
    }
}
