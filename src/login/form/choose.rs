//! Decides what a user would do on a page. Pure: no request is made here.

mod decision;
mod login_form;

use std::time::Duration;

use url::Url;

use super::fill::{Edits, Filled, fill};
use super::page::{Form, Kind, Method, Page, Target};
use super::rules::PageRule;
use super::words;
use crate::login::destination::Destination;
use crate::login::{Credentials, Decision, PageKind};

/// A page that goes on by itself within this time is followed, without the wait.
const REFRESH_FOLLOWED: Duration = Duration::from_secs(5);

/// All that matters for what to do on a page.
#[derive(Debug)]
pub(crate) struct Situation<'a> {
    /// The page.
    pub(crate) page: &'a Page,
    /// With which status it came.
    pub(crate) status: u16,
    /// Who logs in.
    pub(crate) user: &'a Credentials,
    /// What the user decides.
    pub(crate) decision: Decision,
    /// Whether the journey is a logout.
    pub(crate) ends_session: bool,
    /// Where the browser is stopped.
    pub(crate) destination: &'a Destination<'a>,
    /// The rule for this page, with what its selectors `submit` and `refuse` found.
    pub(crate) rule: Option<(&'a PageRule, [Option<Target>; 2])>,
    /// What happened before.
    pub(crate) progress: &'a Progress,
}

/// What the user gave away so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The user name.
    pub(crate) gave_username: bool,
    /// The password.
    pub(crate) gave_password: bool,
    /// The password, in the request that this page answers.
    pub(crate) gave_password_just_now: bool,
    /// The provider may ask once more: it began anew, and the request says to ask.
    pub(crate) may_ask_again: bool,
    /// The names of the fields written so far.
    pub(crate) written: Vec<String>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Act {
    /// Send a form.
    Submit(Submit),
    /// Go to a link, or where the page leads by itself.
    Follow {
        /// Where to.
        url: Url,
        /// What the page asked, if anything.
        kind: Option<PageKind>,
    },
    /// The page posts itself to a redirect URI.
    Deliver {
        /// Where to.
        url: Url,
        /// The body, where the method is POST.
        fields: Option<Vec<(String, String)>>,
    },
    /// Leave a page that asks for something.
    Leave(PageKind),
    /// Nothing leads on from here.
    Final,
    /// The credentials were refused.
    Rejected,
    /// The page asks for something that is not understood.
    Stuck(String),
}

/// A form to send.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Submit {
    /// The request.
    pub(crate) filled: Filled,
    /// What the page asked; `None` for a page that only passes on.
    pub(crate) kind: Option<PageKind>,
    /// Whether the user's name is in it.
    pub(crate) gives_username: bool,
    /// Whether the password is in it.
    pub(crate) gives_password: bool,
    /// The names of the fields that were written.
    pub(crate) written: Vec<String>,
    /// What a rule wrote into a field that hides it from view.
    pub(crate) secrets: Vec<Secret>,
}

/// A text that `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Submit {
    fn new(filled: Filled, kind: Option<PageKind>) -> Self {
        Self {
            filled,
            kind,
            gives_username: false,
            gives_password: false,
            written: Vec::new(),
            secrets: Vec::new(),
        }
    }
}

/// What to do on this page.
pub(crate) fn choose(situation: &Situation<'_>) -> Act {
    let page = situation.page;
    if let Some(act) = deliver(situation) {
        return act;
    }
    if let Some(act) = by_rule(situation) {
        return act;
    }
    if let Some(act) = login_form::act(situation) {
        return act;
    }
    if situation.progress.gave_password_just_now && situation.status == 401 {
        return Act::Rejected;
    }
    if let Some(act) = pass_on(situation) {
        return act;
    }
    if let Some(act) = decision::act(situation) {
        return act;
    }
    if let Some(refresh) = &page.refresh
        && refresh.delay <= REFRESH_FOLLOWED
    {
        return Act::Follow {
            url: refresh.url.clone(),
            kind: None,
        };
    }
    if situation.status < 400
        && !situation.ends_session
        && situation.decision != Decision::Look
        && let Some(why) = unknown_field(page).or_else(|| needs_script(page))
    {
        return Act::Stuck(why);
    }
    Act::Final
}

/// The parameters of an authorization response: a form that carries one of them is one.
const RESPONSE: &[&str] = &[
    "code",
    "state",
    "error",
    "id_token",
    "access_token",
    "response",
    "iss",
];

fn deliver(situation: &Situation<'_>) -> Option<Act> {
    situation.page.forms.iter().find_map(|form| {
        let action = form.submission.action.as_ref()?;
        if !situation.destination.is_at(action) {
            return None;
        }
        // As its script sends it: without any button.
        let filled = fill_any_scheme(form, action);
        let answers = filled
            .iter()
            .any(|(name, _)| RESPONSE.contains(&name.as_str()));
        match form.submission.method {
            Method::Post if answers || situation.page.submits_itself => Some(Act::Deliver {
                url: action.clone(),
                fields: Some(filled),
            }),
            Method::Get if answers => {
                let mut url = action.clone();
                url.query_pairs_mut().clear().extend_pairs(filled);
                Some(Act::Deliver { url, fields: None })
            }
            _ => None,
        }
    })
}

/// A redirect URI need not be one of HTTP.
fn fill_any_scheme(form: &Form, action: &Url) -> Vec<(String, String)> {
    let mut form = form.clone();
    if let Ok(stand_in) = Url::parse("http://localhost/")
        && !matches!(action.scheme(), "http" | "https")
    {
        form.submission.action = Some(stand_in);
    }
    fill(&form, None, &Edits::default()).map_or_else(|_| Vec::new(), |filled| filled.fields)
}

/// What the provider file says about this page. Where neither the fields nor the button are there, another
/// page has the same URL, and the rule is not about it.
fn by_rule(situation: &Situation<'_>) -> Option<Act> {
    let (rule, [submit, refuse]) = situation.rule?;
    let page = situation.page;
    let refuses = situation.decision == Decision::Refuse && !rule.logs_in();
    let target = if refuses { refuse } else { submit };
    if refuses && target.is_none() {
        return None;
    }
    let kind = match (rule.logs_in(), situation.ends_session) {
        (true, _) => PageKind::Login,
        (false, true) => PageKind::Confirmation,
        (false, false) => PageKind::Consent,
    };
    let holds_fields = |form: &Form| {
        rule.fill.keys().all(|name| {
            form.controls
                .iter()
                .any(|c| c.name == *name || c.id == *name)
        })
    };
    let at = match target {
        Some(Target::Form(at) | Target::Control(at, _)) => at,
        Some(Target::Link(at)) => {
            return Some(match situation.decision {
                Decision::Look => Act::Leave(kind),
                _ => Act::Follow {
                    url: page.links.get(at)?.url.clone(),
                    kind: Some(kind),
                },
            });
        }
        // The selector was given and finds nothing.
        None if rule.submit.is_some() => return None,
        None => page
            .forms
            .iter()
            .position(|form| !rule.fill.is_empty() && holds_fields(form))?,
    };
    let form = page.forms.get(at)?;
    if !refuses && !holds_fields(form) {
        return None;
    }
    if situation.decision == Decision::Look {
        return Some(Act::Leave(kind));
    }
    if rule.gives_password()
        && situation.progress.gave_password
        && !situation.progress.may_ask_again
    {
        return Some(Act::Rejected);
    }
    let mut edits = Edits::default();
    let (mut written, mut secrets) = (Vec::new(), Vec::new());
    if !refuses {
        for (name, value) in &rule.fill {
            let Some(number) = form
                .controls
                .iter()
                .position(|c| c.name == *name || c.id == *name)
            else {
                continue;
            };
            let control = &form.controls[number];
            written.push(control.name.clone());
            match (&control.kind, value.as_str()) {
                (Kind::Checkbox | Kind::Radio, ticked) => {
                    edits.ticks.insert(number, ticked != "false");
                }
                (_, "$username") => {
                    edits.values.insert(number, situation.user.username.clone());
                }
                (_, "$password") => {
                    edits.values.insert(number, situation.user.password.clone());
                }
                (kind, text) => {
                    if *kind == Kind::Password {
                        secrets.push(Secret(text.to_owned()));
                    }
                    edits.values.insert(number, text.to_owned());
                }
            }
        }
    }
    let button = match target {
        Some(Target::Control(_, number)) if form.controls[number].submits() => Some(number),
        _ => login_form::button(form, situation.decision),
    };
    Some(match fill(form, button, &edits) {
        Ok(filled) => Act::Submit(Submit {
            gives_username: rule.fill.values().any(|value| value == "$username"),
            gives_password: rule.gives_password() && !refuses,
            written,
            secrets,
            ..Submit::new(filled, Some(kind))
        }),
        Err(why) => Act::Stuck(why),
    })
}

/// A page that only passes the browser on, by posting itself somewhere.
fn pass_on(situation: &Situation<'_>) -> Option<Act> {
    if !situation.page.submits_itself || situation.status >= 400 {
        return None;
    }
    let form = situation.page.forms.iter().find(|form| {
        !form.controls.is_empty()
            && form.controls.iter().all(|control| {
                control.kind == Kind::Hidden || control.submits() || control.kind == Kind::Button
            })
            && form.controls.iter().filter(|c| c.submits()).all(|button| {
                matches!(
                    words::meaning(&button.label, situation.ends_session),
                    None | Some(words::Meaning::GoOn)
                )
            })
    })?;
    let filled = fill(form, None, &Edits::default()).ok()?;
    Some(Act::Submit(Submit::new(filled, None)))
}

/// Forms beside the matter: search, language, newsletter.
fn is_aside(form: &Form) -> bool {
    let action = form.submission.action.as_ref();
    let path = action.map_or_else(String::new, |url| path_words(url, 1));
    let called = format!("{} {} {} {path}", form.id, form.name, form.words);
    let visible = |control: &&super::page::Control| {
        !matches!(control.kind, Kind::Hidden | Kind::Button) && !control.submits()
    };
    let mut fields = form.controls.iter().filter(visible).peekable();
    let all_aside = fields.peek().is_some()
        && fields.all(|control| {
            control.kind == Kind::Search
                || words::is_search(&control.name)
                || words::is_language(&format!("{} {}", control.name, control.id))
        });
    all_aside
        || words::is_search(&called)
        || words::is_language(&called)
        || words::is_newsletter(&called)
}

/// The last segments of a path, so many at most. An identifier says nothing, whatever letters chance put into it.
fn path_words(url: &Url, segments: usize) -> String {
    const LONGEST_WORD: usize = 20;
    // Words are joined by capitals or by signs; both at once, and digits, are left to chance.
    let is_word = |segment: &&str| {
        let has = |kind: fn(&u8) -> bool| segment.bytes().any(|byte| kind(&byte));
        segment.len() <= LONGEST_WORD
            && !has(u8::is_ascii_digit)
            && !(has(u8::is_ascii_uppercase) && has(u8::is_ascii_punctuation))
    };
    let mut words: Vec<&str> = url
        .path()
        .rsplit('/')
        .take(segments)
        .filter(is_word)
        .collect();
    words.reverse();
    words.join(" ")
}

/// Something that only the user can know, and that the page insists on.
fn unknown_field(page: &Page) -> Option<String> {
    if reports_trouble(page) {
        return None;
    }
    page.forms
        .iter()
        .filter(|form| !is_aside(form) && form.submission.method == Method::Post)
        .find_map(|form| {
            let fields = || form.controls.iter().filter(|control| control.is_writable());
            let field = fields()
                .find(|field| field.invalid && field.value.is_empty())
                .or_else(|| fields().find(|field| field.required && field.value.is_empty()))
                .or_else(|| fields().find(|field| field.value.is_empty()))?;
            let label = if field.label.is_empty() {
                &field.hint
            } else {
                &field.label
            };
            Some(format!(
                "it asks for the field \"{}\" ({})",
                field.name,
                label.trim()
            ))
        })
}

/// A page that is nothing without its scripts.
fn needs_script(page: &Page) -> Option<String> {
    let empty = page.forms.is_empty() && page.text.chars().take(40).count() < 40;
    (empty && page.has_scripts && page.headings.is_empty())
        .then(|| "it is made by a script; the driver command can run a browser".to_owned())
}

/// Whether the page says that something went wrong.
fn reports_trouble(page: &Page) -> bool {
    let headings = if page.headings.is_empty() {
        let end = page
            .text
            .char_indices()
            .nth(100)
            .map_or(page.text.len(), |(at, _)| at);
        &page.text[..end]
    } else {
        &page.headings
    };
    words::names_error(&page.text) || words::is_trouble(headings)
}

#[cfg(test)]
mod tests;
