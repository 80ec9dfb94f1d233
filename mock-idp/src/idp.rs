//! Starting and steering the mock IdP.

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::dispatch::{Config, Core};
use crate::jws;
use crate::keys::{self, Algorithm};
use crate::mount::{self, Certificates, Service};
use crate::observe::{ObservedRequest, Observers, ReceivedLog};
use crate::reply::Transport;

/// A running mock IdP. It stops when it is dropped.
pub struct MockIdp {
    core: Arc<Core>,
    log: Option<Arc<ReceivedLog>>,
    ca_pem: Option<String>,
    server: Server,
}

enum Server {
    Wiremock(wiremock::MockServer),
    Hyper(mount::hyper::Server),
}

impl fmt::Debug for MockIdp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MockIdp({})", self.issuer())
    }
}

impl MockIdp {
    /// Starts a permissive mock IdP on a loopback port that the system chooses: any client, any secret and any redirect
    /// URI will do, and nobody is asked to log in.
    ///
    /// # Panics
    ///
    /// wiremock panics when no loopback port can be bound; [`Builder::start`] gives an error instead.
    pub async fn start() -> Self {
        let server = wiremock::MockServer::start().await;
        Self::on_wiremock(server, Settings::default()).await
    }

    /// Starts differently.
    pub fn builder() -> Builder {
        Builder {
            settings: Settings::default(),
            port: 0,
            mount: MountKind::Wiremock,
        }
    }

    /// The issuer identifier, without a slash at its end.
    pub fn issuer(&self) -> String {
        self.core.config().origin.clone()
    }

    /// The issuer with these faults, joined by `+`: see [`faults`](crate::faults).
    ///
    /// # Panics
    ///
    /// There is no such fault. Its issuer would answer 404, which a test that expects a refusal takes for one.
    pub fn issuer_with(&self, faults: &str) -> String {
        faults.split('+').for_each(assert_known);
        format!("{}/f/{faults}", self.issuer())
    }

    /// An issuer of its own: own sessions, tokens, registered clients, keys and clock. The name is of letters, digits and
    /// `-._~`.
    ///
    /// # Panics
    ///
    /// There is no such fault.
    pub fn issuer_named(&self, name: &str, faults: &[&str]) -> String {
        faults.iter().copied().for_each(assert_known);
        let base = format!("{}/i/{name}", self.issuer());
        if faults.is_empty() {
            base
        } else {
            format!("{base}/f/{}", faults.join("+"))
        }
    }

    /// The certificate authority to trust, in PEM, when it speaks TLS.
    pub fn ca_pem(&self) -> Option<String> {
        self.ca_pem.clone()
    }

    /// The private key of the client `conformance-private-key-jwt`: PKCS#8 in PEM, for ES256, with the `kid` `client-1`.
    pub fn client_key_pem(&self) -> String {
        keys::client_key().private_pem.clone()
    }

    /// The last 10,000 requests, if [`Builder::keep_received`] was asked for.
    pub fn received(&self) -> Vec<ObservedRequest> {
        self.log
            .as_ref()
            .map(|log| log.requests())
            .unwrap_or_default()
    }

    /// The wiremock server, to lay expectations and one-shot answers on top: the mock IdP is mounted below, at priority
    /// 255.
    pub fn wiremock(&self) -> Option<&wiremock::MockServer> {
        match &self.server {
            Server::Wiremock(server) => Some(server),
            Server::Hyper(_) => None,
        }
    }

    /// Steers issuers from anywhere.
    pub fn control(&self) -> Control {
        Control {
            core: Arc::clone(&self.core),
        }
    }

    /// Stops, and waits until the port is free.
    pub async fn shutdown(self) {
        if let Server::Hyper(server) = self.server {
            server.stop().await;
        }
    }

    async fn on_wiremock(server: wiremock::MockServer, settings: Settings) -> Self {
        let (core, observers) = settings.into_core(server.uri());
        let log = observers.log.clone();
        mount::wiremock::mount(
            &server,
            Service {
                core: Arc::clone(&core),
                observers,
            },
        )
        .await;
        Self {
            core,
            log,
            ca_pem: None,
            server: Server::Wiremock(server),
        }
    }
}

fn assert_known(fault: &str) {
    let artifact = fault.split('.').next().unwrap_or_default();
    let near = || {
        let all = crate::faults().iter().map(|fault| fault.id);
        let near = all.filter(|id| id.split('.').next() == Some(artifact));
        near.collect::<Vec<_>>().join(", ")
    };
    assert!(
        crate::fault::find(fault).is_some(),
        "there is no fault {fault}; of {artifact} there are: {}",
        near()
    );
}

/// Steers the issuers of a running mock IdP.
#[derive(Debug, Clone)]
pub struct Control {
    core: Arc<Core>,
}

impl Control {
    /// Moves the clock of an issuer forward, by whole seconds.
    ///
    /// # Errors
    ///
    /// The issuer is none of this mock's.
    pub fn advance(&self, issuer: &str, by: Duration) -> Result<(), UnknownIssuer> {
        self.find(issuer)?.advance(by);
        Ok(())
    }

    /// Lets an issuer sign with new keys; the old ones stay in its JWKS for a while.
    ///
    /// # Errors
    ///
    /// The issuer is none of this mock's.
    pub fn rotate_keys(&self, issuer: &str) -> Result<(), UnknownIssuer> {
        self.find(issuer)?.keys().rotate();
        Ok(())
    }

    /// A JWT with these claims and this `typ`, signed by an issuer with the key that its JWKS has for the algorithm: a
    /// token that a relying party or a resource server is to accept or to refuse, whatever it says. Nothing is added to
    /// the claims.
    ///
    /// # Errors
    ///
    /// The issuer is none of this mock's.
    pub fn sign(
        &self,
        issuer: &str,
        algorithm: Algorithm,
        typ: &str,
        claims: &Map<String, Value>,
    ) -> Result<String, UnknownIssuer> {
        let key = Arc::clone(self.find(issuer)?.keys().current().key(algorithm));
        Ok(jws::write_signed(typ, claims, key))
    }

    /// Lets the answers of an issuer come late, in pieces, or not at all. On wiremock it can come late
    /// or not at all.
    ///
    /// # Errors
    ///
    /// The issuer is none of this mock's.
    pub fn carry(&self, issuer: &str, transport: Transport) -> Result<(), UnknownIssuer> {
        *self.find(issuer)?.transport() = transport;
        Ok(())
    }

    /// Drops all that an issuer remembers: sessions, tokens, registered clients, its clock and its keys.
    ///
    /// # Errors
    ///
    /// The issuer is none of this mock's.
    pub fn forget(&self, issuer: &str) -> Result<(), UnknownIssuer> {
        self.core.forget(self.path(issuer)?);
        Ok(())
    }

    fn path<'i>(&self, issuer: &'i str) -> Result<&'i str, UnknownIssuer> {
        let path = issuer.strip_prefix(self.core.config().origin.as_str());
        path.filter(|path| path.is_empty() || path.starts_with('/'))
            .ok_or_else(|| UnknownIssuer(issuer.to_owned()))
    }

    fn find(&self, issuer: &str) -> Result<Arc<crate::issuer::Issuer>, UnknownIssuer> {
        let path = self.path(issuer)?;
        self.core
            .issuer(path)
            .map_err(|_| UnknownIssuer(issuer.to_owned()))
    }
}

/// The issuer is none of this mock's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownIssuer(String);

impl fmt::Display for UnknownIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not an issuer of this mock IdP", self.0)
    }
}

impl std::error::Error for UnknownIssuer {}

struct Settings {
    signing: Algorithm,
    any_client: bool,
    auto_approve: bool,
    observers: Observers,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            signing: Algorithm::Rs256,
            any_client: true,
            auto_approve: true,
            observers: Observers::default(),
        }
    }
}

impl Settings {
    fn into_core(self, origin: String) -> (Arc<Core>, Observers) {
        // Making the keys takes a while, in which nobody needs them yet.
        std::thread::spawn(|| keys::generation(0));
        let config = Config {
            origin,
            signing: self.signing,
            any_client: self.any_client,
            auto_approve: self.auto_approve,
        };
        (Arc::new(Core::new(config)), self.observers)
    }
}

#[derive(Debug, Clone, Copy)]
enum MountKind {
    Wiremock,
    Hyper,
    Tls,
}

/// Says how a mock IdP is to start.
#[must_use = "nothing starts without `start`"]
pub struct Builder {
    settings: Settings,
    port: u16,
    mount: MountKind,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("port", &self.port)
            .field("mount", &self.mount)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// Only the clients of [`accounts`](crate::accounts) and registered ones, their redirect URIs to the letter, and
    /// real login and consent pages.
    pub fn strict(mut self) -> Self {
        self.settings.any_client = false;
        self.settings.auto_approve = false;
        self
    }

    /// Any client, any secret and any redirect URI, and nobody is asked: the default.
    pub fn permissive(mut self) -> Self {
        self.settings.any_client = true;
        self.settings.auto_approve = true;
        self
    }

    /// Whether login and consent happen by themselves. The user is the one of `login_hint` or `id_token_hint`, else the
    /// first of [`accounts::USERS`](crate::accounts::USERS).
    pub fn auto_approve(mut self, yes: bool) -> Self {
        self.settings.auto_approve = yes;
        self
    }

    /// Serves https with hyper; the certificate authority is made at start.
    pub fn tls(mut self) -> Self {
        self.mount = MountKind::Tls;
        self
    }

    /// Serves http with hyper.
    pub fn plain_hyper(mut self) -> Self {
        self.mount = MountKind::Hyper;
        self
    }

    /// Serves http with wiremock: the default.
    pub fn wiremock(mut self) -> Self {
        self.mount = MountKind::Wiremock;
        self
    }

    /// The port on the loopback addresses; 0, the default, lets the system choose.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The algorithm of ID tokens for clients that registered none; RS256 by default. The JWKS always has keys of all
    /// four.
    pub fn signing(mut self, algorithm: Algorithm) -> Self {
        self.settings.signing = algorithm;
        self
    }

    /// Is told of every request before it is answered.
    pub fn observe(mut self, observer: impl Fn(&ObservedRequest) + Send + Sync + 'static) -> Self {
        self.settings.observers.observer = Some(Arc::new(observer));
        self
    }

    /// Keeps the last 10,000 requests for [`MockIdp::received`].
    pub fn keep_received(mut self) -> Self {
        self.settings.observers.log = Some(Arc::default());
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// The port cannot be bound, or the certificates cannot be made.
    pub async fn start(self) -> Result<MockIdp, StartError> {
        let Self {
            settings,
            port,
            mount,
        } = self;
        let scheme = match mount {
            MountKind::Wiremock => {
                let listener = TcpListener::bind(("127.0.0.1", port)).map_err(StartError::Bind)?;
                let server = wiremock::MockServer::builder()
                    .listener(listener)
                    .start()
                    .await;
                return Ok(MockIdp::on_wiremock(server, settings).await);
            }
            MountKind::Hyper => "http://127.0.0.1",
            MountKind::Tls => "https://localhost",
        };
        let listeners = mount::hyper::Listeners::bind(port)
            .await
            .map_err(StartError::Bind)?;
        let (ca_pem, tls) = if matches!(mount, MountKind::Tls) {
            let certificates = Certificates::generate()
                .map_err(|error| StartError::Certificate(error.to_string()))?;
            let ca_pem = certificates.ca_pem.clone();
            let config = certificates
                .into_server_config()
                .map_err(|error| StartError::Certificate(error.to_string()))?;
            (Some(ca_pem), Some(config))
        } else {
            (None, None)
        };
        let (core, observers) = settings.into_core(format!("{scheme}:{}", listeners.port));
        let log = observers.log.clone();
        let service = Service {
            core: Arc::clone(&core),
            observers,
        };
        let server = mount::hyper::Server::start(listeners, tls, &service);
        Ok(MockIdp {
            core,
            log,
            ca_pem,
            server: Server::Hyper(server),
        })
    }
}

/// Why a mock IdP did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The port cannot be bound.
    Bind(io::Error),
    /// The certificates cannot be made.
    Certificate(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind(error) => write!(f, "the port cannot be bound: {error}"),
            Self::Certificate(error) => write!(f, "the certificates cannot be made: {error}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Bind(error) => Some(error),
            Self::Certificate(_) => None,
        }
    }
}
