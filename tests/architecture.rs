//! Dependencies between the modules run one way.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module of the root package may use. A module that is missing here fails the test.
const MAY_USE: &[(&str, &[&str])] = &[
    ("requirement", &["error"]),
    ("finding", &["requirement"]),
    ("run", &["finding", "requirement"]),
    ("error", &[]),
    ("duration", &[]),
    ("jwt", &["finding"]),
    ("html", &[]),
    ("evidence", &["run", "html"]),
    ("http", &["error", "evidence", "jwt"]),
    ("login", &["duration", "error", "html", "http"]),
    ("protocol", &["http", "jwt", "login"]),
    (
        "provider",
        &["error", "http", "jwt", "login", "requirement", "protocol"],
    ),
    (
        "flow",
        &[
            "error", "evidence", "http", "jwt", "login", "protocol", "provider", "run",
        ],
    ),
    (
        "checks",
        &[
            "html", "finding", "flow", "http", "jwt", "login", "protocol", "provider", "run",
            "evidence",
        ],
    ),
    (
        "steps",
        &[
            "checks",
            "evidence",
            "finding",
            "flow",
            "http",
            "jwt",
            "login",
            "protocol",
            "provider",
            "requirement",
            "run",
        ],
    ),
    (
        "conformance",
        &[
            "error",
            "evidence",
            "finding",
            "flow",
            "http",
            "login",
            "provider",
            "requirement",
            "run",
            "steps",
            "protocol",
        ],
    ),
    ("load_run", &["run"]),
    (
        "load",
        &[
            "duration", "error", "evidence", "finding", "flow", "http", "jwt", "load_run", "login",
            "protocol", "provider", "run",
        ],
    ),
    (
        "report",
        &["error", "finding", "load_run", "requirement", "run"],
    ),
    ("builtin", &["error", "provider"]),
];

/// These may use everything.
const TOP: [&str; 2] = ["cli", "main"];

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("src can be read").path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// The modules that a file names as `crate::<module>`.
fn used(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    // What tests use does not count.
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        for part in line.split("crate::").skip(1) {
            let name: String = part
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            names.push(name);
        }
    }
    names
}

#[test]
fn dependencies_run_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rules: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = Vec::new();
    for path in files {
        let inside = path.strip_prefix(&root).expect("it stands in src");
        let module = inside
            .iter()
            .next()
            .and_then(|first| first.to_str())
            .map(|first| first.trim_end_matches(".rs").to_owned())
            .expect("a path has a first part");
        if module == "lib" || TOP.contains(&module.as_str()) {
            continue;
        }
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        if stem.starts_with("test") || stem == "fixture" {
            continue;
        }
        let Some(allowed) = rules.get(module.as_str()) else {
            wrong.push(format!("`{module}` is missing in this test"));
            continue;
        };
        let text = fs::read_to_string(&path).expect("a source can be read");
        for name in used(&text) {
            let known = rules.contains_key(name.as_str()) || TOP.contains(&name.as_str());
            if known && name != module && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{} uses crate::{name}", inside.display()));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_mock_idp_depends_on_nothing_of_the_root_package() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("mock-idp");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("it has a manifest");
    assert!(
        !manifest.contains("oidcheck"),
        "mock-idp must not depend on oidcheck"
    );
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    assert!(files.len() > 10);
    for path in files {
        let text = fs::read_to_string(&path).expect("a source can be read");
        assert!(!text.contains("use oidcheck"), "{}", path.display());
    }
}
