//! `junit.xml`: a suite per feature, a case per scenario, for CI systems.
//!
//! What is a failure here is what makes the exit code 1: known deviations are left out of it and told in the
//! output of the case.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::escape::{block, line};
use crate::finding::Outcome;
use crate::run::{Check, Run, ScenarioResult};

/// The file.
pub(super) fn render(run: &Run) -> String {
    let mut report = Report::new(format!("{} {}", run.tool.name, line(&run.provider.name)));
    report.set_time(Duration::from_millis(run.duration_ms));
    let mut suites: Vec<TestSuite> = Vec::new();
    for scenario in &run.scenarios {
        let name = line(&scenario.feature);
        let place = suites.iter().position(|suite| suite.name.as_str() == name);
        let place = place.unwrap_or_else(|| {
            suites.push(suite(&name, run));
            suites.len() - 1
        });
        suites[place].add_test_case(case(scenario, run));
    }
    for suite in &mut suites {
        let times = suite.test_cases.iter().filter_map(|case| case.time);
        suite.set_time(times.sum());
    }
    report.add_test_suites(suites);
    report
        .to_string()
        .expect("quick-junit writes to a string what it has made safe")
}

fn suite(name: &str, run: &Run) -> TestSuite {
    let mut suite = TestSuite::new(name);
    for (name, value) in [
        ("provider", &run.provider.name),
        ("issuer", &run.provider.issuer),
        ("started", &run.started),
        ("profile", &run.profile),
        ("version", &run.tool.version),
    ] {
        suite.add_property(Property::new(name, line(value)));
    }
    suite
}

fn case(scenario: &ScenarioResult, run: &Run) -> TestCase {
    let outcome = scenario.outcome_without_known();
    let mut status = match outcome {
        Outcome::Pass | Outcome::Warn => TestCaseStatus::success(),
        Outcome::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        Outcome::Skip | Outcome::Review => TestCaseStatus::skipped(),
    };
    let decisive: Vec<&Check> = scenario
        .checks
        .iter()
        .filter(|check| check.outcome == outcome && check.known.is_none())
        .collect();
    if !matches!(outcome, Outcome::Pass | Outcome::Warn) {
        status.set_message(message(scenario, outcome, &decisive));
    }
    if matches!(outcome, Outcome::Fail | Outcome::Error) {
        if let Some(check) = decisive.first() {
            status.set_type(line(&check.requirement));
        }
        let told: Vec<String> = decisive.iter().map(|check| tell(check, run)).collect();
        if !told.is_empty() {
            status.set_description(told.join("\n"));
        }
    }
    let mut case = TestCase::new(line(&scenario.title()), status);
    case.set_classname(line(&scenario.feature));
    case.set_time(Duration::from_millis(scenario.duration_ms));
    case.set_assertions(scenario.checks.len());
    case.extra
        .insert("file".into(), line(&scenario.file).into());
    case.extra
        .insert("line".into(), scenario.line.to_string().into());
    // What decides nothing but is worth reading: warnings, reviews and known deviations.
    let aside: Vec<String> = scenario
        .checks
        .iter()
        .filter(|check| match check.outcome {
            Outcome::Warn | Outcome::Review => true,
            Outcome::Fail => check.known.is_some(),
            _ => false,
        })
        .map(|check| tell(check, run))
        .collect();
    if !aside.is_empty() {
        case.set_system_out(aside.join("\n"));
    }
    case
}

fn message(scenario: &ScenarioResult, outcome: Outcome, decisive: &[&Check]) -> String {
    let ids = decisive.iter().map(|check| match &check.note {
        Some(note) if outcome != Outcome::Fail => format!("{}: {note}", check.requirement),
        _ => format!("{}: {}", check.requirement, check.summary),
    });
    let parts: Vec<String> = scenario.reason.iter().cloned().chain(ids).collect();
    let text = if parts.is_empty() {
        outcome.to_string()
    } else {
        parts.join("; ")
    };
    match outcome {
        Outcome::Review => line(&format!("review: {text}")),
        _ => line(&text),
    }
}

fn tell(check: &Check, run: &Run) -> String {
    let known = if check.known.is_some() { ", known" } else { "" };
    let mut out = format!(
        "{} {} ({}{known}): {}\n",
        line(&check.requirement),
        check.level,
        check.outcome,
        line(&check.summary)
    );
    let mut field = |name: &str, value: &str| {
        if !value.is_empty() {
            out.push_str(&format!("  {name}: {}\n", block(value)));
        }
    };
    field("of", &check.of);
    for expected in &check.expected {
        field("expected", expected);
    }
    field("actual", &check.actual);
    field("note", check.note.as_deref().unwrap_or_default());
    field("known", check.known.as_deref().unwrap_or_default());
    let exchange = check
        .evidence
        .first()
        .and_then(|e| run.exchange(e.exchange));
    if let Some(exchange) = exchange {
        field("exchange", &super::console::told(exchange));
        field("curl", &exchange.curl);
    }
    field("section", &check.url);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn known_deviations_are_no_failures() {
        let mut run = fixture::run();
        let xml = render(&run);
        assert!(
            xml.contains(r#"tests="12" skipped="3" failures="3" errors="3""#),
            "{xml}"
        );
        for check in run.scenarios.iter_mut().flat_map(|s| &mut s.checks) {
            check.known = Some("decided".to_owned());
        }
        let xml = render(&run);
        assert!(
            xml.contains(r#"tests="12" skipped="3" failures="0" errors="3""#),
            "{xml}"
        );
        assert!(!xml.contains("<failure"), "{xml}");
    }

    #[test]
    fn the_xml_is_well_formed_whatever_the_provider_said() {
        let mut run = fixture::run();
        for scenario in &mut run.scenarios {
            for text in [
                &mut scenario.name,
                &mut scenario.feature,
                &mut scenario.file,
            ] {
                *text = fixture::HOSTILE.to_owned();
            }
            scenario.reason = scenario
                .reason
                .as_ref()
                .map(|_| fixture::HOSTILE.to_owned());
            for check in &mut scenario.checks {
                check.actual = fixture::HOSTILE.to_owned();
                check.note = Some(fixture::HOSTILE.to_owned());
                check.requirement = fixture::HOSTILE.to_owned();
            }
        }
        let xml = render(&run);
        // The only elements are ours, so nothing of the provider opened or closed one.
        for tag in xml.split('<').skip(1) {
            let name = tag.trim_start_matches(['/', '?']);
            let name: String = name.chars().take_while(char::is_ascii_alphabetic).collect();
            let ours = [
                "xml",
                "testsuites",
                "testsuite",
                "testcase",
                "failure",
                "error",
                "skipped",
                "properties",
                "property",
                "system",
            ];
            assert!(ours.contains(&name.as_str()), "<{tag}");
        }
        assert!(!xml.contains("]]>"), "{xml}");
        let valid = |c: char| c == '\n' || c == '\t' || (!c.is_control() && c < '\u{fffe}');
        assert!(xml.chars().all(valid), "{xml}");
        assert!(xml.contains("\\u{fffe}"), "{xml}");
    }
}
