//! Puts the page together from what was found in it.

use std::collections::HashMap;

use scraper::ElementRef;

use super::attributes::{push, submits_itself, tidy};
use super::reader::{LABEL_KEPT, Reader};
use super::{Control, Form, Kind, Link, Page, Refresh, Submission, Target};
use crate::html::NodeId;

impl Reader<'_> {
    /// Which form, control or link each element is.
    pub(super) fn places(&self) -> HashMap<NodeId, Target> {
        let mut forms_by_node = HashMap::new();
        let mut forms_by_id: HashMap<&str, usize> = HashMap::new();
        for (index, (node, head)) in self.forms.iter().enumerate() {
            forms_by_node.insert(*node, index);
            if !head.id.is_empty() {
                forms_by_id.entry(head.id.as_str()).or_insert(index);
            }
        }
        let mut places: HashMap<NodeId, Target> = forms_by_node
            .iter()
            .map(|(node, index)| (*node, Target::Form(*index)))
            .collect();
        let mut counts = vec![0_usize; self.forms.len()];
        for found in &self.found {
            let owner = match &found.form {
                Some(id) => forms_by_id.get(id.as_str()).copied(),
                None => self
                    .document
                    .owners
                    .get(&found.node)
                    .and_then(|form| forms_by_node.get(form).copied()),
            };
            if let Some(owner) = owner {
                places.insert(found.node, Target::Control(owner, counts[owner]));
                counts[owner] += 1;
            }
        }
        let links = self.links.iter().filter(|(_, to, _)| self.resolves(to));
        for (index, (node, ..)) in links.enumerate() {
            places.insert(*node, Target::Link(index));
        }
        places
    }

    fn resolves(&self, to: &str) -> bool {
        self.page.base.join(to.trim()).is_ok()
    }

    pub(super) fn finish(mut self, places: &HashMap<NodeId, Target>) -> Page {
        let base = self.page.base.clone();
        let page_url = self.page.url.clone();
        let resolve = |to: &str| match to.trim() {
            "" => Some(page_url.clone()),
            to => base.join(to).ok(),
        };
        let mut page = self.page;
        page.forms = self
            .forms
            .iter()
            .map(|(_, head)| Form {
                id: head.id.clone(),
                name: head.name.clone(),
                words: head.words.clone(),
                submission: Submission {
                    action: resolve(&head.action),
                    method: head.method,
                    encoding: head.encoding,
                },
                controls: Vec::new(),
            })
            .collect();
        let mut label_of: HashMap<&str, String> = HashMap::new();
        for label in self.labels.iter().filter(|label| !label.of.is_empty()) {
            let text = label_of.entry(label.of.as_str()).or_default();
            push(text, &label.text, LABEL_KEPT);
            text.push(' ');
        }
        for found in &mut self.found {
            let Some(Target::Control(form, _)) = places.get(&found.node).copied() else {
                continue;
            };
            let mut control = found.control.clone();
            let own = label_of.get(control.id.as_str()).cloned();
            let around = found.label.map(|at| self.labels[at].text.clone());
            for text in [own.filter(|_| !control.id.is_empty()), around]
                .into_iter()
                .flatten()
            {
                push(&mut control.label, &format!(" {text}"), LABEL_KEPT);
            }
            for id in found.labelled_by.split_whitespace() {
                if let Some(text) = self.named.get(id) {
                    push(&mut control.hint, &format!(" {text}"), LABEL_KEPT);
                }
            }
            let element = self
                .document
                .html
                .tree
                .get(found.node)
                .and_then(ElementRef::wrap);
            if control.submits()
                && let Some(to) = element.and_then(|element| element.attr("formaction"))
            {
                control.action = Some(resolve(to));
            }
            settle(&mut control);
            page.forms[form].controls.push(control);
        }
        page.links = self
            .links
            .iter()
            .filter_map(|(_, to, text)| {
                let url = base.join(to.trim()).ok()?;
                Some(Link {
                    url,
                    text: tidy(text),
                })
            })
            .collect();
        page.frames = self
            .frames
            .iter()
            .filter_map(|source| base.join(source.trim()).ok())
            .collect();
        page.refresh = self
            .refresh
            .as_deref()
            .and_then(|value| Refresh::parse(value, &base));
        page.submits_itself |= submits_itself(&self.script);
        for text in [&mut page.title, &mut page.headings, &mut page.text] {
            *text = tidy(text);
        }
        page
    }
}

/// What is only known once the whole control has been read.
fn settle(control: &mut Control) {
    control.label = tidy(&control.label);
    control.hint = tidy(&control.hint);
    let Kind::Select { choices, multiple } = &mut control.kind else {
        return;
    };
    if *multiple {
        return;
    }
    // A list that allows one choice has its last chosen entry chosen, or else the first that can be.
    let chosen = choices
        .iter()
        .rposition(|choice| choice.selected)
        .or_else(|| choices.iter().position(|choice| !choice.disabled));
    for (index, choice) in choices.iter_mut().enumerate() {
        choice.selected = Some(index) == chosen;
    }
}
