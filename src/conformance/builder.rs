//! The library's face: from a provider to a [`Run`].

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::options::{Observer, Options, Silent, Stop};
use crate::error::ConfigError;
use crate::evidence::Recorder;
use crate::login::{Credentials, Prompt};
use crate::provider::{AuthMethod, ClientConfig, Control, ProviderConfig};
use crate::run::Run;

/// A conformance run against one provider.
pub struct Conformance {
    pub(super) config: ProviderConfig,
    pub(super) options: Options,
    pub(super) control: Option<Arc<dyn Control>>,
    pub(super) prompt: Option<Arc<dyn Prompt>>,
    pub(super) observer: Box<dyn Observer>,
    pub(super) recorder: Arc<Recorder>,
    pub(super) stop: Stop,
    /// What was wrong with what the builder was told.
    pub(super) mistake: Option<ConfigError>,
}

impl std::fmt::Debug for Conformance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conformance")
            .field("config", &self.config)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Conformance {
    /// A run against the provider of this issuer, spelled as the provider spells it.
    ///
    /// Without a [`client`](Self::client) the run registers one, where the provider lets it
    /// ([Registration 3](https://openid.net/specs/openid-connect-registration-1_0.html#ClientRegistration)).
    /// What needs a [`user`](Self::user) is skipped without one.
    pub fn new(issuer: impl Into<String>) -> Self {
        Self::of(ProviderConfig::of_issuer(issuer))
    }

    /// A run against the provider that a file describes, as `oidcheck run -p FILE` does.
    ///
    /// # Errors
    /// The file can't be read, or something in it is wrong.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Ok(Self::of(ProviderConfig::load(path.as_ref())?))
    }

    /// A run against a provider.
    pub fn of(config: ProviderConfig) -> Self {
        Self {
            config,
            options: Options::default(),
            control: None,
            prompt: None,
            observer: Box::new(Silent),
            recorder: Arc::default(),
            stop: Stop::default(),
            mistake: None,
        }
    }

    /// A client that is registered with the provider, how it authenticates (`"client_secret_basic"`, …) and its
    /// secret. The first with a secret or key is the main one, the next "another client".
    #[must_use]
    pub fn client<A>(self, id: impl Into<String>, auth: A, secret: impl Into<String>) -> Self
    where
        A: TryInto<AuthMethod>,
        A::Error: Display,
    {
        match auth.try_into() {
            Ok(auth) => self.with_client(ClientConfig::with_secret(id, auth, secret)),
            Err(why) => self.mistaken(format!("client `{}`: {why}", id.into())),
        }
    }

    /// A client without authentication.
    #[must_use]
    pub fn public_client(self, id: impl Into<String>) -> Self {
        self.with_client(ClientConfig::public(id))
    }

    /// Any client.
    #[must_use]
    pub fn with_client(mut self, client: ClientConfig) -> Self {
        self.config.clients.push(client);
        self
    }

    /// A registered redirect URI of the client named last. Nothing needs to listen there.
    #[must_use]
    pub fn redirect_uri(self, uri: impl Into<String>) -> Self {
        self.change_client(|client| client.redirect_uri(uri))
    }

    /// A registered post-logout redirect URI of the client named last.
    #[must_use]
    pub fn post_logout_redirect_uri(self, uri: impl Into<String>) -> Self {
        self.change_client(|client| client.post_logout_redirect_uri(uri))
    }

    fn change_client(mut self, change: impl FnOnce(ClientConfig) -> ClientConfig) -> Self {
        match self.config.clients.pop() {
            Some(client) => self.with_client(change(client)),
            None => self.mistaken("a redirect URI belongs to a client: name the client first"),
        }
    }

    fn mistaken(mut self, what: impl Into<String>) -> Self {
        self.mistake.get_or_insert(ConfigError::new(what));
        self
    }

    /// A user who may log in: a test account of which nothing depends.
    #[must_use]
    pub fn user(mut self, username: impl Into<String>, password: impl Into<String>) -> Self {
        self.config.users.push(Credentials {
            username: username.into(),
            password: password.into(),
        });
        self
    }

    /// Certificates (PEM) to trust besides those of the system.
    #[must_use]
    pub fn cacert(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.config.cacert = Some(pem.into());
        self
    }

    /// The profile that chooses the scenarios; `all` by default.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.options.profile = name.into();
        self
    }

    /// Chooses checks or scenarios, as on the command line; several mean "or".
    #[must_use]
    pub fn select(mut self, selector: impl Into<String>) -> Self {
        self.options.select.push(selector.into());
        self
    }

    /// Leaves checks or scenarios out, as on the command line.
    #[must_use]
    pub fn skip(mut self, selector: impl Into<String>) -> Self {
        self.options.skip.push(selector.into());
        self
    }

    /// The longest that the run may take; five minutes by default.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = deadline;
        self
    }

    /// How the run goes, whole: replaces what was said of it before.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Power over the provider: the built-in mock IdP gives it.
    #[must_use]
    pub fn control(mut self, control: Arc<dyn Control>) -> Self {
        self.control = Some(control);
        self
    }

    /// The person who logs in where the login driver is `manual`.
    #[must_use]
    pub fn prompt(mut self, prompt: Arc<dyn Prompt>) -> Self {
        self.prompt = Some(prompt);
        self
    }

    /// Who is told what happens.
    #[must_use]
    pub fn observer(mut self, observer: Box<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// What stops the run before its end.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// The recorder of the run, whose exchanges an observer may want before the run has ended.
    pub fn recorder(&self) -> Arc<Recorder> {
        Arc::clone(&self.recorder)
    }

    /// Runs the chosen scenarios.
    ///
    /// # Errors
    /// Provider file, features, selectors or options are wrong. What happens on the network is none of
    /// these: it stands in the [`Run`].
    pub async fn run(self) -> Result<Run, ConfigError> {
        let (give, take) = oneshot::channel();
        // Steps are not Send, and a panic in one must not touch the caller's runtime.
        std::thread::Builder::new()
            .name("oidcheck-run".to_owned())
            .spawn(move || {
                let result = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .map_err(|e| ConfigError::new(format!("no runtime: {e}")))
                    .and_then(|runtime| {
                        let result = runtime.block_on(self.run_here());
                        // A host name that is still being looked up must not hold up the end.
                        runtime.shutdown_background();
                        result
                    });
                let _ = give.send(result);
            })
            .map_err(|e| ConfigError::new(format!("no thread: {e}")))?;
        take.await
            .unwrap_or_else(|_| Err(ConfigError::new("the run ended without a result")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_future_of_a_run_may_go_to_another_thread() {
        fn is_send(_: &impl Send) {}
        is_send(&Conformance::new("https://op.example").run());
    }

    #[tokio::test]
    async fn what_is_wrong_is_found_without_the_network() {
        for (conformance, says) in [
            (
                Conformance::new("op.example"),
                "`op.example` is no http(s) URL",
            ),
            (
                Conformance::new("https://op.example").profile("basics"),
                "`basics` is no profile; there are all",
            ),
            (
                Conformance::new("https://op.example").select("OIDCC-2-666"),
                "`OIDCC-2-666` matches nothing; the nearest names are OIDCC-2-",
            ),
            (
                Conformance::new("https://op.example").client("a", "basic", "s"),
                "client `a`: `basic` is no authentication method; there are none, client_secret_basic",
            ),
            (
                Conformance::new("https://op.example").redirect_uri("https://rp.example"),
                "name the client first",
            ),
            (
                Conformance::new("https://op.example").cacert("no PEM"),
                "cacert: no certificate in the file",
            ),
        ] {
            let error = conformance.run().await.expect_err("must be refused");
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
