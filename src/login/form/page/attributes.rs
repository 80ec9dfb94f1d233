//! What attributes and texts mean.

use scraper::ElementRef;

use super::{Encoding, Kind, Method};

pub(super) fn input_kind(kind: &str) -> Kind {
    match kind.trim().to_ascii_lowercase().as_str() {
        "hidden" => Kind::Hidden,
        "email" => Kind::Email,
        "tel" => Kind::Telephone,
        "search" => Kind::Search,
        "password" => Kind::Password,
        "checkbox" => Kind::Checkbox,
        "radio" => Kind::Radio,
        "file" => Kind::File,
        "submit" => Kind::Submit,
        "image" => Kind::Image,
        "button" | "reset" => Kind::Button,
        _ => Kind::Text,
    }
}

pub(super) fn method(name: &str) -> Option<Method> {
    match name.trim().to_ascii_lowercase().as_str() {
        "post" => Some(Method::Post),
        "dialog" => Some(Method::Dialog),
        "get" => Some(Method::Get),
        _ => None,
    }
}

pub(super) fn encoding(name: &str) -> Encoding {
    match name.trim().to_ascii_lowercase().as_str() {
        "multipart/form-data" => Encoding::Multipart,
        "text/plain" => Encoding::Plain,
        _ => Encoding::UrlEncoded,
    }
}

pub(super) fn is_concealed(element: &ElementRef<'_>) -> bool {
    if element.attr("hidden").is_some() {
        return true;
    }
    element.attr("style").is_some_and(|style| {
        let style: String = style.split_whitespace().collect();
        let style = style.to_ascii_lowercase();
        style.contains("display:none") || style.contains("visibility:hidden")
    })
}

/// Whether a script sends a form when it is loaded, and not when something is clicked.
pub(super) fn submits_itself(script: &str) -> bool {
    (script.contains(".submit()") || script.contains(".requestSubmit()"))
        && !script.contains("click")
        && !script.contains("onchange")
        && !script.contains("'change'")
        && !script.contains("\"change\"")
}

pub(super) fn push(to: &mut String, text: &str, limit: usize) {
    let room = limit.saturating_sub(to.len());
    if room == 0 {
        return;
    }
    let mut end = text.len().min(room);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    to.push_str(&text[..end]);
}

pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
