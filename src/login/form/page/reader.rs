//! Takes a parsed page apart in one walk over its tree.

use std::collections::HashMap;

use scraper::{ElementRef, Node, Selector};
use url::Url;

use super::attributes::{encoding, input_kind, is_concealed, method, push, tidy};
use super::{Choice, Control, Encoding, Kind, Method, Page, Target};
use crate::html::{Document, NodeId};

/// How much text of a page is kept, in bytes.
const TEXT_KEPT: usize = 20_000;
/// How much text of one label, button or link is kept, in bytes.
pub(super) const LABEL_KEPT: usize = 300;
/// How many elements with a meaning for the text inside are kept track of at once.
const DEPTH_MINDED: usize = 64;
/// How much of its scripts is looked at, in bytes.
const SCRIPT_KEPT: usize = 100_000;

/// Reads the page; finds the first match of each selector.
pub(super) fn read(
    document: &Document,
    url: &Url,
    selectors: &[Option<Selector>],
) -> (Page, Vec<Option<Target>>) {
    let mut reader = Reader::new(document, url);
    let root = document.html.tree.root();
    let mut node = root;
    'walk: loop {
        match node.value() {
            Node::Element(_) => {
                if let Some(element) = ElementRef::wrap(node) {
                    reader.open(element);
                }
            }
            Node::Text(text) => reader.text(text),
            _ => {}
        }
        if let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        loop {
            if let Node::Element(element) = node.value() {
                reader.close(element.name(), node.id());
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            match node.parent() {
                Some(parent) => node = parent,
                None => break 'walk,
            }
        }
    }
    let places = reader.places();
    let targets = selectors
        .iter()
        .map(|selector| {
            let selector = selector.as_ref()?;
            document
                .html
                .select(selector)
                .find_map(|element| places.get(&element.id()).copied())
        })
        .collect();
    (reader.finish(&places), targets)
}

/// What the text that comes now belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sink {
    Title,
    Heading,
    Label(usize),
    Button(usize),
    TextArea(usize),
    Choice(usize),
    Link(usize),
    Script,
    Select,
    Nothing,
}

pub(super) struct Found {
    pub(super) node: NodeId,
    /// The `form` attribute.
    pub(super) form: Option<String>,
    /// The label around it.
    pub(super) label: Option<usize>,
    pub(super) labelled_by: String,
    pub(super) control: Control,
}

#[derive(Default)]
pub(super) struct Label {
    pub(super) of: String,
    pub(super) text: String,
}

pub(super) struct Reader<'a> {
    pub(super) document: &'a Document,
    pub(super) page: Page,
    pub(super) base_seen: bool,
    pub(super) script: String,
    pub(super) forms: Vec<(NodeId, FormHead)>,
    pub(super) found: Vec<Found>,
    pub(super) links: Vec<(NodeId, String, String)>,
    pub(super) refresh: Option<String>,
    pub(super) frames: Vec<String>,
    pub(super) labels: Vec<Label>,
    /// Texts by id, for `aria-labelledby`.
    pub(super) named: HashMap<String, String>,
    /// The elements being read that matter for the text inside.
    pub(super) open: Vec<(NodeId, Sink)>,
    /// Those with an id.
    pub(super) named_open: Vec<(NodeId, String)>,
    /// The outermost one that can't be seen.
    pub(super) concealed: Option<NodeId>,
    pub(super) inert: usize,
    pub(super) noscript: usize,
    pub(super) disabled_fieldsets: usize,
    /// Open fieldsets: whether disabled, and whether their first legend has begun and is open.
    pub(super) fieldsets: Vec<(bool, u8)>,
}

pub(super) struct FormHead {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) words: String,
    pub(super) action: String,
    pub(super) method: Method,
    pub(super) encoding: Encoding,
}

impl<'a> Reader<'a> {
    fn new(document: &'a Document, url: &Url) -> Self {
        Self {
            document,
            page: Page {
                url: url.clone(),
                base: url.clone(),
                title: String::new(),
                headings: String::new(),
                text: String::new(),
                forms: Vec::new(),
                links: Vec::new(),
                frames: Vec::new(),
                refresh: None,
                referrer_policy: None,
                submits_itself: false,
                has_scripts: false,
            },
            base_seen: false,
            script: String::new(),
            forms: Vec::new(),
            found: Vec::new(),
            links: Vec::new(),
            refresh: None,
            frames: Vec::new(),
            labels: Vec::new(),
            named: HashMap::new(),
            open: Vec::new(),
            named_open: Vec::new(),
            concealed: None,
            inert: 0,
            noscript: 0,
            disabled_fieldsets: 0,
            fieldsets: Vec::new(),
        }
    }

    fn open(&mut self, element: ElementRef<'_>) {
        let name = element.value().name();
        if name == "template" {
            self.inert += 1;
        }
        if self.inert > 0 {
            return;
        }
        let attr = |name: &str| element.attr(name).unwrap_or_default();
        if self.concealed.is_none() && is_concealed(&element) {
            self.concealed = Some(element.id());
        }
        match name {
            "base" if !self.base_seen => {
                if let Some(base) = element
                    .attr("href")
                    .and_then(|to| self.page.url.join(to).ok())
                {
                    self.base_seen = true;
                    self.page.base = base;
                }
            }
            "meta" => self.meta(&element),
            // A picture in a button has a title too; that one is the button's text.
            "title" if self.open.is_empty() => self.enter(&element, Sink::Title),
            "script" => {
                self.page.has_scripts = true;
                self.enter(&element, Sink::Script);
            }
            "style" => self.enter(&element, Sink::Nothing),
            "noscript" => self.noscript += 1,
            "h1" | "h2" | "h3" | "legend" => {
                if name == "legend" {
                    self.legend(true);
                }
                self.enter(&element, Sink::Heading);
            }
            "body" => self.script_attribute(attr("onload")),
            "form" => self.form(&element),
            "fieldset" => {
                let disabled = element.attr("disabled").is_some();
                self.disabled_fieldsets += usize::from(disabled);
                self.fieldsets.push((disabled, 0));
            }
            "label" => {
                self.labels.push(Label {
                    of: attr("for").to_owned(),
                    text: String::new(),
                });
                self.enter(&element, Sink::Label(self.labels.len() - 1));
            }
            "input" => {
                self.control(&element, input_kind(attr("type")));
            }
            "button" => {
                let kind = match attr("type").to_ascii_lowercase().as_str() {
                    "button" | "reset" => Kind::Button,
                    _ => Kind::Submit,
                };
                let at = self.control(&element, kind);
                self.enter(&element, Sink::Button(at));
            }
            "textarea" => {
                let at = self.control(&element, Kind::TextArea);
                self.enter(&element, Sink::TextArea(at));
            }
            "select" => {
                let kind = Kind::Select {
                    choices: Vec::new(),
                    multiple: element.attr("multiple").is_some(),
                };
                self.control(&element, kind);
                self.enter(&element, Sink::Select);
            }
            "option" => self.choice(&element),
            "a" | "area" => {
                if let Some(to) = element.attr("href") {
                    let text = format!("{} {}", attr("aria-label"), attr("title"));
                    self.links.push((element.id(), to.to_owned(), text));
                    if name == "a" {
                        self.enter(&element, Sink::Link(self.links.len() - 1));
                    }
                }
            }
            "iframe" | "frame" => {
                if let Some(source) = element.attr("src") {
                    self.frames.push(source.to_owned());
                }
            }
            "img" | "svg" | "i" | "span" => self.icon(&element),
            _ => {}
        }
        let id = attr("id");
        if !id.is_empty() && self.named_open.len() < DEPTH_MINDED {
            self.named_open.push((element.id(), id.to_owned()));
        }
    }

    fn enter(&mut self, element: &ElementRef<'_>, sink: Sink) {
        if self.open.len() < DEPTH_MINDED {
            self.open.push((element.id(), sink));
        }
    }

    fn close(&mut self, name: &str, node: NodeId) {
        if name == "template" {
            self.inert = self.inert.saturating_sub(1);
            return;
        }
        if self.inert > 0 {
            return;
        }
        if self.concealed == Some(node) {
            self.concealed = None;
        }
        if self.open.last().is_some_and(|(open, _)| *open == node) {
            self.open.pop();
        }
        if self
            .named_open
            .last()
            .is_some_and(|(open, _)| *open == node)
        {
            self.named_open.pop();
        }
        match name {
            "noscript" => self.noscript = self.noscript.saturating_sub(1),
            "legend" => self.legend(false),
            "fieldset" => {
                if let Some((true, _)) = self.fieldsets.pop() {
                    self.disabled_fieldsets = self.disabled_fieldsets.saturating_sub(1);
                }
            }
            _ => {}
        }
    }

    /// Controls in the first legend of a disabled fieldset are not disabled.
    fn legend(&mut self, opens: bool) {
        if let Some((disabled, state)) = self.fieldsets.last_mut() {
            match (opens, *state) {
                (true, 0) => {
                    *state = 1;
                    self.disabled_fieldsets -= usize::from(*disabled);
                }
                (false, 1) => {
                    *state = 2;
                    self.disabled_fieldsets += usize::from(*disabled);
                }
                _ => {}
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.inert > 0 {
            return;
        }
        let mut visible = self.noscript == 0 && self.concealed.is_none();
        for (_, sink) in &self.open {
            match *sink {
                Sink::Title => {
                    visible = false;
                    push(&mut self.page.title, text, LABEL_KEPT);
                }
                Sink::Heading => push(&mut self.page.headings, text, TEXT_KEPT),
                Sink::Label(at) => push(&mut self.labels[at].text, text, LABEL_KEPT),
                Sink::Button(at) => push(&mut self.found[at].control.label, text, LABEL_KEPT),
                Sink::TextArea(at) => {
                    visible = false;
                    self.found[at].control.value.push_str(text);
                }
                Sink::Choice(at) => {
                    visible = false;
                    if let Kind::Select { choices, .. } = &mut self.found[at].control.kind
                        && let Some(choice) = choices.last_mut()
                    {
                        choice.value.push_str(&tidy(text));
                    }
                }
                Sink::Link(at) => push(&mut self.links[at].2, text, LABEL_KEPT),
                Sink::Script => {
                    visible = false;
                    push(&mut self.script, text, SCRIPT_KEPT);
                }
                Sink::Select | Sink::Nothing => visible = false,
            }
        }
        if visible {
            push(&mut self.page.text, text, TEXT_KEPT);
        }
        for (_, id) in &self.named_open {
            let named = self.named.entry(id.clone()).or_default();
            push(named, text, LABEL_KEPT);
        }
    }

    fn meta(&mut self, element: &ElementRef<'_>) {
        let content = element.attr("content").unwrap_or_default();
        let is = |name: &str, value: &str| {
            element
                .attr(name)
                .is_some_and(|given| given.trim().eq_ignore_ascii_case(value))
        };
        if is("http-equiv", "refresh") && self.refresh.is_none() && self.noscript == 0 {
            self.refresh = Some(content.to_owned());
        } else if is("name", "referrer") {
            self.page.referrer_policy = Some(content.to_owned());
        } else if is("http-equiv", "refresh") && self.refresh.is_none() {
            // In noscript: for a browser like ours.
            self.refresh = Some(content.to_owned());
        }
    }

    fn form(&mut self, element: &ElementRef<'_>) {
        let attr = |name: &str| element.attr(name).unwrap_or_default().to_owned();
        let words = ["class", "role", "aria-label", "title"].map(attr).join(" ");
        self.forms.push((
            element.id(),
            FormHead {
                id: attr("id"),
                name: attr("name"),
                words,
                action: attr("action"),
                method: method(&attr("method")).unwrap_or(Method::Get),
                encoding: encoding(&attr("enctype")),
            },
        ));
    }

    fn control(&mut self, element: &ElementRef<'_>, kind: Kind) -> usize {
        let attr = |name: &str| element.attr(name).unwrap_or_default().to_owned();
        let has = |name: &str| element.attr(name).is_some();
        let submits = matches!(kind, Kind::Submit | Kind::Image);
        let is_box = matches!(kind, Kind::Checkbox | Kind::Radio);
        let label = match kind {
            // An input that is a button carries its text as its value.
            Kind::Submit | Kind::Button if element.value().name() == "input" => attr("value"),
            Kind::Image => attr("alt"),
            _ => String::new(),
        };
        let value = match element.attr("value") {
            None if is_box => "on".to_owned(),
            value => value.unwrap_or_default().to_owned(),
        };
        // Line ends of a one-line field are not kept.
        let value = match kind {
            Kind::Text | Kind::Email | Kind::Telephone | Kind::Search | Kind::Password => {
                value.replace(['\r', '\n'], "")
            }
            _ => value,
        };
        let label_around = self.open.iter().rev().find_map(|(_, sink)| match sink {
            Sink::Label(at) => Some(*at),
            _ => None,
        });
        self.found.push(Found {
            node: element.id(),
            form: element.attr("form").map(str::to_owned),
            label: label_around,
            labelled_by: attr("aria-labelledby"),
            control: Control {
                kind,
                name: attr("name"),
                id: attr("id"),
                value,
                label,
                hint: ["aria-label", "title", "placeholder"].map(attr).join(" "),
                look: attr("class"),
                autocomplete: attr("autocomplete").to_ascii_lowercase(),
                checked: has("checked"),
                required: has("required") || attr("aria-required") == "true",
                invalid: attr("aria-invalid") == "true",
                disabled: has("disabled") || self.disabled_fieldsets > 0,
                read_only: has("readonly"),
                concealed: self.concealed.is_some(),
                // Resolved when the base is known.
                action: None,
                method: submits.then(|| method(&attr("formmethod"))).flatten(),
                encoding: (submits && has("formenctype")).then(|| encoding(&attr("formenctype"))),
            },
        });
        self.found.len() - 1
    }

    fn choice(&mut self, element: &ElementRef<'_>) {
        let Some(at) = self
            .found
            .iter()
            .rposition(|found| matches!(found.control.kind, Kind::Select { .. }))
        else {
            return;
        };
        // Only inside the list.
        if !self
            .open
            .iter()
            .any(|(_, sink)| matches!(sink, Sink::Select))
        {
            return;
        }
        let value = element.attr("value");
        if let Kind::Select { choices, .. } = &mut self.found[at].control.kind {
            choices.push(Choice {
                value: value.unwrap_or_default().to_owned(),
                selected: element.attr("selected").is_some(),
                disabled: element.attr("disabled").is_some(),
            });
        }
        // Without a value attribute its text is what is sent.
        let sink = match value {
            Some(_) => Sink::Nothing,
            None => Sink::Choice(at),
        };
        self.enter(element, sink);
    }

    /// A picture inside a button or a link speaks for it.
    fn icon(&mut self, element: &ElementRef<'_>) {
        let attr = |name: &str| element.attr(name).unwrap_or_default();
        let text = format!("{} {} {}", attr("alt"), attr("aria-label"), attr("title"));
        for (_, sink) in &self.open {
            match *sink {
                Sink::Button(at) => {
                    let control = &mut self.found[at].control;
                    push(
                        &mut control.look,
                        &format!(" {}", attr("class")),
                        LABEL_KEPT,
                    );
                    push(&mut control.hint, &format!(" {text}"), LABEL_KEPT);
                }
                Sink::Link(at) => push(&mut self.links[at].2, &text, LABEL_KEPT),
                _ => {}
            }
        }
    }

    fn script_attribute(&mut self, script: &str) {
        if script.contains("submit") {
            self.page.submits_itself = true;
        }
    }
}
