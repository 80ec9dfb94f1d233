//! Pages that ask for a decision: consent, and confirmations.

use super::super::fill::{Edits, fill};
use super::super::page::{Control, Form, Kind, Link};
use super::super::words::{self, Meaning};
use super::{Act, Situation, Submit, is_aside, path_words, reports_trouble};
use crate::login::{Decision, PageKind};

/// A button that may be pressed: the numbers of its form and of itself, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Button {
    form: usize,
    /// `None` where the form has radio buttons for the decision and no other button.
    control: Option<usize>,
    meaning: Meaning,
}

/// What to do if the page asks for a decision.
pub(super) fn act(situation: &Situation<'_>) -> Option<Act> {
    if situation.status >= 400 {
        return None;
    }
    let page = situation.page;
    let buttons = buttons(situation);
    let pick = |meaning: Meaning| buttons.iter().copied().find(|b| b.meaning == meaning);
    let refuses = pick(Meaning::Refuse);
    let refusal_link = page
        .links
        .iter()
        .find(|link| words::meaning(&link.text, situation.ends_session) == Some(Meaning::Refuse));
    let agrees = pick(Meaning::Agree);
    let goes_on = pick(Meaning::GoOn);
    let trouble = reports_trouble(page);
    let text = format!("{} {}", page.headings, page.text);
    let speaks_of_consent = words::is_consent(&text);
    let speaks_of_account = words::is_account_choice(&text);
    let chosen = match (agrees, goes_on) {
        _ if trouble && (agrees.is_none() || refuses.is_none()) => None,
        (Some(agrees), _) => Some(agrees),
        (None, Some(goes_on)) if situation.ends_session => {
            (refuses.is_some() || text.contains('?')).then_some(goes_on)
        }
        (None, Some(goes_on)) => {
            let form_speaks = page.forms[goes_on.form]
                .controls
                .iter()
                .any(|control| words::is_consent(&format!("{} {}", control.name, control.value)));
            (refuses.is_some() || speaks_of_consent || speaks_of_account || form_speaks)
                .then_some(goes_on)
        }
        (None, None) => None,
    };
    let chosen = chosen.or_else(|| own_account(situation))?;
    let kind = if situation.ends_session || (speaks_of_account && !speaks_of_consent) {
        PageKind::Confirmation
    } else {
        PageKind::Consent
    };
    Some(match situation.decision {
        Decision::Look => Act::Leave(kind),
        Decision::Agree => press(situation, chosen, true, kind),
        Decision::Refuse => refuse(situation, chosen, refuses, refusal_link, kind),
    })
}

fn refuse(
    situation: &Situation<'_>,
    agrees: Button,
    refuses: Option<Button>,
    link: Option<&Link>,
    kind: PageKind,
) -> Act {
    if let Some(refuses) = refuses {
        return press(situation, refuses, false, kind);
    }
    if radio_decision(&situation.page.forms[agrees.form]).is_some() {
        return press(situation, agrees, false, kind);
    }
    match link {
        Some(link) => Act::Follow {
            url: link.url.clone(),
            kind: Some(kind),
        },
        // Who does not want to be logged out leaves the page.
        None if kind == PageKind::Confirmation => Act::Leave(kind),
        None => Act::Stuck("it asks for consent and shows no way to refuse it".to_owned()),
    }
}

fn press(situation: &Situation<'_>, button: Button, agrees: bool, kind: PageKind) -> Act {
    let form = &situation.page.forms[button.form];
    let mut edits = Edits::default();
    if let Some((agreeing, refusing)) = radio_decision(form) {
        edits.ticks.insert(agreeing, agrees);
        edits.ticks.insert(refusing, !agrees);
        let name = &form.controls[agreeing].name;
        for (at, control) in form.controls.iter().enumerate() {
            if control.kind == Kind::Radio && control.name == *name {
                edits.ticks.entry(at).or_insert(false);
            }
        }
    }
    for (at, control) in form.controls.iter().enumerate() {
        if control.kind != Kind::Checkbox || control.checked || control.disabled {
            continue;
        }
        // Consent boxes left empty mean that nothing is granted.
        let consents =
            agrees && !situation.ends_session && !control.concealed && is_granted(control);
        if consents || control.required {
            edits.ticks.insert(at, true);
        }
    }
    match fill(form, button.control, &edits) {
        Ok(filled) => Act::Submit(Submit::new(filled, Some(kind))),
        Err(why) => Act::Stuck(why),
    }
}

/// Whether a checkbox on a consent page is about the consent.
fn is_granted(control: &Control) -> bool {
    let called = control.called();
    if words::is_consent(&control.name) {
        return true;
    }
    !words::is_remember(&called)
        && !matches!(words::meaning(&control.label, false), Some(Meaning::Refuse))
}

/// The two radio buttons that stand for yes and no, if the form has them.
fn radio_decision(form: &Form) -> Option<(usize, usize)> {
    let radio = |wanted: Meaning| {
        form.controls.iter().position(|control| {
            control.kind == Kind::Radio
                && !control.disabled
                && [&control.label, &control.value, &control.id]
                    .into_iter()
                    .find_map(|text| words::meaning(text, false))
                    == Some(wanted)
        })
    };
    let (agrees, refuses) = (radio(Meaning::Agree)?, radio(Meaning::Refuse)?);
    (form.controls[agrees].name == form.controls[refuses].name).then_some((agrees, refuses))
}

/// The buttons of the page that say something about a decision, in its order.
fn buttons(situation: &Situation<'_>) -> Vec<Button> {
    let mut found = Vec::new();
    for (number, form) in situation.page.forms.iter().enumerate() {
        if is_aside(form) {
            continue;
        }
        let writable = form
            .controls
            .iter()
            .any(|control| control.is_writable() && (control.required || control.value.is_empty()));
        let own: Vec<(usize, Option<Meaning>)> = submitters(form)
            .map(|(at, control)| (at, meaning(situation, form, control)))
            .collect();
        if radio_decision(form).is_some() {
            let control = own
                .iter()
                .find(|(_, meaning)| !matches!(meaning, Some(Meaning::Refuse | Meaning::Elsewhere)))
                .map(|(at, _)| *at);
            found.push(Button {
                form: number,
                control,
                meaning: Meaning::Agree,
            });
            continue;
        }
        for (at, meaning) in &own {
            let others = || own.iter().filter(|(other, _)| other != at);
            // Of two buttons, what the one does not say the other one does.
            let by_contrast = || match others().next() {
                Some((_, Some(Meaning::Refuse))) if own.len() == 2 => Some(Meaning::GoOn),
                Some((_, Some(Meaning::Agree))) if own.len() == 2 => Some(Meaning::Refuse),
                _ => None,
            };
            match (*meaning).or_else(by_contrast) {
                // A form to be filled in is no decision, whatever its button says.
                Some(Meaning::Agree | Meaning::GoOn) if writable => {}
                Some(meaning) => found.push(Button {
                    form: number,
                    control: Some(*at),
                    meaning,
                }),
                None => {}
            }
        }
    }
    found
}

fn submitters(form: &Form) -> impl Iterator<Item = (usize, &Control)> {
    form.controls
        .iter()
        .enumerate()
        .filter(|(_, control)| control.submits() && !control.disabled && !control.concealed)
}

/// What a button means: by what the user reads, else by what is sent, else by how it is called and looks, else
/// by where its form goes.
fn meaning(situation: &Situation<'_>, form: &Form, control: &Control) -> Option<Meaning> {
    let mean = |text: &str| words::meaning(text, situation.ends_session);
    let path = control
        .action
        .clone()
        .flatten()
        .or_else(|| {
            let alone = submitters(form).count() == 1;
            alone.then(|| form.submission.action.clone()).flatten()
        })
        .map(|url| path_words(&url, 2))
        .unwrap_or_default();
    let by_text = [&control.label, &control.hint]
        .into_iter()
        .find_map(|text| mean(text));
    match by_text {
        Some(Meaning::GoOn) | None => {
            let sent = [&control.value, &control.name]
                .into_iter()
                .find_map(|text| mean(text).filter(|m| *m != Meaning::GoOn));
            let called = || {
                [&control.id, &control.look]
                    .into_iter()
                    .find_map(|text| mean(text).filter(|_| by_text.is_none()))
            };
            let form_called = format!("{} {} {}", form.id, form.name, form.words);
            let goes = || {
                [path.as_str(), form_called.as_str()]
                    .into_iter()
                    .find_map(|text| {
                        mean(text).filter(|m| matches!(m, Meaning::Agree | Meaning::Refuse))
                    })
                    .filter(|_| submitters(form).count() == 1 || control.action.is_some())
            };
            sent.or_else(called).or_else(goes).or(by_text)
        }
        said => said,
    }
}

/// On a page to choose an account: the user's own.
fn own_account(situation: &Situation<'_>) -> Option<Button> {
    let page = situation.page;
    if situation.ends_session || reports_trouble(page) || situation.user.username.is_empty() {
        return None;
    }
    let name = situation.user.username.to_lowercase();
    page.forms.iter().enumerate().find_map(|(number, form)| {
        let (at, _) = submitters(form).find(|(_, control)| {
            control.label.to_lowercase().contains(&name) || control.value.to_lowercase() == name
        })?;
        Some(Button {
            form: number,
            control: Some(at),
            meaning: Meaning::GoOn,
        })
    })
}
