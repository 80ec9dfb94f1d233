//! What an endpoint knows while it answers one request.

use std::cell::RefCell;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use rand::RngCore;

use crate::dispatch::Config;
use crate::fault::Check;
use crate::issuer::Issuer;
use crate::oauth_error::OauthError;
use crate::params::Params;
use crate::route::{Endpoint, Route};

/// How long a use goes unnoticed where a fault lets uses race.
pub(crate) const RACE: Duration = Duration::from_millis(100);

/// One request at one endpoint of one issuer.
pub(crate) struct Context<'a> {
    pub(crate) config: &'a Config,
    pub(crate) issuer: &'a Issuer,
    pub(crate) endpoint: Endpoint,
    pub(crate) request: &'a Request<Bytes>,
    /// The client of a client configuration endpoint.
    pub(crate) client_id: Option<&'a str>,
    /// The issuer's time, in seconds since the Unix epoch.
    pub(crate) now: u64,
    /// The time since the Unix epoch, which nobody moves: for what is shorter than a second.
    pub(crate) clock: Duration,
    rng: RefCell<&'a mut dyn RngCore>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        config: &'a Config,
        issuer: &'a Issuer,
        route: &Route<'a>,
        request: &'a Request<Bytes>,
        clock: Duration,
        rng: &'a mut dyn RngCore,
    ) -> Self {
        Self {
            config,
            issuer,
            endpoint: route.endpoint,
            request,
            client_id: route.client_id,
            now: issuer.time(clock.as_secs()),
            clock,
            rng: RefCell::new(rng),
        }
    }

    /// A value that cannot be guessed: 256 bits.
    pub(crate) fn random(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.random_octets::<32>())
    }

    /// Octets that cannot be guessed.
    pub(crate) fn random_octets<const N: usize>(&self) -> [u8; N] {
        let mut octets = [0; N];
        self.rng.borrow_mut().fill_bytes(&mut octets);
        octets
    }

    /// A code or a token: a value that cannot be guessed, unless a fault leaves that out.
    pub(crate) fn secret(&self, entropy: Check) -> String {
        if self.omits(entropy) {
            // 16 bits, padded so that the length does not tell.
            let value = self.rng.borrow_mut().next_u32() & 0xffff;
            return format!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA{value:04x}");
        }
        self.random()
    }

    /// Whether something that was used at this time may be used once more, where a fault looks and marks apart.
    pub(crate) fn races(&self, used: Duration) -> bool {
        self.clock < used + RACE
    }

    /// The URL of something under the issuer; `path` begins with a slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer.url)
    }

    /// The parameters of the query.
    pub(crate) fn query(&self) -> Result<Params, OauthError> {
        parse(self.request.uri().query().unwrap_or_default().as_bytes())
    }

    /// The parameters of a form body.
    pub(crate) fn form(&self) -> Result<Params, OauthError> {
        if !self.has_form() {
            return Err(OauthError::invalid_request(
                "the body has to be application/x-www-form-urlencoded",
            ));
        }
        parse(self.request.body())
    }

    /// The parameters of a token request, which come as a form.
    pub(crate) fn form_or_query(&self) -> Result<Params, OauthError> {
        if self.request.method() == http::Method::GET {
            return self.query();
        }
        if self.has_form() || !self.omits(Check::TokenContentType) {
            return self.form();
        }
        // What a careless server does: it takes the members of a JSON object for parameters.
        let document: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(self.request.body()).unwrap_or_default();
        Ok(document
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect())
    }

    /// Whether the body says that it is a form.
    pub(crate) fn has_form(&self) -> bool {
        self.header(CONTENT_TYPE.as_str())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| {
                kind.trim()
                    .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            })
    }

    /// The parameters of a request that may come by GET or as a form by POST.
    pub(crate) fn params(&self) -> Result<Params, OauthError> {
        if self.request.method() == http::Method::POST {
            self.form()
        } else {
            self.query()
        }
    }

    /// A header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    /// The credentials of the `Authorization` header when its scheme is this one, which no case distinguishes.
    pub(crate) fn authorization(&self, scheme: &str) -> Option<&str> {
        let value = self.header(AUTHORIZATION.as_str())?;
        let (own, credentials) = value.split_once(' ').unwrap_or((value, ""));
        own.eq_ignore_ascii_case(scheme)
            .then_some(credentials.trim())
    }

    /// The values of all cookies of this name: a browser sends those of the longer path first, and an issuer without a
    /// path sees its cookies sent to all others.
    pub(crate) fn cookies<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.request
            .headers()
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(move |pair| {
                let (own, value) = pair.trim().split_once('=')?;
                (own == name).then_some(value)
            })
    }
}

fn parse(text: &[u8]) -> Result<Params, OauthError> {
    Params::parse(text)
        .map_err(|_| OauthError::invalid_request("a parameter is not form-encoded UTF-8"))
}
