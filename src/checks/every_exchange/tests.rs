use super::*;
use crate::flow::{AuthorizationAttempt, AuthorizationPlan};
use crate::http::Answer;
use crate::login::{Arrival, Callback, Decision, End};
use crate::protocol::{AuthorizationAnswer, Parameters, Pkce};
use crate::provider::ClientConfig;
use crate::run::{Direction, RequestRecord, ResponseRecord};

const ISSUER: &str = "https://op.example";
const TOKEN: &str = "https://op.example/token";
const USERINFO: &str = "https://op.example/userinfo";
const JSON: (&str, &str) = ("content-type", "application/json;charset=UTF-8");

fn exchange(
    id: u32,
    method: &str,
    url: &str,
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
) -> Exchange {
    let owned = |headers: &[(&str, &str)]| {
        headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    Exchange {
        id,
        direction: Direction::Sent,
        purpose: "request".to_owned(),
        started_ms: 0,
        duration_ms: 1.0,
        request: RequestRecord {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: owned(&[("content-type", "application/x-www-form-urlencoded")]),
            body: "grant_type=x&password=«password#1»".to_owned(),
        },
        response: Some(ResponseRecord {
            status,
            headers: owned(headers),
            body: body.to_owned(),
            body_bytes: body.len(),
            body_cut: false,
        }),
        error: None,
        tokens: Vec::new(),
        curl: String::new(),
    }
}

fn all(exchanges: Vec<Exchange>) -> EveryExchange {
    EveryExchange {
        exchanges: exchanges.into_iter().map(Arc::new).collect(),
        issuer: ISSUER.to_owned(),
        token_endpoint: Some(TOKEN.to_owned()),
        userinfo_endpoint: Some(USERINFO.to_owned()),
        ..EveryExchange::default()
    }
}

/// `Some(true)` met, `Some(false)` violated, `None` where the rule does not apply.
fn judged(id: &str, all: &EveryExchange) -> Option<bool> {
    let verdict = Rule::find(RULES, id).expect(id).judge(all);
    match verdict.finding {
        Finding::Met => {
            assert_eq!(verdict.exchanges.len(), 1, "{id}");
            Some(true)
        }
        Finding::Violated { .. } => {
            assert!(!verdict.exchanges.is_empty(), "{id}");
            Some(false)
        }
        Finding::NotApplicable { .. } => {
            assert!(verdict.exchanges.is_empty(), "{id}");
            None
        }
        other => panic!("{id}: {other:?}"),
    }
}

#[test]
fn token_responses_are_judged() {
    let no_store = ("cache-control", "no-cache, No-Store");
    for (id, status, headers, expected) in [
        ("OIDCC-3.1.3.3-3", 200, &[JSON, no_store][..], true),
        (
            "OIDCC-3.1.3.3-3",
            200,
            &[JSON, ("cache-control", "no-cache")],
            false,
        ),
        ("OIDCC-3.1.3.3-3", 200, &[JSON], false),
        ("RFC6749-5.1-3", 200, &[("pragma", "no-cache")], true),
        ("RFC6749-5.1-3", 200, &[JSON], false),
        ("RFC6749-5.1-6", 200, &[JSON], true),
        ("RFC6749-5.1-6", 201, &[JSON], false),
        (
            "RFC6749-5.1-6",
            200,
            &[("content-type", "text/html")],
            false,
        ),
        ("RFC6749-5.1-6", 200, &[], false),
    ] {
        let body = r#"{"access_token":"«access_token#1»"}"#;
        let all = all(vec![exchange(7, "POST", TOKEN, status, headers, body)]);
        assert_eq!(
            judged(id, &all),
            Some(expected),
            "{id} {status} {headers:?}"
        );
    }
}

#[test]
fn errors_of_the_token_endpoint_are_judged() {
    let html = ("content-type", "text/html");
    for (id, status, header, body, expected) in [
        ("OIDCC-3.1.3.4-1", 400, JSON, r#"{"error":"x"}"#, Some(true)),
        ("OIDCC-3.1.3.4-1", 401, JSON, r#"{"error":"x"}"#, Some(true)),
        (
            "OIDCC-3.1.3.4-1",
            403,
            JSON,
            r#"{"error":"x"}"#,
            Some(false),
        ),
        (
            "OIDCC-3.1.3.4-1",
            200,
            JSON,
            r#"{"error":"x"}"#,
            Some(false),
        ),
        (
            "OIDCC-3.1.3.4-1",
            500,
            JSON,
            r#"{"error":"x"}"#,
            Some(false),
        ),
        ("OIDCC-3.1.3.4-1", 302, html, "", Some(false)),
        ("OIDCC-3.1.3.4-1", 400, html, "oops", Some(false)),
        ("OIDCC-3.1.3.4-1", 405, html, "", None),
        ("OIDCC-3.1.3.4-1", 429, html, "", None),
        ("RFC6749-5.2-5", 400, JSON, r#"{"error":"a b"}"#, Some(true)),
        ("RFC6749-5.2-5", 400, JSON, r#"{"error":""}"#, Some(false)),
        (
            "RFC6749-5.2-5",
            400,
            JSON,
            r#"{"error":["a"]}"#,
            Some(false),
        ),
        ("RFC6749-5.2-5", 400, JSON, r#"{"error":"é"}"#, Some(false)),
        (
            "RFC6749-5.2-5",
            400,
            JSON,
            r#"{"error":"a","error_uri":"a b"}"#,
            Some(false),
        ),
        (
            "RFC6749-5.2-5",
            400,
            JSON,
            r#"{"error":"a","error_description":"no «code#1»"}"#,
            Some(true),
        ),
        (
            "RFC6749-5.2-5",
            400,
            JSON,
            r#"{"error":"a","error_description":"say \"no\""}"#,
            Some(false),
        ),
        ("RFC6749-5.2-5", 400, html, "oops", None),
        ("RFC6749-5.2-6", 400, JSON, "{}", Some(true)),
        ("RFC6749-5.2-6", 400, html, "{}", Some(false)),
        (
            "RFC6749-5.2-16",
            400,
            JSON,
            r#"{"error":"invalid_grant"}"#,
            Some(true),
        ),
        (
            "RFC6749-5.2-16",
            400,
            JSON,
            r#"{"error":"invalid_state"}"#,
            Some(false),
        ),
        ("RFC6749-5.2-16", 400, JSON, "{}", None),
    ] {
        let all = all(vec![exchange(7, "POST", TOKEN, status, &[header], body)]);
        assert_eq!(judged(id, &all), expected, "{id} {status} {body}");
    }
}

#[test]
fn requests_that_are_no_token_requests_are_left_alone() {
    let by_get = exchange(1, "GET", TOKEN, 500, &[], "");
    let elsewhere = exchange(2, "POST", "https://op.example/revoke", 200, &[], "");
    let mut in_json = exchange(3, "POST", TOKEN, 500, &[], "");
    in_json.request.headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let mut cut = exchange(4, "POST", TOKEN, 200, &[JSON], "{\"access_token\":");
    if let Some(response) = &mut cut.response {
        response.body_cut = true;
    }
    let all = all(vec![by_get, elsewhere, in_json, cut]);
    for id in ["OIDCC-3.1.3.3-3", "OIDCC-3.1.3.4-1", "RFC6749-5.1-6"] {
        assert_eq!(judged(id, &all), None, "{id}");
    }
}

#[test]
fn exchanges_are_judged_wherever_they_go() {
    let op = |path: &str| format!("{ISSUER}{path}");
    for (id, url, status, headers, body, expected) in [
        (
            "PRACTICE-robustness-1",
            op("/x"),
            404,
            &[][..],
            "",
            Some(true),
        ),
        ("PRACTICE-robustness-1", op("/x"), 502, &[], "", Some(false)),
        ("OIDCC-16.17-1", op("/x"), 200, &[], "", Some(true)),
        (
            "OIDCC-16.17-1",
            "http://op.example/x".to_owned(),
            200,
            &[],
            "",
            Some(false),
        ),
        (
            "OIDCC-13.3-1",
            op("/userinfo"),
            200,
            &[JSON],
            r#"{"sub":"a"}"#,
            Some(true),
        ),
        (
            "OIDCC-13.3-1",
            op("/userinfo"),
            200,
            &[JSON],
            r#"{"sub":"a","name":null}"#,
            Some(false),
        ),
        (
            "OIDCC-13.3-1",
            op("/token"),
            200,
            &[JSON],
            r#"{"scope":null}"#,
            Some(false),
        ),
        (
            "OIDCC-13.3-1",
            op("/other"),
            200,
            &[JSON],
            r#"{"scope":null}"#,
            None,
        ),
        ("RFC9700-4.12-1", op("/login"), 302, &[], "", Some(true)),
        ("RFC9700-4.12-1", op("/login"), 307, &[], "", Some(false)),
        ("RFC9700-4.12-1", op("/login"), 200, &[], "", None),
        ("RFC9700-4.12-2", op("/login"), 303, &[], "", Some(true)),
        ("RFC9700-4.12-2", op("/login"), 302, &[], "", Some(false)),
    ] {
        let all = all(vec![exchange(7, "POST", &url, status, headers, body)]);
        assert_eq!(judged(id, &all), expected, "{id} {url} {status} {body}");
    }
    let mut plain = all(vec![exchange(1, "GET", "http://localhost/", 200, &[], "")]);
    plain.issuer = "http://localhost".to_owned();
    assert_eq!(judged("OIDCC-16.17-1", &plain), None);
    let mut plain = all(vec![exchange(1, "GET", "http://op.example/", 200, &[], "")]);
    plain.issuer = "http://op.example".to_owned();
    assert_eq!(judged("OIDCC-16.17-1", &plain), Some(false));
}

#[test]
fn tokens_are_looked_for_in_the_queries_of_redirects() {
    for (asked, location, expected) in [
        ("/authorize", "https://rp.example/cb?code=a", true),
        ("/authorize", "https://rp.example/cb?own=1#id_token=a", true),
        (
            "/authorize",
            "https://rp.example/cb?state=a&id_token=b",
            false,
        ),
        ("/authorize", "/next?access_token=a", false),
        ("/a?id_token=x", "/b?id_token=x", true),
    ] {
        let url = format!("{ISSUER}{asked}");
        let redirect = exchange(7, "GET", &url, 303, &[("location", location)], "");
        let all = all(vec![redirect]);
        assert_eq!(judged("OAUTHMRT-7-1", &all), Some(expected), "{location}");
    }
}

fn response(
    sent: &[(&str, &str)],
    url: &str,
    form: Option<&[(&str, &str)]>,
) -> AuthorizationResponse {
    let callback = Callback {
        url: url.to_owned(),
        form: form.map(|pairs| {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            pairs.iter().map(owned).collect()
        }),
        status: 303,
        exchange: 7,
        received_at: 0.0,
    };
    AuthorizationResponse {
        attempt: AuthorizationAttempt {
            plan: AuthorizationPlan {
                client: ClientConfig::public("c"),
                method: http::Method::GET,
                parameters: Parameters::new(sent.iter().copied()),
                pkce: Pkce::fresh(43),
                decision: Decision::Agree,
                extra: crate::flow::Extra::default(),
            },
            arrival: Arrival {
                end: End::RedirectUri(callback.clone()),
                pages: Vec::new(),
                exchanges: vec![7],
            },
            answer: Some(AuthorizationAnswer::of(callback)),
        },
        issuer: ISSUER.to_owned(),
        announces_iss: true,
    }
}

#[test]
fn authorization_responses_are_judged() {
    let one = [("state", "s")];
    let iss = "iss=https%3A%2F%2Fop.example";
    for (id, sent, parameters, expected) in [
        (
            "RFC6749-4.1.2.1-5",
            &one[..],
            "error=access_denied&state=s".to_owned(),
            Some(true),
        ),
        (
            "RFC6749-4.1.2.1-5",
            &one,
            "error=access_denied".to_owned(),
            Some(false),
        ),
        ("RFC6749-4.1.2.1-5", &one, "code=a".to_owned(), None),
        (
            "RFC6749-4.1.2.1-5",
            &[("state", "s"), ("state", "t")],
            "error=a".to_owned(),
            None,
        ),
        (
            "RFC6749-4.1.2.1-5",
            &[("request", "r")],
            "error=a&state=s".to_owned(),
            None,
        ),
        (
            "RFC6749-4.1.2.1-8",
            &one,
            "error=a&error_description=%22".to_owned(),
            Some(false),
        ),
        (
            "RFC6749-4.1.2.1-9",
            &one,
            "error=access_denied".to_owned(),
            Some(true),
        ),
        (
            "RFC6749-4.1.2.1-9",
            &one,
            "error=invalid_state".to_owned(),
            Some(false),
        ),
        (
            "OIDCC-3.1.2.6-2",
            &one,
            "error=a&code=b".to_owned(),
            Some(false),
        ),
        ("RFC9207-2-1", &one, format!("code=a&{iss}"), Some(true)),
        ("RFC9207-2-1", &one, "code=a".to_owned(), Some(false)),
        ("RFC9207-2-1", &one, "error=a".to_owned(), None),
        ("RFC9207-2-2", &one, format!("error=a&{iss}"), Some(true)),
        ("RFC9207-2-2", &one, "error=a".to_owned(), Some(false)),
        (
            "RFC9207-2-4",
            &one,
            format!("code=a&{iss}&{iss}"),
            Some(false),
        ),
    ] {
        let url = format!("https://rp.example/cb?{parameters}");
        let all = EveryExchange {
            responses: vec![response(sent, &url, None)],
            ..all(Vec::new())
        };
        assert_eq!(judged(id, &all), expected, "{id} {parameters}");
    }
}

#[test]
fn tokens_are_looked_for_in_the_targets_of_forms() {
    let form = [("id_token", "a")];
    for (url, expected) in [
        ("https://rp.example/cb", true),
        ("https://rp.example/cb?id_token=a", false),
    ] {
        let all = EveryExchange {
            responses: vec![response(&[], url, Some(&form))],
            ..all(Vec::new())
        };
        assert_eq!(judged("OAUTHMRT-7-1", &all), Some(expected), "{url}");
    }
}

#[test]
fn the_first_offenders_are_named() {
    let found = |id: u32, what: &str| (id, Finding::violated("right", what));
    let mut all: Vec<(u32, Finding)> = (1..=7).map(|id| found(id, "wrong")).collect();
    all.push((8, Finding::Met));
    all.push((9, Finding::not_applicable("no")));
    all.push(found(10, "odd"));
    let verdict = Verdict::of(all);
    let told = "8 of 9: wrong (exchange 1, 2, 3, 4, 5, …); odd (exchange 10)";
    assert_eq!(verdict.finding, Finding::violated("right", told));
    assert_eq!(verdict.exchanges, [1, 2, 3, 4, 5, 10]);
}

#[test]
fn nothing_is_met_by_nothing() {
    let verdict = Verdict::of([(1, Finding::not_applicable("no"))]);
    assert!(matches!(verdict.finding, Finding::NotApplicable { .. }));
    let doubtful = Verdict::of([(1, Finding::Met), (2, Finding::needs_review("look"))]);
    assert_eq!(doubtful.finding, Finding::needs_review("look"));
    assert_eq!(doubtful.exchanges, [2]);
}

#[test]
fn a_page_is_no_authorization_response() {
    let answer = Answer {
        response: http::Response::new(bytes::Bytes::new()),
        exchange: 7,
        url: url::Url::parse(ISSUER).unwrap(),
        received_at: 0.0,
    };
    let mut page = response(&[], "https://rp.example/cb", None);
    page.attempt.answer = None;
    page.attempt.arrival.end = End::Page {
        answer,
        kind: crate::login::PageKind::Final,
    };
    let all = EveryExchange {
        responses: vec![page],
        ..all(Vec::new())
    };
    assert_eq!(judged("RFC9207-2-1", &all), None);
}
