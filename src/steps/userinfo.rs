//! Steps at the UserInfo endpoint.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use cucumber::gherkin::Step;
use cucumber::{Parameter, given, then, when};
use serde_json::{Map, Value};

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::userinfo::{self, Userinfo};
use crate::checks::{Rule, bearer_error, success};
use crate::finding::Finding;
use crate::flow::{Halt, Presentation};
use crate::jwt::compact::Jws;
use crate::jwt::id_token::{IdToken, IdTokenContext};
use crate::jwt::key::JwkSet;
use crate::run::Evidence;

const ENDPOINT: &str = "userinfo_endpoint";

/// The last answer of UserInfo, as a success and as a refusal.
pub(super) const ARTIFACTS: &[Artifact] = &[
    Artifact {
        name: "UserInfo response",
        ids: || ids(userinfo::RULES),
        judge: |world, rows| Box::pin(world.judge_userinfo(userinfo::RULES, rows)),
    },
    Artifact {
        name: "signed UserInfo response",
        ids: || ids(userinfo::SIGNED_RULES),
        judge: |world, rows| Box::pin(world.judge_userinfo(userinfo::SIGNED_RULES, rows)),
    },
    Artifact {
        name: "refusal by UserInfo",
        ids: || ids(bearer_error::RULES),
        judge: |world, rows| Box::pin(async move { world.judge_bearer(bearer_error::RULES, rows) }),
    },
    Artifact {
        name: "answer to a token in the query",
        ids: || ids(bearer_error::QUERY_RULES),
        judge: |world, rows| {
            Box::pin(async move { world.judge_bearer(bearer_error::QUERY_RULES, rows) })
        },
    },
];

/// How the access token is sent, as a step says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parameter)]
#[param(
    name = "presentation",
    regex = "by POST|with the scheme in lower case|with the token in the body|with the token in the query|\
             with the token in header and body|with the token in the body of a GET|\
             with the token in a multipart body|without a token|with an empty token|with an unknown token|\
             with an altered token"
)]
struct PresentationWord(Presentation);

const PRESENTATIONS: [(&str, Presentation); 11] = [
    ("by POST", Presentation::Post),
    (
        "with the scheme in lower case",
        Presentation::LowerCaseScheme,
    ),
    ("with the token in the body", Presentation::Body),
    ("with the token in the query", Presentation::Query),
    (
        "with the token in header and body",
        Presentation::HeaderAndBody,
    ),
    (
        "with the token in the body of a GET",
        Presentation::BodyOfGet,
    ),
    (
        "with the token in a multipart body",
        Presentation::Multipart,
    ),
    ("without a token", Presentation::Nothing),
    ("with an empty token", Presentation::Empty),
    ("with an unknown token", Presentation::Unknown),
    ("with an altered token", Presentation::Altered),
];

impl FromStr for PresentationWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        PRESENTATIONS
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, presentation)| Self(*presentation))
            .ok_or_else(|| format!("`{text}` is no way to send a token"))
    }
}

/// Skipped where the provider does not have this scope.
#[given(expr = "the provider offers the scope {word}")]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a step gets its words by value"
)]
fn offers_scope(world: &mut World, scope: String) {
    let result = world.rp().and_then(|rp| {
        if rp.may_ask(&scope) {
            return Ok(());
        }
        Err(Halt::missing(format!(
            "neither scopes of the provider file nor scopes_supported list {scope}"
        )))
    });
    world.absorb(result);
}

/// The control of every refusal: by GET in the header the token is taken.
#[given("UserInfo takes the access token")]
async fn takes_token(world: &mut World) {
    let result = match world.ask_userinfo(None, Presentation::Get).await {
        Ok(()) => world.was_taken(),
        Err(halt) => Err(halt),
    };
    world.absorb(result);
}

/// Skipped where the provider refuses requests without `openid`, which it may.
#[given("an access token without the scope openid")]
async fn token_without_openid(world: &mut World) {
    let result = world.obtain_token_without_openid().await;
    world.absorb(result);
}

/// By GET, with the access token that the client holds in the header.
#[when("the client asks UserInfo")]
async fn ask(world: &mut World) {
    let result = world.ask_userinfo(None, Presentation::Get).await;
    world.absorb(result);
}

/// By GET in the header unless the words say otherwise.
#[when(expr = "the client asks UserInfo {presentation}")]
async fn ask_otherwise(world: &mut World, presentation: PresentationWord) {
    let result = world.ask_userinfo(None, presentation.0).await;
    world.absorb(result);
}

/// The ID Token stands where the access token should.
#[when("the client asks UserInfo with the ID Token")]
async fn ask_with_id_token(world: &mut World) {
    let token = world.tokens.id_token.clone();
    let result = match token {
        Some(token) => world.ask_userinfo(Some(token), Presentation::Get).await,
        None => Err(Halt::unjudged("the client holds no ID Token")),
    };
    world.absorb(result);
}

/// Lets more time pass than the access token has left.
#[when("the access token expires")]
async fn token_expires(world: &mut World) {
    let result = world.outlive_access_token().await;
    world.absorb(result);
}

/// A success with the claims of the user.
#[then("the UserInfo request is accepted")]
fn accepted(world: &mut World, step: &Step) {
    let result = world.judge_answer(ENDPOINT, step, |answer, _| {
        let is_jwt =
            answer.is_success() && answer.media_type().as_deref() == Some("application/jwt");
        if is_jwt {
            Finding::Met
        } else {
            success(answer, &["sub"])
        }
    });
    world.conclude(step, result);
}

/// Two clients of one host see one subject, or two: the types that this means are listed.
#[then("the subjects of the flows are of listed types")]
fn subjects_are_of_listed_types(world: &mut World, step: &Step) {
    let result = world.judge_subject_types(step);
    world.conclude(step, result);
}

impl World {
    fn judge_subject_types(&mut self, step: &Step) -> Result<(), Halt> {
        let rp = self.rp()?;
        let metadata = &rp.provider.metadata;
        let evidence = self.look_at(metadata.answer.exchange, "subject_types_supported");
        let subjects: Vec<Option<Value>> = self
            .flows
            .iter()
            .map(|flow| {
                claims_of(flow.tokens.id_token.as_deref()?)?
                    .get("sub")
                    .cloned()
            })
            .collect();
        let finding = subject_types(
            &subjects,
            metadata.list("subject_types_supported").as_deref(),
        );
        self.judge_rows(step, "subject identifiers", &evidence, |_| {
            Ok(finding.clone())
        })
    }

    async fn ask_userinfo(&mut self, token: Option<String>, how: Presentation) -> Result<(), Halt> {
        let rp = self.rp()?;
        let token = match token.or_else(|| self.tokens.access_token.clone()) {
            Some(token) => token,
            None => return Err(Halt::unjudged("the client holds no access token")),
        };
        let answer = rp.userinfo(&token, how).await?;
        self.take_answer(ENDPOINT, answer);
        Ok(())
    }

    fn was_taken(&self) -> Result<(), Halt> {
        let answer = self.answer(ENDPOINT)?;
        if answer.is_success() {
            return Ok(());
        }
        Err(Halt::Blocked {
            requirement: "OIDCC-5.3-2",
            expected: "200 with the claims of the user".to_owned(),
            actual: answer.summary(),
            evidence: vec![Evidence {
                exchange: answer.answer.exchange,
                at: "UserInfo response".to_owned(),
            }],
        })
    }

    async fn judge_userinfo(&mut self, rules: &[Rule<Userinfo>], rows: &[Row]) -> Result<(), Halt> {
        let artifact = self.userinfo().await?;
        let evidence = self.look_at(artifact.answer.answer.exchange, "UserInfo response");
        self.judge_rules(rules, &artifact, "UserInfo response", &evidence, rows);
        Ok(())
    }

    /// The last answer of UserInfo and what it has to fit.
    ///
    /// # Errors
    /// It is encrypted, as the client may have asked.
    pub(super) async fn userinfo(&self) -> Result<Userinfo, Halt> {
        let rp = self.rp()?;
        let client = self.client()?;
        let answer = self.answer(ENDPOINT)?.clone();
        let text = answer.answer.text();
        self.refuse_encrypted(
            &text,
            "UserInfo response",
            "userinfo_encrypted_response_alg",
        )?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seconds since 1970 fit for a while"
        )]
        let received_at = answer.answer.received_at as i64;
        let issuer = rp.config().issuer.clone();
        // Where the answer is no JWT nobody looks at a signature.
        let keys = match answer.body {
            Ok(_) => JwkSet::default(),
            Err(_) => rp.keys().await?,
        };
        let mut context = IdTokenContext::new(&issuer, &client.id, Arc::new(keys), received_at);
        context.client_secret = client.secret.as_ref().map(|s| s.expose().to_owned());
        context.registered_alg = self.registrations.iter().rev().find_map(|registration| {
            let alg = registration.answer.text("userinfo_signed_response_alg");
            (registration.client_id() == Some(&client.id)).then(|| alg.map(str::to_owned))?
        });
        Ok(Userinfo {
            signed: IdToken::new(text.trim(), context),
            issuer,
            client_id: client.id,
            answer,
            id_token: self.tokens.id_token.as_deref().and_then(claims_of),
            scope: self.granted_scope(),
        })
    }

    fn judge_bearer(
        &mut self,
        rules: &[Rule<crate::protocol::JsonAnswer>],
        rows: &[Row],
    ) -> Result<(), Halt> {
        let answer = self.answer(ENDPOINT)?.clone();
        let evidence = self.look_at(answer.answer.exchange, "WWW-Authenticate");
        self.judge_rules(rules, &answer, "UserInfo response", &evidence, rows);
        Ok(())
    }

    /// The scope of the access token: what the token response says, else what was asked for
    /// ([RFC 6749 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).
    pub(super) fn granted_scope(&self) -> Vec<String> {
        let said = self
            .answers
            .get("token_endpoint")
            .and_then(|answer| answer.text("scope"));
        let asked = || {
            let plan = &self.attempt.as_ref()?.plan;
            plan.parameters.get("scope")
        };
        said.or_else(asked)
            .unwrap_or_default()
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect()
    }

    async fn obtain_token_without_openid(&mut self) -> Result<(), Halt> {
        let rp = self.rp()?;
        let Some(scope) = ["profile", "email"].into_iter().find(|s| rp.may_ask(s)) else {
            return Err(Halt::missing(
                "the provider offers neither profile nor email",
            ));
        };
        let mut plan = crate::flow::AuthorizationPlan::new(&rp, &self.client()?)?;
        plan.parameters.set("scope", scope);
        let session = self.session()?;
        let flow = match rp.complete(&session, plan).await {
            Err(Halt::Blocked { actual, .. }) => {
                return Err(Halt::missing(format!(
                    "the provider gives no token without openid: {actual}"
                )));
            }
            other => other?,
        };
        self.take_flow(std::sync::Arc::new(flow));
        if self.granted_scope().iter().any(|word| word == "openid") {
            return Err(Halt::missing("the provider granted openid unasked"));
        }
        Ok(())
    }

    async fn outlive_access_token(&mut self) -> Result<(), Halt> {
        /// The clocks may differ, in seconds.
        const LEEWAY: u64 = 60;
        let expires_in = self
            .answer("token_endpoint")?
            .get("expires_in")
            .and_then(Value::as_u64)
            .ok_or_else(|| Halt::missing("the token response has no expires_in"))?;
        self.pass(Duration::from_secs(expires_in.saturating_add(LEEWAY)))
            .await
    }
}

/// The claims of a JWT that was not verified.
pub(super) fn claims_of(token: &str) -> Option<Map<String, Value>> {
    Jws::parse(token).ok()?.claims().ok().cloned()
}

/// Whether the types of subject identifiers that two clients see are listed
/// ([Core 8](https://openid.net/specs/openid-connect-core-1_0.html#SubjectIDTypes)). Equal ones may be of either
/// type, for clients of one host are one sector.
fn subject_types(subjects: &[Option<Value>], listed: Option<&[&str]>) -> Finding {
    let Some(listed) = listed else {
        return Finding::violated("subject_types_supported, an array", "none in the metadata");
    };
    let expected = |types: &str| format!("{types} in subject_types_supported");
    let actual = || format!("only {}", listed.join(", "));
    match subjects {
        [Some(first), Some(second)] if first == second => Finding::met_if(
            listed.contains(&"public") || listed.contains(&"pairwise"),
            expected("public or pairwise"),
            actual,
        ),
        [Some(_), Some(_)] => Finding::met_if(
            listed.contains(&"pairwise"),
            expected("pairwise, for the two subjects differ,"),
            actual,
        ),
        _ => Finding::not_applicable("the ID Tokens of the two clients can't be read"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_subject_types_in_use_are_listed() {
        let (a, b) = (Some(json!("a")), Some(json!("b")));
        for (subjects, listed, met) in [
            ([a.clone(), a.clone()], Some(&["public"][..]), Some(true)),
            ([a.clone(), a.clone()], Some(&["pairwise"]), Some(true)),
            ([a.clone(), a.clone()], Some(&["private"]), Some(false)),
            ([a.clone(), b.clone()], Some(&["public"]), Some(false)),
            (
                [a.clone(), b.clone()],
                Some(&["public", "pairwise"]),
                Some(true),
            ),
            ([a.clone(), b], None, Some(false)),
            ([a, None], Some(&["public"]), None),
        ] {
            let found = match subject_types(&subjects, listed) {
                Finding::Met => Some(true),
                Finding::Violated { .. } => Some(false),
                _ => None,
            };
            assert_eq!(found, met, "{subjects:?} {listed:?}");
        }
    }
}
