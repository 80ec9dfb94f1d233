//! Writes to the terminal, in colour where that is wanted.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};

use crate::report::console::Style;

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Where the program writes: the report to stdout, everything else to stderr.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    /// How to write to stdout.
    pub(super) out: Style,
    /// How to write to stderr.
    pub(super) err: Style,
    /// Whether stderr is a terminal on which lines can be drawn anew.
    pub(super) draws: bool,
}

impl Terminal {
    pub(super) fn new(color: Color) -> Self {
        let out = io::stdout().is_terminal();
        let err = io::stderr().is_terminal();
        let style = |is_terminal| Style {
            colour: coloured(color, is_terminal, |name| env::var(name).ok()),
        };
        Self {
            out: style(out),
            err: style(err),
            draws: err && env::var("TERM").as_deref() != Ok("dumb"),
        }
    }

    /// Writes to stdout. A reader that has gone away (`| head`) is no error.
    pub(super) fn print(&self, text: &str) {
        let mut out = io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Writes a line to stderr.
    pub(super) fn say(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Says what went wrong.
    pub(super) fn complain(&self, text: &str) {
        let head = if self.err.colour {
            "\u{1b}[1;31moidcheck:\u{1b}[0m"
        } else {
            "oidcheck:"
        };
        self.say(&format!("{head} {}", visible(text)));
    }
}

/// Text that may hold what a provider or a file said, without control characters that steer a terminal.
pub(super) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => c,
            c if c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// <https://no-color.org> and <https://bixense.com/clicolors>.
fn coloured(color: Color, is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let forced = |name| variable(name).is_some_and(|value| !value.is_empty() && value != "0");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if forced("CLICOLOR_FORCE") => true,
        Color::Auto => {
            is_terminal
                && variable("CLICOLOR").as_deref() != Some("0")
                && variable("TERM").as_deref() != Some("dumb")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_follow_option_then_environment_then_terminal() {
        use Color::{Always, Auto, Never};
        for (color, is_terminal, variables, expected) in [
            (Auto, true, &[][..], true),
            (Auto, false, &[], false),
            (Auto, true, &[("NO_COLOR", "1")], false),
            (Auto, true, &[("NO_COLOR", "")], true),
            (Auto, false, &[("CLICOLOR_FORCE", "1")], true),
            (Auto, false, &[("CLICOLOR_FORCE", "0")], false),
            (
                Auto,
                true,
                &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")],
                false,
            ),
            (Auto, true, &[("CLICOLOR", "0")], false),
            (Auto, true, &[("TERM", "dumb")], false),
            (Always, false, &[("NO_COLOR", "1")], true),
            (Never, true, &[("CLICOLOR_FORCE", "1")], false),
        ] {
            let variable = |name: &str| {
                let found = variables.iter().find(|(n, _)| *n == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(
                coloured(color, is_terminal, variable),
                expected,
                "{color:?} {is_terminal} {variables:?}"
            );
        }
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(
            visible("a\u{1b}[31mb\u{202e}c\nd"),
            "a\u{fffd}[31mb\u{fffd}c\nd"
        );
    }
}
