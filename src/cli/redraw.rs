//! Lines at the bottom of a terminal that are drawn anew again and again.

use std::fmt::Write as _;

use console::{Term, measure_text_width, truncate_str};

/// Where the terminal does not say how large it is.
const SIZE: (usize, usize) = (24, 80);

/// What is on a terminal, which nobody else writes to meanwhile.
pub(super) struct Redraw {
    term: Term,
    /// The widths of the lines that stand there.
    drawn: Vec<usize>,
}

impl Redraw {
    /// Nothing on stderr yet.
    pub(super) fn stderr() -> Self {
        Self {
            term: Term::stderr(),
            drawn: Vec::new(),
        }
    }

    /// Draws these lines where the last ones were. What does not fit is cut.
    pub(super) fn draw(&mut self, lines: &[String]) {
        let (rows, columns) = self.size();
        let mut text = up(&self.drawn, columns);
        self.drawn.clear();
        // The cursor stands below the last line.
        for line in lines.iter().take(rows.saturating_sub(1)) {
            let line = truncate_str(line, columns.saturating_sub(1), "…");
            self.drawn.push(measure_text_width(&line));
            let _ = writeln!(text, "\u{1b}[2K{line}");
        }
        text.push_str("\u{1b}[J");
        self.write(&text);
    }

    /// Takes the lines away.
    pub(super) fn clear(&mut self) {
        if self.drawn.is_empty() {
            return;
        }
        let (_, columns) = self.size();
        let text = up(&self.drawn, columns) + "\u{1b}[J";
        self.drawn.clear();
        self.write(&text);
    }

    fn size(&self) -> (usize, usize) {
        match self.term.size_checked() {
            Some((rows, columns)) if columns > 0 => (usize::from(rows), usize::from(columns)),
            _ => SIZE,
        }
    }

    /// All at once, so that nothing flickers. A terminal that has gone away is no error.
    fn write(&self, text: &str) {
        let _ = self.term.write_str(text).and_then(|()| self.term.flush());
    }
}

/// Back to the first of lines of these widths, on a terminal that may have become narrower meanwhile.
fn up(widths: &[usize], columns: usize) -> String {
    let rows: usize = widths
        .iter()
        .map(|width| width.div_ceil(columns).max(1))
        .sum();
    match rows {
        0 => "\r".to_owned(),
        rows => format!("\r\u{1b}[{rows}A"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_knows_of_lines_that_the_terminal_has_broken() {
        for (widths, columns, expected) in [
            (&[][..], 80, "\r"),
            (&[10, 0, 79], 80, "\r\u{1b}[3A"),
            (&[10, 0, 79], 40, "\r\u{1b}[4A"),
            (&[80], 40, "\r\u{1b}[2A"),
        ] {
            assert_eq!(up(widths, columns), expected, "{widths:?} {columns}");
        }
    }
}
