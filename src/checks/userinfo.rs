//! Checks on successful UserInfo responses
//! ([Core 5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)).

use serde_json::{Map, Value};

use super::Rule;
use crate::finding::Finding;
use crate::jwt::compact::Jws;
use crate::jwt::id_token::IdToken;
use crate::jwt::id_token::header::alg_is_default_or_registered;
use crate::jwt::id_token::signed::is_signed;
use crate::jwt::json::show;
use crate::jwt::standard_claims;
use crate::protocol::JsonAnswer;

/// A UserInfo response and what it has to fit.
#[derive(Debug, Clone)]
pub struct Userinfo {
    /// The answer.
    pub answer: JsonAnswer,
    /// The claims of the ID Token that came with the access token, where there is one that can be read.
    pub id_token: Option<Map<String, Value>>,
    /// The scope that was granted.
    pub scope: Vec<String>,
    /// The issuer.
    pub issuer: String,
    /// The client that asked.
    pub client_id: String,
    /// The answer read as a JWT, with the keys and the algorithm that its signature has to fit.
    pub signed: IdToken,
}

/// The rules on a UserInfo response.
pub const RULES: &[Rule<Userinfo>] = &[
    rule("OIDCC-5.1-1", claims_have_their_types),
    rule("OIDCC-5.3.2-1", sub_is_there),
    rule("OIDCC-5.3.2-3", content_type_fits),
    rule("OIDCC-5.3.2-4", no_claim_without_value),
    rule("OIDCC-5.3.2-6", sub_is_that_of_the_id_token),
    rule("OIDCC-5.4-1", scope_brings_claims),
    rule("OIDCC-13.3-1", no_member_is_null),
];

/// The rules on the response to a client that registered `userinfo_signed_response_alg`.
pub const SIGNED_RULES: &[Rule<Userinfo>] = &[
    rule("OIDCC-5.3.2-1", sub_is_there),
    rule("OIDCC-5.3.2-2", iss_and_aud_fit),
    rule("OIDCC-5.3.2-3", content_type_fits),
    rule("OIDCC-5.3.2-6", sub_is_that_of_the_id_token),
    rule("OIDCR-2-12", signature_is_right),
];

const fn rule(id: &'static str, check: fn(&Userinfo) -> Finding) -> Rule<Userinfo> {
    Rule { id, check }
}

/// The scope values that ask for claims, and which
/// ([Core 5.4](https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims)).
const SCOPES: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

impl Userinfo {
    /// The claims, of a JSON object or of a JWT.
    pub(crate) fn claims(&self) -> Result<Map<String, Value>, String> {
        if !self.answer.is_success() {
            return Err(self.answer.summary());
        }
        if let Ok(members) = &self.answer.body {
            return Ok(members.clone());
        }
        let text = self.answer.answer.text();
        match Jws::parse(text.trim()) {
            Ok(jws) => jws.claims().cloned().map_err(ToString::to_string),
            Err(_) => Err(self.answer.summary()),
        }
    }

    fn on_claims(&self, check: impl FnOnce(&Map<String, Value>) -> Finding) -> Finding {
        match self.claims() {
            Ok(claims) => check(&claims),
            Err(actual) => Finding::violated("200 with the claims of the user", actual),
        }
    }
}

fn claims_have_their_types(userinfo: &Userinfo) -> Finding {
    userinfo.on_claims(standard_claims::have_their_types)
}

fn sub_is_there(userinfo: &Userinfo) -> Finding {
    userinfo.on_claims(|claims| {
        let sub = claims.get("sub");
        Finding::met_if(
            sub.and_then(Value::as_str)
                .is_some_and(|sub| !sub.is_empty()),
            "sub, a string",
            || shown("sub", sub),
        )
    })
}

fn sub_is_that_of_the_id_token(userinfo: &Userinfo) -> Finding {
    let Some(expected) = userinfo
        .id_token
        .as_ref()
        .and_then(|claims| claims.get("sub"))
    else {
        return Finding::not_applicable("the ID Token has no sub that can be read");
    };
    userinfo.on_claims(|claims| {
        let sub = claims.get("sub");
        Finding::met_if(
            sub == Some(expected),
            format!("{}, as in the ID Token", shown("sub", Some(expected))),
            || shown("sub", sub),
        )
    })
}

fn iss_and_aud_fit(userinfo: &Userinfo) -> Finding {
    let expected = format!(
        "a JWT as application/jwt, iss {:?}, aud with {:?}",
        userinfo.issuer, userinfo.client_id
    );
    let media_type = userinfo.answer.media_type();
    if media_type.as_deref() != Some("application/jwt") {
        let found = media_type.unwrap_or_else(|| "no Content-Type".to_owned());
        return Finding::violated(
            expected,
            format!("{} as {found}", userinfo.answer.summary()),
        );
    }
    userinfo.on_claims(|claims| {
        let (iss, aud) = (claims.get("iss"), claims.get("aud"));
        let client = Some(userinfo.client_id.as_str());
        let is_for_client = match aud {
            Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == client),
            one => one.and_then(Value::as_str) == client,
        };
        let fits = is_for_client && iss.and_then(Value::as_str) == Some(&userinfo.issuer);
        Finding::met_if(fits, expected, || {
            format!("{}, {}", shown("iss", iss), shown("aud", aud))
        })
    })
}

/// Signed with the registered algorithm, by a key of the provider.
fn signature_is_right(userinfo: &Userinfo) -> Finding {
    if !userinfo.answer.is_success() {
        return Finding::violated("200 with a JWT", userinfo.answer.summary());
    }
    match alg_is_default_or_registered(&userinfo.signed) {
        Finding::Met => is_signed(&userinfo.signed),
        other => other,
    }
}

fn content_type_fits(userinfo: &Userinfo) -> Finding {
    let answer = &userinfo.answer;
    let media_type = answer.media_type();
    let is_object = answer.body.is_ok();
    let fits = answer.is_success()
        && match media_type.as_deref() {
            Some("application/json") => is_object,
            Some("application/jwt") => !is_object && userinfo.claims().is_ok(),
            _ => false,
        };
    Finding::met_if(
        fits,
        "a JSON object as application/json (or a JWT as application/jwt)",
        || {
            format!(
                "{} as {}",
                answer.summary(),
                media_type.as_deref().unwrap_or("nothing: no Content-Type")
            )
        },
    )
}

fn no_claim_without_value(userinfo: &Userinfo) -> Finding {
    userinfo.on_claims(|claims| {
        let empty = names(claims, |value| value.is_null() || value == "");
        Finding::met_if(empty.is_empty(), "no claim that is null or empty", || {
            format!("no value for {}", empty.join(", "))
        })
    })
}

fn no_member_is_null(userinfo: &Userinfo) -> Finding {
    userinfo.on_claims(|claims| {
        let null = names(claims, Value::is_null);
        Finding::met_if(null.is_empty(), "no member that is null", || {
            format!("null for {}", null.join(", "))
        })
    })
}

/// Claims that a scope asks for are voluntary: one of them is enough, and the test user may have neither
/// address nor telephone.
fn scope_brings_claims(userinfo: &Userinfo) -> Finding {
    let asked: Vec<_> = SCOPES
        .iter()
        .filter(|(scope, _)| userinfo.scope.iter().any(|own| own == scope))
        .collect();
    if asked.is_empty() {
        return Finding::not_applicable("no scope with claims was granted");
    }
    userinfo.on_claims(|claims| {
        let (mut missing, mut unknown) = (Vec::new(), Vec::new());
        for (scope, names) in asked {
            let here =
                |claims: &Map<String, Value>| names.iter().any(|name| claims.contains_key(*name));
            if here(claims) {
                continue;
            }
            let elsewhere = userinfo.id_token.as_ref().is_some_and(here);
            if elsewhere {
                missing.push(format!("the claims of {scope} in the ID Token alone"));
            } else if matches!(*scope, "profile" | "email") {
                missing.push(format!("no claim of {scope}"));
            } else {
                unknown.push(*scope);
            }
        }
        if !missing.is_empty() {
            return Finding::violated("claims of every granted scope", missing.join("; "));
        }
        if unknown.is_empty() {
            return Finding::Met;
        }
        Finding::not_applicable(format!(
            "no claim of {}: the user may have none",
            unknown.join(", ")
        ))
    })
}

/// Where no access token comes, the claims of the scope stand in the ID Token
/// ([Core 5.4](https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims)). Claims are voluntary: one of
/// each scope is enough, and the test user may have neither address nor telephone.
pub fn id_token_has_scope_claims(claims: &Map<String, Value>, scope: &[&str]) -> Finding {
    let missing: Vec<&str> = SCOPES
        .iter()
        .filter(|(name, _)| matches!(*name, "profile" | "email") && scope.contains(name))
        .filter(|(_, names)| !names.iter().any(|name| claims.contains_key(*name)))
        .map(|(name, _)| *name)
        .collect();
    Finding::met_if(
        missing.is_empty(),
        "claims of every scope in the ID Token",
        || format!("no claim of {}", missing.join(", ")),
    )
}

fn names(claims: &Map<String, Value>, is_empty: impl Fn(&Value) -> bool) -> Vec<&str> {
    claims
        .iter()
        .filter(|(_, value)| is_empty(value))
        .map(|(name, _)| name.as_str())
        .collect()
}

fn shown(name: &str, value: Option<&Value>) -> String {
    value.map_or_else(
        || format!("no {name}"),
        |value| format!("{name} is {}", show(value)),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::checks::test_answer;
    use crate::jwt::algorithm::Algorithm;
    use crate::jwt::id_token::IdTokenContext;
    use crate::jwt::key::JwkSet;
    use crate::jwt::test_token::{OTHER_P256, P256, TestKey, compact};

    fn userinfo(status: u16, content_type: &str, body: &str, scope: &str) -> Userinfo {
        let id_token = json!({"sub": "248289761001", "phone_number": "+1"});
        Userinfo {
            answer: JsonAnswer::of(test_answer::answer(
                "userinfo",
                status,
                &[("content-type", content_type)],
                body,
            )),
            id_token: id_token.as_object().cloned(),
            scope: scope.split(' ').map(str::to_owned).collect(),
            issuer: "https://op.example".to_owned(),
            client_id: "rp".to_owned(),
            signed: signed(body, Arc::default()),
        }
    }

    fn signed(text: &str, keys: Arc<JwkSet>) -> IdToken {
        let mut context = IdTokenContext::new("https://op.example", "rp", keys, 0);
        context.registered_alg = Some("ES256".to_owned());
        IdToken::new(text, context)
    }

    #[test]
    fn a_signed_response_is_signed_as_registered() {
        let keys = Arc::new(JwkSet::from_value(&json!({"keys": [P256.jwk()]})).unwrap());
        let sign = |key: &TestKey, alg: &str, claims: &str| {
            let header = json!({"alg": alg, "kid": "p256"}).to_string();
            compact(&header, claims, |input| key.sign(Algorithm::ES256, input))
        };
        let claims = r#"{"sub":"248289761001"}"#;
        for (name, body, met) in [
            ("right", sign(&P256, "ES256", claims), true),
            ("another key", sign(&OTHER_P256, "ES256", claims), false),
            ("another alg", sign(&P256, "RS256", claims), false),
            (
                "alg none",
                "eyJhbGciOiJub25lIn0.eyJzdWIiOiIyNDgyODk3NjEwMDEifQ.".to_owned(),
                false,
            ),
            ("no JWT", claims.to_owned(), false),
        ] {
            let mut userinfo = userinfo(200, "application/jwt", &body, "openid");
            userinfo.signed = signed(&body, Arc::clone(&keys));
            let found = signature_is_right(&userinfo);
            assert_eq!(found == Finding::Met, met, "{name}: {found:?}");
        }
    }

    #[test]
    fn each_rule_finds_what_is_wrong_and_nothing_else() {
        const JSON: &str = "application/json;charset=utf-8";
        let all: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        for (status, content_type, body, scope, violated) in [
            (200, JSON, r#"{"sub":"248289761001"}"#, "openid", &[][..]),
            (
                200,
                JSON,
                r#"{"sub":"248289761001"}"#,
                "openid address",
                &[],
            ),
            (
                200,
                JSON,
                r#"{"sub":"248289761001","name":"A"}"#,
                "profile",
                &[],
            ),
            (
                200,
                "text/plain",
                r#"{"sub":"248289761001"}"#,
                "openid",
                &["OIDCC-5.3.2-3"],
            ),
            (200, JSON, r#"{"sub":"1"}"#, "openid", &["OIDCC-5.3.2-6"]),
            (
                200,
                JSON,
                r#"{"sub":""}"#,
                "",
                &["OIDCC-5.3.2-1", "OIDCC-5.3.2-4", "OIDCC-5.3.2-6"],
            ),
            (
                200,
                JSON,
                r#"{"sub":"248289761001","name":null}"#,
                "",
                &["OIDCC-5.3.2-4", "OIDCC-13.3-1"],
            ),
            (
                200,
                JSON,
                r#"{"sub":"248289761001","name":""}"#,
                "",
                &["OIDCC-5.3.2-4"],
            ),
            (
                200,
                JSON,
                r#"{"sub":"248289761001","email_verified":"true"}"#,
                "",
                &["OIDCC-5.1-1"],
            ),
            (
                200,
                JSON,
                r#"{"sub":"248289761001"}"#,
                "openid email",
                &["OIDCC-5.4-1"],
            ),
            // The ID Token has it.
            (
                200,
                JSON,
                r#"{"sub":"248289761001"}"#,
                "openid phone",
                &["OIDCC-5.4-1"],
            ),
            (
                200,
                "application/jwt",
                "e30.eyJzdWIiOiIyNDgyODk3NjEwMDEifQ.",
                "openid",
                &[],
            ),
            (
                200,
                JSON,
                "e30.eyJzdWIiOiIyNDgyODk3NjEwMDEifQ.",
                "openid",
                &["OIDCC-5.3.2-3"],
            ),
            (
                200,
                "application/jwt",
                r#"{"sub":"248289761001"}"#,
                "openid",
                &["OIDCC-5.3.2-3"],
            ),
            (
                401,
                JSON,
                r#"{"sub":"248289761001"}"#,
                "email",
                all.as_slice(),
            ),
            (200, JSON, "[]", "email", all.as_slice()),
        ] {
            let userinfo = userinfo(status, content_type, body, scope);
            let found: Vec<&str> = RULES
                .iter()
                .filter(|rule| matches!(rule.judge(&userinfo), Finding::Violated { .. }))
                .map(|rule| rule.id)
                .collect();
            assert_eq!(found, violated, "{status} {body} {scope}");
        }
    }

    #[test]
    fn an_id_token_alone_has_the_claims_of_the_scope() {
        for (claims, scope, met) in [
            (
                json!({"name": "A", "email": "a@b"}),
                &["openid", "profile", "email"][..],
                true,
            ),
            (json!({"name": "A"}), &["openid", "profile", "email"], false),
            (json!({}), &["openid", "address"], true),
        ] {
            let found = id_token_has_scope_claims(claims.as_object().unwrap(), scope);
            assert_eq!(found == Finding::Met, met, "{claims} {scope:?}");
        }
    }

    #[test]
    fn a_signed_response_says_from_whom_and_for_whom_it_is() {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        for (content_type, claims, met) in [
            (
                "application/jwt",
                json!({"iss": "https://op.example", "aud": "rp"}),
                true,
            ),
            (
                "application/jwt",
                json!({"iss": "https://op.example", "aud": ["x", "rp"]}),
                true,
            ),
            (
                "application/json",
                json!({"iss": "https://op.example", "aud": "rp"}),
                false,
            ),
            ("application/jwt", json!({"aud": "rp"}), false),
            (
                "application/jwt",
                json!({"iss": "https://op.example/", "aud": "rp"}),
                false,
            ),
            (
                "application/jwt",
                json!({"iss": "https://op.example", "aud": ["x"]}),
                false,
            ),
            (
                "application/jwt",
                json!({"iss": "https://op.example"}),
                false,
            ),
        ] {
            let body = format!("e30.{}.", URL_SAFE_NO_PAD.encode(claims.to_string()));
            let userinfo = userinfo(200, content_type, &body, "openid");
            let found = iss_and_aud_fit(&userinfo);
            assert_eq!(found == Finding::Met, met, "{content_type} {claims}");
        }
    }
}
