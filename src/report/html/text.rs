//! The small parts that pages are made of: links, heads, exchanges in a line.

use serde::Serialize;

use crate::finding::Outcome;
use crate::report::escape::{block, line, short, web};
use crate::report::time::{length, moment};
use crate::run::{Exchange, Role, Run, ScenarioResult};

/// A value is cut after so many characters; `run.json` has the whole.
const VALUE_LIMIT: usize = 4_000;

#[derive(Serialize)]
pub(super) struct Head {
    pub(super) role: &'static str,
    pub(super) provider: String,
    pub(super) issuer: Link,
    pub(super) started: String,
    pub(super) duration: String,
    pub(super) profile: String,
    pub(super) tool: String,
}

#[derive(Serialize)]
pub(super) struct Link {
    pub(super) text: String,
    /// Only for addresses of the web.
    pub(super) href: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Count {
    pub(super) outcome: Outcome,
    pub(super) n: usize,
}

pub(super) fn head(run: &Run) -> Head {
    Head {
        role: match run.role {
            Role::Op => "OpenID Provider",
            Role::Rp => "Relying party",
        },
        provider: line(&run.provider.name),
        issuer: link(&run.provider.issuer, &run.provider.issuer),
        started: line(&moment(&run.started)),
        duration: length(run.duration_ms),
        profile: line(&run.profile),
        tool: line(&format!("{} {}", run.tool.name, run.tool.version)),
    }
}

pub(super) fn told(exchange: &Exchange) -> String {
    format!("{} → {}", request(exchange), answer(exchange))
}

/// Method and URL without its query, which is long and shown whole where the exchange is opened.
pub(super) fn request(exchange: &Exchange) -> String {
    let url = &exchange.request.url;
    let end = url.find(['?', '#']).unwrap_or(url.len());
    format!(
        "{} {}",
        line(&exchange.request.method),
        short(&url[..end], 120)
    )
}

pub(super) fn answer(exchange: &Exchange) -> String {
    match &exchange.response {
        Some(response) => response.status.to_string(),
        None => "no answer".to_owned(),
    }
}

pub(super) fn link(text: &str, url: &str) -> Link {
    Link {
        text: line(text),
        href: web(url).map(line),
    }
}

pub(super) fn place(scenario: &ScenarioResult) -> String {
    format!("{}:{}", line(&scenario.file), scenario.line)
}

pub(super) fn value(text: &str) -> String {
    match text.char_indices().nth(VALUE_LIMIT) {
        None => block(text),
        Some((end, _)) => format!("{}… (the rest stands in run.json)", block(&text[..end])),
    }
}

pub(super) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Sorted ids as `1-3 7`.
pub(super) fn ranges(ids: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &id in ids {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == id => *last = id,
            _ => ranges.push((id, id)),
        }
    }
    let words = ranges.into_iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        _ => format!("{first}-{last}"),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_as_ranges() {
        for (ids, expected) in [
            (&[][..], ""),
            (&[4], "4"),
            (&[1, 2, 3, 7], "1-3 7"),
            (&[1, 3, 4], "1 3-4"),
        ] {
            assert_eq!(ranges(ids), expected);
        }
    }
}
