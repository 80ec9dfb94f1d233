//! `index.html`: the run as one page that needs no server, no network and, for all but the exchanges, no script.
//!
//! Exchanges stand once in the page, as JSON, and are drawn when someone opens them; so a page of a thousand
//! exchanges opens fast. The page allows exactly its own style sheet and script, by their hashes.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Serialize;

use super::escape::script_json;
use super::matrix;
use crate::load_run::LoadRun;
use crate::run::Run;

mod chart;
mod exchanges;
mod load_view;
mod matrix_view;
mod text;
mod view;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/page.js");
const TEMPLATES: [(&str, &str); 4] = [
    ("base.html", include_str!("html/base.html")),
    ("run.html", include_str!("html/run.html")),
    ("matrix.html", include_str!("html/matrix.html")),
    ("load.html", include_str!("html/load.html")),
];

/// The page of one run.
pub(super) fn render(run: &Run) -> String {
    let exchanges = exchanges::records(&run.exchanges);
    page("run.html", &view::run(run), &script_json(&exchanges))
}

/// The page of several runs.
pub(super) fn matrix(runs: &[Run]) -> String {
    page(
        "matrix.html",
        &matrix_view::matrix(runs, &matrix::sections(runs)),
        "[]",
    )
}

/// The page of a load run.
pub(super) fn load(run: &LoadRun, baseline: Option<&LoadRun>) -> String {
    page("load.html", &load_view::load(run, baseline), "[]")
}

fn page(template: &str, view: &impl Serialize, data: &str) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in TEMPLATES {
        environment
            .add_template(name, source)
            .expect("the templates parse, the tests render them");
    }
    let page = context! {
        view => Value::from(Serde(view)),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        style_hash => hash(STYLE),
        script_hash => hash(SCRIPT),
        data => Value::from_safe_string(data.to_owned()),
    };
    environment
        .get_template(template)
        .and_then(|template| template.render(page))
        .expect("the view has all that the template names, the tests render them")
}

/// What the Content-Security-Policy calls a source by its content.
fn hash(text: &str) -> String {
    format!(
        "sha256-{}",
        STANDARD.encode(digest(&SHA256, text.as_bytes()))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{self, HOSTILE};

    /// A run in which the provider says the worst wherever it can say anything.
    fn hostile() -> Run {
        let mut run = fixture::run();
        run.provider.name = HOSTILE.to_owned();
        run.provider.issuer = format!("javascript:{HOSTILE}");
        for scenario in &mut run.scenarios {
            scenario.name = HOSTILE.to_owned();
            scenario.reason = Some(HOSTILE.to_owned());
            for check in &mut scenario.checks {
                check.actual = HOSTILE.to_owned();
                check.note = Some(HOSTILE.to_owned());
                check.url = "javascript:alert(1)".to_owned();
                for evidence in &mut check.evidence {
                    evidence.at = HOSTILE.to_owned();
                }
            }
        }
        for exchange in &mut run.exchanges {
            exchange.request.url = format!("https://id.example.test/</script>{HOSTILE}");
            exchange.curl = format!("</script><script>{HOSTILE}");
        }
        run
    }

    fn check_page(page: &str) {
        // One script of ours and one block of data.
        assert_eq!(page.to_ascii_lowercase().matches("<script").count(), 2);
        assert_eq!(page.to_ascii_lowercase().matches("</script").count(), 2);
        assert!(!page.contains("href=\"javascript"));
        assert!(!page.contains(" onerror=") && !page.contains(" style="));
        for c in page.chars().filter(|c| !matches!(c, '\n' | '\t')) {
            assert!(
                !c.is_control() && !matches!(c, '\u{202e}' | '\u{fffe}'),
                "{c:?}"
            );
        }
        // Nothing is loaded from anywhere.
        for word in [" src=", "<link", "@import", "url("] {
            assert!(!page.contains(word), "{word}");
        }
    }

    #[test]
    fn a_provider_can_not_write_markup() {
        let run = hostile();
        let page = render(&run);
        check_page(&page);
        assert!(page.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt; \\u{1b}[31mred"));
        assert!(page.contains("\\u{202e}gpj.exe \\u{0}"));
        check_page(&matrix(&[fixture::run(), run]));
    }

    #[test]
    fn the_data_is_the_exchanges() {
        let page = render(&hostile());
        let (_, data) = page.split_once("id=\"data\">").expect("the block of data");
        let (data, _) = data.split_once("</script>").expect("its end");
        let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(data.as_array().expect("a list").len(), 6);
        assert_eq!(data[2]["tokens"][0]["claims"]["sub"], HOSTILE);
    }

    #[test]
    fn the_policy_names_what_the_page_has() {
        let page = render(&fixture::run());
        for (open, close, directive) in [
            ("<style>", "</style>", "style-src"),
            ("<script>", "</script>", "script-src"),
        ] {
            let (_, source) = page.split_once(open).expect("the element");
            let (source, _) = source.split_once(close).expect("its end");
            let policy = format!("{directive} '{}'", hash(source)).replace('/', "&#x2f;");
            assert!(page.contains(&policy), "{policy}");
        }
    }

    #[test]
    fn a_large_run_gives_a_page_that_opens() {
        let mut run = fixture::run();
        let scenarios = run.scenarios.clone();
        run.scenarios = (0..400)
            .map(|i| {
                let mut scenario = scenarios[i % scenarios.len()].clone();
                scenario.id = format!("{}{i}", scenario.id);
                scenario.exchanges = (1..=1_500).collect();
                scenario
            })
            .collect();
        let exchanges = run.exchanges.clone();
        run.exchanges = (0..1_500)
            .map(|i| {
                let mut exchange = exchanges[i % exchanges.len()].clone();
                exchange.id = i as u32 + 1;
                if let Some(response) = &mut exchange.response {
                    response.body.push_str(&"<p>a login page</p>".repeat(500));
                }
                exchange
            })
            .collect();
        let size = render(&run).len();
        assert!(size < 6_000_000, "{size} bytes");
    }
}
