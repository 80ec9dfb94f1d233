//! Registers the clients that the provider file lacks, where the provider lets everybody register.

use serde_json::{Map, Value, json};

use super::options::Observer;
use crate::flow::{Access, Halt, RelyingParty};
use crate::provider::{AuthMethod, ClientConfig, Metadata, ProviderConfig};

/// Where the browser of a registered client ends. Nothing listens there: the login drivers stop before it.
const REDIRECT_URIS: [&str; 2] = [
    "https://127.0.0.1:8765/callback",
    "https://127.0.0.1:8765/callback2",
];
const POST_LOGOUT_REDIRECT_URI: &str = "https://127.0.0.1:8765/post-logout";

/// What can be registered without a key of our own, the usual first.
const METHODS: [AuthMethod; 4] = [
    AuthMethod::ClientSecretBasic,
    AuthMethod::ClientSecretPost,
    AuthMethod::ClientSecretJwt,
    AuthMethod::None,
];

/// Registers a client for each authentication method that the provider lists and the file has no client for,
/// and two with a secret at least
/// ([Registration 3](https://openid.net/specs/openid-connect-registration-1_0.html#ClientRegistration)). What
/// the provider refuses is left out.
pub(super) async fn register_missing(
    rp: &RelyingParty,
    observer: &mut dyn Observer,
) -> Vec<ClientConfig> {
    let mut clients = Vec::new();
    if let Err(why) = rp.endpoint("registration_endpoint") {
        if rp.config().clients.is_empty() {
            observer.noted(&rp.recorder().scrub(&format!("no client: {why}")));
        }
        return clients;
    }
    for method in wanted(rp.config(), &rp.provider.metadata) {
        let client = match register(rp, client_metadata(rp, method)).await {
            // What a provider makes of the rest of the metadata does not matter here.
            Err(Halt::Missing { .. } | Halt::Blocked { .. }) => register(rp, plain(method)).await,
            client => client,
        };
        let name = method.as_str();
        match client {
            Ok(client) => {
                observer.noted(&format!("registered client {} ({name})", client.id));
                clients.push(client);
            }
            Err(why) => {
                let text = format!("no client with {name} could be registered: {why}");
                observer.noted(&rp.recorder().scrub(&text));
            }
        }
    }
    clients
}

async fn register(rp: &RelyingParty, metadata: Map<String, Value>) -> Result<ClientConfig, Halt> {
    let registration = rp.register(metadata, Access::Granted).await?;
    let client = rp.registered_client(&registration, false)?;
    if let Some(secret) = &client.secret {
        rp.recorder().learn("client_secret", secret.expose());
    }
    if client.auth != AuthMethod::None && client.secret.is_none() {
        return Err(Halt::missing("the answer has no client_secret"));
    }
    Ok(client)
}

/// The methods to register a client with.
fn wanted(config: &ProviderConfig, metadata: &Metadata) -> Vec<AuthMethod> {
    // The default of both specifications where the member is absent.
    let listed = metadata
        .list("token_endpoint_auth_methods_supported")
        .unwrap_or_else(|| vec![AuthMethod::ClientSecretBasic.as_str()]);
    let mut wanted: Vec<AuthMethod> = METHODS
        .into_iter()
        .filter(|method| listed.contains(&method.as_str()))
        .filter(|method| config.client_with(*method).is_none())
        .collect();
    let with_secret = wanted.iter().filter(|m| **m != AuthMethod::None).count();
    // "Another client" needs a second one.
    if config.clients.is_empty() && with_secret == 1 {
        wanted.insert(0, wanted[0]);
    }
    wanted
}

fn plain(method: AuthMethod) -> Map<String, Value> {
    let mut metadata = Map::new();
    metadata.insert("client_name".to_owned(), json!("oidcheck"));
    metadata.insert("redirect_uris".to_owned(), json!(REDIRECT_URIS));
    let method = json!(method.as_str());
    metadata.insert("token_endpoint_auth_method".to_owned(), method);
    metadata
}

fn client_metadata(rp: &RelyingParty, method: AuthMethod) -> Map<String, Value> {
    let provider = &rp.provider.metadata;
    let mut metadata = plain(method);
    let mut grants = vec!["authorization_code"];
    if provider.lists("grant_types_supported", "refresh_token") == Some(true) {
        grants.push("refresh_token");
    }
    metadata.insert("grant_types".to_owned(), json!(grants));
    metadata.insert("response_types".to_owned(), json!(["code"]));
    if provider.endpoint("end_session_endpoint").is_some() {
        let uris = json!([POST_LOGOUT_REDIRECT_URI]);
        metadata.insert("post_logout_redirect_uris".to_owned(), uris);
    }
    let scopes: Vec<&str> = ["openid", "profile", "email", "offline_access"]
        .into_iter()
        .filter(|scope| provider.lists("scopes_supported", scope) == Some(true))
        .collect();
    if !scopes.is_empty() {
        metadata.insert("scope".to_owned(), json!(scopes.join(" ")));
    }
    metadata
}
