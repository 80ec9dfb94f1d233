//! The provider file: what a user writes down about the provider under test.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::capabilities::CAPABILITIES;
use crate::error::ConfigError;
use crate::login::{Credentials, DriverKind, LoginConfig};
use crate::requirement::has_id_shape;

/// A value that must not be shown. `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the value into custody.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself: for the wire and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How a client authenticates at the token endpoint
/// ([Core 9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// No authentication: a public client.
    None,
    /// The secret in the `Authorization` header.
    ClientSecretBasic,
    /// The secret in the body.
    ClientSecretPost,
    /// A JWT made with the secret.
    ClientSecretJwt,
    /// A JWT made with a private key.
    PrivateKeyJwt,
}

impl AuthMethod {
    /// All methods.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
    ];

    /// The word of the metadata and of provider files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

impl TryFrom<&str> for AuthMethod {
    type Error = String;

    fn try_from(word: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|method| method.as_str() == word);
        known.ok_or_else(|| {
            format!(
                "`{word}` is no authentication method; there are {}",
                Self::ALL.map(Self::as_str).join(", ")
            )
        })
    }
}

/// The private key of a `private_key_jwt` client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// PKCS#8 PEM.
    pub pem: Secret,
    /// The `kid` that the provider knows it by.
    pub key_id: Option<String>,
}

/// A client that is registered with the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientConfig {
    /// The `client_id`.
    pub id: String,
    /// How it authenticates.
    pub auth: AuthMethod,
    /// Its secret, where it has one.
    pub secret: Option<Secret>,
    /// Its key, where it has one.
    pub key: Option<ClientKey>,
    /// Its redirect URIs; never empty for a client that signs users in.
    pub redirect_uris: Vec<String>,
    /// Its post-logout redirect URIs.
    pub post_logout_redirect_uris: Vec<String>,
    /// The algorithm of its ID Tokens, where it registered one
    /// ([Registration 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)).
    pub id_token_signed_response_alg: Option<String>,
}

/// The outcome that a known deviation covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExpectedOutcome {
    /// Only a failed check.
    Fail,
    /// Only a warning.
    Warn,
}

/// A deviation that the user has declared.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The requirement id.
    pub requirement: String,
    /// Why it is tolerated.
    pub reason: String,
    /// Only for scenarios with this value of a variant.
    pub variant: Option<String>,
    /// Only this outcome.
    pub expected: Option<ExpectedOutcome>,
    /// The file and the line where it is declared.
    #[serde(skip)]
    pub place: Option<(String, usize)>,
}

/// A provider file, read and checked.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// The name for reports.
    pub name: String,
    /// The issuer identifier.
    pub issuer: String,
    /// Certificates (PEM) to trust.
    pub cacert: Option<Vec<u8>>,
    /// Where the provider reaches our RP endpoint.
    pub rp_url: Option<String>,
    /// The token for dynamic registration.
    pub initial_access_token: Option<Secret>,
    /// The scopes that the client may ask for; `None` where the file does not say.
    pub scopes: Option<Vec<String>>,
    /// The clients, in the order of the file.
    pub clients: Vec<ClientConfig>,
    /// The users, in the order of the file.
    pub users: Vec<Credentials>,
    /// How users log in.
    pub login: LoginConfig,
    /// What the user knows better than the metadata.
    pub capabilities: BTreeMap<String, bool>,
    /// The declared deviations.
    pub known: Vec<Known>,
}

impl ProviderConfig {
    /// Reads a provider file.
    ///
    /// # Errors
    /// It can't be read, or something in it is wrong: file, key and line.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|e| ConfigError::file(&name, format!("can't be read: {e}")))?;
        Self::parse(&name, &text, path.parent().unwrap_or(Path::new(".")))
    }

    /// Reads the text of a provider file; `file` names it in errors, `folder` is what relative paths in it
    /// start from.
    ///
    /// # Errors
    /// Something in it is wrong: file, key and line.
    pub fn parse(file: &str, text: &str, folder: &Path) -> Result<Self, ConfigError> {
        let raw: FileText = toml::from_str(text).map_err(|e| ConfigError::toml(file, text, &e))?;
        Reader { file, text, folder }.read(raw)
    }

    /// The client that scenarios use unless they say otherwise: the first with a secret or a key, else the
    /// first.
    pub fn main_client(&self) -> Option<&ClientConfig> {
        self.confidential().next().or_else(|| self.clients.first())
    }

    /// The next client with a secret or a key that users log in to: one without redirect URIs acts for itself and
    /// may use no other grant.
    pub fn another_client(&self) -> Option<&ClientConfig> {
        self.confidential()
            .skip(1)
            .find(|client| !client.redirect_uris.is_empty())
    }

    /// The first client without authentication.
    pub fn public_client(&self) -> Option<&ClientConfig> {
        self.clients.iter().find(|c| c.auth == AuthMethod::None)
    }

    /// The first client with this method.
    pub fn client_with(&self, method: AuthMethod) -> Option<&ClientConfig> {
        self.clients.iter().find(|c| c.auth == method)
    }

    /// Every redirect URI, post-logout ones included, of every client.
    pub fn all_redirect_uris(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for client in &self.clients {
            for uri in client
                .redirect_uris
                .iter()
                .chain(&client.post_logout_redirect_uris)
            {
                if !all.contains(uri) {
                    all.push(uri.clone());
                }
            }
        }
        all
    }

    /// Every secret in it, with the word that names it in a report.
    pub fn secrets(&self) -> Vec<(&'static str, &str)> {
        let mut secrets = Vec::new();
        for client in &self.clients {
            if let Some(secret) = &client.secret {
                secrets.push(("client_secret", secret.expose()));
            }
            if let Some(key) = &client.key {
                secrets.push(("private_key", key.pem.expose()));
            }
        }
        secrets.extend(self.users.iter().map(|u| ("password", u.password.as_str())));
        if let Some(token) = &self.initial_access_token {
            secrets.push(("initial_access_token", token.expose()));
        }
        secrets
    }

    fn confidential(&self) -> impl Iterator<Item = &ClientConfig> {
        self.clients.iter().filter(|c| c.auth != AuthMethod::None)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    name: Option<String>,
    issuer: Spanned<String>,
    cacert: Option<Spanned<PathBuf>>,
    rp_url: Option<Spanned<String>>,
    initial_access_token_env: Option<Spanned<String>>,
    scopes: Option<Vec<String>>,
    #[serde(default)]
    client: Vec<Spanned<ClientText>>,
    #[serde(default)]
    user: Vec<Spanned<UserText>>,
    login: Option<LoginConfig>,
    #[serde(default)]
    capabilities: BTreeMap<Spanned<String>, bool>,
    #[serde(default)]
    known: Vec<Spanned<Known>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientText {
    id: String,
    auth: AuthMethod,
    secret: Option<String>,
    secret_env: Option<Spanned<String>>,
    key_file: Option<Spanned<PathBuf>>,
    key_id: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<Spanned<String>>,
    #[serde(default)]
    post_logout_redirect_uris: Vec<Spanned<String>>,
    id_token_signed_response_alg: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserText {
    username: String,
    password: Option<String>,
    password_env: Option<Spanned<String>>,
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    folder: &'a Path,
}

type Span = std::ops::Range<usize>;

impl Reader<'_> {
    fn read(&self, raw: FileText) -> Result<ProviderConfig, ConfigError> {
        self.url("issuer", &raw.issuer)?;
        if let Some(url) = &raw.rp_url {
            self.url("rp_url", url)?;
        }
        for known in &raw.known {
            let row = known.get_ref();
            if !has_id_shape(&row.requirement) {
                return Err(self.wrong(
                    known.span(),
                    format!("`requirement = {:?}` is no requirement id", row.requirement),
                ));
            }
            if row.reason.trim().is_empty() {
                return Err(self.wrong(
                    known.span(),
                    "`reason` must say why the deviation is tolerated",
                ));
            }
        }
        let mut capabilities = BTreeMap::new();
        for (word, value) in raw.capabilities {
            if !CAPABILITIES
                .iter()
                .any(|(known, _)| known == word.get_ref())
            {
                return Err(self.wrong(
                    word.span(),
                    format!(
                        "`{}` is no capability; the words are {}",
                        word.get_ref(),
                        CAPABILITIES.map(|(known, _)| known).join(", ")
                    ),
                ));
            }
            capabilities.insert(word.into_inner(), value);
        }
        let issuer = raw.issuer.into_inner();
        let login = raw.login.unwrap_or_default();
        let mut users: Vec<Credentials> = raw
            .user
            .into_iter()
            .map(|user| self.user(user))
            .collect::<Result<_, _>>()?;
        if users.is_empty() && login.driver == DriverKind::None {
            // Nobody is asked for a name: whoever the provider takes the browser for is the user.
            users.push(Credentials {
                username: String::new(),
                password: String::new(),
            });
        }
        Ok(ProviderConfig {
            name: raw.name.unwrap_or_else(|| issuer.clone()),
            issuer,
            cacert: raw
                .cacert
                .map(|path| self.bytes("cacert", &path))
                .transpose()?,
            rp_url: raw.rp_url.map(Spanned::into_inner),
            initial_access_token: raw
                .initial_access_token_env
                .map(|name| self.variable("initial_access_token_env", &name))
                .transpose()?,
            scopes: raw.scopes,
            clients: raw
                .client
                .into_iter()
                .map(|client| self.client(client))
                .collect::<Result<_, _>>()?,
            users,
            login,
            capabilities,
            known: raw.known.into_iter().map(|row| self.known(row)).collect(),
        })
    }

    fn client(&self, client: Spanned<ClientText>) -> Result<ClientConfig, ConfigError> {
        let span = client.span();
        let client = client.into_inner();
        let secret = match (client.secret, &client.secret_env) {
            (Some(_), Some(_)) => {
                return Err(self.wrong(
                    span,
                    "`secret` and `secret_env` are both there; one is enough",
                ));
            }
            (Some(secret), None) => Some(Secret(secret)),
            (None, Some(name)) => Some(self.variable("secret_env", name)?),
            (None, None) => None,
        };
        let key = match client.key_file {
            Some(path) => {
                let bytes = self.bytes("key_file", &path)?;
                let pem = String::from_utf8(bytes)
                    .map_err(|_| self.wrong(path.span(), "`key_file` is not a PEM file"))?;
                Some(ClientKey {
                    pem: Secret(pem),
                    key_id: client.key_id,
                })
            }
            None => None,
        };
        let lacks = match client.auth {
            AuthMethod::None if secret.is_some() => {
                Some("`auth = \"none\"` and a secret contradict each other")
            }
            AuthMethod::ClientSecretBasic
            | AuthMethod::ClientSecretPost
            | AuthMethod::ClientSecretJwt
                if secret.is_none() =>
            {
                Some(
                    "`secret_env` (or `secret`) is missing: this client authenticates with a secret",
                )
            }
            AuthMethod::PrivateKeyJwt if key.is_none() => {
                Some("`key_file` is missing: this client authenticates with a key")
            }
            _ => None,
        };
        if let Some(lacks) = lacks {
            return Err(self.wrong(span, format!("client `{}`: {lacks}", client.id)));
        }
        let uris = |key: &str, uris: Vec<Spanned<String>>| -> Result<Vec<String>, ConfigError> {
            for uri in &uris {
                self.url(key, uri)?;
            }
            Ok(uris.into_iter().map(Spanned::into_inner).collect())
        };
        Ok(ClientConfig {
            id: client.id,
            auth: client.auth,
            secret,
            key,
            redirect_uris: uris("redirect_uris", client.redirect_uris)?,
            post_logout_redirect_uris: uris(
                "post_logout_redirect_uris",
                client.post_logout_redirect_uris,
            )?,
            id_token_signed_response_alg: client.id_token_signed_response_alg,
        })
    }

    fn known(&self, row: Spanned<Known>) -> Known {
        let line = self.wrong(row.span(), "").line.unwrap_or(1);
        Known {
            place: Some((self.file.to_owned(), line)),
            ..row.into_inner()
        }
    }

    fn user(&self, user: Spanned<UserText>) -> Result<Credentials, ConfigError> {
        let span = user.span();
        let user = user.into_inner();
        let password = match (user.password, &user.password_env) {
            (Some(password), None) => password,
            (None, Some(name)) => self.variable("password_env", name)?.0,
            (None, None) => String::new(),
            (Some(_), Some(_)) => {
                return Err(self.wrong(
                    span,
                    "`password` and `password_env` are both there; one is enough",
                ));
            }
        };
        Ok(Credentials {
            username: user.username,
            password,
        })
    }

    fn url(&self, key: &str, value: &Spanned<String>) -> Result<(), ConfigError> {
        match url::Url::parse(value.get_ref()) {
            Ok(url) if key != "issuer" || matches!(url.scheme(), "http" | "https") => Ok(()),
            Ok(url) => Err(self.wrong(
                value.span(),
                format!(
                    "`{key}` begins with `{}:`, but it must be an http(s) URL",
                    url.scheme()
                ),
            )),
            Err(e) => Err(self.wrong(value.span(), format!("`{key}` is no URL: {e}"))),
        }
    }

    fn variable(&self, key: &str, name: &Spanned<String>) -> Result<Secret, ConfigError> {
        std::env::var(name.get_ref()).map(Secret).map_err(|_| {
            self.wrong(
                name.span(),
                format!(
                    "`{key}`: the environment variable {} is not set",
                    name.get_ref()
                ),
            )
        })
    }

    fn bytes(&self, key: &str, path: &Spanned<PathBuf>) -> Result<Vec<u8>, ConfigError> {
        let full = self.folder.join(path.get_ref());
        std::fs::read(&full).map_err(|e| {
            self.wrong(
                path.span(),
                format!("`{key}`: {} can't be read: {e}", full.display()),
            )
        })
    }

    fn wrong(&self, span: Span, message: impl Into<String>) -> ConfigError {
        ConfigError::at(self.file, self.text, span, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"issuer = "https://id.example/realms/test"
[[client]]
id = "public"
auth = "none"
redirect_uris = ["https://localhost:8765/callback"]
[[client]]
id = "first"
auth = "client_secret_basic"
secret = "0123456789"
redirect_uris = ["https://localhost:8765/callback"]
[[client]]
id = "second"
auth = "client_secret_post"
secret = "9876543210"
[[user]]
username = "alice"
password = "wonderland"
[[known]]
requirement = "OIDCC-3.1.2.1-8"
reason = "no POST"
"#;

    fn parse(text: &str) -> Result<ProviderConfig, ConfigError> {
        ProviderConfig::parse("provider.toml", text, Path::new("."))
    }

    #[test]
    fn the_clients_have_their_parts() {
        let config = parse(FILE).unwrap();
        let id = |client: Option<&ClientConfig>| client.map(|c| c.id.clone()).unwrap();
        assert_eq!(id(config.main_client()), "first");
        assert!(config.another_client().is_none(), "it acts for itself");
        let login = "secret = \"9876543210\"\nredirect_uris = [\"https://localhost:8765/second\"]";
        let two = parse(&FILE.replace("secret = \"9876543210\"", login)).unwrap();
        assert_eq!(id(two.another_client()), "second");
        assert_eq!(id(config.public_client()), "public");
        let public_only = FILE.split("[[client]]\nid = \"first\"").next().unwrap();
        assert_eq!(id(parse(public_only).unwrap().main_client()), "public");
    }

    #[test]
    fn what_is_wrong_is_named_with_file_and_line() {
        for (from, to, says) in [
            (
                "issuer = \"https:",
                "issuer = \"ftp:",
                "provider.toml:1: `issuer` begins with `ftp:`",
            ),
            (
                "issuer = \"https://id.example/realms/test\"",
                "issuer = \"id.example\"",
                "`issuer` is no URL",
            ),
            ("auth = \"none\"", "auth = \"nothing\"", "provider.toml:4: "),
            (
                "secret = \"0123456789\"\n",
                "",
                "client `first`: `secret_env`",
            ),
            ("auth = \"none\"", "auth = \"none\"\ncolour = 1", "colour"),
            (
                "secret = \"0123456789\"",
                "secret_env = \"OIDCHECK_NO_SUCH_VARIABLE\"",
                "provider.toml:9: `secret_env`: the environment variable",
            ),
            ("OIDCC-3.1.2.1-8", "OIDCC", "no requirement id"),
            ("\"no POST\"", "\"\"", "`reason`"),
            (
                "[[user]]",
                "[capabilities]\nflying = true\n[[user]]",
                "`flying` is no capability",
            ),
            ("[[user]]", "[[user", "provider.toml:15"),
            (
                "issuer = ",
                "cacert = \"no/such.pem\"\nissuer = ",
                "provider.toml:1: `cacert`",
            ),
        ] {
            let text = FILE.replacen(from, to, 1);
            assert_ne!(text, FILE, "{from}");
            let error = parse(&text).expect_err(to).to_string();
            assert!(error.contains(says), "{to}: {error}");
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let shown = format!("{:?}", parse(FILE).unwrap());
        for secret in ["0123456789", "9876543210", "wonderland"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
