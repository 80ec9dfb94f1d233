//! What `Then the <artifact> satisfies` can judge.
//!
//! Each artifact is captured and judged in the file of its concept; here they are gathered.

use cucumber::gherkin::Step;
use cucumber::then;
use futures::future::LocalBoxFuture;

use super::World;
use super::judge::Row;
use crate::checks::Rule;
use crate::flow::Halt;

/// Judges an artifact of the scenario by the rules that rows name.
pub(super) type Judge =
    for<'a> fn(&'a mut World, &'a [Row]) -> LocalBoxFuture<'a, Result<(), Halt>>;

/// An artifact that rules are about.
pub struct Artifact {
    /// The words between `the` and `satisfies`.
    pub name: &'static str,
    /// The ids that it can be judged by.
    pub ids: fn() -> Vec<&'static str>,
    pub(super) judge: Judge,
}

/// All artifacts, by the file that captures them.
pub const ARTIFACTS: &[&[Artifact]] = &[
    super::logout::ARTIFACTS,
    super::metadata::ARTIFACTS,
    super::authorization_response::ARTIFACTS,
    super::front_channel::ARTIFACTS,
    super::granted_scope::ARTIFACTS,
    super::pages::ARTIFACTS,
    super::second_login::ARTIFACTS,
    super::endpoint_url::ARTIFACTS,
    super::registration::ARTIFACTS,
    super::client_management::ARTIFACTS,
    super::id_token::ARTIFACTS,
    super::introspection::ARTIFACTS,
    super::pkce::ARTIFACTS,
    super::refresh::ARTIFACTS,
    super::secrets::ARTIFACTS,
    super::token::ARTIFACTS,
    super::every_exchange::ARTIFACTS,
    super::userinfo::ARTIFACTS,
];

/// The artifacts.
pub fn artifacts() -> impl Iterator<Item = &'static Artifact> {
    ARTIFACTS.iter().copied().flatten()
}

/// The ids that rules are about.
pub(super) fn ids<A, V>(rules: &[Rule<A, V>]) -> Vec<&'static str> {
    rules.iter().map(|rule| rule.id).collect()
}

/// The artifact of this name.
pub(super) fn find(name: &str) -> Option<&'static Artifact> {
    artifacts().find(|artifact| artifact.name == name)
}

/// Each row names a rule about the artifact.
#[then(regex = r"^the (.+) satisf(?:y|ies)$")]
async fn satisfies(world: &mut World, name: String, step: &Step) {
    let rows = super::rows(step).unwrap_or_default();
    let result = match find(&name) {
        Some(artifact) => (artifact.judge)(world, &rows).await,
        None => Err(Halt::unjudged(format!("nothing is known of `the {name}`"))),
    };
    world.conclude(step, result);
}
