//! The core: pure and synchronous. It gets a request, the time and randomness, and gives an answer; the mounts do
//! everything else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, STRICT_TRANSPORT_SECURITY};
use http::{Method, Request, StatusCode};
use rand::RngCore;
use serde_json::{Map, json};

use crate::context::Context;
use crate::endpoint;
use crate::fault::{self, Check, Fault};
use crate::issuer::Issuer;
use crate::keys::Algorithm;
use crate::oauth_error::OauthError;
use crate::reply::{Reply, Transport};
use crate::route::{Endpoint, Route};
use crate::store::{Client, Store};

/// What does not change while the mock runs.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// `scheme://host:port` of all issuers. Never taken from a request: the `Host` header is anybody's.
    pub(crate) origin: String,
    /// The algorithm of ID tokens for clients that registered none.
    pub(crate) signing: Algorithm,
    /// Any client, any secret, any redirect URI.
    pub(crate) any_client: bool,
    /// Nobody is asked: logs in and consents at once.
    pub(crate) auto_approve: bool,
}

/// All issuers of one origin.
#[derive(Debug)]
pub(crate) struct Core {
    config: Config,
    issuers: Mutex<Issuers>,
}

#[derive(Debug, Default)]
struct Issuers {
    by_path: HashMap<String, (Arc<Issuer>, u64)>,
    // Counts requests, to know which issuer was not asked for the longest time.
    requests: u64,
}

/// So many issuers are kept at most; the one that was not asked for the longest time goes.
pub(crate) const MOST_ISSUERS: usize = 4_096;
/// The longest body that is read, in octets: as much as fits into a URL, and much more than any request needs. What a
/// request says may be kept.
pub(crate) const LONGEST_BODY: usize = 1 << 16;

impl Core {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            issuers: Mutex::default(),
        }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Answers a request; `now` is the time since the Unix epoch.
    pub(crate) fn handle(
        &self,
        request: &Request<Bytes>,
        now: Duration,
        rng: &mut dyn RngCore,
    ) -> Reply {
        if request.body().len() > LONGEST_BODY {
            return Reply::body_too_long();
        }
        let Some(route) = Route::of(request.uri().path()) else {
            return problem(
                StatusCode::NOT_FOUND,
                "not_found",
                "no endpoint has this path",
            );
        };
        let issuer = match self.issuer(route.issuer_path) {
            Ok(issuer) => issuer,
            Err(id) => {
                return problem(
                    StatusCode::NOT_FOUND,
                    "unknown_fault",
                    &format!("there is no fault {id}"),
                );
            }
        };
        let endpoint = route.endpoint;
        let ctx = Context::new(&self.config, &issuer, &route, request, now, rng);
        let mut reply = if request.method() == Method::OPTIONS && endpoint.allows_cors() {
            Reply::empty(StatusCode::NO_CONTENT)
        } else if !endpoint.takes(request.method()) && !is_careless_about_methods(&ctx) {
            endpoint::method_not_allowed(&ctx)
        } else {
            endpoint::answer(&ctx).unwrap_or_else(|mut error: OauthError| {
                ctx.spoil_error(&mut error);
                error.into_reply()
            })
        };
        if endpoint.allows_cors()
            && !reply
                .response
                .headers()
                .contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
        {
            reply = reply.with_cors(endpoint.methods());
        }
        if endpoint.is_page() && self.config.origin.starts_with("https:") {
            // Short: the host is nearly always localhost, where other servers speak http.
            reply.set(STRICT_TRANSPORT_SECURITY, "max-age=60");
        }
        if reply.transport == Transport::Normal {
            reply.transport = *issuer.transport();
        }
        ctx.spoil_answer(&mut reply);
        if request.method() == Method::HEAD {
            // HTTP/2 takes a body here for a broken stream.
            *reply.response.body_mut() = Bytes::new();
        }
        reply
    }

    /// The issuer of a path, made when it is new; an error names a fault that there is not.
    pub(crate) fn issuer(&self, path: &str) -> Result<Arc<Issuer>, String> {
        let mut issuers = self.issuers.lock().unwrap_or_else(PoisonError::into_inner);
        issuers.requests += 1;
        let request = issuers.requests;
        if let Some((issuer, last)) = issuers.by_path.get_mut(path) {
            *last = request;
            return Ok(Arc::clone(issuer));
        }
        let faults: Vec<&'static Fault> = Route::fault_ids(path)
            .map(|id| fault::find(id).ok_or(id.to_owned()))
            .collect::<Result<_, _>>()?;
        let issuer = Arc::new(Issuer::new(
            &self.config.origin,
            path,
            faults,
            Store::with_static_clients(),
        ));
        if issuers.by_path.len() >= MOST_ISSUERS {
            let oldest = issuers
                .by_path
                .iter()
                .min_by_key(|(_, (_, last))| *last)
                .map(|(path, _)| path.clone());
            if let Some(oldest) = oldest {
                issuers.by_path.remove(&oldest);
            }
        }
        issuers
            .by_path
            .insert(path.to_owned(), (Arc::clone(&issuer), request));
        Ok(issuer)
    }

    /// How many issuers there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.issuers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .by_path
            .len()
    }

    /// Drops all that an issuer remembers.
    pub(crate) fn forget(&self, path: &str) {
        self.issuers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .by_path
            .remove(path);
    }
}

impl Context<'_> {
    /// The client with this id; in permissive mode there is one for every id.
    pub(crate) fn client(&self, id: &str) -> Option<Arc<Client>> {
        let mut store = self.issuer.store();
        if self.config.any_client {
            Some(store.open_client(id))
        } else {
            store.client(id)
        }
    }
}

fn is_careless_about_methods(ctx: &Context<'_>) -> bool {
    let method = ctx.request.method();
    match ctx.endpoint {
        Endpoint::Token => {
            method == Method::GET && ctx.omits(Check::TokenMethod)
                || method == Method::PUT && ctx.omits(Check::TokenPut)
        }
        Endpoint::Revoke => method == Method::GET && ctx.omits(Check::RevocationMethod),
        _ => false,
    }
}

fn problem(status: StatusCode, error: &str, description: &str) -> Reply {
    let mut document = Map::new();
    document.insert("error".to_owned(), json!(error));
    document.insert("error_description".to_owned(), json!(description));
    Reply::json(status, &document).with(CONTENT_TYPE, "application/json")
}
