//! The provider under load: everything about it that passes share.

mod call;
mod keys;
pub(crate) mod prepare;

pub(crate) use call::Call;
pub(crate) use keys::{Keys, Newer};
pub(crate) use prepare::{SubjectError, check};

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use url::Url;

use crate::flow::RelyingParty;
use crate::load::safety::Hosts;
use crate::load::tally::Failure;
use crate::login::Credentials;
use crate::provider::{ClientConfig, Known, Metadata};

/// A provider that was discovered, with the client and the users of its file.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(super) rp: Arc<RelyingParty>,
    /// The issuer that ID Tokens must name.
    pub(super) issuer: String,
    /// The client that signs users in; none where the flow signs nobody in.
    pub(super) sign_in: Option<SignIn>,
    /// The client credentials grant.
    pub(super) grant: Option<Service>,
    pub(super) userinfo: Option<Request<Bytes>>,
    pub(super) discovery: Request<Bytes>,
    pub(super) jwks: Option<Request<Bytes>>,
    /// `id_token_signing_alg_values_supported`.
    pub(super) id_token_algs: Option<Vec<String>>,
    /// Whether the metadata promise `iss` in authorization responses.
    pub(super) promises_iss: bool,
    /// What is wrong with the metadata.
    pub(super) defect: Option<Failure>,
    /// Deviations that the provider file declares, whatever the variant.
    pub(crate) known: Vec<Known>,
    /// Where requests may go.
    pub(super) hosts: Hosts,
    /// The published keys.
    pub(super) keys: Keys,
}

/// The client that signs users in, and where.
#[derive(Debug)]
pub(crate) struct SignIn {
    pub(crate) client: ClientConfig,
    pub(crate) redirect_uri: String,
    pub(crate) users: Vec<Credentials>,
    /// Where browsers stop.
    pub(crate) destinations: Vec<String>,
    pub(crate) authorization: Url,
    pub(crate) end_session: Option<Url>,
    pub(crate) calls: Calls,
    /// Whether a refresh token is asked for.
    pub(crate) offline: bool,
}

/// The client that asks for tokens of its own.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) calls: Calls,
    /// The whole request, where it is always the same.
    pub(crate) request: Option<Request<Bytes>>,
}

/// The endpoints that a client calls directly.
#[derive(Debug)]
pub(crate) struct Calls {
    pub(crate) token: Call,
    pub(crate) introspection: Option<Call>,
    pub(crate) revocation: Option<Call>,
}

impl Subject {
    /// The metadata as found.
    pub(crate) fn metadata(&self) -> &Metadata {
        &self.rp.provider.metadata
    }

    /// The user that the `n`th browser belongs to.
    pub(crate) fn user(&self, n: usize) -> Option<&Credentials> {
        let users = &self.sign_in.as_ref()?.users;
        users.get(n % users.len().max(1))
    }
}
