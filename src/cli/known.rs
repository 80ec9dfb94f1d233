//! `[[known]]` blocks at the end of a run, as many as a person reads.

use crate::report::known;
use crate::run::Run;

/// More blocks than this would bury the report.
const MOST: usize = 3;

/// The blocks for what is not declared yet, ready to be pasted; `more` says where to find the rest.
pub(super) fn section(run: &Run, more: &str) -> String {
    let blocks = known::blocks(run);
    let blocks: Vec<&str> = blocks
        .split("\n\n")
        .map(str::trim_end)
        .filter(|block| !block.is_empty())
        .collect();
    if blocks.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\nTo declare a deviation that is known and accepted, put this into the provider file:\n\n",
    );
    for block in blocks.iter().take(MOST) {
        for line in block.lines() {
            text += &format!("    {line}\n");
        }
        text += "\n";
    }
    if blocks.len() > MOST {
        text += &format!("{} more: {more}\n", blocks.len() - MOST);
    }
    text
}
