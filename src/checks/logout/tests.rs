use bytes::Bytes;
use http::Method;

use super::*;
use crate::checks::authorization_response;
use crate::checks::test_answer;
use crate::flow::LogoutPlan;
use crate::http::Answer;
use crate::login::{Arrival, Callback, Decision, PageSeen};

const URI: &str = "https://rp.example/bye";

fn page(status: u16) -> Answer {
    Answer {
        exchange: 2,
        ..test_answer::answer("logout", status, &[], "")
    }
}

/// A logout with these parameters that ended at a URL, or on a page with a status, after these pages.
fn attempt(
    parameters: &[(&str, &str)],
    end: Result<&str, u16>,
    asked: &[PageKind],
) -> LogoutAttempt {
    let end = match end {
        Ok(url) => End::RedirectUri(Callback {
            url: url.to_owned(),
            form: None,
            status: 302,
            exchange: 2,
            received_at: 0.0,
        }),
        Err(status) => End::Page {
            answer: page(status),
            kind: PageKind::Final,
        },
    };
    let answer = match &end {
        End::RedirectUri(callback) => Some(AuthorizationAnswer::of(callback.clone())),
        End::Page { .. } => None,
    };
    LogoutAttempt {
        plan: LogoutPlan {
            method: Method::GET,
            parameters: Parameters::new(parameters.iter().copied()),
            decision: Decision::Agree,
        },
        arrival: Arrival {
            end,
            pages: asked
                .iter()
                .map(|kind| PageSeen {
                    kind: *kind,
                    answer: page(200),
                })
                .collect(),
            exchanges: vec![1, 2],
        },
        answer,
    }
}

fn name(finding: &Finding) -> &'static str {
    match finding {
        Finding::Met => "met",
        Finding::MetWith { .. } => "noted",
        Finding::Violated { .. } => "violated",
        Finding::NotApplicable { .. } => "not applicable",
        Finding::NeedsReview { .. } => "review",
    }
}

#[test]
fn who_was_not_asked_agreed_to_no_logout() {
    let alive = authorization_response::tests::attempt(&[], "https://rp.example/cb?code=c");
    let over =
        authorization_response::tests::attempt(&[], "https://rp.example/cb?error=login_required");
    for (after, asked, recorded, expected) in [
        (&over, &[][..], true, "met"),
        (&over, &[], false, "met"),
        (&alive, &[PageKind::Confirmation], true, "violated"),
        (&alive, &[], true, "not applicable"),
        (&alive, &[], false, "review"),
    ] {
        let mut logout = attempt(&[], Ok(URI), asked);
        if !recorded {
            logout.arrival.exchanges.clear();
        }
        let finding = session_is_over(&logout, after, "redirect with login_required");
        assert_eq!(name(&finding), expected, "{asked:?} {recorded}");
    }
}

#[test]
fn the_redirect_goes_to_the_uri_and_nowhere_else() {
    for (uri, end, expected) in [
        (URI, Ok(URI), "met"),
        (URI, Ok("https://rp.example/bye?state=x"), "met"),
        (URI, Ok("https://RP.example:443/bye?state=x"), "met"),
        (URI, Ok("https://rp.example/bye?sid=x&state=x"), "noted"),
        (URI, Ok("https://rp.example/"), "violated"),
        (URI, Ok("https://rp.example/bye/"), "violated"),
        (URI, Ok("http://rp.example/bye"), "violated"),
        (URI, Err(200), "violated"),
        (URI, Err(400), "violated"),
        (
            "https://rp.example/bye?a=b",
            Ok("https://rp.example/bye?a=b&state=x"),
            "met",
        ),
        (
            "https://rp.example/bye?a=b",
            Ok("https://rp.example/bye?state=x"),
            "violated",
        ),
    ] {
        let attempt = attempt(&[("post_logout_redirect_uri", uri)], end, &[]);
        let finding = leads_to_the_uri(&attempt);
        assert_eq!(name(&finding), expected, "{uri} {end:?} {finding:?}");
    }
    let none = attempt(&[], Ok(URI), &[]);
    assert_eq!(name(&leads_to_the_uri(&none)), "not applicable");
}

#[test]
fn state_is_the_one_that_was_sent() {
    for (sent, end, expected) in [
        (Some("a b+é"), Ok("?state=a+b%2B%C3%A9"), "met"),
        (Some("a b+é"), Ok("?state=a%20b%2B%c3%a9"), "met"),
        (Some("a b+é"), Ok("?state=a+b+%C3%A9"), "violated"),
        (Some("aB"), Ok("?state=ab"), "violated"),
        (Some("a"), Ok("?state=a&state=a"), "violated"),
        (Some("a"), Ok("#state=a"), "violated"),
        (Some("a"), Ok(""), "violated"),
        (None, Ok("?state=a"), "violated"),
        (None, Ok(""), "met"),
        (Some("a"), Err(200), "not applicable"),
    ] {
        let parameters: Vec<(&str, &str)> = sent.map(|s| ("state", s)).into_iter().collect();
        let url = end.map(|rest: &str| format!("{URI}{rest}"));
        let attempt = attempt(&parameters, url.as_deref().map_err(|status| *status), &[]);
        let finding = state_comes_back(&attempt);
        assert_eq!(name(&finding), expected, "{sent:?} {end:?} {finding:?}");
    }
}

#[test]
fn a_wrong_request_ends_on_a_page() {
    let asked: &[PageKind] = &[PageKind::Confirmation];
    for (end, pages, expected, without_proof) in [
        (Ok(URI), &[][..], "violated", "violated"),
        (Ok(URI), asked, "violated", "review"),
        (Err(200), &[][..], "met", "met"),
        (Err(400), asked, "met", "met"),
        (Err(500), &[][..], "review", "review"),
    ] {
        let attempt = attempt(&[], end, pages);
        assert_eq!(name(&leads_to_no_uri(&attempt)), expected, "{end:?}");
        let finding = leads_to_no_uri_without_proof(&attempt);
        assert_eq!(name(&finding), without_proof, "{end:?}");
    }
}

#[test]
fn the_user_is_asked_first() {
    for (end, pages, expected) in [
        (Err(200), &[PageKind::Confirmation][..], "met"),
        (Ok(URI), &[PageKind::Confirmation][..], "met"),
        (Ok(URI), &[][..], "violated"),
        (Ok(URI), &[PageKind::Login][..], "violated"),
        (Err(200), &[][..], "review"),
    ] {
        let finding = asks_the_user(&attempt(&[], end, pages));
        assert_eq!(name(&finding), expected, "{end:?} {pages:?}");
    }
    let mut unseen = attempt(&[], Ok(URI), &[]);
    unseen.arrival.exchanges.clear();
    assert_eq!(name(&asks_the_user(&unseen)), "review");
    assert_eq!(name(&leads_to_no_uri_without_proof(&unseen)), "review");
}

#[test]
fn without_a_session_nothing_is_an_error() {
    for (end, expected) in [
        (Ok(URI), "met"),
        (Err(200), "met"),
        (Err(400), "violated"),
        (Err(500), "violated"),
    ] {
        assert_eq!(
            name(&is_no_error(&attempt(&[], end, &[]))),
            expected,
            "{end:?}"
        );
    }
}

fn json(status: u16, body: &serde_json::Value) -> Answer {
    Answer {
        response: http::Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(Bytes::from(body.to_string()))
            .unwrap(),
        ..page(status)
    }
}

#[test]
fn the_endpoint_is_an_https_url() {
    for (document, expected) in [
        (
            serde_json::json!({"end_session_endpoint": "https://op.example/logout"}),
            "met",
        ),
        (
            serde_json::json!({"end_session_endpoint": "http://localhost:1/logout"}),
            "met",
        ),
        (
            serde_json::json!({"end_session_endpoint": "http://op.example/logout"}),
            "violated",
        ),
        (
            serde_json::json!({"end_session_endpoint": "/logout"}),
            "violated",
        ),
        (serde_json::json!({"end_session_endpoint": 1}), "violated"),
        (serde_json::json!({}), "violated"),
    ] {
        let discovery = Discovery {
            metadata: crate::provider::Metadata::of(json(200, &document)),
            issuer: "https://op.example".to_owned(),
        };
        assert_eq!(name(&endpoint_is_https(&discovery)), expected, "{document}");
    }
}

#[test]
fn what_is_registered_is_what_was_asked_for_and_may_be() {
    let uris = |uris: &[&str]| serde_json::json!({"post_logout_redirect_uris": uris});
    let error = serde_json::json!({"error": "invalid_client_metadata"});
    let (https, http) = ("https://rp.example/bye", "http://rp.example/bye");
    for (asked, status, answer, registered, without_http) in [
        (https, 201, uris(&[https]), "met", "met"),
        (
            https,
            201,
            uris(&[https, "https://rp.example"]),
            "met",
            "met",
        ),
        (https, 201, uris(&[]), "violated", "met"),
        (http, 201, uris(&[http]), "met", "violated"),
        (http, 201, serde_json::json!({}), "violated", "met"),
        (http, 400, error, "violated", "met"),
        (http, 500, serde_json::json!({}), "violated", "review"),
    ] {
        let registration = Registration {
            asked: uris(&[asked]).as_object().unwrap().clone(),
            answer: crate::protocol::JsonAnswer::of(json(status, &answer)),
        };
        let finding = uris_are_registered(&registration);
        assert_eq!(name(&finding), registered, "{asked} {status} {answer}");
        let finding = http_is_not_taken(&registration);
        assert_eq!(name(&finding), without_http, "{asked} {status} {answer}");
    }
}
