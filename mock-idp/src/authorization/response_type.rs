//! `response_type` (<https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html>).

use super::ResponseMode;

/// What an authorization response is to hold; the order of the words says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ResponseType {
    pub(crate) code: bool,
    pub(crate) id_token: bool,
    pub(crate) token: bool,
}

impl ResponseType {
    /// One of the six that OpenID Connect uses.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parsed = Self::default();
        for word in text.split(' ') {
            let flag = match word {
                "code" => &mut parsed.code,
                "id_token" => &mut parsed.id_token,
                "token" => &mut parsed.token,
                _ => return None,
            };
            if std::mem::replace(flag, true) {
                return None;
            }
        }
        // `token` alone is plain OAuth, which RFC 9700 section 2.1.2 advises against.
        let token_alone = parsed.token && !parsed.code && !parsed.id_token;
        (!token_alone).then_some(parsed)
    }

    /// Its spelling in the metadata.
    pub(crate) fn name(self) -> String {
        let words = [
            (self.code, "code"),
            (self.id_token, "id_token"),
            (self.token, "token"),
        ];
        words
            .iter()
            .filter(|(is_in, _)| *is_in)
            .map(|(_, word)| *word)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether a token leaves the authorization endpoint.
    pub(crate) fn has_front_channel_token(self) -> bool {
        self.id_token || self.token
    }

    /// How the response is carried when the request does not say.
    pub(crate) fn default_mode(self) -> ResponseMode {
        if self.has_front_channel_token() {
            ResponseMode::Fragment
        } else {
            ResponseMode::Query
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::RESPONSE_TYPES;

    #[test]
    fn the_six_types_are_read_in_any_order() {
        for text in RESPONSE_TYPES {
            let mut words: Vec<&str> = text.split(' ').collect();
            assert_eq!(ResponseType::parse(text).unwrap().name(), text);
            words.reverse();
            assert_eq!(ResponseType::parse(&words.join(" ")).unwrap().name(), text);
        }
    }

    #[test]
    fn others_are_not() {
        for text in [
            "",
            "token",
            "none",
            "Code",
            "code code",
            "code  id_token",
            " code",
            "code x",
        ] {
            assert_eq!(ResponseType::parse(text), None, "{text}");
        }
    }
}
