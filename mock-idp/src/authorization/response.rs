//! The authorization response, in its three modes.

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use url::form_urlencoded;

use crate::context::Context;
use crate::pages;
use crate::reply::Reply;

/// How a response is carried (<https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    /// <https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html>
    FormPost,
}

impl ResponseMode {
    pub(crate) const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// An authorization response before it is written, open to spoilers.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationResponse {
    pub(crate) redirect_uri: String,
    pub(crate) mode: ResponseMode,
    pub(crate) params: Vec<(String, String)>,
}

impl AuthorizationResponse {
    pub(crate) fn is_error(&self) -> bool {
        self.get("error").is_some()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// Adds a parameter, or changes it where it is.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        match self.params.iter_mut().find(|(own, _)| own == name) {
            Some((_, own)) => *own = value.into(),
            None => self.params.push((name.to_owned(), value.into())),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.params.retain(|(own, _)| own != name);
    }

    /// Writes it.
    pub(crate) fn into_reply(mut self, ctx: &Context<'_>) -> Reply {
        ctx.spoil_authorization_response(&mut self);
        let encoded = || {
            form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&self.params)
                .finish()
        };
        let mut reply = match self.mode {
            ResponseMode::Query => {
                // A query that was registered stays (https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2).
                let joint = if self.redirect_uri.contains('?') {
                    '&'
                } else {
                    '?'
                };
                Reply::see_other(&format!("{}{joint}{}", self.redirect_uri, encoded()))
            }
            ResponseMode::Fragment => {
                Reply::see_other(&format!("{}#{}", self.redirect_uri, encoded()))
            }
            ResponseMode::FormPost => {
                let nonce = ctx.random();
                let page = pages::form_post(&self.redirect_uri, &self.params, &nonce);
                let mut reply = Reply::html(StatusCode::OK, page);
                pages::set_headers(&mut reply);
                reply.with(
                    CONTENT_SECURITY_POLICY,
                    &format!(
                        "default-src 'none'; script-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'"
                    ),
                )
            }
        };
        reply.set(CACHE_CONTROL, "no-cache, no-store");
        ctx.spoil_redirect(&mut reply);
        reply
    }
}
