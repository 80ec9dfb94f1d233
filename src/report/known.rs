//! `[[known]]` blocks for what a run found, ready to be pasted into the provider file.

use toml::Value;

use super::escape::short;
use super::groups;
use crate::run::Run;

/// One block per requirement that failed or warned and is not declared yet; empty when there is none.
///
/// The reason says what was seen, for a person to replace by the decision.
pub fn blocks(run: &Run) -> String {
    let day = run.started.get(..10).unwrap_or(&run.started);
    let mut out = String::new();
    for group in groups::by_requirement(run, |check| check.is_unexpected()) {
        let check = group.first.check;
        let seen = if check.actual.is_empty() {
            &check.summary
        } else {
            &check.actual
        };
        let reason = format!("undecided; seen {}: {}", short(day, 10), short(seen, 120));
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!(
            "[[known]]\nrequirement = {}\nreason = {}\n",
            Value::from(short(&check.requirement, 200)),
            Value::from(reason),
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_blocks_are_toml_whatever_the_provider_said() {
        let blocks = blocks(&fixture::run());
        let file: toml::Table = blocks.parse().expect("TOML");
        let ids: Vec<_> = file["known"]
            .as_array()
            .expect("blocks")
            .iter()
            .map(|block| block["requirement"].as_str().expect("an id"))
            .collect();
        assert_eq!(ids, ["OIDCC-2-6", "OIDCC-5.1-3", "RFC6749-5.1-4"]);
        assert!(
            !blocks.contains(|c: char| c != '\n' && c.is_control()),
            "{blocks}"
        );
    }

    #[test]
    fn what_is_declared_needs_no_block() {
        let mut run = fixture::run();
        for check in run.scenarios.iter_mut().flat_map(|s| &mut s.checks) {
            check.known = Some("decided".to_owned());
        }
        assert_eq!(blocks(&run), "");
    }
}
