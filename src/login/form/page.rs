//! A page as the user sees it: its forms, links and frames as owned data.

mod assemble;
mod attributes;
mod reader;

use std::time::Duration;

use scraper::Selector;
use url::Url;

use crate::html::Document;

/// A page, read without running its scripts.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Where it was got from.
    pub url: Url,
    /// What relative references start from: the [base](https://html.spec.whatwg.org/multipage/semantics.html#the-base-element)
    /// element or the page's own URL.
    pub base: Url,
    /// The title. Many providers have one for all their pages.
    pub title: String,
    /// The headings.
    pub headings: String,
    /// The text that can be seen, without that of `noscript`, up to 20,000 characters.
    pub text: String,
    /// The forms, in the order of the page.
    pub forms: Vec<Form>,
    /// The links, in the order of the page.
    pub links: Vec<Link>,
    /// The sources of its frames.
    pub frames: Vec<Url>,
    /// Where it sends the browser by itself, and after how long.
    pub refresh: Option<Refresh>,
    /// The policy of a [`meta`](https://w3c.github.io/webappsec-referrer-policy/#referrer-policy-delivery-meta)
    /// element of that name, as written.
    pub referrer_policy: Option<String>,
    /// Whether a script of the page submits a form by itself, not on a click.
    pub submits_itself: bool,
    /// Whether it has scripts.
    pub has_scripts: bool,
}

/// A form.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What else it is called: class, role and label.
    pub words: String,
    /// How it is sent, unless the button says otherwise.
    pub submission: Submission,
    /// Its controls, in the order of the page, the disabled ones too.
    pub controls: Vec<Control>,
}

/// Where and how a form is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// The target; `None` where the attribute is no URL.
    pub action: Option<Url>,
    /// The method.
    pub method: Method,
    /// The encoding of the body.
    pub encoding: Encoding,
}

/// The method of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// In the query.
    Get,
    /// In the body.
    Post,
    /// Not sent at all.
    Dialog,
}

/// How the body of a form is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-www-form-urlencoded`
    UrlEncoded,
    /// `multipart/form-data`
    Multipart,
    /// `text/plain`
    Plain,
}

/// What a control is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A field that the user can't see.
    Hidden,
    /// A line of text; also number, date and the like.
    Text,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Telephone,
    /// A search field.
    Search,
    /// A password.
    Password,
    /// A checkbox.
    Checkbox,
    /// One choice of several of the same name.
    Radio,
    /// A file.
    File,
    /// Several lines of text.
    TextArea,
    /// A list to choose from.
    Select {
        /// Its entries.
        choices: Vec<Choice>,
        /// Whether more than one can be chosen.
        multiple: bool,
    },
    /// A button that sends the form.
    Submit,
    /// A picture that sends the form.
    Image,
    /// A button for scripts, or one that resets.
    Button,
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// Whether it is chosen.
    pub selected: bool,
    /// Whether it can't be chosen.
    pub disabled: bool,
}

/// A control of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// What it is.
    pub kind: Kind,
    /// Under which name it is sent.
    pub name: String,
    /// Its id.
    pub id: String,
    /// What is sent.
    pub value: String,
    /// What the user reads on or beside it.
    pub label: String,
    /// What it is called for those who don't see it: `aria-label`, `title`, `placeholder`.
    pub hint: String,
    /// Its classes and those of the icons in it.
    pub look: String,
    /// The `autocomplete` attribute.
    pub autocomplete: String,
    /// Ticked.
    pub checked: bool,
    /// Must be filled before a browser sends the form.
    pub required: bool,
    /// Marked as wrongly filled.
    pub invalid: bool,
    /// Never sent.
    pub disabled: bool,
    /// Sent, but not to be changed.
    pub read_only: bool,
    /// Can't be seen, though it is no hidden field.
    pub concealed: bool,
    /// A button's own target, method and encoding, in place of the form's.
    pub action: Option<Option<Url>>,
    /// A button's own method.
    pub method: Option<Method>,
    /// A button's own encoding.
    pub encoding: Option<Encoding>,
}

impl Control {
    /// Whether it sends the form.
    pub fn submits(&self) -> bool {
        matches!(self.kind, Kind::Submit | Kind::Image)
    }

    /// Whether the user could write text into it.
    pub fn is_writable(&self) -> bool {
        !self.disabled
            && !self.read_only
            && !self.concealed
            && matches!(
                self.kind,
                Kind::Text
                    | Kind::Email
                    | Kind::Telephone
                    | Kind::Search
                    | Kind::Password
                    | Kind::TextArea
            )
    }

    /// All that it is called.
    pub fn called(&self) -> String {
        format!("{} {} {} {}", self.name, self.id, self.label, self.hint)
    }
}

/// A link.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its target.
    pub url: Url,
    /// What the user reads.
    pub text: String,
}

/// A page's `refresh`.
#[derive(Debug, Clone, PartialEq)]
pub struct Refresh {
    /// After how long.
    pub delay: Duration,
    /// Where to.
    pub url: Url,
}

/// What a CSS selector found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A form, by its number.
    Form(usize),
    /// A control: the numbers of its form and of itself in there.
    Control(usize, usize),
    /// A link, by its number.
    Link(usize),
}

impl Page {
    /// Reads `html`, got from `url`. Whatever it is, a page comes out; of one that is absurdly large or deep,
    /// the beginning.
    pub fn parse(html: &str, url: &Url) -> Self {
        reader::read(&Document::parse(html), url, &[]).0
    }

    /// The same, and what each of `selectors` finds first.
    pub fn parse_and_find(
        html: &str,
        url: &Url,
        selectors: &[Option<Selector>],
    ) -> (Self, Vec<Option<Target>>) {
        reader::read(&Document::parse(html), url, selectors)
    }
}

impl Refresh {
    /// Reads the value of a `Refresh` header field or of a `meta` element of that name
    /// ([shared declarative refresh steps](https://html.spec.whatwg.org/multipage/semantics.html#shared-declarative-refresh-steps)).
    /// Without a target there is none: reloading leads nowhere.
    pub fn parse(value: &str, base: &Url) -> Option<Self> {
        let value = value.trim();
        let digits = value
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(value.len());
        let (seconds, rest) = value.split_at(digits);
        if seconds.is_empty() {
            return None;
        }
        let whole = seconds.split('.').next().unwrap_or_default();
        let delay = Duration::from_secs(whole.parse().unwrap_or(u64::from(u32::MAX)));
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';' || c == ',');
        let rest = match rest.get(..3) {
            Some(word) if word.eq_ignore_ascii_case("url") => {
                let after = rest[3..].trim_start();
                after.strip_prefix('=').map_or(rest, str::trim_start)
            }
            _ => rest,
        };
        let target = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => rest[1..].split(quote).next().unwrap_or_default(),
            _ => rest,
        };
        let target = target.trim();
        if target.is_empty() {
            return None;
        }
        let url = base.join(target).ok()?;
        Some(Self { delay, url })
    }
}
