//! A run beside an earlier one, and where reports go.

use super::{load, saved};
use crate::program::{arg, folder, oidcheck, read};

const RATE: [&str; 3] = ["client_credentials", "--rate", "20"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    RATE.iter().chain(more).copied().collect()
}

#[test]
fn a_run_is_compared_with_an_earlier_one() {
    let out = folder("load-baseline");
    load(&with(&["--out", arg(&out)])).expect_code(0);
    let file = out.join("load.json");
    let (earlier, again) = (arg(&file), out.join("again"));
    let same = load(&with(&[
        "--baseline",
        earlier,
        "--report",
        "html,markdown",
        "--out",
        arg(&again),
    ]))
    .expect_code(0)
    .says("Against the baseline")
    .says("client_credentials   per s");
    assert!(!same.out.contains("another"), "{}", same.out);
    for name in ["load.html", "load.md"] {
        let text = read(&again.join(name));
        assert!(text.contains("Against the baseline"), "{name}");
    }
    // What can't be compared is said.
    load(&["discovery", "--rate", "20", "--baseline", earlier])
        .expect_code(0)
        .says("the baseline is of another flow (client_credentials)");
    load(&["client_credentials", "--rate", "10", "--baseline", earlier])
        .expect_code(0)
        .says("another workload");
}

#[test]
fn a_baseline_that_is_none_is_found_first() {
    let out = folder("load-baseline-broken");
    for (name, text, says) in [
        ("none.json", None, "none.json: can't be read"),
        ("text.json", Some("no JSON"), "text.json:1: is no load.json"),
        (
            "run.json",
            Some(r#"{"schema_version":1,"scenarios":[]}"#),
            "run.json: is no load.json",
        ),
        (
            "newer.json",
            Some(r#"{"schema_version":99,"workload":{}}"#),
            "newer.json: is of schema version 99",
        ),
        (
            "cut.json",
            Some("{\"schema_version\":1,\n\"workload\":{}}"),
            "cut.json:2",
        ),
    ] {
        let file = out.join(name);
        if let Some(text) = text {
            std::fs::write(&file, text).expect("it can be written");
        }
        let reports = out.join("reports");
        let arguments = with(&["--baseline", arg(&file), "--out", arg(&reports)]);
        load(&arguments).expect_code(2).says(says);
        assert!(!reports.exists(), "{name}: a load was made");
    }
}

#[test]
fn a_folder_that_can_t_be_written_loses_nothing() {
    let out = folder("load-unwritable");
    let file = out.join("file");
    std::fs::write(&file, "somebody's").expect("it can be written");
    for place in [file.clone(), file.join("below")] {
        load(&with(&["--out", arg(&place)]))
            .expect_code(3)
            .says("Every answer was right, every threshold held")
            .says("file");
    }
    assert_eq!(read(&file), "somebody's");
    // What failed stays failed.
    load(&with(&["--threshold", "p50<1us", "--out", arg(&file)])).expect_code(1);
}

#[test]
fn other_files_in_the_folder_stay() {
    let out = folder("load-beside");
    std::fs::write(out.join("notes.txt"), "mine").expect("it can be written");
    std::fs::write(out.join("load.json"), "old").expect("it can be written");
    load(&with(&["--out", arg(&out)])).expect_code(0);
    assert_eq!(read(&out.join("notes.txt")), "mine");
    assert_eq!(saved(&out)["scenario"]["name"], "client_credentials");
    oidcheck(&[
        "report",
        arg(&out.join("load.json")),
        "--report",
        "html",
        "--out",
        arg(&out),
    ])
    .expect_code(0);
    assert!(read(&out.join("load.html")).contains("client_credentials"));
}
