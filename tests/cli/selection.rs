//! Selectors, levels and profiles, on whatever features the binary carries.

use serde_json::Value;

use crate::program::{arg, folder, oidcheck, read_json, scenario_ids};

fn list(arguments: &[&str]) -> Vec<Value> {
    let mut all = vec!["list", "--format", "json"];
    all.extend(arguments);
    let ran = oidcheck(&all).expect_code(0);
    let value: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    value.as_array().expect("it is a list").clone()
}

fn text<'a>(scenario: &'a Value, key: &str) -> &'a str {
    scenario[key].as_str().unwrap_or_default()
}

fn ids(scenario: &Value) -> Vec<&str> {
    let requirements = scenario["requirements"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    requirements.iter().map(|row| text(row, "id")).collect()
}

#[test]
fn a_selector_chooses_by_what_it_looks_like() {
    let all = list(&[]);
    let one = all
        .iter()
        .find(|s| ids(s).contains(&"OIDCC-2-6"))
        .expect("it is judged");
    let (file, line) = (text(one, "file"), &one["line"]);
    let short = file.rsplit('/').next().unwrap_or(file);
    for (selector, of_one) in [
        (
            format!("@{}", one["tags"][0].as_str().unwrap_or_default()),
            false,
        ),
        (file.to_owned(), false),
        (short.to_owned(), false),
        (format!("{file}:{line}"), true),
        (
            format!("{file}:{}", line.as_u64().unwrap_or_default() + 1),
            true,
        ),
        (text(one, "id").to_owned(), true),
        (text(one, "feature").to_owned(), false),
        (text(one, "feature").to_uppercase(), false),
    ] {
        let chosen = list(&[&selector]);
        assert!(chosen.iter().any(|s| s["id"] == one["id"]), "{selector}");
        if of_one {
            assert!(chosen.iter().all(|s| s["line"] == *line), "{selector}");
        }
        // A tag, a file or a name chooses whole scenarios.
        let again = chosen.iter().find(|s| s["id"] == one["id"]);
        assert_eq!(again.map(ids), Some(ids(one)), "{selector}");
    }
    let two = list(&["OIDCC-2-6", "OIDCD-4.3-1"]);
    let judged: Vec<&str> = two.iter().flat_map(|s| ids(s)).collect();
    assert!(
        judged.contains(&"OIDCC-2-6") && judged.contains(&"OIDCD-4.3-1"),
        "{judged:?}"
    );
}

#[test]
fn ids_and_levels_choose_checks() {
    let judged = |arguments: &[&str]| -> Vec<(String, String)> {
        let all = list(arguments);
        let rows = all
            .iter()
            .flat_map(|s| s["requirements"].as_array().cloned());
        rows.flatten()
            .map(|row| (text(&row, "id").to_owned(), text(&row, "level").to_owned()))
            .collect()
    };
    let of_prefix = judged(&["OIDCC-2"]);
    assert!(of_prefix.len() > 1, "{of_prefix:?}");
    assert!(
        of_prefix.iter().all(|(id, _)| id.starts_with("OIDCC-2-")),
        "{of_prefix:?}"
    );
    let skipped = judged(&["OIDCC-2", "--skip", "OIDCC-2-6"]);
    assert!(!skipped.is_empty() && skipped.iter().all(|(id, _)| id != "OIDCC-2-6"));
    for (level, allowed) in [
        ("must", &["MUST", "STATED"][..]),
        ("should", &["MUST", "STATED", "SHOULD", "DERIVED"]),
    ] {
        let rows = judged(&["--level", level]);
        assert!(
            rows.iter()
                .all(|(_, level)| allowed.contains(&level.as_str())),
            "{rows:?}"
        );
        assert!(rows.iter().any(|(_, level)| level == "MUST"));
    }
    assert_eq!(judged(&["--level", "may"]), judged(&[]));
}

#[test]
fn what_matches_nothing_is_refused_with_the_nearest_names() {
    for (selector, says) in [
        ("@oidf.oidcc-servr", "oidf.oidcc-server"),
        ("no_such.feature", "`no_such.feature` matches nothing"),
        ("metadata.feature:x", "`x` is no line number"),
        ("metadata.feature:99999", "no scenario stands on that line"),
        ("OIDC", "`OIDC` matches nothing"),
        ("The provider's metadat", "The provider's metadata"),
    ] {
        oidcheck(&["list", selector]).expect_code(2).says(says);
    }
}

#[test]
fn a_run_judges_what_was_chosen_and_nothing_else() {
    let out = folder("chosen");
    oidcheck(&["run", "OIDCC-2-6", "--out", arg(&out)]).expect_code(0);
    let run = read_json(&out.join("run.json"));
    let scenarios = run["scenarios"].as_array().expect("a list");
    let judged = scenarios
        .iter()
        .filter_map(|s| s["checks"].as_array())
        .flatten();
    let judged: Vec<&str> = judged.map(|check| text(check, "requirement")).collect();
    assert!(
        !judged.is_empty() && judged.iter().all(|id| *id == "OIDCC-2-6"),
        "{judged:?}"
    );
    assert_eq!(run["requirements"]["pass"], 1);
}

#[test]
fn a_rerun_takes_what_failed() {
    let out = folder("rerun");
    let (faulty, again) = (out.join("faulty"), out.join("again"));
    oidcheck(&[
        "run",
        "OIDCC-2",
        "@oidf.oidcc-discovery-endpoint-verification",
        "--fault",
        "id_token.wrong_aud",
        "--out",
        arg(&faulty),
    ])
    .expect_code(1);
    let first = read_json(&faulty.join("run.json"));
    let saved = faulty.join("run.json");
    oidcheck(&[
        "run",
        "--rerun",
        arg(&saved),
        "OIDCC-2",
        "--out",
        arg(&again),
    ])
    .expect_code(0);
    let second = read_json(&again.join("run.json"));
    let failed: Vec<&str> = first["scenarios"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|s| s["outcome"] == "fail")
        .filter_map(|s| s["id"].as_str())
        .collect();
    assert!(!failed.is_empty() && failed.len() < scenario_ids(&first).len());
    assert_eq!(scenario_ids(&second), failed);
    // Nothing is left of a run that passed.
    let saved = again.join("run.jsonl");
    oidcheck(&["run", "--rerun", arg(&saved)])
        .expect_code(4)
        .says("nothing to run again");
}

#[test]
fn features_of_a_folder_are_added() {
    let own = folder("own-features");
    let feature = "Feature: Ours\n\n  Scenario: Our scenario\n    Then the discovery document satisfies\n      \
                   | OURS-1-1 | the issuer is ours |\n";
    let write = |name: &str, text: &str| {
        std::fs::write(own.join(name), text).expect("a file can be written");
    };
    write("ours.feature", feature);
    let listed = || oidcheck(&["list", "Ours", "--features", arg(&own)]);
    listed()
        .expect_code(2)
        .says("ours.feature:4: ")
        .says("OURS-1-1");
    write("ours.feature", &feature.replace("OURS-1-1", "OIDCD-4.3-1"));
    listed().expect_code(0).says("Our scenario");
    write(
        "ours.feature",
        &feature
            .replace("OURS-1-1", "OIDCD-4.3-1")
            .replace("Then the", "Then no"),
    );
    listed()
        .expect_code(2)
        .says("ours.feature:4: no step reads");
    oidcheck(&["list", "--features", "no-such-folder"])
        .expect_code(2)
        .says("no-such-folder: can't be read");
}
