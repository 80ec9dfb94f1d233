//! What the template of the matrix shows.

use serde::Serialize;

use super::text::{Count, Head, Link, head, link};
use crate::finding::Outcome;
use crate::report::escape::{line, short};
use crate::report::groups;
use crate::report::matrix::Line;
use crate::requirement::Level;
use crate::run::{Check, Run};

/// The page of several runs.
#[derive(Serialize)]
pub(super) struct MatrixView {
    title: &'static str,
    columns: Vec<Column>,
    specifications: Vec<MatrixSpecification>,
    outcomes: Vec<Outcome>,
}

#[derive(Serialize)]
struct Column {
    head: Head,
    counts: Vec<Count>,
}

#[derive(Serialize)]
struct MatrixSpecification {
    name: String,
    lines: Vec<MatrixLine>,
}

#[derive(Serialize)]
struct MatrixLine {
    id: Link,
    level: Option<Level>,
    summary: String,
    differs: bool,
    cells: Vec<Option<Cell>>,
}

#[derive(Serialize)]
struct Cell {
    outcome: Outcome,
    known: bool,
    told: String,
}

/// Builds the page of several runs.
pub(super) fn matrix(runs: &[Run], sections: &[(&str, Vec<Line<'_>>)]) -> MatrixView {
    let counts = |run: &Run| {
        let counts = Outcome::WORST_FIRST.map(|outcome| Count {
            outcome,
            n: run.requirements.get(outcome),
        });
        counts.into()
    };
    MatrixView {
        title: "Conformance matrix",
        columns: runs
            .iter()
            .map(|run| Column {
                head: head(run),
                counts: counts(run),
            })
            .collect(),
        specifications: sections
            .iter()
            .map(|(name, lines)| MatrixSpecification {
                name: line(name),
                lines: lines.iter().map(matrix_line).collect(),
            })
            .collect(),
        outcomes: Outcome::WORST_FIRST.into(),
    }
}

fn matrix_line(row: &Line<'_>) -> MatrixLine {
    let cell = |cell: &Option<groups::Row<'_>>| {
        cell.as_ref().map(|row| Cell {
            outcome: row.outcome,
            known: row.known,
            told: row.check.map(cell_text).unwrap_or_default(),
        })
    };
    MatrixLine {
        id: link(row.id, row.url),
        level: row.level,
        summary: line(row.summary),
        differs: row.differs(),
        cells: row.cells.iter().map(cell).collect(),
    }
}

/// What a cell tells when it is pointed at.
fn cell_text(check: &Check) -> String {
    let parts = [
        check.actual.as_str(),
        check.note.as_deref().unwrap_or_default(),
        check.known.as_deref().unwrap_or_default(),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| short(part, 300))
        .collect();
    parts.join(" · ")
}
