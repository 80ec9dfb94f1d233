//! Steps about what the `claims` parameter asked for
//! ([Core 5.5](https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter)).

use cucumber::gherkin::Step;
use cucumber::then;
use serde_json::Value;

use super::World;
use crate::finding::Finding;
use crate::flow::Halt;
use crate::jwt::compact::Jws;

/// The ID Token of the latest journey has every claim that its request asked for there as essential.
#[then("the ID Token has the essential claims")]
fn essential_claims_are_there(world: &mut World, step: &Step) {
    let result = world.judge_essential_claims(step);
    world.conclude(step, result);
}

/// The last UserInfo response has every claim that the request of the latest journey asked for there as
/// essential.
#[then("UserInfo has the essential claims")]
async fn userinfo_has_essential_claims(world: &mut World, step: &Step) {
    let result = world.judge_userinfo_claims(step).await;
    world.conclude(step, result);
}

/// The claims of `wanted` that are not there.
fn judge<'a>(wanted: &'a [String], has: impl Fn(&'a str) -> bool) -> Finding {
    let missing: Vec<&str> = wanted
        .iter()
        .map(String::as_str)
        .filter(|name| !has(name))
        .collect();
    Finding::met_if(
        missing.is_empty() && !wanted.is_empty(),
        format!("the claims {}", wanted.join(", ")),
        || format!("no {}", missing.join(", ")),
    )
}

impl World {
    async fn judge_userinfo_claims(&mut self, step: &Step) -> Result<(), Halt> {
        let flow = self.flow()?;
        let claims = flow.attempt.plan.parameters.get("claims");
        let wanted = essential(claims.unwrap_or_default(), "userinfo");
        let userinfo = self.userinfo().await?;
        let evidence = self.look_at(userinfo.answer.answer.exchange, "UserInfo response");
        self.judge_rows(step, "UserInfo response", &evidence, |_| {
            let claims = userinfo
                .claims()
                .map_err(|actual| Halt::unjudged(format!("UserInfo answered {actual}")))?;
            Ok(judge(&wanted, |name| claims.contains_key(name)))
        })
    }

    fn judge_essential_claims(&mut self, step: &Step) -> Result<(), Halt> {
        let flow = self.flow()?;
        let claims = flow.attempt.plan.parameters.get("claims");
        let wanted = essential(claims.unwrap_or_default(), "id_token");
        let token = flow.tokens.id_token.as_deref().map(Jws::parse);
        let evidence = self.look_at(flow.token.answer.exchange, "id_token");
        self.judge_rows(step, "ID Token", &evidence, |_| {
            let Some(Ok(claims)) = token.as_ref().map(|t| t.as_ref().map(Jws::claims)) else {
                return Err(Halt::unjudged("there is no ID Token that can be read"));
            };
            Ok(judge(&wanted, |name| {
                claims.is_ok_and(|claims| claims.contains_key(name))
            }))
        })
    }
}

/// The claims that `claims` asks for in this member as essential.
fn essential(claims: &str, member: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(claims).unwrap_or_default();
    let wanted = document.get(member).and_then(Value::as_object);
    wanted
        .into_iter()
        .flatten()
        .filter(|(_, claim)| claim.get("essential") == Some(&Value::Bool(true)))
        .map(|(name, _)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn essential_claims_are_found() {
        let text = r#"{"userinfo": {"name": {"essential": true}, "email": null}, "id_token": {"name": null}}"#;
        assert_eq!(essential(text, "userinfo"), ["name"]);
        assert!(essential(text, "id_token").is_empty());
        assert!(essential("[", "id_token").is_empty());
    }
}
