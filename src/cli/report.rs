//! `oidcheck report`.

use std::path::PathBuf;

use clap::Args;

use super::exit;
use super::report_load;
use super::reports::replace;
use super::run::load_run;
use super::terminal::Terminal;
use crate::error::ConfigError;
use crate::report::compare::compare;
use crate::report::{Format, console, known, matrix, render};
use crate::run::Run;

const EXAMPLES: &str = "\
Examples:
  oidcheck report reports/latest/run.json                    once more on the terminal
  oidcheck report reports/latest/run.jsonl --report json,html --out rebuilt
  oidcheck report keycloak/run.json authlib/run.json --matrix --report html --out reports/matrix
  oidcheck report before/run.json after/run.json --compare
  oidcheck report reports/latest/run.json --known >> provider.toml
  oidcheck report a/load.json b/load.json --report html --out reports/load";

/// Renders saved runs: one as it was, several as a matrix, two in comparison, load runs of several machines added up
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ReportArgs {
    /// run.json, or run.jsonl of a run that may have been killed; or load.json, of which several are added up
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Requirements by provider
    #[arg(long)]
    matrix: bool,
    /// What became better or worse from the first run to the second
    #[arg(long, conflicts_with = "matrix")]
    compare: bool,
    /// Only the [[known]] blocks for what is not declared yet
    #[arg(long, conflicts_with_all = ["matrix", "compare", "report"])]
    known: bool,
    /// Reports to write: json, junit, html, markdown
    #[arg(long, value_name = "FORMAT", value_delimiter = ',')]
    report: Vec<Format>,
    /// The folder for reports [default: reports/latest where one is asked for]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn report(args: &ReportArgs, terminal: Terminal) -> Result<u8, ConfigError> {
    let loads = args.runs.iter().filter(|path| report_load::is_load(path));
    let loads = loads.count();
    if loads == args.runs.len() {
        args.check_load()?;
        return report_load::report(&args.runs, &args.report, args.out.clone(), terminal);
    }
    if loads > 0 {
        return Err(ConfigError::new(
            "a run.json and a load.json make no report together",
        ));
    }
    let runs: Vec<Run> = args
        .runs
        .iter()
        .map(|path| load_run(path))
        .collect::<Result<_, _>>()?;
    let mut formats = args.report.clone();
    if formats.is_empty() && args.out.is_some() && !args.known {
        formats.push(if args.matrix || args.compare {
            Format::Markdown
        } else {
            Format::Json
        });
    }
    if formats.is_empty() {
        terminal.print(&args.on_terminal(&runs, terminal)?);
        return Ok(exit::PASSED);
    }
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("reports/latest"));
    let unwritable = |e: &dyn std::fmt::Display| {
        ConfigError::file(
            folder.display().to_string(),
            format!("can't be written: {e}"),
        )
    };
    let files = formats
        .iter()
        .map(|format| {
            Ok((
                folder.join(format.file_name()),
                args.render(*format, &runs)?,
            ))
        })
        .collect::<Result<Vec<_>, ConfigError>>()?;
    std::fs::create_dir_all(&folder).map_err(|e| unwritable(&e))?;
    for (path, text) in files {
        replace(&path, &text).map_err(ConfigError::new)?;
        terminal.say(&format!("wrote {}", path.display()));
    }
    Ok(exit::PASSED)
}

impl ReportArgs {
    /// What can't be done with load runs.
    fn check_load(&self) -> Result<(), ConfigError> {
        for (option, given) in [
            ("--matrix", self.matrix),
            ("--compare", self.compare),
            ("--known", self.known),
        ] {
            if given {
                let message = format!("{option} is for run.json; this is a load.json");
                return Err(ConfigError::new(message));
            }
        }
        Ok(())
    }

    fn on_terminal(&self, runs: &[Run], terminal: Terminal) -> Result<String, ConfigError> {
        if self.matrix {
            return Ok(matrix::markdown(runs));
        }
        if self.compare {
            let [before, after] = two(runs)?;
            return Ok(compare(before, after).console(terminal.out));
        }
        let pages: Vec<String> = runs
            .iter()
            .map(|run| match self.known {
                true => known::blocks(run),
                false => console::render(run, terminal.out),
            })
            .collect();
        Ok(pages.join("\n"))
    }

    fn render(&self, format: Format, runs: &[Run]) -> Result<String, ConfigError> {
        let no_such = |what: &str, those: &str| {
            ConfigError::new(format!("a {what} is no {format}; there are {those}"))
        };
        if self.matrix {
            return match format {
                Format::Html => Ok(matrix::html(runs)),
                Format::Markdown => Ok(matrix::markdown(runs)),
                Format::Json | Format::Junit => Err(no_such("matrix", "html, markdown")),
            };
        }
        if self.compare {
            let [before, after] = two(runs)?;
            return match format {
                Format::Markdown => Ok(compare(before, after).markdown()),
                _ => Err(no_such("comparison", "markdown")),
            };
        }
        match runs {
            [run] => Ok(render(format, run)),
            _ => Err(ConfigError::new(
                "several runs make one report with --matrix or --compare",
            )),
        }
    }
}

fn two(runs: &[Run]) -> Result<[&Run; 2], ConfigError> {
    match runs {
        [before, after] => Ok([before, after]),
        _ => Err(ConfigError::new(format!(
            "--compare takes two runs, not {}",
            runs.len()
        ))),
    }
}
