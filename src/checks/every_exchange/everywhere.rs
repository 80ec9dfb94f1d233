//! Rules on exchanges wherever they go.

use serde_json::Value;
use url::Url;

use super::message::{is_at, is_json, members, status};
use super::{EveryExchange, Verdict};
use crate::checks::url::{is_https_or_loopback, is_loopback};
use crate::finding::Finding;
use crate::run::Direction;

/// [Core 16.17](https://openid.net/specs/openid-connect-core-1_0.html#TLSRequirements): what the provider is asked,
/// and where it leads browsers on its own ground.
pub(super) fn exchange_is_by_tls(all: &EveryExchange) -> Verdict {
    let is_plain_loopback = |url: Url| url.scheme() == "http" && is_loopback(&url);
    if Url::parse(&all.issuer).is_ok_and(is_plain_loopback) {
        return Verdict {
            finding: Finding::not_applicable("loopback http"),
            exchanges: Vec::new(),
        };
    }
    let sent = all
        .exchanges
        .iter()
        .filter(|e| e.direction == Direction::Sent);
    Verdict::of(sent.map(|exchange| {
        let url = &exchange.request.url;
        let fits = Url::parse(url).is_ok_and(|url| is_https_or_loopback(&url));
        let base = url.split(['?', '#']).next().unwrap_or_default();
        let finding = Finding::met_if(fits, "https", || base.to_owned());
        (exchange.id, finding)
    }))
}

/// A failure of the server, whatever was asked
/// ([RFC 9110 15.6](https://www.rfc-editor.org/rfc/rfc9110#section-15.6)).
pub(super) fn server_does_not_fail(all: &EveryExchange) -> Verdict {
    let answered = all
        .exchanges
        .iter()
        .filter_map(|exchange| Some((exchange, status(exchange)?)));
    Verdict::of(answered.map(|(exchange, status)| {
        let finding = Finding::met_if(status < 500, "no 5xx", || {
            format!("{status} to the {}", exchange.purpose)
        });
        (exchange.id, finding)
    }))
}

/// [Core 13.3](https://openid.net/specs/openid-connect-core-1_0.html#JSONSerialization), in the answers that Core
/// defines.
pub(super) fn no_member_without_value(all: &EveryExchange) -> Verdict {
    let ours = all.exchanges.iter().filter(|exchange| {
        is_at(exchange, all.token_endpoint.as_deref())
            || is_at(exchange, all.userinfo_endpoint.as_deref())
    });
    Verdict::of(ours.filter_map(|exchange| {
        let response = exchange.response.as_ref()?;
        let members = is_json(response).then(|| members(response))??;
        let null: Vec<String> = members
            .into_iter()
            .filter(|(_, value)| value.is_null())
            .map(|(name, _)| format!("{name} is {}", Value::Null))
            .collect();
        let finding = Finding::met_if(null.is_empty(), "no member that is null", || {
            null.join(", ")
        });
        Some((exchange.id, finding))
    }))
}
