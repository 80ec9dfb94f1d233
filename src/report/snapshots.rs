//! What every renderer makes of the fixture, to be looked at when it changes.

use super::console::{self, Style};
use super::{Format, compare, fixture, load, matrix, render};

#[test]
fn console() {
    let run = fixture::run();
    insta::assert_snapshot!(console::render(&run, Style { colour: false }));
}

#[test]
fn progress() {
    let lines: Vec<String> = fixture::run()
        .scenarios
        .iter()
        .map(|scenario| console::progress_line(scenario, Style { colour: false }))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn known() {
    insta::assert_snapshot!(super::known::blocks(&fixture::run()));
}

#[test]
fn json() {
    insta::assert_snapshot!(render(Format::Json, &fixture::run()));
}

#[test]
fn junit() {
    insta::assert_snapshot!(render(Format::Junit, &fixture::run()));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(render(Format::Markdown, &fixture::run()));
}

#[test]
fn html() {
    insta::assert_snapshot!(without_assets(&render(Format::Html, &fixture::run())));
}

#[test]
fn load_run() {
    let run = load::fixture::load_run();
    let mut earlier = run.clone();
    earlier.all.latency_ms.p99 = Some(24.0);
    let plain = Style { colour: false };
    insta::assert_snapshot!("load_console", load::console(&run, plain));
    insta::assert_snapshot!("load_comparison", load::comparison(&run, &earlier, plain));
    for format in Format::ALL {
        let text = load::render(format, &run, Some(&earlier));
        let text = match format {
            Format::Html => without_assets(&text),
            _ => text,
        };
        insta::assert_snapshot!(format!("load_{format}"), text);
    }
}

#[test]
fn matrix_of_two() {
    let runs = [fixture::run(), fixture::later_run()];
    insta::assert_snapshot!("matrix_markdown", matrix::markdown(&runs));
    insta::assert_snapshot!("matrix_html", without_assets(&matrix::html(&runs)));
}

#[test]
fn comparison() {
    let comparison_of = (fixture::run(), fixture::later_run());
    let comparison = compare::compare(&comparison_of.0, &comparison_of.1);
    insta::assert_snapshot!(
        "compare_console",
        comparison.console(Style { colour: false })
    );
    insta::assert_snapshot!("compare_markdown", comparison.markdown());
}

/// The page without style sheet, script and their hashes, which have files of their own.
fn without_assets(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    for (open, close) in [
        ("<meta http-equiv", ">"),
        ("<style>", "</style>"),
        ("<script>", "</script>"),
    ] {
        let (before, after) = rest.split_once(open).expect("the page has it");
        let (_, after) = after.split_once(close).expect("and its end");
        out.push_str(before);
        out.push_str(open);
        out.push('…');
        out.push_str(close);
        rest = after;
    }
    out + rest
}
