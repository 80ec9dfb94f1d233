//! Where a spoiler can get at what goes out.

use serde_json::{Map, Value};

use super::Check;
use crate::authorization::{AuthorizationResponse, Refusal};
use crate::context::Context;
use crate::id_token::IdToken;
use crate::oauth_error::OauthError;
use crate::params::Params;
use crate::reply::Reply;
use crate::route::Endpoint;

/// A JSON document that goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    /// The provider's metadata, in both documents.
    Metadata,
    /// `/.well-known/openid-configuration` alone.
    OpenidConfiguration,
    /// `/.well-known/oauth-authorization-server` alone.
    AuthorizationServerMetadata,
    Jwks,
    /// A successful answer of the token endpoint, whatever the grant.
    TokenResponse,
    /// The same for `grant_type=refresh_token` alone.
    RefreshResponse,
    Userinfo,
    /// The claims of a signed UserInfo response.
    SignedUserinfo,
    Introspection,
    /// The answer to a registration, a read or an update.
    Registration,
}

/// A spoiler of a value of this kind.
pub(crate) type Spoiler<T> = fn(&Context<'_>, &mut T);

/// What a fault does: one break.
pub(crate) enum Break {
    /// Leaves one validation out.
    Omit(Check),
    /// Changes the parameters of an authorization request before they are read.
    AuthorizationRequest(Spoiler<Params>),
    /// Refuses authorization requests that are right.
    Demand(fn(&Context<'_>, &Params) -> Option<Refusal>),
    /// Says what is wrong with logout requests that are right.
    LogoutDemand(fn(&Context<'_>, &Params) -> Option<&'static str>),
    /// Takes a `post_logout_redirect_uri` (the second) for a registered one (the first) that it is not.
    PostLogoutRedirectUri(fn(&str, &str) -> bool),
    /// Takes a `redirect_uri` (the second) for a registered one (the first) that it is not.
    RedirectUri(fn(&str, &str) -> bool),
    /// Leaves one member out of a JSON document.
    Drop(Document, &'static str),
    /// Gives one member of a JSON document this value, whether it is there or not.
    Set(Document, &'static str, fn() -> Value),
    /// Changes a JSON document before it is written.
    Json(Document, Spoiler<Map<String, Value>>),
    /// Changes the header, the claims or the signer of each ID token, before it is signed.
    IdToken(Spoiler<IdToken>),
    /// Changes each ID token after it was signed.
    SignedIdToken(Spoiler<String>),
    /// Changes the parameters, the target or the mode of each authorization response, errors included.
    AuthorizationResponse(Spoiler<AuthorizationResponse>),
    /// Changes the HTTP answer that carries an authorization response: its status, its headers, the form of form_post.
    Redirect(Spoiler<Reply>),
    /// Changes an error of these endpoints that a client reads: its status, its code, its challenge.
    Error(&'static [Endpoint], Spoiler<OauthError>),
    /// Changes each page that a person sees, the form of form_post excepted.
    Page(Spoiler<Reply>),
    /// Changes the whole answer of these endpoints, last of all: status, headers, body, transport.
    Answer(&'static [Endpoint], Spoiler<Reply>),
}

impl Context<'_> {
    /// Whether a fault leaves this validation out.
    pub(crate) fn omits(&self, check: Check) -> bool {
        self.breaks()
            .any(|one| matches!(one, Break::Omit(own) if *own == check))
    }

    pub(crate) fn spoil_authorization_request(&self, params: &mut Params) {
        for one in self.breaks() {
            if let Break::AuthorizationRequest(spoiler) = one {
                spoiler(self, params);
            }
        }
    }

    /// What a fault demands of an authorization request that it does not have.
    pub(crate) fn demands(&self, params: &Params) -> Option<Refusal> {
        self.breaks().find_map(|one| match one {
            Break::Demand(demand) => demand(self, params),
            _ => None,
        })
    }

    /// What a fault demands of a logout request that it does not have.
    pub(crate) fn demands_of_logout(&self, params: &Params) -> Option<&'static str> {
        self.breaks().find_map(|one| match one {
            Break::LogoutDemand(demand) => demand(self, params),
            _ => None,
        })
    }

    /// Whether a fault takes `asked` for the post-logout redirect URI `registered`.
    pub(crate) fn confuses_post_logout(&self, registered: &str, asked: &str) -> bool {
        self.breaks().any(|one| match one {
            Break::PostLogoutRedirectUri(takes) => takes(registered, asked),
            _ => false,
        })
    }

    /// Whether a fault takes `asked` for the redirect URI `registered`.
    pub(crate) fn confuses(&self, registered: &str, asked: &str) -> bool {
        self.breaks().any(|one| match one {
            Break::RedirectUri(takes) => takes(registered, asked),
            _ => false,
        })
    }

    pub(crate) fn spoil_json(&self, document: Document, map: &mut Map<String, Value>) {
        for one in self.breaks() {
            match one {
                Break::Drop(own, member) if *own == document => {
                    map.shift_remove(*member);
                }
                Break::Set(own, member, value) if *own == document => {
                    map.insert((*member).to_owned(), value());
                }
                Break::Json(own, spoiler) if *own == document => spoiler(self, map),
                _ => {}
            }
        }
    }

    pub(crate) fn spoil_id_token(&self, token: &mut IdToken) {
        for one in self.breaks() {
            if let Break::IdToken(spoiler) = one {
                spoiler(self, token);
            }
        }
    }

    pub(crate) fn spoil_signed_id_token(&self, token: &mut String) {
        for one in self.breaks() {
            if let Break::SignedIdToken(spoiler) = one {
                spoiler(self, token);
            }
        }
    }

    pub(crate) fn spoil_authorization_response(&self, response: &mut AuthorizationResponse) {
        for one in self.breaks() {
            if let Break::AuthorizationResponse(spoiler) = one {
                spoiler(self, response);
            }
        }
    }

    pub(crate) fn spoil_redirect(&self, reply: &mut Reply) {
        for one in self.breaks() {
            if let Break::Redirect(spoiler) = one {
                spoiler(self, reply);
            }
        }
    }

    pub(crate) fn spoil_error(&self, error: &mut OauthError) {
        for one in self.breaks() {
            if let Break::Error(own, spoiler) = one
                && own.contains(&self.endpoint)
            {
                spoiler(self, error);
            }
        }
    }

    pub(crate) fn spoil_page(&self, reply: &mut Reply) {
        for one in self.breaks() {
            if let Break::Page(spoiler) = one {
                spoiler(self, reply);
            }
        }
    }

    pub(crate) fn spoil_answer(&self, reply: &mut Reply) {
        for one in self.breaks() {
            if let Break::Answer(own, spoiler) = one
                && own.contains(&self.endpoint)
            {
                spoiler(self, reply);
            }
        }
    }

    fn breaks(&self) -> impl Iterator<Item = &'static Break> {
        self.issuer.faults.iter().map(|fault| &fault.break_)
    }
}
