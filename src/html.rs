//! Reads HTML as a browser without scripts does, in bounded time and memory.
//!
//! The parser works as the standard says ([parsing](https://html.spec.whatwg.org/multipage/parsing.html)),
//! and some pages make it do quadratic work; a provider must not be able to stop a run with one. What is
//! built here is not `Send`: take owned data out of it before the next await.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::{Duration, Instant};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, QualName};
use scraper::{Html, HtmlTreeSink};

/// The type of `ego_tree::NodeId`, which scraper does not name.
pub(crate) type NodeId = <HtmlTreeSink as TreeSink>::Handle;

/// No page for people has more elements; the rest of one that has is not read.
const ELEMENT_LIMIT: usize = 50_000;
/// What is not read by then is not read.
const TIME_LIMIT: Duration = Duration::from_secs(1);
/// The limits are looked at after so many bytes.
const CHUNK: usize = 512;

/// A page as a tree.
pub(crate) struct Document {
    /// The tree.
    pub(crate) html: Html,
    /// The form that each control belongs to by its place. It need not be an ancestor: in a table, or where
    /// end tags are missing, only the parser knows.
    pub(crate) owners: HashMap<NodeId, NodeId>,
}

impl Document {
    /// Parses `text`, or as much of it as the limits allow.
    pub(crate) fn parse(text: &str) -> Self {
        let options = ParseOpts {
            tree_builder: TreeBuilderOpts {
                // What stands in noscript is for us.
                scripting_enabled: false,
                ..TreeBuilderOpts::default()
            },
            ..ParseOpts::default()
        };
        let sink = Sink {
            inner: HtmlTreeSink::new(Html::new_document()),
            owners: RefCell::default(),
            elements: Cell::new(0),
        };
        let mut parser = html5ever::driver::parse_document(sink, options);
        let begun = Instant::now();
        let mut rest = text;
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(cut(rest));
            parser.process(StrTendril::from(chunk));
            rest = after;
            let elements = parser.tokenizer.sink.sink.elements.get();
            if elements > ELEMENT_LIMIT || begun.elapsed() > TIME_LIMIT {
                break;
            }
        }
        parser.finish()
    }
}

/// Where to cut `text`: after about [`CHUNK`] bytes, between two characters.
fn cut(text: &str) -> usize {
    (CHUNK..CHUNK + 4)
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len())
}

/// scraper's tree builder, which forgets the owner of a control, with a memory and a count.
struct Sink {
    inner: HtmlTreeSink,
    owners: RefCell<HashMap<NodeId, NodeId>>,
    elements: Cell<usize>,
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Document;
    type ElemName<'a> = <HtmlTreeSink as TreeSink>::ElemName<'a>;

    fn finish(self) -> Document {
        Document {
            html: self.inner.finish(),
            owners: self.owners.into_inner(),
        }
    }

    fn associate_with_form(
        &self,
        target: &NodeId,
        form: &NodeId,
        _nodes: (&NodeId, Option<&NodeId>),
    ) {
        self.owners.borrow_mut().insert(*target, *form);
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> NodeId {
        self.elements.set(self.elements.get() + 1);
        self.inner.create_element(name, attributes, flags)
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.inner.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Self::ElemName<'a> {
        self.inner.elem_name(target)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.inner.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.inner.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.inner.append(parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        previous: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        self.inner
            .append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.inner.append_doctype_to_document(name, public, system);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.inner.get_template_contents(target)
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        self.inner.same_node(x, y)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.inner.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, node: NodeOrText<NodeId>) {
        self.inner.append_before_sibling(sibling, node);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.inner.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.inner.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.inner.reparent_children(node, new_parent);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pages_made_to_be_slow_are_cut() {
        for page in [
            "<div>".repeat(800_000),
            "<form><table><tr><td>".repeat(100_000),
            (0..200_000).map(|n| format!("<b a{n}><p>")).collect(),
            format!("<a title='{}'>", "x".repeat(4_000_000)),
            "</p><i>".repeat(500_000),
            "<template>".repeat(300_000),
            "<select><option>".repeat(200_000),
            "<svg><desc>".repeat(200_000),
        ] {
            let begun = Instant::now();
            let document = Document::parse(&page);
            let elements = document.html.tree.nodes().count();
            assert!(begun.elapsed() < Duration::from_secs(20), "{}", &page[..20]);
            assert!(elements < 4_000_000, "{}: {elements}", &page[..20]);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_page(text in ".{0,2000}") {
            Document::parse(&text);
        }

        #[test]
        fn any_pile_of_tags_is_a_page(tags in prop::collection::vec(
            prop::sample::select(vec![
                "<form>", "</form>", "<table>", "<tr>", "<td>", "</table>", "<input>", "<button>", "</button>",
                "<select>", "<option>", "</select>", "<template>", "</template>", "<svg>", "<math>",
                "<annotation-xml>", "<p>", "</p>", "<b>", "</b>", "<a>", "</a>", "<textarea>", "<noscript>",
                "<frameset>", "<frame>", "<body>", "</body>", "</html>", "<head>", "<title>", "é", "x",
                "<template shadowrootmode=open>", "<selectedcontent>", "<label>", "<fieldset disabled>",
                "<legend>", "<plaintext>", "<![CDATA[", "<!--", "-->", "<?xml", "<script>", "</script>",
            ]), 0..60)) {
            Document::parse(&tags.concat());
        }
    }
}
