//! The words of a flow, one after another.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use super::{CLIENT_CREDENTIALS, Code, Held, Visit, unprepared};
use crate::flow::{AuthorizationPlan, Halt, LogoutPlan, Tokens, now};
use crate::http::UserAgent;
use crate::jwt::id_token::{IdToken, IdTokenContext, IdTokenPair, Source};
use crate::load::Word;
use crate::load::judge::{self, About, Broken, Expected, TokenAnswer, Wanted};
use crate::load::pool::First;
use crate::load::subject::{Call, Newer, SignIn};
use crate::load::tally::Failure;
use crate::login::{Arrival, Decision, End, Errand, Journey};
use crate::protocol::{AuthorizationAnswer, authorization_request, with_bearer};
use crate::provider::Known;

impl Visit {
    /// Does one word of the flow.
    ///
    /// # Errors
    /// The answer was wrong or absent.
    pub(super) async fn step(&mut self, word: Word) -> Result<(), Failure> {
        // What a pass keeps on its way is as large as its largest step: the large ones have a place of their own.
        match word {
            Word::Discovery => self.discovery().await,
            Word::Jwks => self.jwks().await,
            Word::Login => {
                self.agent = UserAgent::new(self.pages.clone());
                Box::pin(self.authorize()).await
            }
            Word::Authorize => Box::pin(self.authorize()).await,
            Word::Exchange => Box::pin(self.exchange()).await,
            Word::Refresh => Box::pin(self.refresh()).await,
            Word::Userinfo => self.userinfo().await,
            Word::Introspect => self.introspect().await,
            Word::Revoke => self.revoke().await,
            Word::Logout => Box::pin(self.log_out()).await,
            Word::ClientCredentials => self.client_credentials().await,
        }
    }

    async fn ask(&self, name: Word, request: Request<Bytes>) -> Result<Response<Bytes>, Failure> {
        self.meter.sending(name.as_str());
        let answer = self.carrier.carry(request).await;
        self.meter.ended(answer.as_ref().ok().map(Response::status));
        answer.map_err(|error| judge::unanswered(&error))
    }

    async fn discovery(&self) -> Result<(), Failure> {
        let subject = &self.shared.subject;
        let answer = self.ask(Word::Discovery, subject.discovery.clone()).await?;
        let issuer = &subject.rp.config().issuer;
        let remembered = &self.shared.metadata;
        let known = &subject.known;
        remembered.judge(&answer, |answer| judge::discovery(answer, issuer, known))
    }

    async fn jwks(&self) -> Result<(), Failure> {
        let request = self.shared.subject.jwks.clone();
        let request = request.ok_or_else(|| unprepared("jwks_uri"))?;
        let answer = self.ask(Word::Jwks, request).await?;
        self.shared.key_set.judge(&answer, judge::jwks)
    }

    async fn client_credentials(&mut self) -> Result<(), Failure> {
        let service = self.shared.subject.grant.as_ref();
        let service = service.ok_or_else(|| unprepared("client for this grant"))?;
        let request = match &service.request {
            Some(request) => request.clone(),
            None => form(&service.calls.token, &CLIENT_CREDENTIALS)?,
        };
        let answer = self.ask(Word::ClientCredentials, request).await?;
        let tokens = judge::token(&answer, Wanted::default())?;
        self.shared.ledger.access_token(&tokens.access_token)?;
        self.held.access_token = Some(tokens.access_token);
        self.held.is_service = true;
        Ok(())
    }

    async fn authorize(&mut self) -> Result<(), Failure> {
        let shared = self.shared.clone();
        let subject = &shared.subject;
        let sign_in = subject.sign_in.as_ref();
        let sign_in = sign_in.ok_or_else(|| unprepared("client that signs users in"))?;
        let mut plan = AuthorizationPlan::new(&subject.rp, &sign_in.client).map_err(halted)?;
        if self.offline {
            plan = plan.with_refresh_token(&subject.rp);
        }
        let start = plan.request(&sign_in.authorization);
        let start = start.map_err(halted)?;
        let arrival = self
            .travel(
                start,
                sign_in,
                Errand::Authorization,
                ["authorize", "login"],
            )
            .await?;
        let answer = arrived(arrival)?;
        let parameter = |name| plan.parameters.get(name).unwrap_or_default();
        let code = judge::authorization(
            &answer,
            &Expected {
                redirect_uri: parameter("redirect_uri"),
                state: parameter("state"),
                issuer: &subject.issuer,
                promises_iss: subject.promises_iss,
            },
        )?;
        // What was leased belongs to the grant before this one.
        self.give_back();
        self.held = Held {
            code: Some(Code {
                code: code.to_owned(),
                nonce: parameter("nonce").to_owned(),
                iss: answer.get("iss").map(str::to_owned),
                verifier: plan.pkce.verifier,
            }),
            ..Held::default()
        };
        Ok(())
    }

    async fn travel(
        &self,
        start: Request<Bytes>,
        sign_in: &SignIn,
        errand: Errand,
        [first, later]: [&'static str; 2],
    ) -> Result<Arrival, Failure> {
        let subject = &self.shared.subject;
        let user = subject.user(self.number);
        self.pages.begin(first, later);
        let journey = Journey {
            start,
            user: user.ok_or_else(|| unprepared("user"))?,
            decision: Decision::Agree,
            redirect_uris: &sign_in.destinations,
            errand,
            purpose: first,
        };
        let arrival = subject.rp.driver().travel(&self.agent, journey).await;
        if let Some(why) = self.pages.foreign() {
            return Err(Failure::absent("foreign_host", why));
        }
        arrival.map_err(|error| {
            self.pages.give_up();
            judge::lost(&error)
        })
    }

    async fn exchange(&mut self) -> Result<(), Failure> {
        let code = self.held.code.take().ok_or_else(|| unprepared("code"))?;
        let shared = self.shared.clone();
        let sign_in = shared.subject.sign_in.as_ref();
        let sign_in = sign_in.ok_or_else(|| unprepared("client that signs users in"))?;
        let request = form(
            &sign_in.calls.token,
            &[
                ("grant_type", "authorization_code"),
                ("code", &code.code),
                ("redirect_uri", &sign_in.redirect_uri),
                ("code_verifier", &code.verifier),
            ],
        )?;
        let answer = self.ask(Word::Exchange, request).await?;
        let wanted = Wanted {
            id_token: true,
            refresh_token: self.offline,
        };
        let tokens = judge::token(&answer, wanted)?;
        self.note(&tokens, None)?;
        let id_token = tokens.id_token.as_deref().unwrap_or_default();
        self.held.sub = judge::sub_of(id_token);
        self.held.first = self.offline.then(|| First {
            id_token: id_token.to_owned(),
            received_at: now(),
        });
        if shared.samplers.id_tokens.chooses() {
            let mut context = self.context(sign_in, &tokens);
            context.nonce = Some(code.nonce);
            context.iss_parameter = code.iss;
            context.code = Some(code.code);
            self.verify(id_token, context, judge::id_token).await?;
        }
        self.hold(tokens);
        Ok(())
    }

    async fn refresh(&mut self) -> Result<(), Failure> {
        let (tokens, used) = loop {
            let used = self.held.refresh_token.clone();
            let used = used.ok_or_else(|| unprepared("refresh token"))?;
            match self.refresh_with(&used).await {
                Ok(tokens) => break (tokens, used),
                Err(failure) if self.is_rightly_refused(&failure) => {
                    self.meter.settle(None);
                    self.give_up();
                    self.lease().await?;
                }
                Err(failure) => return Err(failure),
            }
        };
        self.held.in_doubt = false;
        let judged = self.judge_refreshed(&tokens, &used).await;
        self.hold(tokens);
        judged
    }

    async fn refresh_with(&mut self, used: &str) -> Result<TokenAnswer, Failure> {
        let request = form(
            &self.user_calls()?.token,
            &[("grant_type", "refresh_token"), ("refresh_token", used)],
        )?;
        let answer = self.ask(Word::Refresh, request).await;
        let answer = answer.inspect_err(|failure| {
            self.held.in_doubt |= judge::may_have_arrived(failure);
        })?;
        let status = answer.status();
        judge::token(&answer, Wanted::default()).inspect_err(|_| {
            self.held.in_doubt |= status.is_server_error();
            if is_decided(status) {
                self.held.refresh_token = None;
            }
        })
    }

    /// Whether a token of the pool was refused that the provider may have replaced in an answer that was lost: it
    /// must not accept such a token again.
    fn is_rightly_refused(&self, failure: &Failure) -> bool {
        self.held.leased && self.held.in_doubt && failure.kind == "invalid_grant"
    }

    async fn judge_refreshed(&self, tokens: &TokenAnswer, used: &str) -> Result<(), Failure> {
        self.note(tokens, Some(used))?;
        let Some(id_token) = tokens.id_token.as_deref() else {
            return Ok(());
        };
        if !self.shared.samplers.refreshed.chooses() {
            return Ok(());
        }
        let sign_in = self.shared.subject.sign_in.as_ref();
        let sign_in = sign_in.ok_or_else(|| unprepared("client that signs users in"))?;
        let mut context = self.context(sign_in, tokens);
        context.source = Source::RefreshResponse;
        self.verify(id_token, context.clone(), judge::id_token)
            .await?;
        match &self.held.first {
            Some(first) => {
                let mut then = context.clone();
                then.received_at = first.received_at;
                let pair = IdTokenPair {
                    first: Arc::new(IdToken::new(&first.id_token, then)),
                    second: Arc::new(IdToken::new(id_token, context)),
                };
                judge::refreshed(&pair, &self.shared.subject.known)
            }
            None => Ok(()),
        }
    }

    /// Enters the tokens into the ledger.
    fn note(&self, tokens: &TokenAnswer, used: Option<&str>) -> Result<(), Failure> {
        let ledger = &self.shared.ledger;
        let access_token = ledger.access_token(&tokens.access_token);
        if let Some(refresh_token) = &tokens.refresh_token {
            ledger.refresh_token(refresh_token, used)?;
        }
        access_token
    }

    /// An answer without a refresh token leaves the old one as it is.
    fn hold(&mut self, tokens: TokenAnswer) {
        self.held.access_token = Some(tokens.access_token);
        self.held.is_service = false;
        self.held.refresh_token = tokens.refresh_token.or(self.held.refresh_token.take());
        self.held.id_token = tokens.id_token.or(self.held.id_token.take());
    }

    /// What any JWT for the client must fit.
    fn plain_context(&self, sign_in: &SignIn) -> IdTokenContext {
        let subject = &self.shared.subject;
        let client = &sign_in.client;
        let mut context =
            IdTokenContext::new(&subject.issuer, &client.id, subject.keys.current(), now());
        context.client_secret = client.secret.as_ref().map(|s| s.expose().to_owned());
        context
    }

    fn context(&self, sign_in: &SignIn, tokens: &TokenAnswer) -> IdTokenContext {
        let subject = &self.shared.subject;
        let mut context = self.plain_context(sign_in);
        context
            .registered_alg
            .clone_from(&sign_in.client.id_token_signed_response_alg);
        context.supported_algs.clone_from(&subject.id_token_algs);
        context.access_token = Some(tokens.access_token.clone());
        context
    }

    /// A key that was published since the last look is looked for before the token, which came a moment ago, is called
    /// wrong.
    async fn verify(
        &self,
        text: &str,
        context: IdTokenContext,
        judge: fn(&IdToken, &[Known]) -> Result<(), Broken>,
    ) -> Result<(), Failure> {
        let came = Instant::now();
        let subject = &self.shared.subject;
        let mut token = IdToken::new(text, context);
        while let Err(broken) = judge(&token, &subject.known) {
            if !broken.by_keys {
                return Err(broken.failure);
            }
            let header = token.jws().ok().and_then(|jws| jws.header().ok());
            let kid = header.and_then(|header| header.get("kid")?.as_str());
            let judged = &token.context().keys;
            let newer = subject.keys.newer(judged, kid, came, &*self.carrier).await;
            self.meter.resume();
            match newer {
                Newer::Set(keys) => {
                    let context = token.context().clone();
                    token = IdToken::new(text, IdTokenContext { keys, ..context });
                }
                Newer::None => return Err(broken.failure),
                Newer::Unknown(why) => return Err(Failure::absent("keys_unavailable", why)),
            }
        }
        Ok(())
    }

    async fn userinfo(&self) -> Result<(), Failure> {
        let request = self.shared.subject.userinfo.clone();
        let request = request.ok_or_else(|| unprepared("userinfo_endpoint"))?;
        let request = with_bearer(request, "Bearer", self.access_token()?);
        let request = request.map_err(halted)?;
        let answer = self.ask(Word::Userinfo, request).await?;
        let subject = &self.shared.subject;
        let sign_in = subject.sign_in.as_ref();
        let sign_in = sign_in.ok_or_else(|| unprepared("client that signs users in"))?;
        let about = About {
            sub: self.held.sub.as_deref(),
            issuer: &subject.issuer,
            client_id: &sign_in.client.id,
            known: &subject.known,
        };
        match judge::userinfo(&answer, &about)? {
            Some(jwt) if self.shared.samplers.userinfo.chooses() => {
                let context = self.plain_context(sign_in);
                self.verify(jwt, context, judge::userinfo_signature).await
            }
            _ => Ok(()),
        }
    }

    async fn introspect(&self) -> Result<(), Failure> {
        let call = self.calls()?.introspection.as_ref();
        let call = call.ok_or_else(|| unprepared("introspection_endpoint"))?;
        let request = form(call, &[("token", self.access_token()?)])?;
        let judged = judge::introspection(&self.ask(Word::Introspect, request).await?);
        self.shared.activity.judge(judged)
    }

    async fn revoke(&mut self) -> Result<(), Failure> {
        let (calls, token) = match &self.held.refresh_token {
            Some(token) => (self.user_calls()?, token.as_str()),
            None => (self.calls()?, self.access_token()?),
        };
        let call = calls.revocation.as_ref();
        let call = call.ok_or_else(|| unprepared("revocation_endpoint"))?;
        let request = form(call, &[("token", token)])?;
        let judged = judge::revocation(&self.ask(Word::Revoke, request).await?);
        if judged.is_ok() && self.held.refresh_token.take().is_none() {
            self.held.access_token = None;
        }
        judged
    }

    async fn log_out(&mut self) -> Result<(), Failure> {
        let shared = self.shared.clone();
        let sign_in = shared.subject.sign_in.as_ref();
        let sign_in = sign_in.ok_or_else(|| unprepared("client that signs users in"))?;
        let endpoint = sign_in.end_session.as_ref();
        let endpoint = endpoint.ok_or_else(|| unprepared("end_session_endpoint"))?;
        let tokens = Tokens {
            id_token: self.held.id_token.clone(),
            ..Tokens::default()
        };
        let mut plan = LogoutPlan::new(&sign_in.client, &tokens).map_err(halted)?;
        // Some providers don't find the client in the hint, which is for a conformance run to say.
        plan.parameters.set("client_id", &sign_in.client.id);
        let start = authorization_request(endpoint, &plan.method, &plan.parameters);
        let start = start.map_err(halted)?;
        let arrival = self
            .travel(start, sign_in, Errand::Logout, ["logout", "logout"])
            .await?;
        let answer = arrived(arrival)?;
        let parameter = |name| plan.parameters.get(name).unwrap_or_default();
        judge::logged_out(
            &answer,
            parameter("post_logout_redirect_uri"),
            parameter("state"),
        )
    }

    fn access_token(&self) -> Result<&str, Failure> {
        let token = self.held.access_token.as_deref();
        token.ok_or_else(|| unprepared("access token"))
    }
}

fn form(call: &Call, parameters: &[(&str, &str)]) -> Result<Request<Bytes>, Failure> {
    call.form(parameters).map_err(halted)
}

fn halted(why: impl Into<Halt>) -> Failure {
    Failure::absent("unsendable", why.into().to_string())
}

/// The answer at the client's URI.
fn arrived(arrival: Arrival) -> Result<AuthorizationAnswer, Failure> {
    match arrival.end {
        End::RedirectUri(callback) => Ok(AuthorizationAnswer::of(callback)),
        End::Page { answer, kind } => Err(judge::page(&answer, kind)),
    }
}

/// Whether the provider dealt with the refresh token, so that it is of no use any more: not where it was merely
/// busy.
fn is_decided(status: StatusCode) -> bool {
    !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS
}
