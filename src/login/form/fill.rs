//! Turns a filled form into the request that a browser would send
//! ([form submission](https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#form-submission-2)).

use std::collections::BTreeMap;

use bytes::Bytes;
use percent_encoding::{AsciiSet, utf8_percent_encode};
use url::{Url, form_urlencoded};

use super::page::{Control, Encoding, Form, Kind, Method};

/// What the user changes on a form before it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edits {
    /// The texts of controls, by their number.
    pub values: BTreeMap<usize, String>,
    /// The ticks of checkboxes and radio buttons, by their number.
    pub ticks: BTreeMap<usize, bool>,
}

/// A filled form on its way.
#[derive(Clone, PartialEq, Eq)]
pub struct Filled {
    /// The method.
    pub method: Method,
    /// The target, with the query where the method is GET.
    pub url: Url,
    /// The media type and the body, where the method is POST.
    pub body: Option<(String, Bytes)>,
    /// The fields, as names and values.
    pub fields: Vec<(String, String)>,
}

// The password is among them.
impl std::fmt::Debug for Filled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Filled")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("fields", &names)
            .finish_non_exhaustive()
    }
}

/// Fills `form` and presses the button number `submitter` (or the Enter key).
///
/// # Errors
/// The form is not sent by HTTP; the text says why.
pub fn fill(form: &Form, submitter: Option<usize>, edits: &Edits) -> Result<Filled, String> {
    let button = submitter.and_then(|at| form.controls.get(at));
    let own = |button: &Control| button.action.clone();
    let action = match button.and_then(own) {
        Some(action) => action,
        None => form.submission.action.clone(),
    };
    let mut url = action.ok_or("the action of its form is no URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("its form is sent by a script ({}:)", url.scheme()));
    }
    url.set_fragment(None);
    let method = button
        .and_then(|button| button.method)
        .unwrap_or(form.submission.method);
    let encoding = button
        .and_then(|button| button.encoding)
        .unwrap_or(form.submission.encoding);
    let entries = entries(form, submitter, edits);
    let fields: Vec<(String, String)> = entries
        .iter()
        .map(|entry| (entry.name.clone(), entry.value.clone()))
        .collect();
    let body = match method {
        Method::Dialog => return Err("its form closes a dialog and is not sent".to_owned()),
        Method::Get => {
            url.set_query(Some(&urlencoded(&entries)));
            None
        }
        Method::Post => Some(match encoding {
            Encoding::UrlEncoded => (
                "application/x-www-form-urlencoded".to_owned(),
                Bytes::from(urlencoded(&entries)),
            ),
            Encoding::Multipart => multipart(&entries),
            Encoding::Plain => ("text/plain".to_owned(), Bytes::from(plain(&entries))),
        }),
    };
    Ok(Filled {
        method,
        url,
        body,
        fields,
    })
}

struct Entry {
    name: String,
    value: String,
    file: bool,
}

fn entries(form: &Form, submitter: Option<usize>, edits: &Edits) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add = |name: &str, value: &str, file: bool| {
        entries.push(Entry {
            name: line_ends(name),
            value: line_ends(value),
            file,
        });
    };
    for (at, control) in form.controls.iter().enumerate() {
        if control.disabled {
            continue;
        }
        let name = control.name.as_str();
        let value = edits.values.get(&at).unwrap_or(&control.value);
        match &control.kind {
            Kind::Button => {}
            Kind::Submit if submitter != Some(at) => {}
            Kind::Image if submitter != Some(at) => {}
            Kind::Image => {
                let prefix = if name.is_empty() {
                    String::new()
                } else {
                    format!("{name}.")
                };
                add(&format!("{prefix}x"), "1", false);
                add(&format!("{prefix}y"), "1", false);
            }
            _ if name.is_empty() => {}
            Kind::Checkbox | Kind::Radio => {
                if edits.ticks.get(&at).copied().unwrap_or(control.checked) {
                    add(name, value, false);
                }
            }
            Kind::Select { choices, .. } => match edits.values.get(&at) {
                Some(value) => add(name, value, false),
                None => choices
                    .iter()
                    .filter(|choice| choice.selected && !choice.disabled)
                    .for_each(|choice| add(name, &choice.value, false)),
            },
            Kind::File => add(name, "", true),
            Kind::Hidden if name.eq_ignore_ascii_case("_charset_") => add(name, "UTF-8", false),
            _ => add(name, value, false),
        }
    }
    entries
}

/// Line ends go over the wire as CR LF.
fn line_ends(text: &str) -> String {
    if !text.contains(['\r', '\n']) {
        return text.to_owned();
    }
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\n', "\r\n")
}

fn urlencoded(entries: &[Entry]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for entry in entries {
        out.append_pair(&entry.name, &entry.value);
    }
    out.finish()
}

/// What must not stand in a name of a multipart body.
const NAME: &AsciiSet = &AsciiSet::EMPTY.add(b'"').add(b'\r').add(b'\n');

fn multipart(entries: &[Entry]) -> (String, Bytes) {
    let mut boundary = "----oidcheckFormBoundary".to_owned();
    while entries
        .iter()
        .any(|entry| entry.value.contains(&boundary) || entry.name.contains(&boundary))
    {
        boundary.push('x');
    }
    let mut body = String::new();
    for entry in entries {
        let name = utf8_percent_encode(&entry.name, NAME);
        body.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\""
        ));
        if entry.file {
            body.push_str("; filename=\"\"\r\nContent-Type: application/octet-stream");
        }
        body.push_str(&format!("\r\n\r\n{}\r\n", entry.value));
    }
    body.push_str(&format!("--{boundary}--\r\n"));
    let media_type = format!("multipart/form-data; boundary={boundary}");
    (media_type, Bytes::from(body))
}

fn plain(entries: &[Entry]) -> String {
    entries
        .iter()
        .map(|entry| format!("{}={}\r\n", entry.name, entry.value))
        .collect()
}
