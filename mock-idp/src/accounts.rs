//! The clients and users that every issuer has without configuration.

/// The secret of all static clients that have one.
pub const CLIENT_SECRET: &str = "conformance-secret-0123456789abcdef";

/// The redirect URIs of all static clients.
pub const REDIRECT_URIS: [&str; 3] = [
    "https://127.0.0.1:8765/callback",
    "https://localhost:8765/callback",
    "http://127.0.0.1:8765/callback",
];

/// The post-logout redirect URIs of all static clients.
pub const POST_LOGOUT_REDIRECT_URIS: [&str; 3] = [
    "https://127.0.0.1:8765/post-logout",
    "https://localhost:8765/post-logout",
    "http://127.0.0.1:8765/post-logout",
];

/// A post-logout redirect URI of `conformance-client-post` alone.
pub const OTHER_POST_LOGOUT_REDIRECT_URI: &str = "https://127.0.0.1:8765/post-logout-other";

/// A client that every issuer knows.
#[derive(Debug, Clone, Copy)]
pub struct ClientAccount {
    /// The `client_id`.
    pub id: &'static str,
    /// The client authentication method, with the names of
    /// <https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication>.
    pub auth: &'static str,
    /// The grant types that it may use.
    pub grant_types: &'static [&'static str],
    /// The response types that it may use.
    pub response_types: &'static [&'static str],
}

const CODE_GRANTS: &[&str] = &["authorization_code", "refresh_token"];
const CODE: &[&str] = &["code"];

/// The six response types of <https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html> that OpenID Connect
/// uses, and their spelling in the metadata.
pub const RESPONSE_TYPES: [&str; 6] = [
    "code",
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
];

/// The static clients. All have [`CLIENT_SECRET`], unless they authenticate by a key or not at all.
pub const CLIENTS: &[ClientAccount] = &[
    ClientAccount {
        id: "conformance-client",
        auth: "client_secret_basic",
        grant_types: CODE_GRANTS,
        response_types: CODE,
    },
    ClientAccount {
        id: "conformance-client-post",
        auth: "client_secret_post",
        grant_types: CODE_GRANTS,
        response_types: CODE,
    },
    ClientAccount {
        id: "conformance-client-jwt",
        auth: "client_secret_jwt",
        grant_types: CODE_GRANTS,
        response_types: CODE,
    },
    ClientAccount {
        id: "conformance-private-key-jwt",
        auth: "private_key_jwt",
        grant_types: CODE_GRANTS,
        response_types: CODE,
    },
    ClientAccount {
        id: "conformance-public",
        auth: "none",
        grant_types: CODE_GRANTS,
        response_types: CODE,
    },
    ClientAccount {
        id: "conformance-cc",
        auth: "client_secret_basic",
        grant_types: &["client_credentials"],
        response_types: &[],
    },
    ClientAccount {
        id: "conformance-hybrid",
        auth: "client_secret_basic",
        grant_types: &["authorization_code", "refresh_token", "implicit"],
        response_types: &RESPONSE_TYPES,
    },
];

/// A user that every issuer knows.
#[derive(Debug, Clone, Copy)]
pub struct UserAccount {
    /// What is typed into the login page.
    pub username: &'static str,
    /// What is typed into the login page.
    pub password: &'static str,
    /// The subject identifier.
    pub sub: &'static str,
    /// The given name; the other claims are derived from it.
    pub given_name: &'static str,
    /// The family name.
    pub family_name: &'static str,
}

/// The static users.
pub const USERS: &[UserAccount] = &[
    UserAccount {
        username: "alice",
        password: "wonderland-pw-1",
        sub: "user-5f2c9d3e",
        given_name: "Alice",
        family_name: "Liddell",
    },
    UserAccount {
        username: "bob",
        password: "builder-pw-1",
        sub: "user-8a41b7c0",
        given_name: "Bob",
        family_name: "Builder",
    },
];
