//! The mount on wiremock, over http: expectations and one-shot overrides can be laid on top.

use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers};

use super::Service;
use crate::reply::Transport;

/// Below everything that a test lays on top.
const PRIORITY: u8 = 255;

/// wiremock answers in the end.
const LONGER_THAN_ANYBODY_WAITS: Duration = Duration::from_secs(24 * 3_600);

/// Mounts the core.
pub(crate) async fn mount(server: &MockServer, service: Service) {
    Mock::given(matchers::any())
        .respond_with(Responder(service))
        .with_priority(PRIORITY)
        .mount(server)
        .await;
}

struct Responder(Service);

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let target = match request.url.query() {
            Some(query) => format!("{}?{query}", request.url.path()),
            None => request.url.path().to_owned(),
        };
        let Ok(uri) = target.parse::<Uri>() else {
            return ResponseTemplate::new(400);
        };
        let mut own = http::Request::new(Bytes::copy_from_slice(&request.body));
        *own.method_mut() = request.method.clone();
        *own.uri_mut() = uri;
        *own.headers_mut() = request.headers.clone();
        let reply = self.0.handle(&own);

        let (parts, body) = reply.response.into_parts();
        let mut template = ResponseTemplate::new(parts.status.as_u16());
        if !body.is_empty() {
            template = template.set_body_bytes(body);
        }
        for (name, value) in &parts.headers {
            template = template.append_header(name, value);
        }
        match reply.transport {
            Transport::Delay(delay) => template.set_delay(delay),
            Transport::Hang => template.set_delay(LONGER_THAN_ANYBODY_WAITS),
            // wiremock sends whole answers only.
            _ => template,
        }
    }
}
