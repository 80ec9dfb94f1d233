//! The result of all parts.

use std::collections::BTreeSet;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::course::{Seconds, add_incidents};
use super::figures::{RATE_LIMIT, Sums};
use crate::error::ConfigError;
use crate::load::Threshold;
use crate::load::result::tool;
use crate::load_run::{
    FlowFigures, LOAD_SCHEMA_VERSION, LoadRun, MergedPart, PhaseFigures, RaceResult,
    ThresholdVerdict, WorkloadInfo,
};

/// Longer than any load: a year.
const DURATION_LIMIT_MS: u64 = 366 * 86_400_000;
/// Parts whose measured times have less in common than this share of the whole deserve a note.
const COMMON: f64 = 0.9;

/// A result and the file that it comes from.
struct Part<'a> {
    file: &'a str,
    run: &'a LoadRun,
    /// From the beginning of the first part.
    offset_ms: u64,
}

impl Part<'_> {
    fn end_ms(&self) -> u64 {
        self.offset_ms + self.run.duration_ms
    }
}

/// Adds up what several machines measured at the same time with the same scenario against the same provider; each comes
/// with the name of its file.
///
/// Counts, errors, passes and rates are sums; percentiles come from the sum of the histograms; thresholds are judged
/// anew where all parts have the same.
///
/// # Errors
/// What can't be added up, with file and key.
pub fn merge(runs: &[(String, LoadRun)]) -> Result<LoadRun, ConfigError> {
    let Some(((first_file, first), others)) = runs.split_first() else {
        return Err(ConfigError::new("there is nothing to add up"));
    };
    for (file, run) in others {
        check_same(run, first)
            .map_err(|(key, here, there)| {
                format!("`{key}` is {here}, and {there} in {first_file}: these are not parts of one load")
            })
            .map_err(|why| ConfigError::file(file, why))?;
    }
    let parts = parts(runs)?;
    let mut sums = Sums::new();
    let mut seconds = Seconds::default();
    let mut incidents = Vec::new();
    for part in &parts {
        sums.add(part.run)
            .map_err(|why| ConfigError::file(part.file, why))?;
        seconds.add(&part.run.series, part.offset_ms);
        add_incidents(&mut incidents, &part.run.incidents, part.offset_ms);
    }
    check_twice(&parts)?;
    let mut notes = vec![format!(
        "Added up from {} runs. Rates are sums; percentiles are those of all requests together. Seconds of the course are matched to the nearest; their percentiles are not known where more than one part had requests.",
        parts.len()
    )];
    notes.extend(apart(&parts));
    let thresholds = judge(&parts, &sums, &mut notes)?;
    notes.extend(own_notes(&parts));
    let all = |get: fn(&LoadRun) -> u64| {
        let values = parts.iter().map(|part| get(part.run));
        values.fold(0, u64::saturating_add)
    };
    let earliest = parts.iter().min_by_key(|part| part.offset_ms);
    Ok(LoadRun {
        schema_version: LOAD_SCHEMA_VERSION,
        tool: tool(),
        provider: first.provider.clone(),
        scenario: first.scenario.clone(),
        workload: workload(&parts),
        started: earliest.map_or_else(String::new, |part| part.run.started.clone()),
        duration_ms: parts.iter().map(Part::end_ms).max().unwrap_or(0),
        interrupted: parts.iter().any(|part| part.run.interrupted),
        stopped: stopped(&parts),
        kept_pace: kept_pace(&parts),
        unsent: all(|run| run.unsent),
        flows: FlowFigures {
            started: all(|run| run.flows.started),
            completed: all(|run| run.flows.completed),
            failed: all(|run| run.flows.failed),
        },
        all: sums.all.result("all"),
        requests: sums.requests(),
        thresholds,
        incidents,
        races: races(&parts),
        series: seconds.whole(),
        setup: phase(&parts, |run| run.setup.as_ref()),
        teardown: phase(&parts, |run| run.teardown.as_ref()),
        capacity: None,
        system: system(&parts),
        merged_from: parts.iter().flat_map(merged_from).collect(),
        notes,
    })
}

/// The key of what differs, and both values.
fn check_same(run: &LoadRun, first: &LoadRun) -> Result<(), (&'static str, String, String)> {
    let differs = |key, here: String, there: String| match here == there {
        true => Ok(()),
        false => Err((key, here, there)),
    };
    let shown = |text: &String| format!("{text:?}");
    let (here, there) = (&run.provider.issuer, &first.provider.issuer);
    differs("provider.issuer", shown(here), shown(there))?;
    let (here, there) = (&run.scenario.name, &first.scenario.name);
    differs("scenario.name", shown(here), shown(there))?;
    let flow = |run: &LoadRun| format!("{:?}", run.scenario.flow);
    differs("scenario.flow", flow(run), flow(first))?;
    let kind = |run: &LoadRun| format!("{:?}", run.workload.kind).to_lowercase();
    differs("workload.kind", kind(run), kind(first))
}

/// The parts on one clock, in the order of the files.
fn parts(runs: &[(String, LoadRun)]) -> Result<Vec<Part<'_>>, ConfigError> {
    let mut starts = Vec::new();
    for (file, run) in runs {
        if run.capacity.is_some() {
            let why = "`capacity` is there: a search for the highest rate can't be added up";
            return Err(ConfigError::file(file, why));
        }
        if run.duration_ms > DURATION_LIMIT_MS {
            return Err(ConfigError::file(
                file,
                "`duration_ms` is longer than a year",
            ));
        }
        let rates = [run.workload.rate, run.workload.rate_from];
        if rates
            .iter()
            .flatten()
            .any(|rate| !(0.0..=RATE_LIMIT).contains(rate))
        {
            let why = format!("`workload.rate` is not between 0 and {RATE_LIMIT:e}");
            return Err(ConfigError::file(file, why));
        }
        let started = OffsetDateTime::parse(&run.started, &Rfc3339)
            .map_err(|e| ConfigError::file(file, format!("`started` is no time: {e}")))?;
        starts.push(started);
    }
    let begin = starts.iter().copied().min();
    let parts: Vec<Part<'_>> = runs
        .iter()
        .zip(&starts)
        .map(|((file, run), started)| {
            let offset = begin.map_or(0, |begin| (*started - begin).whole_milliseconds());
            Part {
                file,
                run,
                offset_ms: u64::try_from(offset).unwrap_or(0),
            }
        })
        .collect();
    let mut by_time: Vec<&Part<'_>> = parts.iter().collect();
    by_time.sort_by_key(|part| part.offset_ms);
    let mut end = 0;
    for part in by_time {
        if part.offset_ms > end {
            let why = format!(
                "`started` is {}, when the others had ended: what was not measured at the same time has no common rate",
                part.run.started
            );
            return Err(ConfigError::file(part.file, why));
        }
        end = end.max(part.end_ms());
    }
    Ok(parts)
}

/// Nothing is added twice, not even as a part of a sum.
fn check_twice(parts: &[Part<'_>]) -> Result<(), ConfigError> {
    let mut seen: Vec<(MergedPart, &str)> = Vec::new();
    for part in parts {
        for source in merged_from(part) {
            let same = |(known, _): &&(MergedPart, &str)| {
                (&known.started, known.duration_ms, known.count)
                    == (&source.started, source.duration_ms, source.count)
            };
            if let Some((_, file)) = seen.iter().find(same) {
                let why = format!("what began at {} is in {file}, too", source.started);
                return Err(ConfigError::file(part.file, why));
            }
            seen.push((source, part.file));
        }
    }
    Ok(())
}

/// What to say where the parts have little time in common.
fn apart(parts: &[Part<'_>]) -> Option<String> {
    let begin = parts.iter().map(|part| part.offset_ms).max()?;
    let end = parts.iter().map(Part::end_ms).min()?;
    let whole = parts.iter().map(Part::end_ms).max()?;
    let common = end.saturating_sub(begin);
    let seconds = |ms: u64| ms as f64 / 1e3;
    (seconds(common) < seconds(whole) * COMMON).then(|| {
        format!(
            "Only {:.1} of {:.1} s were measured by all parts at once: the rate that the sum says was not made throughout.",
            seconds(common),
            seconds(whole)
        )
    })
}

/// The rules on the sums, where all parts have the same.
fn judge(
    parts: &[Part<'_>],
    sums: &Sums,
    notes: &mut Vec<String>,
) -> Result<Vec<ThresholdVerdict>, ConfigError> {
    let rules = |part: &Part<'_>| -> BTreeSet<String> {
        let thresholds = part.run.thresholds.iter();
        thresholds.map(|verdict| verdict.rule.clone()).collect()
    };
    let Some(first) = parts.first() else {
        return Ok(Vec::new());
    };
    let wanted = rules(first);
    if parts.iter().any(|part| rules(part) != wanted) {
        notes.push("The thresholds of the parts differ: none was judged.".to_owned());
        return Ok(Vec::new());
    }
    // What a part could not judge the sum can't.
    let judged = |rule: &str| {
        parts.iter().all(|part| {
            let mut verdicts = part.run.thresholds.iter();
            part.run.unsent == 0
                && verdicts.all(|verdict| verdict.rule != rule || verdict.ok.is_some())
        })
    };
    // The sum of rates that were made one after another is a rate that nobody made.
    let at_once = apart(parts).is_none();
    let mut seen = BTreeSet::new();
    let verdicts = first.run.thresholds.iter().enumerate();
    verdicts
        .filter(|(_, verdict)| seen.insert(&verdict.rule))
        .map(|(index, verdict)| {
            let rule: Threshold = verdict.rule.parse().map_err(|why| {
                ConfigError::file(first.file, format!("`thresholds[{index}].rule`: {why}"))
            })?;
            let judged = judged(&verdict.rule) && (at_once || !rule.is_about_rate());
            Ok(match judged {
                true => rule.judge_view(sums.view(rule.request())),
                false => rule.unjudged(),
            })
        })
        .collect()
}

fn workload(parts: &[Part<'_>]) -> WorkloadInfo {
    let all = || parts.iter().map(|part| &part.run.workload);
    let rates = |get: fn(&WorkloadInfo) -> Option<f64>| all().map(get).sum();
    let counts = |get: fn(&WorkloadInfo) -> Option<usize>| {
        let mut counts = all().map(get);
        counts.try_fold(0, |sum: usize, n| Some(sum.saturating_add(n?)))
    };
    let kind = parts[0].run.workload.kind;
    let ramped = all().any(|workload| workload.rate_from.is_some());
    WorkloadInfo {
        kind,
        rate: rates(|workload| workload.rate),
        rate_from: ramped
            .then(|| rates(|workload| workload.rate_from.or(workload.rate)))
            .flatten(),
        connections: counts(|workload| workload.connections),
        users: counts(|workload| workload.users),
        warmup_ms: all().map(|workload| workload.warmup_ms).max().unwrap_or(0),
    }
}

fn stopped(parts: &[Part<'_>]) -> Option<String> {
    let reasons = parts.iter().filter_map(|part| part.run.stopped.clone());
    let reasons: BTreeSet<String> = reasons.collect();
    let reasons: Vec<String> = reasons.into_iter().collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

fn kept_pace(parts: &[Part<'_>]) -> Option<bool> {
    let mut paces = parts.iter().map(|part| part.run.kept_pace);
    paces.try_fold(true, |all, pace| Some(all && pace?))
}

fn races(parts: &[Part<'_>]) -> Vec<RaceResult> {
    let mut sum: Vec<RaceResult> = Vec::new();
    for race in parts.iter().flat_map(|part| &part.run.races) {
        let known = sum.iter_mut().find(|known| {
            (&known.of, &known.requirement, known.parallel)
                == (&race.of, &race.requirement, race.parallel)
        });
        let Some(known) = known else {
            sum.push(race.clone());
            continue;
        };
        known.rounds = known.rounds.saturating_add(race.rounds);
        known.winners.extend(&race.winners);
        known.ok = match (known.ok, race.ok) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (one, other) => one.or(other),
        };
        if !known.actual.split("; ").any(|actual| actual == race.actual) {
            known.actual = format!("{}; {}", known.actual, race.actual);
        }
    }
    sum
}

fn phase(parts: &[Part<'_>], get: fn(&LoadRun) -> Option<&PhaseFigures>) -> Option<PhaseFigures> {
    let phases: Vec<&PhaseFigures> = parts.iter().filter_map(|part| get(part.run)).collect();
    let total = |get: fn(&PhaseFigures) -> u64| {
        let values = phases.iter().map(|phase| get(phase));
        values.fold(0, u64::saturating_add)
    };
    let mut summaries: Vec<&str> = phases.iter().map(|phase| phase.summary.as_str()).collect();
    summaries.sort_unstable();
    summaries.dedup();
    (!phases.is_empty()).then(|| PhaseFigures {
        summary: format!("by {} machines: {}", phases.len(), summaries.join("; ")),
        done: total(|phase| phase.done),
        failed: total(|phase| phase.failed),
        duration_ms: phases.iter().map(|p| p.duration_ms).max().unwrap_or(0),
    })
}

/// What all parts say once, what they say differently with the name of the file.
fn system(parts: &[Part<'_>]) -> Vec<(String, String)> {
    let mut whole = Vec::new();
    for part in parts {
        for pair in &part.run.system {
            let common = parts.iter().all(|other| other.run.system.contains(pair));
            let pair = match common {
                true => pair.clone(),
                false => (format!("{} ({})", pair.0, part.file), pair.1.clone()),
            };
            if !whole.contains(&pair) {
                whole.push(pair);
            }
        }
    }
    whole
}

/// The notes of the parts, each with the files that have it.
fn own_notes(parts: &[Part<'_>]) -> Vec<String> {
    let mut notes: Vec<(&String, Vec<&str>)> = Vec::new();
    for part in parts {
        for note in &part.run.notes {
            match notes.iter_mut().find(|(known, _)| *known == note) {
                Some((_, files)) => files.push(part.file),
                None => notes.push((note, vec![part.file])),
            }
        }
    }
    let told = notes.into_iter();
    told.map(|(note, files)| format!("{}: {note}", files.join(", ")))
        .collect()
}

/// The part, or those that it was added up from.
fn merged_from(part: &Part<'_>) -> Vec<MergedPart> {
    if !part.run.merged_from.is_empty() {
        return part.run.merged_from.clone();
    }
    vec![MergedPart {
        file: part.file.to_owned(),
        started: part.run.started.clone(),
        duration_ms: part.run.duration_ms,
        count: part.run.all.count,
        rate_per_s: part.run.all.rate_per_s,
    }]
}
