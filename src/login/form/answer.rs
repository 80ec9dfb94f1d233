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
