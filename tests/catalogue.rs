//! Catalogue, features and faults fit together.

use std::collections::BTreeSet;

use cucumber::gherkin::StepType;
use oidcheck::conformance::{FeatureSet, Planned, plan};
use oidcheck::requirement::Catalogue;
use oidcheck::steps::{self, Row};

fn set() -> FeatureSet {
    FeatureSet::embedded().expect("the embedded features can be read")
}

fn planned(set: &FeatureSet) -> Vec<Planned> {
    let all = set.profiles.iter().find(|p| p.name == "all");
    plan(set, all.expect("there is a profile `all`")).expect("every step resolves")
}

/// The rows of the tables of a scenario, each with the line of its step.
fn tables(scenario: &Planned) -> impl Iterator<Item = (usize, Row)> {
    let judging = scenario
        .steps
        .iter()
        .filter(|step| step.ty == StepType::Then);
    judging.flat_map(|step| {
        let step = &step.context.step;
        let rows = steps::rows(step).unwrap_or_default();
        rows.into_iter().map(|row| (step.position.line, row))
    })
}

/// The ids that scenarios judge, resolved to their rows.
fn judged(set: &FeatureSet) -> BTreeSet<String> {
    planned(set)
        .iter()
        .flat_map(|scenario| &scenario.ids)
        .filter_map(|id| set.catalogue.get(id))
        .map(|row| row.id.clone())
        .collect()
}

fn report(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn tables_say_what_the_catalogue_says() {
    let set = set();
    let mut wrong = Vec::new();
    for scenario in planned(&set) {
        for (line, row) in tables(&scenario) {
            let requirement = set
                .catalogue
                .get(&row.id)
                .expect("the planner knows the id");
            if requirement.summary != row.summary {
                wrong.push(format!(
                    "{}:{line} {}: `{}`, the catalogue says `{}`",
                    scenario.file, row.id, row.summary, requirement.summary
                ));
            }
        }
    }
    report(&wrong);
}

#[test]
fn every_requirement_has_a_scenario_or_a_reason() {
    let set = set();
    let judged = judged(&set);
    let wrong: Vec<String> = set
        .catalogue
        .iter()
        .filter_map(|row| match (judged.contains(&row.id), &row.no_scenario) {
            (false, None) => Some(format!(
                "{}: no scenario judges it and no_scenario is not there: {}",
                row.id, row.summary
            )),
            (true, Some(_)) => Some(format!(
                "{}: it has a scenario, so no_scenario is stale",
                row.id
            )),
            _ => None,
        })
        .collect();
    report(&wrong);
}

#[test]
fn every_judged_requirement_is_broken_by_a_fault_or_has_a_reason() {
    let set = set();
    let judged = judged(&set);
    let broken: BTreeSet<&str> = mock_idp::faults()
        .iter()
        .flat_map(|fault| fault.breaks.iter().copied())
        .filter_map(|id| set.catalogue.get(id))
        .map(|row| row.id.as_str())
        .collect();
    let wrong: Vec<String> = set
        .catalogue
        .iter()
        .filter(|row| {
            judged.contains(&row.id) && !broken.contains(row.id.as_str()) && row.no_fault.is_none()
        })
        .map(|row| {
            format!(
                "{} {}: no fault breaks it and no_fault is not there: {}",
                row.id, row.level, row.summary
            )
        })
        .collect();
    report(&wrong);
}

#[test]
fn every_fault_breaks_requirements_that_scenarios_judge() {
    let set = set();
    let judged = judged(&set);
    let mut wrong = Vec::new();
    for fault in mock_idp::faults() {
        for id in fault.breaks {
            match set.catalogue.get(id) {
                None => wrong.push(format!("{}: `{id}` is no known requirement", fault.id)),
                Some(row) if !judged.contains(&row.id) => {
                    wrong.push(format!("{}: no scenario judges `{id}`", fault.id));
                }
                Some(_) => {}
            }
        }
    }
    report(&wrong);
}

#[test]
fn the_modules_of_a_profile_have_scenarios() {
    let set = set();
    let planned = planned(&set);
    let mut wrong = Vec::new();
    for profile in &set.profiles {
        for module in &profile.modules {
            if !planned.iter().any(|s| s.has_tag(&format!("oidf.{module}"))) {
                wrong.push(format!(
                    "{}: no scenario is tagged @oidf.{module}",
                    profile.name
                ));
            }
        }
    }
    report(&wrong);
}

#[test]
fn a_scenario_has_one_meaning() {
    let set = set();
    let mut wrong = Vec::new();
    for scenario in planned(&set) {
        // A requirement may be judged by several scenarios, but not twice by one table.
        let mut seen = BTreeSet::new();
        for (line, row) in tables(&scenario) {
            if !seen.insert((line, row.id.clone())) {
                wrong.push(format!(
                    "{}: `{}` stands twice in one table",
                    scenario.id, row.id
                ));
            }
        }
    }
    report(&wrong);
}

#[test]
fn profiles_name_requirements() {
    let set = set();
    let mut wrong = Vec::new();
    for profile in &set.profiles {
        for id in profile.levels.keys() {
            // The row itself: an id under `also` would set nothing.
            if set.catalogue.get(id).is_none_or(|row| row.id != *id) {
                wrong.push(format!("{}: levels names `{id}`", profile.name));
            }
        }
        for prefix in &profile.requirements {
            let mut rows = set.catalogue.iter();
            if !rows.any(|row| Catalogue::selects(prefix, &row.id)) {
                wrong.push(format!("{}: nothing begins with `{prefix}`", profile.name));
            }
        }
    }
    report(&wrong);
}
