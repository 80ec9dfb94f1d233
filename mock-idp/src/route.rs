//! Which issuer and which endpoint a path names.

use http::Method;

/// An endpoint of the mock IdP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Endpoint {
    /// `{issuer}/.well-known/openid-configuration`
    OpenidConfiguration,
    /// `/.well-known/oauth-authorization-server{issuer path}`
    AuthorizationServerMetadata,
    /// `{issuer}/.well-known/oauth-authorization-server`, which is the wrong place for it where the issuer has a path.
    MisplacedMetadata,
    Jwks,
    Authorize,
    /// Where the login page is sent.
    Login,
    /// Where the page that offers accounts is sent.
    Account,
    /// Where the consent page is sent.
    Consent,
    Token,
    Userinfo,
    Revoke,
    Introspect,
    Register,
    /// `{issuer}/register/{client_id}`, see <https://www.rfc-editor.org/rfc/rfc7592#section-2>.
    ClientConfiguration,
    Logout,
    /// Where the page that asks about the logout is sent.
    LogoutConfirm,
}

impl Endpoint {
    // The last segment of the path under the issuer.
    const BY_SEGMENT: [(&'static str, Self); 12] = [
        ("jwks", Self::Jwks),
        ("authorize", Self::Authorize),
        ("login", Self::Login),
        ("account", Self::Account),
        ("consent", Self::Consent),
        ("token", Self::Token),
        ("userinfo", Self::Userinfo),
        ("revoke", Self::Revoke),
        ("introspect", Self::Introspect),
        ("register", Self::Register),
        ("logout", Self::Logout),
        ("confirm-logout", Self::LogoutConfirm),
    ];

    /// The methods that the endpoint takes, as `Allow` lists them.
    pub(crate) fn methods(self) -> &'static str {
        match self {
            Self::OpenidConfiguration
            | Self::AuthorizationServerMetadata
            | Self::MisplacedMetadata
            | Self::Jwks => "GET, HEAD",
            Self::Authorize | Self::Userinfo | Self::Logout => "GET, POST",
            Self::Login
            | Self::Account
            | Self::Consent
            | Self::Token
            | Self::Revoke
            | Self::Introspect
            | Self::Register
            | Self::LogoutConfirm => "POST",
            Self::ClientConfiguration => "GET, PUT, DELETE",
        }
    }

    /// Whether the endpoint takes the method.
    pub(crate) fn takes(self, method: &Method) -> bool {
        self.methods().split(", ").any(|own| own == method.as_str())
    }

    /// Whether scripts of other origins may call it: those that a client calls itself, never the ones that a browser
    /// is sent to (<https://www.rfc-editor.org/rfc/rfc9700#section-2.6>).
    pub(crate) fn allows_cors(self) -> bool {
        matches!(
            self,
            Self::OpenidConfiguration
                | Self::AuthorizationServerMetadata
                | Self::Jwks
                | Self::Token
                | Self::Userinfo
                | Self::Revoke
                | Self::Register
                | Self::ClientConfiguration
        )
    }

    /// Whether a person sees its answers.
    pub(crate) fn is_page(self) -> bool {
        matches!(
            self,
            Self::Authorize
                | Self::Login
                | Self::Account
                | Self::Consent
                | Self::Logout
                | Self::LogoutConfirm
        )
    }
}

/// A path, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route<'p> {
    /// The path of the issuer: empty, or it begins with a slash and does not end with one.
    pub(crate) issuer_path: &'p str,
    pub(crate) endpoint: Endpoint,
    /// The client of a client configuration endpoint.
    pub(crate) client_id: Option<&'p str>,
}

const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";

impl<'p> Route<'p> {
    /// What this path names; nothing, when it is no endpoint or its issuer cannot be one.
    pub(crate) fn of(path: &'p str) -> Option<Self> {
        let (issuer_path, endpoint, client_id) = split(path)?;
        is_issuer_path(issuer_path).then_some(Self {
            issuer_path,
            endpoint,
            client_id,
        })
    }

    /// The fault ids of the issuer path: what follows `/f/` at its end.
    pub(crate) fn fault_ids(issuer_path: &str) -> impl Iterator<Item = &str> {
        let (before, last) = issuer_path.rsplit_once('/').unwrap_or_default();
        let list = if before == "/f" || before.ends_with("/f") {
            last
        } else {
            ""
        };
        list.split('+').filter(|id| !id.is_empty())
    }
}

fn split(path: &str) -> Option<(&str, Endpoint, Option<&str>)> {
    if let Some(issuer_path) = path.strip_suffix(OPENID_CONFIGURATION) {
        return Some((issuer_path, Endpoint::OpenidConfiguration, None));
    }
    if let Some(issuer_path) = path.strip_prefix(AUTHORIZATION_SERVER) {
        return Some((issuer_path, Endpoint::AuthorizationServerMetadata, None));
    }
    if let Some(issuer_path) = path.strip_suffix(AUTHORIZATION_SERVER) {
        return Some((issuer_path, Endpoint::MisplacedMetadata, None));
    }
    let (before, last) = path.rsplit_once('/')?;
    if let Some((_, endpoint)) = Endpoint::BY_SEGMENT
        .iter()
        .find(|(segment, _)| *segment == last)
    {
        return Some((before, *endpoint, None));
    }
    let issuer_path = before.strip_suffix("/register")?;
    Some((issuer_path, Endpoint::ClientConfiguration, Some(last)))
}

/// Whether a path can be that of an issuer: short, of characters that need no escape, without empty or dot segments.
fn is_issuer_path(path: &str) -> bool {
    const LONGEST: usize = 512;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+".contains(&byte);
    path.is_empty()
        || path.len() <= LONGEST
            && path.starts_with('/')
            && path[1..].split('/').all(|segment| {
                !segment.is_empty()
                    && segment != "."
                    && segment != ".."
                    && segment != ".well-known"
                    && segment.bytes().all(plain)
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_an_issuer_and_an_endpoint() {
        let cases = [
            ("/token", "", Endpoint::Token),
            (
                "/.well-known/openid-configuration",
                "",
                Endpoint::OpenidConfiguration,
            ),
            (
                "/.well-known/oauth-authorization-server",
                "",
                Endpoint::AuthorizationServerMetadata,
            ),
            (
                "/.well-known/oauth-authorization-server/i/a",
                "/i/a",
                Endpoint::AuthorizationServerMetadata,
            ),
            (
                "/i/a/f/code.reusable/jwks",
                "/i/a/f/code.reusable",
                Endpoint::Jwks,
            ),
            (
                "/i/a/.well-known/openid-configuration",
                "/i/a",
                Endpoint::OpenidConfiguration,
            ),
        ];
        for (path, issuer_path, endpoint) in cases {
            assert_eq!(
                Route::of(path),
                Some(Route {
                    issuer_path,
                    endpoint,
                    client_id: None
                }),
                "{path}"
            );
        }
        let route = Route::of("/i/a/register/abc").unwrap();
        assert_eq!(route.client_id, Some("abc"));
        assert_eq!(route.issuer_path, "/i/a");
    }

    #[test]
    fn other_paths_name_nothing() {
        for path in [
            "",
            "/",
            "/x",
            "//token",
            "/a//token",
            "/a/../token",
            "/%2e/token",
            "/a?/token",
            "/.well-known/x",
            "/.well-known/oauth-authorization-server/i/a/",
            "/.well-known/token",
        ] {
            assert_eq!(Route::of(path), None, "{path}");
        }
    }

    #[test]
    fn the_end_of_the_issuer_path_lists_faults() {
        let ids = |path: &'static str| Route::fault_ids(path).collect::<Vec<_>>();
        assert_eq!(ids(""), Vec::<&str>::new());
        assert_eq!(ids("/i/a"), Vec::<&str>::new());
        assert_eq!(ids("/f/a.b"), ["a.b"]);
        assert_eq!(ids("/i/x/f/a.b+c.d"), ["a.b", "c.d"]);
    }
}
