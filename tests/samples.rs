//! The generated parts of `README.md` and `reports/sample` are those of today's program.
//!
//! `OIDCHECK_BLESS=1 cargo test --test samples` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use oidcheck::conformance::{FeatureSet, plan};
use oidcheck::load_run::LoadRun;
use oidcheck::report::console::Style;
use oidcheck::report::{Format, load, read_run, render};

/// What the sample in the README runs.
const README_SAMPLE: [&str; 7] = [
    "run",
    "--fault",
    "id_token.wrong_aud",
    "--jobs",
    "1",
    "OIDCC-2",
    "OIDCC-3.1.2.1-6",
];

/// What the sample reports show: two faults, and a part of the features, so that the sample stays small.
const REPORT_SAMPLE: [&str; 11] = [
    "run",
    "--jobs",
    "1",
    "--fault",
    "code.reusable",
    "--fault",
    "id_token.wrong_aud",
    "--report",
    "html,junit,markdown",
    "OIDCC-2",
    "RFC6749-4.1.2",
];

/// What the sample of a load run was made with. It is measured anew where there is none; otherwise the reports are made
/// of what was measured then, for no two runs have the same figures.
const LOAD_SAMPLE: [&str; 15] = [
    "load",
    "client_credentials",
    "--rate",
    "20",
    "--warmup",
    "1s",
    "--duration",
    "15s",
    "--fault",
    "token_endpoint.busy",
    "--fault",
    "token_endpoint.freezes",
    "--threshold",
    "p99<250ms",
    "--quiet",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn blessing() -> bool {
    std::env::var_os("OIDCHECK_BLESS").is_some()
}

fn oidcheck(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_oidcheck"))
        .args(arguments)
        .env("NO_COLOR", "1")
        .current_dir(root())
        .output()
        .expect("the binary runs");
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

/// Replaces what differs from run to run: the port, times, the date.
fn steady(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        if let Some((before, after)) = line.split_once("localhost:") {
            let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
            line = format!("{before}localhost:9443{rest}");
            // A curl line has it once more.
            if let Some((before, after)) = line.clone().rsplit_once("https://localhost:") {
                let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
                line = format!("{before}https://localhost:9443{rest}");
            }
        }
        if line.starts_with("Duration") {
            line = "Duration      84 ms · profile all · oidcheck 0.1.0 · 2026-11-21 12:00:00 UTC"
                .to_owned();
        }
        line = line.replace(&today(), "2026-11-21");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.trim().to_owned()
}

fn today() -> String {
    let now = time::OffsetDateTime::now_utc().date();
    format!(
        "{:04}-{:02}-{:02}",
        now.year(),
        u8::from(now.month()),
        now.day()
    )
}

fn sample() -> String {
    let arguments: Vec<&str> = README_SAMPLE
        .iter()
        .copied()
        .filter(|a| *a != "--jobs" && *a != "1")
        .collect();
    format!(
        "```console\n$ oidcheck {}\n{}\n```",
        arguments.join(" "),
        steady(&oidcheck(&README_SAMPLE))
    )
}

fn specification(file_prefix: &str) -> String {
    let named = [
        ("OIDCC", "OpenID Connect Core 1.0"),
        ("OIDCD", "OpenID Connect Discovery 1.0"),
        ("OIDCR", "OpenID Connect Dynamic Client Registration 1.0"),
        ("OIDCRPL", "OpenID Connect RP-Initiated Logout 1.0"),
        (
            "OIDCUA",
            "OpenID Connect Unmet Authentication Requirements 1.0",
        ),
        ("OAUTHFP", "OAuth 2.0 Form Post Response Mode"),
        ("OAUTHMRT", "OAuth 2.0 Multiple Response Types"),
        ("PRACTICE", "good practice that no text demands"),
    ];
    named
        .iter()
        .find(|(prefix, _)| *prefix == file_prefix)
        .map_or_else(
            || file_prefix.replace("RFC", "RFC "),
            |(_, name)| (*name).to_owned(),
        )
}

/// Requirements that scenarios judge, by specification.
fn requirements() -> String {
    let set = FeatureSet::embedded().expect("the features can be read");
    let all = set
        .profiles
        .iter()
        .find(|p| p.name == "all")
        .expect("it is there");
    let planned = plan(&set, all).expect("every step resolves");
    let judged: BTreeSet<&str> = planned
        .iter()
        .flat_map(|s| &s.ids)
        .filter_map(|id| set.catalogue.get(id))
        .map(|row| row.id.as_str())
        .collect();
    let mut rows: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for row in set.catalogue.iter() {
        let prefix = row.id.split('-').next().unwrap_or_default();
        let counts = rows.entry(prefix).or_default();
        counts.0 += usize::from(judged.contains(row.id.as_str()));
        counts.1 += 1;
    }
    let (sum, known) = rows.values().fold((0, 0), |(a, b), (x, y)| (a + x, b + y));
    let mut text = format!(
        "{sum} requirements in {} scenarios; the catalogue has {known}, and says of each that is not judged why.\n\n",
        planned.len()
    );
    text.push_str("| specification | judged | in the catalogue |\n|---|---:|---:|\n");
    for (prefix, (judged, known)) in rows {
        writeln!(text, "| {} | {judged} | {known} |", specification(prefix))
            .expect("a String takes it");
    }
    text.trim_end().to_owned()
}

/// Faults of the mock, by artifact.
fn faults() -> String {
    let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
    for fault in mock_idp::faults() {
        let artifact = fault.id.split('.').next().unwrap_or_default();
        *rows.entry(artifact).or_default() += 1;
    }
    let all = mock_idp::faults();
    let under_load = all.iter().filter(|fault| fault.shows_under_load()).count();
    let mut text = format!(
        "The mock IdP has {} faults: {} that break a requirement, each caught by a scenario of it, and {under_load} \
         that only load shows.\n\n",
        all.len(),
        all.len() - under_load,
    );
    text.push_str("| artifact | faults |\n|---|---:|\n");
    for (artifact, count) in rows {
        writeln!(text, "| `{artifact}` | {count} |").expect("a String takes it");
    }
    text.trim_end().to_owned()
}

fn load_folder() -> PathBuf {
    sample_folder().join("load")
}

/// The load run of the sample.
fn load_sample() -> LoadRun {
    let file = load_folder().join("load.json");
    let text = fs::read_to_string(&file).expect("OIDCHECK_BLESS=1 makes the sample of a load run");
    load::read("load.json", &text).expect("it is a load run of today")
}

fn load_on_a_terminal() -> String {
    let arguments: Vec<String> = LOAD_SAMPLE
        .iter()
        .filter(|argument| **argument != "--quiet")
        .map(|argument| match argument.contains('<') {
            true => format!("'{argument}'"),
            false => (*argument).to_owned(),
        })
        .collect();
    // Which would not fit on one line.
    let arguments = arguments.join(" ").replace(
        " --fault token_endpoint.busy",
        " \\\n    --fault token_endpoint.busy",
    );
    let text = load::console(&load_sample(), Style { colour: false });
    format!(
        "```console\n$ oidcheck {arguments}\n{}\n```",
        text.trim_end()
    )
}

#[test]
fn the_sample_of_a_load_run_is_rendered_by_todays_program() {
    let folder = load_folder();
    if blessing() && !folder.join("load.json").exists() {
        let out = folder.display().to_string();
        let mut arguments = LOAD_SAMPLE.to_vec();
        arguments.extend(["--out", &out]);
        oidcheck(&arguments);
    }
    let run = load_sample();
    for format in [Format::Json, Format::Junit, Format::Html, Format::Markdown] {
        let file = folder.join(load::file_name(format));
        let today = load::render(format, &run, None);
        if blessing() {
            fs::write(&file, &today).expect("the report can be written");
        }
        let text = fs::read_to_string(&file).expect("the report is there");
        assert_eq!(
            text.trim_end(),
            today.trim_end(),
            "{}: OIDCHECK_BLESS=1 writes it anew",
            file.display()
        );
    }
    // What the command says is what was measured.
    assert_eq!(run.scenario.name, LOAD_SAMPLE[1]);
    assert_eq!(run.workload.rate, Some(20.0));
    assert_eq!((run.duration_ms, run.workload.warmup_ms), (15_000, 1_000));
    assert_eq!(
        run.thresholds
            .iter()
            .filter(|rule| rule.ok == Some(false))
            .count(),
        2
    );
}

fn with_part(text: &str, name: &str, part: &str) -> String {
    let begin = format!("<!-- generated: {name} -->\n");
    let (before, rest) = text.split_once(&begin).expect("the README has the mark");
    let (_, after) = rest
        .split_once("<!-- end -->")
        .expect("the part has an end");
    format!("{before}{begin}{part}\n<!-- end -->{after}")
}

#[test]
fn the_readme_shows_todays_program() {
    let path = root().join("README.md");
    let old = fs::read_to_string(&path).expect("README.md is there");
    let mut new = old.clone();
    for (name, part) in [
        ("sample", sample()),
        ("requirements", requirements()),
        ("faults", faults()),
        ("load", load_on_a_terminal()),
    ] {
        new = with_part(&new, name, &part);
    }
    if blessing() {
        fs::write(&path, new).expect("README.md can be written");
    } else {
        similar_asserts_eq(&old, &new);
    }
}

fn similar_asserts_eq(old: &str, new: &str) {
    for (number, (a, b)) in old.lines().zip(new.lines()).enumerate() {
        assert_eq!(
            a,
            b,
            "README.md:{} differs; OIDCHECK_BLESS=1 writes it anew",
            number + 1
        );
    }
    assert_eq!(
        old.lines().count(),
        new.lines().count(),
        "README.md has other lines"
    );
}

fn sample_folder() -> PathBuf {
    root().join("reports/sample")
}

#[test]
fn the_sample_reports_are_todays() {
    let folder = sample_folder();
    let fresh = tempfile();
    let mut arguments = REPORT_SAMPLE.to_vec();
    let out = fresh.display().to_string();
    arguments.extend(["--out", &out]);
    oidcheck(&arguments);
    let read = |folder: &Path| {
        let text = fs::read_to_string(folder.join("run.json")).expect("run.json is there");
        read_run("run.json", &text).expect("it is a run")
    };
    if blessing() {
        fs::create_dir_all(&folder).expect("the folder can be made");
        for name in ["run.json", "junit.xml", "index.html", "summary.md"] {
            fs::copy(fresh.join(name), folder.join(name)).expect("the report is there");
        }
    }
    let (today, sample) = (read(&fresh), read(&folder));
    let outcomes = |run: &oidcheck::run::Run| -> Vec<String> {
        run.scenarios
            .iter()
            .map(|s| format!("{} {}", s.outcome, s.id))
            .collect()
    };
    assert_eq!(
        outcomes(&sample),
        outcomes(&today),
        "OIDCHECK_BLESS=1 writes reports/sample anew"
    );
    for format in [Format::Junit, Format::Html, Format::Markdown] {
        let text =
            fs::read_to_string(folder.join(format.file_name())).expect("the sample is there");
        assert_eq!(
            text.trim_end(),
            render(format, &sample).trim_end(),
            "{}: OIDCHECK_BLESS=1 writes it anew",
            format.file_name()
        );
    }
    fs::remove_dir_all(&fresh).expect("it can be removed");
}

fn tempfile() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("oidcheck-sample-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}
