//! Faults in what the metadata say of the token endpoint, and in how it bears load.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use super::{Break, Document, Fault, LOAD, Spoiler};
use crate::context::Context;
use crate::oauth_error::OauthError;
use crate::reply::{Reply, Transport};
use crate::route::Endpoint;

/// How many token requests are answered before an endpoint breaks.
const ENDURED: u64 = 200;

/// How long the endpoint freezes, and how often.
const FREEZE: Duration = Duration::from_millis(400);
const FREEZES_EVERY: Duration = Duration::from_secs(2);

/// A fault of the endpoint under load: it breaks what was promised, not what a specification says.
const fn load(id: &'static str, summary: &'static str, spoiler: Spoiler<Reply>) -> Fault {
    let break_ = Break::Answer(&[Endpoint::Token], spoiler);
    Fault::new(id, &[], summary, break_).needing(LOAD)
}

/// Whether the endpoint has borne all that it can bear.
fn has_broken(ctx: &Context<'_>) -> bool {
    ctx.issuer.token_requests() > ENDURED
}

/// What is left of the freeze at this time.
fn freeze(clock: Duration) -> Option<Duration> {
    let since = clock.as_millis() % FREEZES_EVERY.as_millis();
    FREEZE.checked_sub(Duration::from_millis(since as u64))
}

pub(super) const FAULTS: &[Fault] = &[
    load(
        "token_endpoint.busy",
        "from the 201st token request on the answer is 503 with Retry-After",
        |ctx, reply| {
            if has_broken(ctx) {
                let why = "the token endpoint is overloaded";
                *reply = OauthError {
                    status: StatusCode::SERVICE_UNAVAILABLE,
                    retry_after: Some(1),
                    ..OauthError::new("temporarily_unavailable", why)
                }
                .into_reply();
            }
        },
    ),
    Fault {
        id: "token_endpoint.fragment",
        breaks: &["RFC6749-3.2-5"],
        summary: "token_endpoint has a fragment",
        needs: None,
        break_: Break::Json(Document::Metadata, |ctx, metadata| {
            metadata.insert(
                "token_endpoint".to_owned(),
                json!(format!("{}#here", ctx.url("/token"))),
            );
        }),
    },
    load(
        "token_endpoint.freezes",
        "every two seconds by the clock the token endpoint stands still for 400 ms",
        |ctx, reply| {
            if let Some(rest) = freeze(ctx.clock) {
                reply.transport = Transport::Delay(rest);
            }
        },
    ),
    load(
        "token_endpoint.hangs",
        "from the 201st token request on there is no answer, and the connection stays open",
        |ctx, reply| {
            if has_broken(ctx) {
                reply.transport = Transport::Hang;
            }
        },
    ),
    load(
        "token_endpoint.resets",
        "from the 201st token request on the connection is closed without an answer",
        |ctx, reply| {
            if has_broken(ctx) {
                reply.transport = Transport::Reset;
            }
        },
    ),
    Fault {
        id: "token_endpoint.secrets_only",
        breaks: &["RFC9700-2.5-2"],
        summary: "the metadata list no asymmetric client authentication",
        needs: None,
        break_: Break::Set(
            Document::Metadata,
            "token_endpoint_auth_methods_supported",
            || {
                json!([
                    "client_secret_basic",
                    "client_secret_post",
                    "client_secret_jwt",
                    "none"
                ])
            },
        ),
    },
    load(
        "token_endpoint.slow",
        "each answer of the token endpoint comes 300 ms late",
        |_, reply| reply.transport = Transport::Delay(Duration::from_millis(300)),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freeze_lasts_until_its_end() {
        for (clock, expected) in [
            (0, Some(400)),
            (10_000, Some(400)),
            (10_399, Some(1)),
            (10_400, Some(0)),
            (10_401, None),
            (11_999, None),
        ] {
            let rest = freeze(Duration::from_millis(clock));
            assert_eq!(rest, expected.map(Duration::from_millis), "{clock}");
        }
    }
}
