//! The report folder.

use std::fs;

use crate::program::{arg, command, folder, oidcheck, read, read_json, scenario_ids};

const FAULTY: [&str; 4] = ["run", "OIDCC-2", "--fault", "id_token.wrong_aud"];

fn faulty(more: &[&str]) -> Vec<String> {
    FAULTY.iter().chain(more).map(|s| (*s).to_owned()).collect()
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| {
            entry
                .expect("it can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn the_folder_gets_what_was_asked_for_and_keeps_what_is_not_ours() {
    let out = folder("out");
    fs::write(out.join("notes.txt"), "mine").expect("a file can be written");
    fs::write(out.join("run.json"), "old").expect("a file can be written");
    let arguments = faulty(&[
        "--out",
        arg(&out),
        "--report",
        "junit,html,json",
        "--report",
        "markdown",
    ]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = oidcheck(&arguments).expect_code(1).says("wrote ");
    assert_eq!(
        names(&out),
        [
            "index.html",
            "junit.xml",
            "notes.txt",
            "run.json",
            "run.jsonl",
            "summary.md"
        ]
    );
    assert_eq!(read(&out.join("notes.txt")), "mine");
    let run = read_json(&out.join("run.json"));
    assert_eq!(run["requirements"]["fail"], 1);
    assert!(
        ran.out
            .contains("[[known]]\n    requirement = \"OIDCC-2-6\""),
        "{}",
        ran.out
    );
    for (name, says) in [
        ("index.html", "OIDCC-2-6"),
        ("junit.xml", "<failure"),
        ("summary.md", "OIDCC-2-6"),
    ] {
        assert!(read(&out.join(name)).contains(says), "{name}");
    }
    // Once more with less: what was not asked for is left alone.
    oidcheck(&["run", "OIDCC-2-6", "--out", arg(&out), "--quiet"]).expect_code(0);
    assert_eq!(read_json(&out.join("run.json"))["totals"]["fail"], 0);
    assert!(read(&out.join("junit.xml")).contains("<failure"));
}

#[test]
fn without_a_folder_reports_go_to_reports_latest() {
    let place = folder("default-folder");
    let mut command = command(&["run", "OIDCC-2-6", "--report", "html"]);
    let output = command.current_dir(&place).output();
    assert!(output.expect("the binary starts").status.success());
    let latest = place.join("reports/latest");
    assert_eq!(names(&latest), ["index.html", "run.json", "run.jsonl"]);
    // Without either only the terminal is written.
    let place = folder("no-folder");
    let mut command = crate::program::command(&["run", "OIDCC-2-6"]);
    let output = command.current_dir(&place).output();
    assert!(output.expect("the binary starts").status.success());
    assert_eq!(names(&place), Vec::<String>::new());
}

#[test]
fn the_journal_gives_the_run() {
    let out = folder("journal");
    let rebuilt = out.join("rebuilt");
    oidcheck(&["run", "OIDCC-3.1", "--out", arg(&out)]).expect_code(0);
    let journal = out.join("run.jsonl");
    oidcheck(&["report", arg(&journal), "--out", arg(&rebuilt)]).expect_code(0);
    assert!(scenario_ids(&read_json(&out.join("run.json"))).len() > 3);
    assert_eq!(read(&rebuilt.join("run.json")), read(&out.join("run.json")));
}

#[test]
fn saved_runs_are_rendered_compared_and_put_side_by_side() {
    let out = folder("saved");
    let (good, bad) = (out.join("good"), out.join("bad"));
    oidcheck(&["run", "OIDCC-2", "--out", arg(&good)]).expect_code(0);
    let arguments = faulty(&["--out", arg(&bad)]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = oidcheck(&arguments).expect_code(1);
    let (good, bad) = (good.join("run.json"), bad.join("run.json"));
    let (good, bad, to) = (arg(&good), arg(&bad), arg(&out));
    let again = oidcheck(&["report", bad]).expect_code(0);
    assert!(
        ran.out.starts_with(&again.out),
        "{}\n{}",
        ran.out,
        again.out
    );
    for (arguments, code, says) in [
        (&["report", good, bad, "--compare"][..], 0, "pass → fail"),
        (
            &["report", good, bad, "--matrix"],
            0,
            "# Conformance matrix",
        ),
        (
            &["report", bad, "--known"],
            0,
            "requirement = \"OIDCC-2-6\"",
        ),
        (
            &[
                "report",
                good,
                bad,
                "--matrix",
                "--report",
                "html,markdown",
                "--out",
                to,
            ],
            0,
            "wrote",
        ),
        (
            &[
                "report", good, bad, "--matrix", "--report", "junit", "--out", to,
            ],
            2,
            "a matrix is no junit",
        ),
        (
            &[
                "report",
                good,
                bad,
                "--compare",
                "--report",
                "html",
                "--out",
                to,
            ],
            2,
            "a comparison is no html",
        ),
        (
            &["report", good, "--compare"],
            2,
            "--compare takes two runs, not 1",
        ),
        (
            &["report", good, bad, "--report", "html", "--out", to],
            2,
            "--matrix or --compare",
        ),
    ] {
        oidcheck(arguments).expect_code(code).says(says);
    }
    assert_eq!(names(&out), ["bad", "good", "index.html", "summary.md"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_found_before_the_run() {
    let out = folder("blocked").join("file");
    fs::write(&out, "").expect("a file can be written");
    oidcheck(&["run", "OIDCC-2-6", "--out", arg(&out)])
        .expect_code(2)
        .says("can't be made a folder for reports");
}

#[test]
fn colours_come_where_they_are_wanted() {
    let escapes = |variables: &[(&str, &str)], more: &[&str]| {
        let mut command = command(&FAULTY);
        let output = command.args(more).envs(variables.iter().copied()).output();
        output.expect("the binary starts").stdout.contains(&0x1b)
    };
    assert!(!escapes(&[], &[]));
    assert!(escapes(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!escapes(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!escapes(&[("CLICOLOR_FORCE", "1")], &["--color", "never"]));
    assert!(escapes(&[("NO_COLOR", "1")], &["--color", "always"]));
}
