//! Clients, static and registered.

use serde_json::{Map, Value};

use crate::accounts::{
    CLIENT_SECRET, ClientAccount, OTHER_POST_LOGOUT_REDIRECT_URI, POST_LOGOUT_REDIRECT_URIS,
    REDIRECT_URIS, RESPONSE_TYPES,
};
use crate::keys::{Algorithm, client_key};

/// How a client authenticates (<https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientAuth {
    Basic,
    Post,
    SecretJwt,
    PrivateKeyJwt,
    None,
}

impl ClientAuth {
    pub(crate) const ALL: [Self; 5] = [
        Self::Basic,
        Self::Post,
        Self::SecretJwt,
        Self::PrivateKeyJwt,
        Self::None,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::SecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether the client holds a secret of ours.
    pub(crate) fn uses_secret(self) -> bool {
        matches!(self, Self::Basic | Self::Post | Self::SecretJwt)
    }
}

/// The kind of a client, which decides on its redirect URIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApplicationType {
    Web,
    Native,
}

/// What a registered client has beside the others.
#[derive(Clone)]
pub(crate) struct Registration {
    /// Gone when it was seen in wrong hands.
    pub(crate) access_token: Option<String>,
    pub(crate) issued_at: u64,
    /// All registered metadata, defaults included.
    pub(crate) metadata: Map<String, Value>,
}

/// A client.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) auth: ClientAuth,
    pub(crate) secret: Option<String>,
    /// The public keys of `private_key_jwt`.
    pub(crate) jwks: Vec<Value>,
    /// The only algorithm of its client assertions, when it registered one.
    pub(crate) assertion_alg: Option<String>,
    pub(crate) application_type: ApplicationType,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) post_logout_redirect_uris: Vec<String>,
    pub(crate) grant_types: Vec<String>,
    pub(crate) response_types: Vec<String>,
    /// The only scope values that it may have, when it registered some.
    pub(crate) scope: Option<Vec<String>>,
    /// The algorithm of its ID tokens, when it registered one.
    pub(crate) id_token_alg: Option<Algorithm>,
    /// The algorithm of its UserInfo responses, when it wants them signed.
    pub(crate) userinfo_alg: Option<Algorithm>,
    pub(crate) default_max_age: Option<u64>,
    pub(crate) registration: Option<Registration>,
    /// A client of permissive mode: any secret, any redirect URI, all grants.
    pub(crate) open: bool,
}

impl Client {
    /// A client of [`crate::accounts`].
    pub(crate) fn of_account(account: &ClientAccount) -> Self {
        let auth = ClientAuth::from_name(account.auth).unwrap_or(ClientAuth::Basic);
        let owned = |values: &[&str]| {
            values
                .iter()
                .map(|value| (*value).to_owned())
                .collect::<Vec<_>>()
        };
        Self {
            id: account.id.to_owned(),
            name: account.id.to_owned(),
            auth,
            secret: auth.uses_secret().then(|| CLIENT_SECRET.to_owned()),
            jwks: if auth == ClientAuth::PrivateKeyJwt {
                vec![client_key().public_jwk.clone()]
            } else {
                Vec::new()
            },
            assertion_alg: None,
            application_type: ApplicationType::Web,
            redirect_uris: if account.response_types.is_empty() {
                Vec::new()
            } else {
                owned(&REDIRECT_URIS)
            },
            post_logout_redirect_uris: {
                let mut uris = owned(&POST_LOGOUT_REDIRECT_URIS);
                if account.id == "conformance-client-post" {
                    uris.push(OTHER_POST_LOGOUT_REDIRECT_URI.to_owned());
                }
                uris
            },
            grant_types: owned(account.grant_types),
            response_types: owned(account.response_types),
            scope: None,
            id_token_alg: None,
            userinfo_alg: None,
            default_max_age: None,
            registration: None,
            open: false,
        }
    }

    /// A client of permissive mode that nobody registered.
    pub(crate) fn open(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            auth: ClientAuth::Basic,
            secret: None,
            jwks: Vec::new(),
            assertion_alg: None,
            application_type: ApplicationType::Web,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            grant_types: [
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "implicit",
            ]
            .map(str::to_owned)
            .to_vec(),
            response_types: RESPONSE_TYPES.map(str::to_owned).to_vec(),
            scope: None,
            id_token_alg: None,
            userinfo_alg: None,
            default_max_age: None,
            registration: None,
            open: true,
        }
    }

    /// Whether nobody can tell whether it is this client (<https://www.rfc-editor.org/rfc/rfc6749#section-2.1>).
    pub(crate) fn is_public(&self) -> bool {
        self.auth == ClientAuth::None
    }

    pub(crate) fn may_use_grant(&self, grant_type: &str) -> bool {
        self.grant_types.iter().any(|own| own == grant_type)
    }
}
