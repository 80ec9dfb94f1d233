//! Steps about what the provider says of itself: its metadata and its keys.

use std::sync::Arc;

use cucumber::gherkin::Step;
use cucumber::{then, when};
use http::HeaderValue;
use http::header::ORIGIN;

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::jwks::{self, Jwks};
use crate::checks::metadata::{self, Discovery};
use crate::checks::oauth_metadata::{self, OauthDocument};
use crate::finding::Finding;
use crate::flow::{Halt, RelyingParty};
use crate::http::Answer;
use crate::protocol::get_request;

/// The metadata documents and the key set.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "discovery document",
        ids: || ids(metadata::RULES),
        judge: |world, rows| Box::pin(async move { world.judge_discovery(rows) }),
    },
    Artifact {
        name: "OAuth metadata",
        ids: || ids(oauth_metadata::RULES),
        judge: |world, rows| Box::pin(world.judge_oauth_metadata(rows)),
    },
    Artifact {
        name: "JWK Set",
        ids: || ids(jwks::RULES),
        judge: |world, rows| Box::pin(world.judge_jwks(rows)),
    },
];

/// Only where the scenario has an issuer of its own: the provider signs with new keys from now on, and the
/// relying party forgets those that it knew.
#[when("the provider rotates its keys")]
async fn rotate_keys(world: &mut World) {
    let result = world.rotate_keys().await;
    world.absorb(result);
}

/// A GET without parameters or credentials to each endpoint that the metadata name: whatever it answers, it
/// is there.
#[then("every endpoint of the metadata answers")]
async fn endpoints_answer(world: &mut World, step: &Step) {
    let result = world.judge_endpoints(step).await;
    world.conclude(step, result);
}

/// The document of OpenID Connect Discovery or that of RFC 8414 is there.
#[then("the provider publishes metadata")]
async fn publishes(world: &mut World, step: &Step) {
    let result = world.judge_publication(step).await;
    world.conclude(step, result);
}

/// After a token request with a wrong verifier: where that was refused, the metadata list the methods.
#[then("the metadata tell that PKCE is there")]
fn tells_of_pkce(world: &mut World, step: &Step) {
    let result = world.judge_pkce_metadata(step);
    world.conclude(step, result);
}

/// After an authorization request with `request_uri`: where the metadata leave
/// `request_uri_parameter_supported` out, it is supported.
#[then("the default of request_uri_parameter_supported holds")]
fn request_uri_default(world: &mut World, step: &Step) {
    let result = world.judge_request_uri_default(step);
    world.conclude(step, result);
}

/// The keys that were published before the last rotation are still there.
#[then("the JWK Set still has the retired keys")]
async fn keeps_retired_keys(world: &mut World, step: &Step) {
    let result = world.judge_retired_keys(step).await;
    world.conclude(step, result);
}

/// To a request with `Origin` the authorization endpoint says nothing of CORS.
#[then("the authorization endpoint is closed to scripts")]
async fn closed_to_scripts(world: &mut World, step: &Step) {
    let result = world.judge_authorization_cors(step).await;
    world.conclude(step, result);
}

impl World {
    fn judge_discovery(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let rp = self.rp()?;
        let discovery = Discovery {
            metadata: (*rp.provider.metadata).clone(),
            issuer: rp.config().issuer.clone(),
        };
        let evidence = self.look_at(discovery.metadata.answer.exchange, "discovery document");
        self.judge_rules(
            metadata::RULES,
            &discovery,
            "discovery document",
            &evidence,
            rows,
        );
        Ok(())
    }

    async fn judge_oauth_metadata(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let rp = self.rp()?;
        let document = OauthDocument {
            found: rp.oauth_metadata().await?.clone(),
            issuer: rp.config().issuer.clone(),
        };
        let of = "OAuth metadata";
        let evidence = self.look_at(document.found.metadata.answer.exchange, of);
        self.judge_rules(oauth_metadata::RULES, &document, of, &evidence, rows);
        Ok(())
    }

    async fn judge_jwks(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let rp = self.rp()?;
        let answer = rp.jwks().await?;
        let evidence = self.look_at(answer.exchange, "JWK Set");
        self.judge_rules(jwks::RULES, &read(answer), "JWK Set", &evidence, rows);
        Ok(())
    }

    async fn rotate_keys(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        self.retired = Some(read(rp.jwks().await?));
        rp.rotate_keys()?;
        self.rp = Some(Arc::new(rp.afresh()));
        Ok(())
    }

    async fn judge_retired_keys(&mut self, step: &Step) -> Result<(), Halt> {
        let rp = self.rp()?;
        let answer = rp.jwks().await?;
        let evidence = self.look_at(answer.exchange, "JWK Set");
        let retired = self
            .retired
            .take()
            .ok_or_else(|| Halt::unjudged("no key was retired: a step is missing"))?;
        let published = read(answer);
        self.judge_rows(step, "JWK Set", &evidence, |_| {
            Ok(jwks::keeps_keys(&retired, &published))
        })
    }

    async fn judge_publication(&mut self, step: &Step) -> Result<(), Halt> {
        let rp = self.rp()?;
        let metadata = &rp.provider.metadata;
        let mut exchange = metadata.answer.exchange;
        let mut is_there = metadata.is_there();
        if !is_there {
            match rp.oauth_metadata().await {
                Ok(found) => {
                    exchange = found.metadata.answer.exchange;
                    is_there = found.metadata.is_there();
                }
                Err(Halt::Missing { .. }) => {}
                Err(halt) => return Err(halt),
            }
        }
        let evidence = self.look_at(exchange, "metadata");
        self.judge_rows(step, "metadata", &evidence, |_| {
            Ok(Finding::met_if(
                is_there,
                "a metadata document at a well-known place",
                || "no document with members".to_owned(),
            ))
        })
    }

    fn judge_pkce_metadata(&mut self, step: &Step) -> Result<(), Halt> {
        let rp = self.rp()?;
        let metadata = &rp.provider.metadata;
        let listed = metadata.list("code_challenge_methods_supported");
        let works = self.answer("token_endpoint")?.error() == Some("invalid_grant");
        let evidence = self.look_at(metadata.answer.exchange, "metadata");
        self.judge_rows(step, "metadata", &evidence, |_| {
            Ok(metadata::tells_of_pkce(listed.as_deref(), works))
        })
    }

    fn judge_request_uri_default(&mut self, step: &Step) -> Result<(), Halt> {
        let rp = self.rp()?;
        let attempt = self.attempt()?;
        let error = attempt.answer.as_ref().and_then(|answer| answer.error());
        let finding = metadata::request_uri_default_holds(&rp.provider.metadata, error);
        let evidence = self.look_at(attempt.exchange(), "authorization response");
        self.judge_rows(step, "metadata", &evidence, |_| Ok(finding.clone()))
    }

    async fn judge_endpoints(&mut self, step: &Step) -> Result<(), Halt> {
        let rp = self.rp()?;
        let mut dead = Vec::new();
        let mut evidence = Vec::new();
        for (name, value) in &rp.provider.metadata.document {
            let endpoint = rp.provider.metadata.endpoint(name);
            let (true, Some(url)) = (name.ends_with("_endpoint"), endpoint) else {
                continue;
            };
            let answer = rp
                .client()
                .send(get_request(&url)?, "endpoint probe")
                .await?;
            if answer.status() == 404 || answer.status() >= 500 {
                dead.push(format!("{name} {value}: {}", answer.status()));
                evidence.extend(self.look_at(answer.exchange, name));
            }
        }
        self.judge_rows(step, "metadata", &evidence, |_| {
            Ok(Finding::met_if(
                dead.is_empty(),
                "neither 404 nor 5xx from any endpoint",
                || dead.join("; "),
            ))
        })
    }

    async fn judge_authorization_cors(&mut self, step: &Step) -> Result<(), Halt> {
        let rp = self.rp()?;
        let answer = ask_from_script(&rp).await?;
        let evidence = self.look_at(answer.exchange, "headers");
        let allowed = answer.header("access-control-allow-origin");
        self.judge_rows(step, "authorization endpoint", &evidence, |_| {
            Ok(match allowed {
                None => Finding::Met,
                Some(origin) => Finding::violated(
                    "no Access-Control-Allow-Origin",
                    format!("Access-Control-Allow-Origin: {origin}"),
                ),
            })
        })
    }
}

async fn ask_from_script(rp: &RelyingParty) -> Result<Answer, Halt> {
    let endpoint = rp.endpoint("authorization_endpoint")?;
    let mut request = get_request(&endpoint)?;
    request.headers_mut().insert(
        ORIGIN,
        HeaderValue::from_static("https://script.example.com"),
    );
    Ok(rp.client().send(request, "script's request").await?)
}

fn read(answer: &Answer) -> Jwks {
    Jwks::new(
        answer.status(),
        answer.response.headers().clone(),
        answer.response.body(),
    )
}
