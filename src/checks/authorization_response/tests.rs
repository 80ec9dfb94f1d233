//! Rules on authorization responses: of success, of errors, with tokens, by form.

use super::*;
use crate::checks::front_channel::{self, FormPost};
use crate::checks::granted_scope::{self, GrantedScope};
use crate::checks::request_object::{self, Answered};
use crate::checks::test_answer;
use crate::checks::{authorization_error, authorization_refusal};
use crate::flow::{AuthorizationPlan, Extra};
use crate::http::Answer;
use crate::login::{Arrival, Callback, Decision, End, PageKind};
use crate::protocol::{JsonAnswer, Parameters, Pkce};
use crate::provider::{AuthMethod, ClientConfig};

const ISSUER: &str = "https://op.example";
const REDIRECT_URI: &str = "https://rp.example/cb";

pub(in crate::checks) fn page(status: u16, body: &str) -> Answer {
    test_answer::answer("authorize", status, &[], body)
}

/// A request with these changes, and where it ended: a URL, `form:` and parameters, or the status of a page.
pub(in crate::checks) fn attempt(changes: &[(&str, &str)], end: &str) -> AuthorizationAttempt {
    let mut parameters = Parameters::new([
        ("response_type", "code"),
        ("client_id", "c"),
        ("redirect_uri", REDIRECT_URI),
        ("state", "st~A+b"),
    ]);
    for (name, value) in changes {
        if value.is_empty() {
            parameters.remove(name);
        } else {
            parameters.set(name, *value);
        }
    }
    let plan = AuthorizationPlan {
        client: ClientConfig {
            id: "c".to_owned(),
            auth: AuthMethod::None,
            secret: None,
            key: None,
            redirect_uris: vec![REDIRECT_URI.to_owned(), format!("{REDIRECT_URI}?own=a%20b")],
            id_token_signed_response_alg: None,
            post_logout_redirect_uris: Vec::new(),
        },
        method: http::Method::GET,
        parameters,
        pkce: Pkce::fresh(43),
        decision: Decision::Agree,
        extra: Extra::default(),
    };
    let end = match end.parse() {
        Ok(status) => End::Page {
            answer: page(status, "<h1>Error</h1>"),
            kind: PageKind::Final,
        },
        Err(_) => {
            let form = end.strip_prefix("form:");
            End::RedirectUri(Callback {
                url: form.map_or(end, |_| REDIRECT_URI).to_owned(),
                form: form.map(|text| {
                    let all = Parameters::parse(text);
                    all.iter()
                        .map(|(n, v)| (n.to_owned(), v.to_owned()))
                        .collect()
                }),
                status: 303,
                exchange: 1,
                received_at: 0.0,
            })
        }
    };
    AuthorizationAttempt::of(
        plan,
        Arrival {
            end,
            pages: Vec::new(),
            exchanges: vec![1],
        },
    )
}

fn response(changes: &[(&str, &str)], end: &str) -> AuthorizationResponse {
    AuthorizationResponse {
        attempt: attempt(changes, end),
        issuer: ISSUER.to_owned(),
        announces_iss: true,
    }
}

fn word(finding: &Finding) -> &'static str {
    match finding {
        Finding::Met | Finding::MetWith { .. } => "met",
        Finding::Violated { .. } => "violated",
        Finding::NotApplicable { .. } => "not applicable",
        Finding::NeedsReview { .. } => "review",
    }
}

/// A requirement, the changes of the request, where it ended, and what the rule finds.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);

fn check(rules: &[Rule<AuthorizationResponse>], rows: &[Row<'_>]) {
    for (id, changes, end, expected) in rows {
        let rule = Rule::find(rules, id).unwrap();
        let finding = rule.judge(&response(changes, end));
        assert_eq!(word(&finding), *expected, "{id} {end}: {finding:?}");
    }
}

const GOOD: &str = "https://rp.example/cb?code=a&state=st%7EA%2Bb&iss=https%3A%2F%2Fop.example";

#[test]
fn successes() {
    let own = ("redirect_uri", "https://rp.example/cb?own=a%20b");
    check(
        RULES,
        &[
            ("OIDCC-3.1.2.5-1", &[], GOOD, "met"),
            (
                "OIDCC-3.1.2.5-1",
                &[],
                "https://rp.example/cb?code=a",
                "violated",
            ),
            (
                "OIDCC-3.1.2.5-1",
                &[],
                "https://rp.example/cb#code=a&state=st~A%2Bb",
                "violated",
            ),
            ("OIDCC-3.1.2.5-1", &[], "400", "violated"),
            ("OIDCC-16.22-1", &[], GOOD, "met"),
            ("OIDCC-16.22-1", &[], "400", "not applicable"),
            (
                "RFC6749-3.1.2-2",
                &[own],
                "https://rp.example/cb?own=a+b&code=a",
                "met",
            ),
            (
                "RFC6749-3.1.2-2",
                &[own],
                "https://rp.example/cb?code=a",
                "violated",
            ),
            ("RFC6749-3.1.2-2", &[], GOOD, "not applicable"),
            ("RFC6749-4.1.2-1", &[], GOOD, "met"),
            (
                "RFC6749-4.1.2-1",
                &[],
                "https://rp.example/cb?code=a&state=st~A+b",
                "violated",
            ),
            (
                "RFC6749-4.1.2-1",
                &[],
                "https://rp.example/cb?code=a&state=st~a%2Bb",
                "violated",
            ),
            (
                "RFC6749-4.1.2-1",
                &[],
                "https://rp.example/cb?code=a&state=st~A%2Bb&state=st~A%2Bb",
                "violated",
            ),
            (
                "RFC6749-4.1.2-1",
                &[],
                "https://rp.example/cb?error=x&state=st~A%2Bb",
                "violated",
            ),
            (
                "RFC6749-4.1.2-1",
                &[("state", "")],
                "https://rp.example/cb?code=a",
                "met",
            ),
            ("RFC6749-4.1.2-1", &[], "400", "violated"),
            ("RFC9207-2-1", &[], GOOD, "met"),
            (
                "RFC9207-2-1",
                &[],
                "https://rp.example/cb?code=a",
                "violated",
            ),
            (
                "RFC9207-2-1",
                &[],
                "https://rp.example/cb#code=a&id_token=b",
                "not applicable",
            ),
            (
                "RFC9207-2-3",
                &[],
                "https://rp.example/cb?code=a&iss=https://op.example/",
                "violated",
            ),
            ("RFC9207-2-3", &[], GOOD, "met"),
            (
                "RFC9207-2-4",
                &[],
                "https://rp.example/cb?iss=https://op.example&iss=https://op.example",
                "violated",
            ),
            ("RFC9207-2-4", &[], GOOD, "met"),
            ("RFC9207-2.3-1", &[], GOOD, "met"),
            (
                "RFC9207-2.3-1",
                &[],
                "https://rp.example/cb?code=a",
                "not applicable",
            ),
        ],
    );
    let unannounced = AuthorizationResponse {
        announces_iss: false,
        ..response(&[], GOOD)
    };
    assert_eq!(word(&iss_is_announced(&unannounced)), "violated");
}

#[test]
fn errors() {
    let good = "https://rp.example/cb?error=invalid_request&error_description=no+good&\
                state=st~A%2Bb&iss=https://op.example";
    check(
        authorization_error::RULES,
        &[
            ("OIDCC-3.1.2.2-5", &[], good, "met"),
            ("OIDCC-3.1.2.2-5", &[], "400", "violated"),
            ("OIDCC-3.1.2.2-5", &[], GOOD, "violated"),
            ("OIDCC-3.1.2.6-2", &[], good, "met"),
            (
                "OIDCC-3.1.2.6-2",
                &[],
                "https://rp.example/cb?error=a&code=b",
                "violated",
            ),
            ("OIDCC-3.1.2.6-2", &[], GOOD, "not applicable"),
            (
                "OIDCC-3.2.2.6-1",
                &[],
                "https://rp.example/cb#error=a&state=st~A%2Bb",
                "met",
            ),
            ("OIDCC-3.2.2.6-1", &[], good, "violated"),
            ("OIDCC-3.3.2.6-1", &[], "400", "violated"),
            ("OAUTHFP-2-3", &[], "form:error=a&state=st~A%2Bb", "met"),
            ("OAUTHFP-2-3", &[], good, "violated"),
            ("RFC6749-4.1.2.1-5", &[], good, "met"),
            (
                "RFC6749-4.1.2.1-5",
                &[],
                "https://rp.example/cb?error=a",
                "violated",
            ),
            ("RFC6749-4.1.2.1-8", &[], good, "met"),
            (
                "RFC6749-4.1.2.1-8",
                &[],
                "https://rp.example/cb?error=a&error_description=%22x%22",
                "violated",
            ),
            (
                "RFC6749-4.1.2.1-8",
                &[],
                "https://rp.example/cb?error=a&error_uri=https://x/%20",
                "violated",
            ),
            ("RFC6749-4.1.2.1-9", &[], good, "met"),
            (
                "RFC6749-4.1.2.1-9",
                &[],
                "https://rp.example/cb?error=invalid_state",
                "violated",
            ),
            ("RFC9207-2-2", &[], good, "met"),
            (
                "RFC9207-2-2",
                &[],
                "https://rp.example/cb?error=a",
                "violated",
            ),
        ],
    );
}

#[test]
fn responses_with_tokens() {
    let hybrid = &[("response_type", "code id_token token")][..];
    let implicit = &[("response_type", "id_token")][..];
    let all =
        "https://rp.example/cb#code=a&id_token=b&access_token=c&token_type=bearer&state=st~A%2Bb";
    let one = "https://rp.example/cb#id_token=b&state=st~A%2Bb";
    check(
        front_channel::RULES,
        &[
            ("OAUTHMRT-5-1", hybrid, all, "met"),
            ("OAUTHMRT-5-1", hybrid, one, "violated"),
            ("OAUTHMRT-5-1", implicit, all, "violated"),
            ("OAUTHMRT-5-2", hybrid, all, "met"),
            ("OAUTHMRT-5-2", hybrid, "400", "met"),
            ("OAUTHMRT-5-2", hybrid, GOOD, "violated"),
            ("OAUTHMRT-5-3", hybrid, all, "met"),
            (
                "OAUTHMRT-5-3",
                hybrid,
                "https://rp.example/cb#code=a",
                "violated",
            ),
            (
                "OAUTHMRT-7-1",
                implicit,
                "https://rp.example/cb?id_token=a",
                "violated",
            ),
            ("OAUTHMRT-7-1", implicit, one, "met"),
            ("OIDCC-3.2.2.5-1", implicit, one, "met"),
            (
                "OIDCC-3.2.2.5-1",
                implicit,
                "https://rp.example/cb#error=a",
                "violated",
            ),
            ("OIDCC-3.2.2.5-1", implicit, "400", "violated"),
            ("OIDCC-3.2.2.5-2", hybrid, all, "met"),
            ("OIDCC-3.2.2.5-2", hybrid, one, "violated"),
            ("OIDCC-3.2.2.5-3", implicit, one, "met"),
            ("OIDCC-3.2.2.5-3", implicit, all, "violated"),
            ("OIDCC-3.2.2.10-3", implicit, one, "met"),
            ("OIDCC-3.2.2.10-3", implicit, all, "violated"),
            ("RFC6749-4.2.2-1", implicit, one, "met"),
            (
                "RFC6749-4.2.2-1",
                implicit,
                "https://rp.example/cb#id_token=a&refresh_token=b",
                "violated",
            ),
        ],
    );
}

#[test]
fn responses_by_form() {
    for (id, end, cache_control, expected) in [
        ("OAUTHFP-2-1", "form:code=a&state=st~A%2Bb", None, "met"),
        ("OAUTHFP-2-1", GOOD, None, "violated"),
        (
            "OAUTHFP-2-2",
            "form:code=a",
            Some("no-cache, no-store"),
            "met",
        ),
        ("OAUTHFP-2-2", "form:code=a", Some("no-cache"), "violated"),
        ("OAUTHFP-2-2", "form:code=a", None, "violated"),
        ("OAUTHFP-2-4", "form:code=a&state=st~A%2Bb", None, "met"),
        ("OAUTHFP-2-4", "form:code=a&state=st~A+b", None, "violated"),
        ("OAUTHFP-2-4", GOOD, None, "violated"),
    ] {
        let post = FormPost {
            response: response(&[], end),
            cache_control: cache_control.map(str::to_owned),
        };
        let rule = Rule::find(front_channel::FORM_RULES, id).unwrap();
        assert_eq!(word(&rule.judge(&post)), expected, "{id} {end}");
    }
}

#[test]
fn offline_access_is_ignored_or_refused() {
    for (end, expected) in [
        ("https://rp.example/cb#id_token=e&state=b", "met"),
        (
            "https://rp.example/cb#id_token=e&refresh_token=r&state=b",
            "violated",
        ),
        (
            "https://rp.example/cb#error=invalid_scope&state=b",
            "not applicable",
        ),
        ("400", "not applicable"),
    ] {
        let response = response(&[("response_type", "id_token")], end);
        let rule = Rule::find(front_channel::RULES, "OIDCC-11-2").unwrap();
        assert_eq!(word(&rule.judge(&response)), expected, "{end}");
    }
}

#[test]
fn request_objects() {
    let with_state = "https://rp.example/cb?code=a&state=b";
    for (id, end, takes, expected) in [
        (
            "OIDCC-6.1-1",
            "https://rp.example/cb?error=request_not_supported",
            false,
            "met",
        ),
        ("OIDCC-6.1-1", with_state, false, "violated"),
        ("OIDCC-6.1-1", with_state, true, "met"),
        (
            "OIDCC-6.1-1",
            "https://rp.example/cb?code=a",
            true,
            "violated",
        ),
        ("OIDCC-6.1-1", "400", false, "violated"),
        ("OIDCC-6.1-1", "400", true, "met"),
        ("OIDCC-6.1-1", "500", true, "review"),
        ("OIDCC-6.2-1", "400", false, "violated"),
        ("OIDCC-6.2-1", "400", true, "met"),
        ("OIDCC-6.2-1", "500", true, "review"),
        (
            "OIDCC-6.2-1",
            "https://rp.example/cb?error=request_uri_not_supported",
            false,
            "met",
        ),
        (
            "OIDCC-6.2-1",
            "https://rp.example/cb?error=invalid_request_uri",
            false,
            "violated",
        ),
        (
            "OIDCC-6.2-1",
            "https://rp.example/cb?error=invalid_request_uri",
            true,
            "met",
        ),
        ("OIDCC-6.2-1", with_state, true, "violated"),
        ("OIDCC-3.1.2.1-6", "400", false, "met"),
        ("OIDCC-3.1.2.1-6", with_state, false, "violated"),
        (
            "OIDCC-3.1.2.1-6",
            "https://rp.example/other?code=a",
            true,
            "violated",
        ),
    ] {
        let answered = Answered {
            attempt: attempt(&[("redirect_uri", "https://rp.example/other")], end),
            takes_request: takes,
            takes_request_uri: takes,
        };
        let finding = Rule::find(request_object::RULES, id)
            .unwrap()
            .judge(&answered);
        assert_eq!(word(&finding), expected, "{id} {end}: {finding:?}");
    }
}

#[test]
fn granted_scopes() {
    for (id, end, token, expected) in [
        (
            "RFC6749-3.3-1",
            GOOD,
            Some(r#"{"access_token":"a","scope":"openid"}"#),
            "met",
        ),
        (
            "RFC6749-3.3-1",
            GOOD,
            Some(r#"{"access_token":"a"}"#),
            "violated",
        ),
        (
            "RFC6749-3.3-3",
            GOOD,
            Some(r#"{"scope":"openid xyz"}"#),
            "violated",
        ),
        ("RFC6749-3.3-3", GOOD, Some(r#"{"scope":"openid"}"#), "met"),
        (
            "RFC6749-3.3-3",
            "https://rp.example/cb?error=invalid_scope",
            None,
            "met",
        ),
        ("RFC6749-3.3-3", "400", None, "met"),
        (
            "RFC6749-3.3-3",
            "https://rp.example/cb?error=server_error",
            None,
            "violated",
        ),
        (
            "RFC6749-3.3-1",
            "https://rp.example/cb?error=invalid_scope",
            None,
            "not applicable",
        ),
    ] {
        let granted = GrantedScope {
            attempt: attempt(&[("scope", "openid xyz")], end),
            token: token.map(|body| JsonAnswer::of(page(200, body))),
        };
        let finding = Rule::find(granted_scope::RULES, id)
            .unwrap()
            .judge(&granted);
        assert_eq!(word(&finding), expected, "{id} {end}: {finding:?}");
    }
}

#[test]
fn refusals() {
    let redirected = "https://rp.example/cb?error=invalid_request";
    for (end, expected, finding) in [
        (redirected, "invalid_request", "met"),
        (redirected, "redirect with invalid_request", "met"),
        (redirected, "access_denied", "violated"),
        (redirected, "no redirect", "violated"),
        (
            "https://attacker.example/?error=invalid_request",
            "invalid_request",
            "violated",
        ),
        ("400", "no redirect", "met"),
        ("400", "invalid_request", "met"),
        ("400", "redirect with invalid_request", "violated"),
        ("500", "invalid_request", "review"),
        ("500", "redirect with invalid_request", "violated"),
        (GOOD, "any error", "violated"),
    ] {
        let judged = authorization_refusal(&attempt(&[], end), expected);
        assert_eq!(word(&judged), finding, "{end} {expected}: {judged:?}");
    }
}

#[test]
fn plain_may_be_there_for_other_clients() {
    use crate::checks::pkce::{PLAIN_RULES, PlainChallenge};
    for (end, listed, expected) in [
        ("https://rp.example/cb?error=invalid_request", true, "met"),
        ("https://rp.example/cb?error=invalid_request", false, "met"),
        (
            "https://rp.example/cb?error=access_denied",
            true,
            "violated",
        ),
    ] {
        let plain = PlainChallenge {
            attempt: attempt(&[], end),
            token: None,
            listed: Some(listed),
        };
        let rule = Rule::find(PLAIN_RULES, "RFC7636-4.3-1").unwrap();
        let finding = rule.judge(&plain);
        assert_eq!(word(&finding), expected, "{end} {listed}: {finding:?}");
    }
}
