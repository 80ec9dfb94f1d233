//! Reads the features and resolves every step, before the first request.

use std::cell::RefCell;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{iter, thread};

use cucumber::World as _;
use cucumber::gherkin::{Background, Feature, GherkinEnv, Scenario, StepType};
use cucumber::step::{AmbiguousMatchError, Collection, Context, Step};

use super::features::{FeatureFile, FeatureSet};
use super::profile::Profile;
use crate::error::ConfigError;
use crate::provider::CAPABILITIES;
use crate::requirement::{Catalogue, has_id_shape};
use crate::steps::{self, World};

/// The tags that say how a scenario runs or where it belongs, and what each means.
pub const TAGS: &[(&str, &str)] = &[
    (
        "@oidf.<module>",
        "judges only what this module of the OpenID Foundation's suite judges",
    ),
    (
        "@slow",
        "waits for more than 2 s: runs with --slow or when the profile asks",
    ),
    ("@alone", "runs after the others, with nothing beside it"),
    (
        "@ends.session",
        "ends its login session, so it has one of its own",
    ),
    (
        "@ends.grant",
        "ends its grant, so it has a login session of its own",
    ),
    (
        "@own.issuer",
        "moves the clock or changes the keys of the built-in mock IdP, so it has an issuer of its own there",
    ),
    (
        "@every.exchange",
        "runs last and judges all that the run recorded",
    ),
];

/// The tags of scenarios that never share a journey.
const SPENDING: [&str; 2] = ["ends.session", "ends.grant"];

/// A step and the function that does it.
#[derive(Debug, Clone)]
pub struct ResolvedStep {
    /// Given, When or Then.
    pub ty: StepType,
    /// The function.
    pub run: Step<World>,
    /// What the function gets: the step and what its expression captured.
    pub context: Context,
}

/// A scenario, ready to run.
#[derive(Debug, Clone)]
pub struct Planned {
    /// `feature/scenario[variant]`.
    pub id: String,
    /// The name of the feature.
    pub feature: String,
    /// The file.
    pub file: String,
    /// Its first line.
    pub line: usize,
    /// Its last line.
    pub last_line: usize,
    /// Its name.
    pub name: String,
    /// The effective tags, without `@`: its own, its feature's and the ids that it judges.
    pub tags: Vec<String>,
    /// The requirement ids that it judges, as the tables name them.
    pub ids: Vec<String>,
    /// The capabilities that it needs.
    pub needs: Vec<String>,
    /// The value of what varies.
    pub variant: BTreeMap<String, String>,
    /// Its steps.
    pub steps: Vec<ResolvedStep>,
}

impl Planned {
    /// Whether it has this tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|t| t == tag)
    }

    /// It waits so long that it runs on demand only.
    pub fn is_slow(&self) -> bool {
        self.has_tag("slow")
    }

    /// It runs last, with nothing beside it.
    pub fn is_alone(&self) -> bool {
        self.has_tag("alone")
    }

    /// It ends a session or a grant, so it never shares one.
    pub fn spends(&self) -> bool {
        SPENDING.iter().any(|tag| self.has_tag(tag))
    }

    /// It moves the provider's clock or changes its keys, so it has an issuer of its own.
    pub fn is_isolated(&self) -> bool {
        self.has_tag("own.issuer")
    }

    /// It judges what all others did.
    pub fn is_last(&self) -> bool {
        self.has_tag("every.exchange")
    }
}

/// Reads all features of the set for a profile.
///
/// # Errors
/// A feature can't be read, a step is undefined or ambiguous, an id or a `@needs` word is unknown: file and
/// line.
pub fn plan(set: &FeatureSet, profile: &Profile) -> Result<Vec<Planned>, ConfigError> {
    // A process may make many runs of the same features: they are resolved once.
    static PLANS: Mutex<BTreeMap<String, Vec<Planned>>> = Mutex::new(BTreeMap::new());
    let mut plans = PLANS.lock().unwrap_or_else(PoisonError::into_inner);
    if set.is_embedded
        && let Some(planned) = plans.get(&profile.name)
    {
        return Ok(planned.clone());
    }
    let planned = resolve_all(set, profile)?;
    if set.is_embedded {
        plans.insert(profile.name.clone(), planned.clone());
    }
    Ok(planned)
}

fn resolve_all(set: &FeatureSet, profile: &Profile) -> Result<Vec<Planned>, ConfigError> {
    let steps = Steps {
        collection: World::collection(),
        found: RefCell::default(),
    };
    let mut planned = Vec::new();
    for (file, feature) in set.features.iter().zip(read_all(&set.features)) {
        let feature = feature?;
        let reader = Reader {
            file: &file.path,
            feature: &feature,
            catalogue: &set.catalogue,
            steps: &steps,
            profile,
        };
        let first = planned.len();
        reader.read(&mut planned)?;
        end_lines(&mut planned[first..], file.text.lines().count());
    }
    let mut seen = BTreeMap::new();
    for scenario in &planned {
        if let Some(other) = seen.insert(&scenario.id, scenario) {
            return Err(ConfigError::line(
                &scenario.file,
                scenario.line,
                format!(
                    "`{}` is also the scenario at {}:{}",
                    scenario.id, other.file, other.line
                ),
            ));
        }
    }
    Ok(planned)
}

/// Each processor reads some of the files: that takes half of the time before the first request.
fn read_all(files: &[FeatureFile]) -> Vec<Result<Feature, ConfigError>> {
    let next = AtomicUsize::new(0);
    let read = || -> Vec<_> {
        iter::from_fn(|| {
            let index = next.fetch_add(1, Ordering::Relaxed);
            files.get(index).map(|file| (index, read(file)))
        })
        .collect()
    };
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let mut all: Vec<_> = thread::scope(|scope| {
        let readers: Vec<_> = (0..processors).map(|_| scope.spawn(read)).collect();
        readers
            .into_iter()
            .flat_map(|reader| reader.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, feature)| feature).collect()
}

fn read(file: &FeatureFile) -> Result<Feature, ConfigError> {
    let mut text = file.text.to_string();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Feature::parse(&text, GherkinEnv::default()).map_err(|e| unreadable(&file.path, &e))
}

fn unreadable(path: &str, error: &cucumber::gherkin::ParseError) -> ConfigError {
    let text = error.to_string();
    ConfigError::file(path, format!("no Gherkin: {}", text.replace('\n', " ")))
}

/// A scenario goes on to the line before the next one.
fn end_lines(scenarios: &mut [Planned], lines: usize) {
    let starts: BTreeSet<usize> = scenarios.iter().map(|s| s.line).collect();
    for scenario in scenarios {
        let next = starts.range(scenario.line + 1..).next();
        scenario.last_line = next.map_or(lines, |line| line - 1);
    }
}

/// The vocabulary, and which of it a text was found to be: most steps stand in many scenarios, and every
/// expression has to be tried to know that no other one reads the text too.
struct Steps {
    collection: Collection<World>,
    found: RefCell<HashMap<(StepType, String), Found>>,
}

/// The function that does a step and what its expression captured.
type Found = (Step<World>, Vec<(Option<String>, String)>);

impl Steps {
    fn find(
        &self,
        step: &cucumber::gherkin::Step,
    ) -> Result<Option<ResolvedStep>, AmbiguousMatchError> {
        let key = (step.ty, step.value.clone());
        let mut found = self.found.borrow_mut();
        let (run, matches) = match found.entry(key) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => match self.collection.find(step)? {
                Some((run, _, _, context)) => new.insert((*run, context.matches)).clone(),
                None => return Ok(None),
            },
        };
        let step = step.clone();
        Ok(Some(ResolvedStep {
            ty: step.ty,
            run,
            context: Context { step, matches },
        }))
    }
}

struct Reader<'a> {
    file: &'a str,
    feature: &'a Feature,
    catalogue: &'a Catalogue,
    steps: &'a Steps,
    profile: &'a Profile,
}

impl Reader<'_> {
    fn read(&self, planned: &mut Vec<Planned>) -> Result<(), ConfigError> {
        let feature = self.feature;
        for scenario in &feature.scenarios {
            self.scenario(&[feature.background.as_ref()], scenario, &[], planned)?;
        }
        for rule in &feature.rules {
            for scenario in &rule.scenarios {
                let backgrounds = [feature.background.as_ref(), rule.background.as_ref()];
                self.scenario(&backgrounds, scenario, &rule.tags, planned)?;
            }
        }
        Ok(())
    }

    fn scenario(
        &self,
        backgrounds: &[Option<&Background>],
        scenario: &Scenario,
        more_tags: &[String],
        planned: &mut Vec<Planned>,
    ) -> Result<(), ConfigError> {
        let line = scenario.position.line;
        if !scenario.examples.is_empty() {
            return Err(self.wrong(
                line,
                "a Scenario Outline is not read: what varies stands in the profile (@vary.<name>)",
            ));
        }
        let mut tags: Vec<String> = Vec::new();
        for tag in self
            .feature
            .tags
            .iter()
            .chain(more_tags)
            .chain(&scenario.tags)
        {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        let needs = self.needs(&tags, line)?;
        let all_steps = backgrounds
            .iter()
            .flatten()
            .flat_map(|background| &background.steps)
            .chain(&scenario.steps);
        let spends = tags.iter().any(|tag| SPENDING.contains(&tag.as_str()));
        steps::check_ownership(all_steps.clone(), spends)
            .map_err(|(line, why)| self.wrong(line, why))?;
        let mut resolved = Vec::new();
        let mut ids: Vec<String> = Vec::new();
        for step in all_steps {
            resolved.push(self.resolve(step)?);
            for id in self.ids(step)? {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
        if ids.is_empty() {
            return Err(self.wrong(
                line,
                "the scenario judges nothing: no Then has a table of requirement ids",
            ));
        }
        for id in &ids {
            if !tags.contains(id) {
                tags.push(id.clone());
            }
        }
        for variant in self.variants(&tags, line)? {
            planned.push(Planned {
                id: scenario_id(&self.feature.name, &scenario.name, &variant),
                feature: self.feature.name.clone(),
                file: self.file.to_owned(),
                line,
                last_line: line,
                name: scenario.name.clone(),
                tags: tags.clone(),
                ids: ids.clone(),
                needs: needs.clone(),
                variant,
                steps: resolved.clone(),
            });
        }
        Ok(())
    }

    fn resolve(&self, step: &cucumber::gherkin::Step) -> Result<ResolvedStep, ConfigError> {
        let line = step.position.line;
        match self.steps.find(step) {
            Ok(Some(resolved)) => Ok(resolved),
            Ok(None) => Err(self.wrong(
                line,
                format!(
                    "no step reads `{} {}`; `oidcheck steps` lists them",
                    step.keyword.trim(),
                    step.value
                ),
            )),
            Err(ambiguous) => {
                Err(self.wrong(line, format!("`{}` is ambiguous: {ambiguous}", step.value)))
            }
        }
    }

    /// The ids that a step judges; its table must be one that the step can read.
    fn ids(&self, step: &cucumber::gherkin::Step) -> Result<Vec<String>, ConfigError> {
        if step.ty != StepType::Then {
            return Ok(Vec::new());
        }
        let line = step.position.line;
        let rows = steps::rows(step)
            .filter(|rows| !rows.is_empty())
            .ok_or_else(|| {
                self.wrong(
                    line,
                    "a Then judges: it has a table with an id and its summary in each row",
                )
            })?;
        for row in &rows {
            if self.catalogue.get(&row.id).is_none() {
                return Err(self.wrong(line, format!("`{}` is no known requirement", row.id)));
            }
        }
        steps::check_table(step, &rows).map_err(|why| self.wrong(line, why))?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    fn needs(&self, tags: &[String], line: usize) -> Result<Vec<String>, ConfigError> {
        let mut needs = Vec::new();
        for tag in tags {
            if has_id_shape(tag) && self.catalogue.get(tag).is_none() {
                return Err(self.wrong(line, format!("`@{tag}` is no known requirement")));
            }
            if let Some(word) = tag.strip_prefix("needs.") {
                if !CAPABILITIES.iter().any(|(known, _)| *known == word) {
                    return Err(self.wrong(
                        line,
                        format!(
                            "`@needs.{word}` is no capability; the words are {}",
                            CAPABILITIES.map(|(known, _)| known).join(", ")
                        ),
                    ));
                }
                needs.push(word.to_owned());
            }
        }
        Ok(needs)
    }

    /// One variant for each value that the profile names; one without a value where nothing varies.
    fn variants(
        &self,
        tags: &[String],
        line: usize,
    ) -> Result<Vec<BTreeMap<String, String>>, ConfigError> {
        let mut variants = vec![BTreeMap::new()];
        for name in tags.iter().filter_map(|tag| tag.strip_prefix("vary.")) {
            if !steps::VARIANTS.contains(&name) {
                return Err(self.wrong(
                    line,
                    format!(
                        "`@vary.{name}`: what varies is one of {}",
                        steps::VARIANTS.join(", ")
                    ),
                ));
            }
            let Some(values) = self.profile.vary.get(name) else {
                continue;
            };
            variants = variants
                .into_iter()
                .flat_map(|variant| {
                    values.iter().map(move |value| {
                        let mut variant = variant.clone();
                        variant.insert(name.to_owned(), value.clone());
                        variant
                    })
                })
                .collect();
        }
        Ok(variants)
    }

    fn wrong(&self, line: usize, message: impl Into<String>) -> ConfigError {
        ConfigError::line(self.file, line, message)
    }
}

fn scenario_id(feature: &str, scenario: &str, variant: &BTreeMap<String, String>) -> String {
    let mut id = format!("{feature}/{scenario}");
    if !variant.is_empty() {
        let values: Vec<&str> = variant.values().map(String::as_str).collect();
        id.push_str(&format!("[{}]", values.join(", ")));
    }
    id
}
