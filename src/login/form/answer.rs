//! What the user would send from a page, without sending it.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request};

use super::choose::{Act, Progress, Situation, choose};
use super::page::{self, Page};
use crate::http::Answer;
use crate::login::destination::Destination;
use crate::login::{Credentials, Decision};

/// The request that a user who agrees would send from this page; `None` where it has no form that the driver
/// understands.
pub fn answer_as_user(answer: &Answer, user: &Credentials) -> Option<Request<Bytes>> {
    let page = Page::parse(&answer.text(), &answer.url);
    let act = choose(&Situation {
        page: &page,
        status: answer.status(),
        user,
        decision: Decision::Agree,
        ends_session: false,
        destination: &Destination::new(&[], &answer.url),
        rule: None,
        progress: &Progress::default(),
    });
    let Act::Submit(submit) = act else {
        return None;
    };
    let method = match submit.filled.method {
        page::Method::Post => Method::POST,
        _ => Method::GET,
    };
    let mut request = Request::builder()
        .method(method)
        .uri(submit.filled.url.as_str());
    let body = match submit.filled.body {
        Some((media_type, body)) => {
            request = request.header(CONTENT_TYPE, media_type);
            body
        }
        None => Bytes::new(),
    };
    request.body(body).ok()
}
#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use url::Url;

    use super::*;

    fn sent(page: &str) -> Option<Request<Bytes>> {
        let answer = Answer {
            response: http::Response::builder()
                .header(CONTENT_TYPE, "text/html")
                .body(Bytes::copy_from_slice(page.as_bytes()))
                .unwrap(),
            exchange: 1,
            url: Url::parse("https://op.example/interaction/x").unwrap(),
            received_at: 0.0,
        };
        let user = Credentials {
            username: "alice".to_owned(),
            password: "pw".to_owned(),
        };
        answer_as_user(&answer, &user)
    }

    #[test]
    fn the_form_is_filled_in_and_not_sent() {
        let page = "<form method=post action=/login><input type=hidden name=csrf value=c>\
            <input name=username><input type=password name=password><button>Log in</button></form>";
        let request = sent(page).unwrap();
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.uri(), "https://op.example/login");
        assert_eq!(request.body(), "csrf=c&username=alice&password=pw");
        assert!(sent("<h1>Error</h1>").is_none());
    }

    #[test]
    fn an_identifier_in_the_path_says_nothing() {
        // A lone q would be the field of a search form.
        for path in ["/interaction/aQ-7", "/interaction/x_q-Z", "/consent"] {
            let page = format!(
                "<h1>Authorize</h1><form method=post action={path}>\
                 <input type=hidden name=prompt value=consent><button>Continue</button></form>"
            );
            assert!(sent(&page).is_some(), "{path}");
        }
    }
}
