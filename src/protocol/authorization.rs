//! The answer of the authorization endpoint, as the browser would carry it to the redirect URI.

use super::Parameters;
use crate::login::Callback;

/// How the parameters came
/// ([Multiple Response Types 2.1](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In its fragment.
    Fragment,
    /// In the body of a form that posts itself.
    FormPost,
}

impl ResponseMode {
    /// The word of the protocol.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }
}

/// What arrived at the redirect URI.
#[derive(Debug, Clone)]
pub struct AuthorizationAnswer {
    /// How the browser got there.
    pub callback: Callback,
    /// The redirect URI, without what the provider added: scheme, host and path.
    pub base: String,
    /// The parameters in the query, those that the registered redirect URI has of its own included.
    pub query: Parameters,
    /// The parameters in the fragment.
    pub fragment: Parameters,
    /// The parameters in the form.
    pub form: Parameters,
}

impl AuthorizationAnswer {
    /// Takes a callback apart.
    pub fn of(callback: Callback) -> Self {
        let (rest, fragment) = callback.url.split_once('#').unwrap_or((&callback.url, ""));
        let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
        Self {
            base: base.to_owned(),
            query: Parameters::parse(query),
            fragment: Parameters::parse(fragment),
            form: Parameters::new(callback.form.clone().unwrap_or_default()),
            callback,
        }
    }

    /// How the parameters came: where `code`, `error`, `state` or a token stands; the query if nowhere.
    pub fn mode(&self) -> ResponseMode {
        if self.callback.form.is_some() {
            return ResponseMode::FormPost;
        }
        let speaks = |p: &Parameters| {
            p.iter().any(|(name, _)| {
                matches!(
                    name,
                    "code" | "error" | "id_token" | "access_token" | "state"
                )
            })
        };
        if speaks(&self.fragment) && !speaks(&self.query) {
            ResponseMode::Fragment
        } else {
            ResponseMode::Query
        }
    }

    /// The parameters in the place where they came.
    pub fn parameters(&self) -> &Parameters {
        match self.mode() {
            ResponseMode::Query => &self.query,
            ResponseMode::Fragment => &self.fragment,
            ResponseMode::FormPost => &self.form,
        }
    }

    /// A parameter of the answer.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters().get(name)
    }

    /// The `error` code, where it is an error response.
    pub fn error(&self) -> Option<&str> {
        self.get("error")
    }

    /// Names (and the error code) for `actual`: no values, which may be secrets.
    pub fn summary(&self) -> String {
        if let Some(error) = self.error() {
            return format!("a redirect to {} with error={error}", self.base);
        }
        let names: Vec<&str> = self.parameters().iter().map(|(name, _)| name).collect();
        format!("a redirect to {} with {}", self.base, names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(url: &str, form: Option<&[(&str, &str)]>) -> AuthorizationAnswer {
        AuthorizationAnswer::of(Callback {
            url: url.to_owned(),
            form: form.map(|pairs| {
                pairs
                    .iter()
                    .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                    .collect()
            }),
            status: 302,
            exchange: 1,
            received_at: 0.0,
        })
    }

    #[test]
    fn the_mode_is_where_the_parameters_stand() {
        for (url, form, mode, code) in [
            (
                "https://rp/cb?code=a&state=b",
                None,
                ResponseMode::Query,
                Some("a"),
            ),
            (
                "https://rp/cb?own=1#code=a&state=b",
                None,
                ResponseMode::Fragment,
                Some("a"),
            ),
            (
                "https://rp/cb",
                Some(&[("code", "a")][..]),
                ResponseMode::FormPost,
                Some("a"),
            ),
            (
                "https://rp/cb?error=access_denied",
                None,
                ResponseMode::Query,
                None,
            ),
            (
                "https://rp/cb?code=a#_=_",
                None,
                ResponseMode::Query,
                Some("a"),
            ),
            ("https://rp/cb", None, ResponseMode::Query, None),
        ] {
            let answer = answer(url, form);
            assert_eq!(answer.mode(), mode, "{url}");
            assert_eq!(answer.get("code"), code, "{url}");
            assert_eq!(answer.base, "https://rp/cb");
        }
    }
}
