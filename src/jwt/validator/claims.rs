//! The claims of a token: where the known ones stand in its payload.

use std::borrow::Cow;

use super::error::{Error, Rule, quoted};
use super::scan::{Kind, Members, Span, Taken};
use super::warning::{Warning, Warnings};
use crate::jwt::standard_claims::StandardType;

/// Where the claims stand that the rules ask for.
#[derive(Debug, Clone, Default)]
pub(super) struct Slots {
    pub(super) iss: Option<Span>,
    pub(super) sub: Option<Span>,
    pub(super) aud: Option<Span>,
    pub(super) exp: Option<Span>,
    pub(super) iat: Option<Span>,
    pub(super) nbf: Option<Span>,
    pub(super) auth_time: Option<Span>,
    pub(super) nonce: Option<Span>,
    pub(super) acr: Option<Span>,
    pub(super) amr: Option<Span>,
    pub(super) azp: Option<Span>,
    pub(super) at_hash: Option<Span>,
    pub(super) c_hash: Option<Span>,
    pub(super) s_hash: Option<Span>,
    pub(super) jti: Option<Span>,
    pub(super) sid: Option<Span>,
    pub(super) events: Option<Span>,
    pub(super) client_id: Option<Span>,
    pub(super) scope: Option<Span>,
    pub(super) cnf: Option<Span>,
    pub(super) email_verified: Option<Span>,
    pub(super) warnings: Warnings,
    /// Its members have types of their own.
    pub(super) address: Option<Span>,
}

impl Members for Slots {
    #[inline]
    fn member(&mut self, name: &[u8], value: Span) -> Taken {
        // Byte strings: the compiler makes one decision tree of them, and compares strings one by one.
        let slot = match name {
            b"iss" => &mut self.iss,
            b"sub" => &mut self.sub,
            b"aud" => &mut self.aud,
            b"exp" => &mut self.exp,
            b"iat" => &mut self.iat,
            b"nbf" => &mut self.nbf,
            b"auth_time" => &mut self.auth_time,
            b"nonce" => &mut self.nonce,
            b"acr" => &mut self.acr,
            b"amr" => &mut self.amr,
            b"azp" => &mut self.azp,
            b"at_hash" => &mut self.at_hash,
            b"c_hash" => &mut self.c_hash,
            b"s_hash" => &mut self.s_hash,
            b"jti" => &mut self.jti,
            b"sid" => &mut self.sid,
            b"events" => &mut self.events,
            b"client_id" => &mut self.client_id,
            b"scope" => &mut self.scope,
            b"cnf" => &mut self.cnf,
            b"email_verified" => {
                self.check_type(StandardType::Boolean, value);
                &mut self.email_verified
            }
            _ => {
                self.unknown(name, value);
                return Taken::Unknown;
            }
        };
        match slot.replace(value) {
            None => Taken::Once,
            Some(_) => Taken::Again,
        }
    }
}

impl Slots {
    fn unknown(&mut self, name: &[u8], value: Span) {
        let name = std::str::from_utf8(name).unwrap_or_default();
        if name == "address" {
            self.address = Some(value);
        }
        match StandardType::of(name) {
            Some(wanted) => self.check_type(wanted, value),
            None => self
                .warnings
                .add_if(value.kind == Kind::Null, Warning::Null),
        }
    }

    fn check_type(&mut self, wanted: StandardType, value: Span) {
        let fits = match value.kind {
            Kind::Null => return self.warnings.add(Warning::Null),
            Kind::String | Kind::EscapedString => wanted == StandardType::String,
            Kind::Boolean => wanted == StandardType::Boolean,
            Kind::Number => wanted == StandardType::Number,
            Kind::Object => wanted == StandardType::Address,
            Kind::Array => false,
        };
        self.warnings.add_if(!fits, Warning::ClaimType);
    }
}

/// A payload and where its claims stand.
#[derive(Clone, Copy)]
pub(super) struct Claims<'a> {
    pub(super) text: &'a str,
    pub(super) slots: &'a Slots,
}

impl<'a> Claims<'a> {
    /// The value of a claim that has to be there, a string that is not empty.
    #[inline]
    pub(super) fn text_of(
        self,
        rule: Rule,
        name: &str,
        slot: Option<Span>,
    ) -> Result<Cow<'a, str>, Error> {
        slot.and_then(|span| span.string(self.text))
            .filter(|text| !text.is_empty())
            .ok_or_else(|| {
                let expected = format!("{name}, a string that is not empty");
                Error::new(rule, expected, self.kind_of(name, slot))
            })
    }

    /// The value of a claim that, where it stands, is a string that is not empty.
    #[inline]
    pub(super) fn optional_text(
        self,
        rule: Rule,
        name: &str,
        slot: Option<Span>,
    ) -> Result<Option<Cow<'a, str>>, Error> {
        slot.map(|_| self.text_of(rule, name, slot)).transpose()
    }

    /// The claim is there and is the string `wanted`.
    #[inline]
    pub(super) fn is(
        self,
        rule: Rule,
        name: &str,
        slot: Option<Span>,
        wanted: &str,
    ) -> Result<(), Error> {
        if slot.is_some_and(|span| span.is(self.text, wanted)) {
            return Ok(());
        }
        let actual = self.shown(name, slot);
        Err(Error::new(rule, format!("{name} {wanted:?}"), actual))
    }

    /// The value of a claim that has to be there, a number.
    #[inline]
    pub(super) fn time(self, rule: Rule, name: &str, slot: Option<Span>) -> Result<f64, Error> {
        slot.and_then(|span| span.number(self.text))
            .ok_or_else(|| Error::new(rule, format!("{name}, a number"), self.shown(name, slot)))
    }

    /// The value of a claim that, where it stands, is a number.
    #[inline]
    pub(super) fn optional_time(
        self,
        rule: Rule,
        name: &str,
        slot: Option<Span>,
    ) -> Result<Option<f64>, Error> {
        slot.map(|_| self.time(rule, name, slot)).transpose()
    }

    /// The strings of a claim that is an array of strings, or one string where `single` allows it.
    #[inline]
    pub(super) fn strings(self, slot: Span, single: bool) -> Option<Strings<'a>> {
        match slot.kind {
            Kind::String | Kind::EscapedString if single => {
                Some(Strings::One(slot.string(self.text)))
            }
            Kind::Array if slot.elements(self.text).all(is_string) => {
                Some(Strings::Several(self.text, slot))
            }
            _ => None,
        }
    }

    /// How an error shows a claim: nothing that could be a secret or a person.
    pub(super) fn shown(self, name: &str, slot: Option<Span>) -> String {
        match slot {
            None => format!("no {name}"),
            Some(span) => format!("{name} {}", quoted(span.json(self.text))),
        }
    }

    /// How an error shows a claim whose value is nobody's business.
    pub(super) fn kind_of(self, name: &str, slot: Option<Span>) -> String {
        let kind = match slot.map(|span| span.kind) {
            None => return format!("no {name}"),
            Some(Kind::Null) => "null",
            Some(Kind::Boolean) => "a boolean",
            Some(Kind::Number) => "a number",
            Some(Kind::String | Kind::EscapedString) => {
                let length = slot.map_or(0, |span| span.raw(self.text).len());
                return format!("{name}, a string of {length} bytes");
            }
            Some(Kind::Array) => "an array",
            Some(Kind::Object) => "an object",
        };
        format!("{name}, {kind}")
    }
}

fn is_string(span: Span) -> bool {
    matches!(span.kind, Kind::String | Kind::EscapedString)
}

/// One string or the strings of an array.
pub(super) enum Strings<'a> {
    One(Option<Cow<'a, str>>),
    Several(&'a str, Span),
}

impl<'a> Strings<'a> {
    pub(super) fn iter(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let (one, several) = match self {
            Self::One(text) => (text.clone(), None),
            Self::Several(text, span) => (None, Some((*text, *span))),
        };
        let several = several.into_iter().flat_map(|(text, span)| {
            span.elements(text)
                .filter_map(move |element| element.string(text))
        });
        one.into_iter().chain(several)
    }
}
