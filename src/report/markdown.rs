//! `summary.md`: the run on one page of Markdown, for job summaries and pull requests.

use super::console::{mark, told, touched};
use super::escape::{cell_code, code, link, markdown, short};
use super::groups::{self, Group};
use super::time::{count, length, moment};
use crate::finding::Outcome;
use crate::run::{Check, Run, StaleKnown};

/// A value of a provider is cut after so many characters; `run.json` has the whole.
const VALUE_LIMIT: usize = 300;

/// The file.
pub(super) fn render(run: &Run) -> String {
    let mut out = head(run);
    failures(&mut out, run);
    errors(&mut out, run);
    let reviews = groups::by_requirement(run, |check| check.outcome == Outcome::Review);
    table(
        &mut out,
        "To be reviewed",
        "What to look at",
        &reviews,
        |check| check.note.as_deref().unwrap_or_default(),
    );
    table(
        &mut out,
        "Warnings",
        "Seen",
        &groups::unexpected(run, Outcome::Warn),
        |check| &check.actual,
    );
    table(
        &mut out,
        "Known deviations",
        "Reason",
        &groups::known(run),
        |check| check.known.as_deref().unwrap_or_default(),
    );
    stale(&mut out, &run.stale_known);
    skips(&mut out, run);
    out
}

fn head(run: &Run) -> String {
    let mut out = format!(
        "# {}: {}\n\n{} · {} · {} · profile {} · {}\n\n",
        markdown(&run.provider.name),
        verdict(run),
        code(&run.provider.issuer),
        markdown(&moment(&run.started)),
        length(run.duration_ms),
        markdown(&run.profile),
        markdown(&format!("{} {}", run.tool.name, run.tool.version)),
    );
    if run.interrupted {
        out.push_str("**Interrupted:** what had not finished is not in the totals.\n\n");
    }
    out.push_str("| | pass | fail | warn | skip | review | error |\n");
    out.push_str("|---|--:|--:|--:|--:|--:|--:|\n");
    for (name, t) in [
        ("Requirements", run.requirements),
        ("Scenarios", run.totals),
    ] {
        out.push_str(&format!(
            "| {name} | {} | {} | {} | {} | {} | {} |\n",
            t.pass, t.fail, t.warn, t.skip, t.review, t.error
        ));
    }
    out
}

/// The run in a few words.
pub(super) fn verdict(run: &Run) -> String {
    let rows = groups::rows(run);
    let failed = rows.iter().filter(|r| r.outcome == Outcome::Fail);
    let (known, unexpected): (Vec<_>, Vec<_>) = failed.partition(|r| r.known);
    let mut text = match unexpected.len() {
        0 => "no requirement failed".to_owned(),
        n => format!("{} failed", count(n, "requirement")),
    };
    if !known.is_empty() {
        text.push_str(&format!(
            " beside {}",
            count(known.len(), "known deviation")
        ));
    }
    match run.totals.error {
        0 => {}
        n => text.push_str(&format!(", {} could not be judged", count(n, "scenario"))),
    }
    text
}

fn failures(out: &mut String, run: &Run) {
    let groups = groups::unexpected(run, Outcome::Fail);
    if groups.is_empty() {
        return;
    }
    out.push_str("\n## Failures\n\n| Requirement | Level | Expected | Actual | Scenario |\n");
    out.push_str("|---|---|---|---|---|\n");
    for group in &groups {
        let check = group.first.check;
        let expected: Vec<String> = check
            .expected
            .iter()
            .map(|e| markdown(&short(e, VALUE_LIMIT)))
            .collect();
        out.push_str(&format!(
            "| {}<br>{} | {} | {} | {} | {} |\n",
            link(&markdown(&check.requirement), &check.url),
            markdown(&check.summary),
            check.level,
            expected.join(" *or* "),
            cell_code(&short(&check.actual, VALUE_LIMIT)),
            scenarios(group),
        ));
    }
    let exchanges: Vec<String> = groups
        .iter()
        .filter_map(|group| {
            let check = group.first.check;
            let exchange = run.exchange(check.evidence.first()?.exchange)?;
            let id = markdown(&check.requirement);
            Some(format!("- {id}: {}\n", code(&told(exchange))))
        })
        .collect();
    if !exchanges.is_empty() {
        out.push('\n');
        out.push_str(&exchanges.concat());
    }
}

fn errors(out: &mut String, run: &Run) {
    let reasons = groups::reasons(run, Outcome::Error);
    if reasons.is_empty() {
        return;
    }
    out.push_str("\n## Could not be judged\n\n");
    for reason in &reasons {
        let text = code(&short(reason.text, VALUE_LIMIT));
        out.push_str(&format!("- {text}: {}\n", touched(reason)));
    }
}

fn table(
    out: &mut String,
    heading: &str,
    what: &str,
    groups: &[Group<'_>],
    of: impl Fn(&Check) -> &str,
) {
    if groups.is_empty() {
        return;
    }
    out.push_str(&format!(
        "\n## {heading}\n\n| | Requirement | Level | {what} | Scenario |\n"
    ));
    out.push_str("|---|---|---|---|---|\n");
    for group in groups {
        let check = group.first.check;
        out.push_str(&format!(
            "| {} {} | {}<br>{} | {} | {} | {} |\n",
            mark(check.outcome),
            check.outcome,
            link(&markdown(&check.requirement), &check.url),
            markdown(&check.summary),
            check.level,
            cell_code(&short(of(check), VALUE_LIMIT)),
            scenarios(group),
        ));
    }
}

fn scenarios(group: &Group<'_>) -> String {
    let scenario = group.first.scenario;
    let place = cell_code(&format!("{}:{}", scenario.file, scenario.line));
    let mut text = format!("{}<br>{place}", markdown(&scenario.title()));
    if !group.others.is_empty() {
        text.push_str(&format!("<br>and {} more", group.others.len()));
    }
    text
}

fn stale(out: &mut String, stale: &[StaleKnown]) {
    if stale.is_empty() {
        return;
    }
    out.push_str("\n## Known deviations that no longer occur\n\n");
    for known in stale {
        let variant = match &known.variant {
            Some(variant) => format!(" ({})", markdown(variant)),
            None => String::new(),
        };
        let id = markdown(&known.requirement);
        out.push_str(&format!("- {id}{variant}: {}\n", markdown(&known.reason)));
    }
}

fn skips(out: &mut String, run: &Run) {
    let reasons = groups::reasons(run, Outcome::Skip);
    if reasons.is_empty() {
        return;
    }
    out.push_str("\n## Skipped\n\n");
    for reason in &reasons {
        let text = markdown(&short(reason.text, VALUE_LIMIT));
        out.push_str(&format!("- {text}: {}\n", touched(reason)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_provider_can_not_write_markup() {
        let mut run = fixture::run();
        run.provider.name = fixture::HOSTILE.to_owned();
        for scenario in &mut run.scenarios {
            scenario.name = fixture::HOSTILE.to_owned();
            scenario.reason = scenario
                .reason
                .as_ref()
                .map(|_| fixture::HOSTILE.to_owned());
        }
        let text = render(&run);
        for line in text.lines() {
            let columns = line.replace("\\|", "").matches('|').count();
            assert!(
                !line.starts_with('|') || matches!(columns, 6 | 8),
                "{columns} columns: {line}"
            );
            // Outside code spans, which show markup as it is, there are only our own tags.
            let outside = without_code_spans(line);
            let outside = outside.replace("<br>", "");
            assert!(!outside.contains('<'), "{line}");
            assert!(!outside.contains("](javascript"), "{line}");
            assert!(!outside.contains('@'), "{line}");
        }
        assert!(
            !text.contains(|c: char| c != '\n' && c.is_control()),
            "{text}"
        );
        assert!(!text.contains('\u{202e}'), "{text}");
    }

    fn without_code_spans(line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some(start) = rest.find('`') {
            // A backslash before it makes it a character like any other.
            if rest[..start].ends_with('\\') {
                out.push_str(&rest[..=start]);
                rest = &rest[start + 1..];
                continue;
            }
            out.push_str(&rest[..start]);
            let fence = rest[start..].chars().take_while(|&c| c == '`').count();
            let fence = "`".repeat(fence);
            let inner = &rest[start + fence.len()..];
            let end = (0..inner.len())
                .find(|&i| {
                    inner.is_char_boundary(i)
                        && inner[i..].starts_with(&fence)
                        && !inner[i + fence.len()..].starts_with('`')
                        && !inner[..i].ends_with('`')
                })
                .expect("every code span ends on its line");
            rest = &inner[end + fence.len()..];
        }
        out + rest
    }
}
