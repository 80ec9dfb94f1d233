//! The core as a relying party and a browser see it, through `Core::handle`.

mod access_token;
mod authorize;
mod client_auth;
mod discovery;
mod faults;
mod introspect;
mod login;
mod logout;
mod permissive;
mod pkce;
mod refresh;
mod response_types;
mod revoke;
mod robust;
mod token;
mod userinfo;
