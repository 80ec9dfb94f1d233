//! `oidcheck steps`: the vocabulary of the features.

use clap::Args;

use super::exit;
use super::terminal::Terminal;
use crate::conformance::TAGS;
use crate::provider::CAPABILITIES;
use crate::report::console::Style;
use crate::steps;

/// The steps as the sources spell them: (concept, Given | When | Then, phrase, what it means).
const STEPS: &[(&str, &str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/steps.rs"));

const EXAMPLES: &str = "\
Examples:
  oidcheck steps                    the whole vocabulary
  oidcheck steps refresh            what has to do with one word
  oidcheck run --features my-features -p provider.toml";

/// Lists the vocabulary of the features: steps, artifacts, words and tags
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct StepsArgs {
    /// Only lines with this word
    word: Option<String>,
}

pub(super) fn steps(args: &StepsArgs, terminal: Terminal) -> u8 {
    let word = args.word.as_deref().unwrap_or_default().to_lowercase();
    let mut text = String::new();
    for (heading, rows) in sections() {
        let rows: Vec<(String, String)> = rows
            .into_iter()
            .filter(|(name, meaning)| format!("{name} {meaning}").to_lowercase().contains(&word))
            .collect();
        if !rows.is_empty() {
            let gap = if text.is_empty() { "" } else { "\n" };
            text += &format!(
                "{gap}{}\n\n{}",
                terminal.out.bold(heading),
                section(&rows, terminal.out)
            );
        }
    }
    terminal.print(&text);
    exit::PASSED
}

/// What is named, and what it means, by what it is.
fn sections() -> Vec<(&'static str, Vec<(String, String)>)> {
    let of = |wanted: &str| {
        let steps = STEPS.iter().filter(|(_, kind, ..)| *kind == wanted);
        steps
            .map(|(_, kind, phrase, doc)| {
                (format!("{kind} {}", readable(phrase)), (*doc).to_owned())
            })
            .collect::<Vec<_>>()
    };
    let rows = |pairs: &[(&str, &str)]| {
        let rows = pairs.iter();
        rows.map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned()))
            .collect::<Vec<_>>()
    };
    let artifacts = steps::artifacts()
        .map(|artifact| (artifact.name.to_owned(), (artifact.ids)().join(" ")))
        .collect();
    let callers = steps::callers().map(|name| (name.to_owned(), String::new()));
    let tokens = steps::tokens().map(|(name, meaning)| (name.to_owned(), meaning.to_owned()));
    let requests = steps::requests().map(|name| (name.to_owned(), String::new()));
    let needs = CAPABILITIES.map(|(word, meaning)| (format!("@needs.{word}"), meaning.to_owned()));
    let vary = steps::VARIANTS.map(|what| {
        let meaning = format!("one scenario for each {what} that the profile names");
        (format!("@vary.{what}"), meaning)
    });
    let tags = rows(TAGS).into_iter().chain(vary).chain(needs);
    vec![
        ("Given", of("Given")),
        ("When", of("When")),
        (
            "Then (each with a table: requirement id, summary)",
            of("Then"),
        ),
        (
            "Artifacts: `Then the … satisfies`, and the requirements that each can be judged by",
            artifacts,
        ),
        ("{caller}", callers.collect()),
        ("{token}", tokens.collect()),
        ("{request}", requests.collect()),
        (
            "Words in braces, in the values of a table",
            rows(steps::WORDS),
        ),
        ("Tags", tags.collect()),
    ]
}

/// The one step that is a regular expression, in the words of the others.
fn readable(phrase: &str) -> String {
    phrase
        .trim_start_matches('^')
        .trim_end_matches('$')
        .replace("(.+)", "{artifact}")
        .replace("satisf(?:y|ies)", "satisfies")
}

/// A name wider than this has its meaning below it, and so have the others of its section.
const WIDEST: usize = 28;

fn section(rows: &[(String, String)], style: Style) -> String {
    let longest = rows.iter().map(|(name, _)| name.len()).max();
    let width = longest.unwrap_or_default();
    let below = width > WIDEST;
    let indent = if below { 6 } else { width + 4 };
    let mut text = String::new();
    for (name, meaning) in rows {
        let lines = wrapped(meaning, 98 - indent);
        let mut lines = lines.iter();
        let beside = if below { None } else { lines.next() };
        let line = match beside {
            Some(first) => format!("  {name:<width$}  {}", style.dim(first)),
            None => format!("  {name}"),
        };
        text += &(line + "\n");
        for line in lines {
            text += &format!("{}{}\n", " ".repeat(indent), style.dim(line));
        }
    }
    text
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use cucumber::codegen::{WorldInventory, inventory};

    use super::*;
    use crate::steps::World;

    #[test]
    fn every_step_is_listed_and_explained() {
        let listed = |wanted: &str| STEPS.iter().filter(|(_, kind, ..)| *kind == wanted).count();
        assert_eq!(
            [listed("Given"), listed("When"), listed("Then")],
            [
                inventory::iter::<<World as WorldInventory>::Given>().count(),
                inventory::iter::<<World as WorldInventory>::When>().count(),
                inventory::iter::<<World as WorldInventory>::Then>().count(),
            ]
        );
        for (concept, kind, phrase, doc) in STEPS {
            assert!(
                !phrase.is_empty() && !doc.is_empty(),
                "{concept}: {kind} {phrase}"
            );
        }
    }
}
