//! What a provider says of itself, as found: nothing is corrected, nothing is required.

use serde_json::{Map, Value};
use url::Url;

use crate::http::Answer;

pub(crate) use crate::jwt::validator::openid_configuration_url;

/// The provider's metadata
/// ([Discovery 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)) and the
/// answer that it came in.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// The document; empty where the answer was no JSON object.
    pub document: Map<String, Value>,
    /// The answer of the discovery endpoint.
    pub answer: Answer,
}

impl Metadata {
    /// Reads what the discovery endpoint answered.
    pub fn of(answer: Answer) -> Self {
        let document = match serde_json::from_slice(answer.response.body()) {
            Ok(Value::Object(document)) => document,
            _ => Map::new(),
        };
        Self { document, answer }
    }

    /// Whether there is a document at all.
    pub fn is_there(&self) -> bool {
        !self.document.is_empty()
    }

    /// A member that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.document.get(name)?.as_str()
    }

    /// A member; `null` says as much as none.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.document.get(name).filter(|value| !value.is_null())
    }

    /// A member that is a URL one can ask.
    pub fn endpoint(&self, name: &str) -> Option<Url> {
        let url = Url::parse(self.text(name)?).ok()?;
        let can_be_asked = url.as_str().parse::<http::Uri>().is_ok();
        (can_be_asked && matches!(url.scheme(), "http" | "https")).then_some(url)
    }

    /// The strings of a member that is an array; `None` where it is absent or something else.
    pub fn list(&self, name: &str) -> Option<Vec<&str>> {
        let items = self.document.get(name)?.as_array()?;
        Some(items.iter().filter_map(Value::as_str).collect())
    }

    /// Whether an array names `word`; `None` where the array is absent.
    pub fn lists(&self, name: &str, word: &str) -> Option<bool> {
        Some(self.list(name)?.contains(&word))
    }

    /// A member that is `true`.
    pub fn says(&self, name: &str) -> bool {
        self.document.get(name) == Some(&Value::Bool(true))
    }
}

/// Where RFC 8414 puts it ([section 3](https://www.rfc-editor.org/rfc/rfc8414#section-3)): between the host
/// and the path.
pub fn authorization_server_url(issuer: &Url) -> String {
    let mut url = issuer.clone();
    let path = issuer.path().strip_suffix('/').unwrap_or(issuer.path());
    url.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_specifications_place_the_document_differently() {
        for (issuer, openid, oauth) in [
            (
                "https://op.example",
                "https://op.example/.well-known/openid-configuration",
                "https://op.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://op.example/realms/a/",
                "https://op.example/realms/a/.well-known/openid-configuration",
                "https://op.example/.well-known/oauth-authorization-server/realms/a",
            ),
        ] {
            assert_eq!(openid_configuration_url(issuer), openid);
            assert_eq!(
                authorization_server_url(&Url::parse(issuer).unwrap()),
                oauth
            );
        }
    }
}
