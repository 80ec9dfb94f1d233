//! Pages that ask for the user name, the password, or both.

use super::super::fill::{Edits, fill};
use super::super::page::{Control, Form, Kind};
use super::super::words::{self, Meaning};
use super::{Act, Situation, Submit, is_aside};
use crate::login::{Decision, PageKind};

/// Where the credentials go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fields {
    username: Option<usize>,
    password: Option<usize>,
}

/// What to do if the page is a login page.
pub(super) fn act(situation: &Situation<'_>) -> Option<Act> {
    let forms = &situation.page.forms;
    // A form with both fields is a likelier login than one with a password alone.
    let (form, fields) = forms
        .iter()
        .filter_map(|form| Some((form, fields(form)?)))
        .min_by_key(|(form, fields)| {
            (
                fields.password.is_none(),
                fields.username.is_none(),
                is_aside(form),
            )
        })?;
    if fields.password.is_none() && is_aside(form) {
        return None;
    }
    if fields.password.is_none() && words::names_error(&situation.page.text) {
        return None;
    }
    if situation.decision == Decision::Look || situation.ends_session {
        return Some(Act::Leave(PageKind::Login));
    }
    let progress = situation.progress;
    let asked_before = fields
        .username
        .is_some_and(|at| progress.written.contains(&form.controls[at].name));
    if fields.password.is_some() {
        if progress.gave_password && !progress.may_ask_again {
            return Some(Act::Rejected);
        }
    } else if progress.gave_username && !progress.may_ask_again {
        return if asked_before {
            Some(Act::Rejected)
        } else {
            // Perhaps an address to be added to the account; it is for the user to say.
            None
        };
    }
    if let Some(why) = lacks(form, fields) {
        return Some(Act::Stuck(why));
    }
    let mut edits = Edits::default();
    let mut written = Vec::new();
    for (at, text) in [
        (fields.username, &situation.user.username),
        (fields.password, &situation.user.password),
    ] {
        if let Some(at) = at {
            edits.values.insert(at, text.clone());
            written.push(form.controls[at].name.clone());
        }
    }
    for (at, control) in form.controls.iter().enumerate() {
        // A browser would not send the form without it.
        if control.kind == Kind::Checkbox && control.required && !control.checked {
            edits.ticks.insert(at, true);
        }
    }
    Some(match fill(form, button(form, situation.decision), &edits) {
        Ok(filled) => Act::Submit(Submit {
            gives_username: fields.username.is_some(),
            gives_password: fields.password.is_some(),
            written,
            ..Submit::new(filled, Some(PageKind::Login))
        }),
        Err(why) => Act::Stuck(why),
    })
}

/// The fields for the credentials, if it is a login form.
fn fields(form: &Form) -> Option<Fields> {
    let is_open = |control: &Control| !control.disabled && !control.read_only;
    let passwords: Vec<usize> = (0..form.controls.len())
        .filter(|at| {
            let control = &form.controls[*at];
            is_open(control) && is_password(control)
        })
        .collect();
    let password = match passwords.as_slice() {
        [] => None,
        [one] if !form.controls[*one].autocomplete.contains("new-password") => Some(*one),
        // A registration, or a change of password.
        _ => return None,
    };
    let texts: Vec<usize> = (0..form.controls.len())
        .filter(|at| {
            let control = &form.controls[*at];
            Some(*at) != password && control.is_writable() && is_name_like(control)
        })
        .collect();
    let best = texts
        .iter()
        .copied()
        .find(|at| form.controls[*at].autocomplete.contains("username"))
        .or_else(|| {
            texts
                .iter()
                .copied()
                .find(|at| words::is_username(&form.controls[*at].called()))
        })
        .or_else(|| {
            texts.iter().copied().find(|at| {
                let control = &form.controls[*at];
                control.kind == Kind::Email || control.autocomplete.contains("email")
            })
        });
    match password {
        Some(password) => Some(Fields {
            // Nameless as it may be, what stands before the password is the name.
            username: best.or_else(|| texts.iter().copied().rfind(|at| *at < password)),
            password: Some(password),
        }),
        // A name alone is asked for alone.
        None if texts.len() == 1 && form.controls.iter().all(|c| c.kind != Kind::TextArea) => best
            .map(|at| Fields {
                username: Some(at),
                password: None,
            }),
        None => None,
    }
}

fn is_password(control: &Control) -> bool {
    if control.autocomplete.contains("one-time-code") {
        return false;
    }
    match control.kind {
        Kind::Password => true,
        Kind::Text => {
            control.autocomplete.contains("current-password")
                || control.autocomplete.contains("new-password")
                || words::is_password(&format!("{} {}", control.name, control.id))
                || (words::is_password(&control.called()) && !words::is_username(&control.called()))
        }
        _ => false,
    }
}

fn is_name_like(control: &Control) -> bool {
    matches!(control.kind, Kind::Text | Kind::Email | Kind::Telephone)
        && !control.autocomplete.contains("one-time-code")
        && !words::is_search(&control.name)
        && !words::is_language(&control.name)
}

/// A field that must be filled besides, and that nobody told us how.
fn lacks(form: &Form, fields: Fields) -> Option<String> {
    form.controls
        .iter()
        .enumerate()
        .find(|(at, control)| {
            Some(*at) != fields.username
                && Some(*at) != fields.password
                && control.is_writable()
                && control.required
                && control.value.is_empty()
        })
        .map(|(_, control)| {
            format!(
                "besides the credentials it asks for the field \"{}\" ({})",
                control.name, control.label
            )
        })
}

/// The button that logs in; none where the form has none, as the Enter key does.
pub(super) fn button(form: &Form, decision: Decision) -> Option<usize> {
    let buttons: Vec<(usize, &Control)> = form
        .controls
        .iter()
        .enumerate()
        .filter(|(_, control)| control.submits() && !control.disabled)
        .collect();
    let meaning = |control: &Control| {
        [&control.label, &control.hint, &control.value, &control.name]
            .into_iter()
            .find_map(|text| words::meaning(text, false))
    };
    let first = |wanted: &dyn Fn(&Control) -> bool| {
        buttons
            .iter()
            .find(|(_, control)| !control.concealed && wanted(control))
            .map(|(at, _)| *at)
    };
    let agrees = first(&|control| meaning(control) == Some(Meaning::Agree));
    if decision == Decision::Refuse
        && agrees.is_some()
        && let Some(refuses) = first(&|control| meaning(control) == Some(Meaning::Refuse))
    {
        // Login and consent on one page.
        return Some(refuses);
    }
    let leads_on = |control: &Control| {
        !matches!(
            meaning(control),
            Some(Meaning::Refuse | Meaning::Elsewhere | Meaning::SignOut)
        )
    };
    first(&|control| leads_on(control) && words::is_sign_in(&control.label))
        .or(agrees)
        .or_else(|| first(&|control| meaning(control) == Some(Meaning::GoOn)))
        .or_else(|| first(&leads_on))
}
