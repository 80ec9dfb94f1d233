//! A load run as JUnit XML: a case per threshold, one for the answers, one for the pace, one for the run as a whole, one
//! per race.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::super::escape::{block, line};
use super::console;
use crate::load_run::LoadRun;
use crate::report::console::Style;

/// The file.
pub(super) fn render(run: &LoadRun) -> String {
    let mut suite = TestSuite::new(format!("load {}", line(&run.scenario.name)));
    for (name, value) in [
        ("provider", &run.provider.name),
        ("issuer", &run.provider.issuer),
        ("started", &run.started),
        ("version", &run.tool.version),
    ] {
        suite.add_property(Property::new(name, line(value)));
    }
    suite.add_test_case(case("every answer is right", answers(run)));
    if let Some(kept) = run.kept_pace {
        let unsent = format!("{} arrivals could not be sent", run.unsent);
        let status = match kept {
            true => TestCaseStatus::success(),
            false => wrong(NonSuccessKind::Error, &unsent),
        };
        suite.add_test_case(case("the pace is kept", status));
    }
    let status = match run.unproven() {
        None => TestCaseStatus::success(),
        Some(why) => wrong(NonSuccessKind::Error, why),
    };
    suite.add_test_case(case("the run is whole", status));
    for rule in &run.thresholds {
        let status = match rule.ok {
            Some(true) => TestCaseStatus::success(),
            Some(false) => wrong(
                NonSuccessKind::Failure,
                &format!("it was {}", line(&rule.observed)),
            ),
            None => TestCaseStatus::skipped(),
        };
        suite.add_test_case(case(&line(&rule.rule), status));
    }
    for race in &run.races {
        let status = match race.ok {
            Some(true) => TestCaseStatus::success(),
            Some(false) => wrong(NonSuccessKind::Failure, &line(&race.actual)),
            None => wrong(NonSuccessKind::Error, &line(&race.actual)),
        };
        let name = format!("{}: one {} is used once", race.requirement, race.of);
        suite.add_test_case(case(&line(&name), status));
    }
    suite.set_system_out(block(&console::console(run, Style { colour: false })));
    let mut report = Report::new(format!("oidcheck load {}", line(&run.provider.name)));
    report.set_time(Duration::from_millis(run.duration_ms));
    report.add_test_suite(suite);
    report
        .to_string()
        .expect("quick-junit writes to a string what it has made safe")
}

fn answers(run: &LoadRun) -> TestCaseStatus {
    let wrongs: Vec<String> = run
        .incidents
        .iter()
        .filter(|incident| incident.wrong)
        .map(|i| {
            line(&format!(
                "{} {} x {}: {}",
                i.request, i.kind, i.count, i.example
            ))
        })
        .collect();
    match wrongs.is_empty() {
        true => TestCaseStatus::success(),
        false => wrong(NonSuccessKind::Failure, &wrongs.join("\n")),
    }
}

fn wrong(kind: NonSuccessKind, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(message);
    status
}

fn case(name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname("load");
    case
}
