//! The exchanges as the page carries them: as they are in the run, with long bodies cut until the page is small.

use serde::Serialize;

use crate::run::{DecodedToken, Direction, Exchange, ResponseRecord};

/// About how many bytes of a page the exchanges may take.
const BUDGET: usize = 2_500_000;
/// How much of a body is kept, the most generous first; the last is kept whatever the budget.
const BODY_LIMITS: [usize; 6] = [64_000, 16_000, 8_000, 4_000, 2_000, 500];

/// One exchange for the page's script.
#[derive(Serialize)]
pub(super) struct Record<'a> {
    id: u32,
    received: bool,
    purpose: &'a str,
    at: u64,
    took: f64,
    method: &'a str,
    url: &'a str,
    headers: &'a [(String, String)],
    #[serde(skip_serializing_if = "str::is_empty")]
    body: &'a str,
    /// Bytes of the request body that the page leaves out.
    #[serde(skip_serializing_if = "is_zero")]
    body_left_out: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tokens: &'a [DecodedToken],
    curl: &'a str,
}

#[derive(Serialize)]
struct Answer<'a> {
    status: u16,
    headers: &'a [(String, String)],
    #[serde(skip_serializing_if = "str::is_empty")]
    body: &'a str,
    bytes: usize,
    /// The recorder or the page left out the rest of the body.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cut: bool,
}

/// The exchanges with bodies that fit the budget together.
pub(super) fn records(exchanges: &[Exchange]) -> Vec<Record<'_>> {
    let size = |limit: usize| -> usize {
        let bodies = exchanges.iter().map(|exchange| {
            let answer = exchange
                .response
                .as_ref()
                .map_or(0, |response| response.body.len());
            answer.min(limit) + exchange.request.body.len().min(limit)
        });
        bodies.sum()
    };
    let fits = BODY_LIMITS.into_iter().find(|&limit| size(limit) <= BUDGET);
    let limit = fits.unwrap_or(BODY_LIMITS[BODY_LIMITS.len() - 1]);
    exchanges
        .iter()
        .map(|exchange| record(exchange, limit))
        .collect()
}

fn record(exchange: &Exchange, limit: usize) -> Record<'_> {
    let body = head(&exchange.request.body, limit);
    Record {
        id: exchange.id,
        received: exchange.direction == Direction::Received,
        purpose: &exchange.purpose,
        at: exchange.started_ms,
        took: exchange.duration_ms,
        method: &exchange.request.method,
        url: &exchange.request.url,
        headers: &exchange.request.headers,
        body,
        body_left_out: exchange.request.body.len() - body.len(),
        answer: exchange
            .response
            .as_ref()
            .map(|response| answer(response, limit)),
        error: exchange.error.as_deref(),
        tokens: &exchange.tokens,
        curl: &exchange.curl,
    }
}

fn answer(response: &ResponseRecord, limit: usize) -> Answer<'_> {
    let body = head(&response.body, limit);
    Answer {
        status: response.status,
        headers: &response.headers,
        body,
        bytes: response.body_bytes,
        cut: response.body_cut || body.len() < response.body.len(),
    }
}

/// The first bytes of a text, without tearing a character.
fn head(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len()))
        .rev()
        .find(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or(0)]
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{escape, fixture};

    #[test]
    fn bodies_are_cut_until_the_page_is_small() {
        let mut run = fixture::run();
        for (pages, limit) in [(10, 64_000), (300, 8_000), (1_200, 2_000), (9_000, 500)] {
            let mut exchange = run.exchanges[1].clone();
            exchange.response.as_mut().expect("an answer").body = "ä".repeat(40_000);
            run.exchanges = vec![exchange; pages];
            let records = records(&run.exchanges);
            let answer = records[0].answer.as_ref().expect("an answer");
            assert_eq!(answer.body.len(), limit.min(80_000));
            assert!(answer.cut);
            assert!(pages > 2_000 || escape::script_json(&records).len() < 4_000_000);
        }
    }

    #[test]
    fn a_character_is_not_torn() {
        assert_eq!(head("aä", 2), "a");
        assert_eq!(head("aä", 3), "aä");
    }
}
