//! What is read from a recorded message.

use serde_json::{Map, Value};

use crate::run::{Exchange, ResponseRecord};

/// The status code of the answer.
pub(super) fn status(exchange: &Exchange) -> Option<u16> {
    Some(exchange.response.as_ref()?.status)
}

/// The values of a header field of the answer.
pub(super) fn fields<'a>(response: &'a ResponseRecord, name: &str) -> Vec<&'a str> {
    values(&response.headers, name)
}

/// The values of a header field of the request.
pub(super) fn asked_fields<'a>(exchange: &'a Exchange, name: &str) -> Vec<&'a str> {
    values(&exchange.request.headers, name)
}

fn values<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    headers
        .iter()
        .filter(|(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
        .collect()
}

/// Whether a field that is a list has this word, in any case.
pub(super) fn has_word(values: &[&str], word: &str) -> bool {
    values
        .iter()
        .flat_map(|value| value.split(','))
        .any(|own| own.trim().eq_ignore_ascii_case(word))
}

/// Whether the media type is `application/json`, whatever its parameters.
pub(super) fn is_json(response: &ResponseRecord) -> bool {
    let values = fields(response, "content-type");
    let media_type = values.first().and_then(|value| value.split(';').next());
    media_type.is_some_and(|own| own.trim().eq_ignore_ascii_case("application/json"))
}

/// A field as it came, for `actual`.
pub(super) fn shown(response: &ResponseRecord, name: &str) -> String {
    match fields(response, name).as_slice() {
        [] => format!("no {name}"),
        values => format!("{name}: {}", values.join(", ")),
    }
}

/// The JSON object of an answer.
pub(super) fn members(response: &ResponseRecord) -> Option<Map<String, Value>> {
    serde_json::from_str(&response.body).ok()
}

/// Whether a request went to `endpoint`, whatever the query.
pub(super) fn is_at(exchange: &Exchange, endpoint: Option<&str>) -> bool {
    let base = |url: &str| url.split(['?', '#']).next().unwrap_or_default().to_owned();
    endpoint.is_some_and(|endpoint| base(endpoint) == base(&exchange.request.url))
}
