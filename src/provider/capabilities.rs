//! What a scenario may need (`@needs.<capability>`), and whether the provider under test has it.

use std::collections::BTreeMap;

use super::file::{AuthMethod, ProviderConfig};
use super::metadata::Metadata;

/// The words that may follow `@needs.`, and what each stands for.
pub const CAPABILITIES: [(&str, &str); 55] = [
    ("acr", "acr values that the provider can meet"),
    ("as_metadata", "a document at the place of RFC 8414"),
    ("backchannel", "back-channel logout"),
    ("browser_client", "clients that run in a browser"),
    ("ciba", "client-initiated backchannel authentication"),
    ("claims_param", "the claims parameter"),
    ("client_credentials", "the client credentials grant"),
    ("client_secret", "a client with a secret"),
    (
        "client_secret_jwt",
        "a client that authenticates by client_secret_jwt",
    ),
    (
        "client_secret_post",
        "a client that authenticates by client_secret_post",
    ),
    (
        "clock",
        "a clock that the run can move: only the built-in mock IdP has one",
    ),
    ("dcr", "open dynamic client registration"),
    ("dcr_mgmt", "management of registered clients"),
    ("device", "the device flow"),
    ("dpop", "DPoP"),
    ("dpop_nonce", "DPoP nonces"),
    (
        "dynamic_op",
        "an OpenID Provider that registers clients dynamically",
    ),
    ("encryption", "encrypted tokens"),
    ("end_session", "RP-initiated logout"),
    ("fapi2", "the FAPI 2.0 profile"),
    ("fapi2ms", "FAPI 2.0 message signing"),
    ("form_post", "the response mode form_post"),
    ("frontchannel", "front-channel logout"),
    ("hybrid", "hybrid response types"),
    ("implicit", "implicit response types"),
    (
        "initial_access_token",
        "registration with an initial access token",
    ),
    ("introspection", "token introspection"),
    ("iss_param", "the iss parameter in authorization responses"),
    ("jar", "request objects"),
    ("jarm", "JWT secured authorization responses"),
    ("jwks", "a published JWK Set"),
    ("jwt_at", "access tokens that are JWTs"),
    ("jwt_introspection", "introspection answers that are JWTs"),
    ("mtls", "mutual TLS"),
    ("multi_client", "a second client with a secret"),
    ("multi_redirect", "a second redirect URI of the client"),
    ("multi_user", "a second user"),
    ("native", "native clients"),
    ("none", "nothing"),
    ("none_response_type", "the response type none"),
    ("oidc", "OpenID Connect"),
    ("pairwise", "pairwise subject identifiers"),
    ("par", "pushed authorization requests"),
    ("password", "the password grant"),
    ("pkce", "PKCE"),
    (
        "post_logout_uri",
        "a post-logout redirect URI of the client",
    ),
    (
        "private_key_jwt",
        "a client that authenticates by private_key_jwt",
    ),
    ("public_client", "a client without authentication"),
    ("refresh_token", "the refresh token grant"),
    ("request_uri", "request objects by reference"),
    ("revocation", "token revocation"),
    ("tls", "an https issuer"),
    ("unmet_authn", "the error unmet_authentication_requirements"),
    ("user", "a user to log in"),
    ("userinfo", "the UserInfo endpoint"),
];

/// Why a need is not met.
pub type Unmet = String;

/// Which capabilities the provider under test has.
#[derive(Debug, Clone, Default)]
pub struct Capabilities {
    unmet: BTreeMap<&'static str, Unmet>,
}

impl Capabilities {
    /// What follows from the file and the metadata; the file's `[capabilities]` have the last word.
    pub fn of(config: &ProviderConfig, metadata: &Metadata) -> Self {
        let mut unmet = BTreeMap::new();
        for (word, meaning) in CAPABILITIES {
            let reason = match config.capabilities.get(word) {
                Some(true) => None,
                Some(false) => Some(format!("the provider file says `{word} = false`")),
                None => judge(word, meaning, config, metadata),
            };
            if let Some(reason) = reason {
                unmet.insert(word, reason);
            }
        }
        Self { unmet }
    }

    /// `None` where the need is met, else why not.
    pub fn lacks(&self, word: &str) -> Option<&str> {
        self.unmet.get(word).map(String::as_str)
    }

    /// Whether the need is met.
    pub fn has(&self, word: &str) -> bool {
        !self.unmet.contains_key(word)
    }

    /// Learns during the run that a need is met after all, or not.
    pub fn set(&mut self, word: &'static str, unmet: Option<Unmet>) {
        match unmet {
            Some(reason) => self.unmet.insert(word, reason),
            None => self.unmet.remove(word),
        };
    }
}

/// The reason why `word` is not met, by what the metadata say and the file offers.
fn judge(word: &str, meaning: &str, config: &ProviderConfig, metadata: &Metadata) -> Option<Unmet> {
    // One that can't be asked is there all the same: what needs it ends as an error that shows it.
    let endpoint = |name: &str| {
        (metadata.member(name).is_none()).then(|| format!("the metadata have no {name}"))
    };
    let listed = |list: &str, value: &str, default: bool| {
        let there = metadata.lists(list, value).unwrap_or(default);
        (!there).then(|| format!("{list} does not list {value}"))
    };
    let client = |method: AuthMethod| {
        config.client_with(method).is_none().then(|| {
            format!(
                "the provider file has no [[client]] with auth = \"{}\"",
                method.as_str()
            )
        })
    };
    let in_file =
        |there: bool, what: &str| (!there).then(|| format!("the provider file has no {what}"));
    let main = config.main_client();
    match word {
        "none" => None,
        "oidc" => listed("scopes_supported", "openid", true),
        "user" => in_file(!config.users.is_empty(), "[[user]]"),
        "multi_user" => in_file(config.users.len() > 1, "second [[user]]"),
        "client_secret" => in_file(
            main.is_some_and(|c| c.secret.is_some()),
            "[[client]] with a secret",
        ),
        "multi_client" => in_file(
            config.another_client().is_some(),
            "second [[client]] with a secret or key, and redirect_uris",
        ),
        "public_client" => client(AuthMethod::None),
        "client_secret_post" => client(AuthMethod::ClientSecretPost),
        "client_secret_jwt" => client(AuthMethod::ClientSecretJwt),
        "private_key_jwt" => client(AuthMethod::PrivateKeyJwt),
        "multi_redirect" => in_file(
            main.is_some_and(|c| c.redirect_uris.len() > 1),
            "second entry in redirect_uris of the main [[client]]",
        ),
        "post_logout_uri" => in_file(
            main.is_some_and(|c| !c.post_logout_redirect_uris.is_empty()),
            "post_logout_redirect_uris of the main [[client]]",
        ),
        "tls" => (!config.issuer.starts_with("https://")).then(|| "loopback http".to_owned()),
        "jwks" => endpoint("jwks_uri"),
        "userinfo" => endpoint("userinfo_endpoint"),
        "revocation" => endpoint("revocation_endpoint"),
        "introspection" => endpoint("introspection_endpoint"),
        "end_session" => endpoint("end_session_endpoint"),
        "dcr" => endpoint("registration_endpoint"),
        "initial_access_token" => in_file(
            config.initial_access_token.is_some(),
            "initial_access_token_env",
        ),
        // Known only once a client has been registered; the run corrects it then.
        "dcr_mgmt" => endpoint("registration_endpoint"),
        // The run of the built-in mock corrects it.
        "clock" => Some("only the built-in mock IdP has a clock that can be moved".to_owned()),
        // The run asks the well-known place and corrects it.
        "as_metadata" => None,
        "refresh_token" => listed("grant_types_supported", "refresh_token", true),
        "client_credentials" => listed("grant_types_supported", "client_credentials", false),
        // Left out, it means that there is no PKCE (https://www.rfc-editor.org/rfc/rfc8414#section-2). Whether there
        // is some all the same is judged by scenarios that do without this word.
        "pkce" => (metadata
            .document
            .contains_key("code_challenge_methods_supported")
            || config.capabilities.contains_key("pkce"))
        .then_some(())
        .map_or_else(
            || {
                Some(
                    "the metadata have no code_challenge_methods_supported; `pkce = true` under [capabilities] says \
                     that there is PKCE all the same"
                        .to_owned(),
                )
            },
            |()| None,
        ),
        "iss_param" => (!metadata.says("authorization_response_iss_parameter_supported"))
            .then(|| "authorization_response_iss_parameter_supported is not true".to_owned()),
        "claims_param" => (!metadata.says("claims_parameter_supported"))
            .then(|| "claims_parameter_supported is not true".to_owned()),
        "acr" => (metadata
            .list("acr_values_supported")
            .is_none_or(|l| l.is_empty()))
        .then(|| "the metadata have no acr_values_supported".to_owned()),
        "form_post" => listed("response_modes_supported", "form_post", false),
        "implicit" => listed("response_types_supported", "id_token", false),
        "hybrid" => ["code id_token", "code token", "code id_token token"]
            .iter()
            .all(|t| metadata.lists("response_types_supported", t) != Some(true))
            .then(|| "response_types_supported lists no hybrid response type".to_owned()),
        "none_response_type" => listed("response_types_supported", "none", false),
        "password" => listed("grant_types_supported", "password", false),
        // No metadata tell that a provider has taken up this specification.
        "unmet_authn" => Some(
            "the provider file does not say in [capabilities] that it has `unmet_authn = true`"
                .to_owned(),
        ),
        "pairwise" => listed("subject_types_supported", "pairwise", false),
        _ => Some(format!("oidcheck does not drive this yet: {meaning}")),
    }
}
