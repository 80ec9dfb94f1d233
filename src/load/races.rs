//! Parallel uses of what may be used once.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::future::join_all;
use http::Request;

use super::Word;
use super::aside::Aside;
use super::carrier::Carrier;
use super::judge::{self, TokenAnswer, Wanted};
use super::subject::Call;
use super::tally::Failure;
use super::visit::{Visit, Visits};
use crate::load_run::RaceResult;
use crate::provider::AuthMethod;

/// A code is redeemed only once.
const CODE: &str = "RFC6749-4.1.2-4";
/// Of concurrent redemptions one succeeds.
const CODE_AT_ONCE: &str = "RFC6749-4.1.2-7";
/// Of concurrent refreshes with one token one succeeds.
const REFRESH_TOKEN: &str = "RFC9700-4.14.2-9";

/// What the provider does with a refresh token that was used, one use after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Design {
    /// It stays: nothing is used up.
    Stays,
    /// It is replaced and no longer accepted.
    Rotates,
    /// It is replaced, and accepted again until its successor is used: who lost an answer may ask again.
    RotatesWithGrace,
    /// It is replaced, and accepted again although its successor was used: for some seconds, or for ever.
    RotatesInName,
}

impl Visits {
    /// Redeems one code `parallel` times at once, in each of `rounds` rounds
    /// ([RFC 6749 4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)).
    ///
    /// # Errors
    /// It is left out: the provider file declares it as a known deviation.
    pub(crate) async fn race_code(
        &self,
        carrier: &Arc<dyn Carrier>,
        parallel: usize,
        rounds: usize,
    ) -> Result<RaceResult, String> {
        self.unless_known(&[CODE, CODE_AT_ONCE])?;
        let browsers = self.going(&[Word::Login], false);
        let mut race = Race::new(parallel);
        for _ in 0..rounds {
            race.round(self.code_round(&browsers, carrier, parallel).await);
        }
        Ok(race.result("code", CODE, |_| None))
    }

    async fn code_round(
        &self,
        browsers: &Self,
        carrier: &Arc<dyn Carrier>,
        parallel: usize,
    ) -> Result<Uses, Failure> {
        let mut visit = browsers.visit(Arc::clone(carrier), self.meter(Aside::Races));
        visit.go(Instant::now()).await?;
        let parameters = visit.take_code().ok_or_else(|| missing("code"))?;
        let parameters = parameters
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        Uses::at_once(self.token_call()?, &parameters, carrier, parallel).await
    }

    /// Uses one refresh token `parallel` times at once, in each of `rounds` rounds. What that must come to depends
    /// on what the provider does with refresh tokens one use after another, which is looked at first
    /// ([RFC 9700 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).
    ///
    /// # Errors
    /// It is left out: the provider file declares it as a known deviation.
    pub(crate) async fn race_refresh_token(
        &self,
        carrier: &Arc<dyn Carrier>,
        parallel: usize,
        rounds: usize,
    ) -> Result<RaceResult, String> {
        self.unless_known(&[REFRESH_TOKEN])?;
        let mut race = Race::new(parallel);
        let design = match self.design(carrier).await {
            Ok(design) => design,
            Err(failure) => {
                race.round(Err(failure));
                return Ok(race.result("refresh_token", REFRESH_TOKEN, |_| None));
            }
        };
        let sign_in = self.subject().sign_in.as_ref();
        let public = sign_in.is_some_and(|s| s.client.auth == AuthMethod::None);
        if let Some(result) = decided(design, public, parallel) {
            return Ok(result);
        }
        for _ in 0..rounds {
            race.round(self.refresh_round(carrier, parallel).await);
        }
        Ok(race.result("refresh_token", REFRESH_TOKEN, |most| {
            (design == Design::RotatesWithGrace && most > 1).then_some(
                "this provider accepts a replaced refresh token again until its successor is used",
            )
        }))
    }

    async fn refresh_round(
        &self,
        carrier: &Arc<dyn Carrier>,
        parallel: usize,
    ) -> Result<Uses, Failure> {
        let token = self.sign_in(carrier).await?;
        let parameters = refresh(&token);
        Uses::at_once(self.token_call()?, &parameters, carrier, parallel).await
    }

    async fn design(&self, carrier: &Arc<dyn Carrier>) -> Result<Design, Failure> {
        let call = self.token_call()?;
        let first = self.sign_in(carrier).await?;
        match use_once(call, &refresh(&first), carrier)
            .await?
            .refresh_token
        {
            Some(second) if second != first => {}
            _ => return Ok(Design::Stays),
        }
        if !accepts(use_once(call, &refresh(&first), carrier).await)? {
            return Ok(Design::Rotates);
        }
        // In another grant: a reuse may have ended this one.
        let first = self.sign_in(carrier).await?;
        let second = use_once(call, &refresh(&first), carrier).await?;
        let second = second
            .refresh_token
            .ok_or_else(|| missing("refresh_token"))?;
        use_once(call, &refresh(&second), carrier).await?;
        let again = use_once(call, &refresh(&first), carrier).await;
        Ok(match accepts(again)? {
            true => Design::RotatesInName,
            false => Design::RotatesWithGrace,
        })
    }

    /// # Errors
    /// The provider file declares the requirement as a known deviation.
    fn unless_known(&self, ids: &[&str]) -> Result<(), String> {
        let mut known = self.subject().known.iter();
        match known.find(|row| ids.contains(&row.requirement.as_str())) {
            Some(row) => Err(format!(
                "left out, for {} is a known deviation of this provider: {}",
                row.requirement, row.reason
            )),
            None => Ok(()),
        }
    }

    /// The refresh token of a fresh login.
    async fn sign_in(&self, carrier: &Arc<dyn Carrier>) -> Result<String, Failure> {
        let users = self.going(&[Word::Login, Word::Exchange], true);
        let mut visit: Visit = users.visit(Arc::clone(carrier), self.meter(Aside::Races));
        visit.go(Instant::now()).await?;
        let entry = visit.take_entry();
        Ok(entry.ok_or_else(|| missing("refresh_token"))?.refresh_token)
    }

    fn token_call(&self) -> Result<&Call, Failure> {
        let sign_in = self.subject().sign_in.as_ref();
        let sign_in = sign_in.ok_or_else(|| missing("client that signs users in"))?;
        Ok(&sign_in.calls.token)
    }
}

/// The result where the uses one after another decide already.
fn decided(design: Design, public: bool, parallel: usize) -> Option<RaceResult> {
    let actual = match design {
        Design::Stays => {
            "not applicable: this provider does not replace refresh tokens when they are used"
        }
        // Who has to authenticate may keep the old one (https://www.rfc-editor.org/rfc/rfc6749#section-6).
        Design::RotatesInName if !public => {
            "not applicable: this provider goes on accepting a refresh token that it has replaced, as it may for a client that authenticates"
        }
        // Providers leave some seconds to whoever lost an answer; that this one never stops is not known.
        Design::RotatesInName => {
            "not applicable: this provider accepts a refresh token again after its successor was used. If it does so for more than some seconds, a stolen refresh token of this public client is of use to the thief: a conformance run tells more"
        }
        Design::Rotates | Design::RotatesWithGrace => return None,
    };
    Some(RaceResult {
        of: "refresh_token".to_owned(),
        requirement: REFRESH_TOKEN.to_owned(),
        parallel,
        rounds: 0,
        winners: Vec::new(),
        ok: Some(true),
        actual: actual.to_owned(),
    })
}

fn refresh(token: &str) -> [(&'static str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
}

fn missing(what: &str) -> Failure {
    Failure::absent("missing", format!("there is no {what}"))
}

fn unjudged(why: &Failure) -> String {
    format!("it could not be judged: {} ({})", why.example, why.kind)
}

async fn use_once(
    call: &Call,
    parameters: &[(&str, &str)],
    carrier: &Arc<dyn Carrier>,
) -> Result<TokenAnswer, Failure> {
    let request = form(call, parameters)?;
    let answer = carrier.carry(request).await;
    let answer = answer.map_err(|error| judge::unanswered(&error))?;
    judge::token(&answer, Wanted::default()).map_err(|failure| Failure {
        // Marks a refusal, whatever its code.
        wrong: answer.status().is_client_error() && answer.status() != 429,
        ..failure
    })
}

/// Whether a use was accepted.
///
/// # Errors
/// It was neither accepted nor refused.
fn accepts(used: Result<TokenAnswer, Failure>) -> Result<bool, Failure> {
    match used {
        Ok(_) => Ok(true),
        Err(refusal) if refusal.wrong => Ok(false),
        Err(failure) => Err(failure),
    }
}

fn form(call: &Call, parameters: &[(&str, &str)]) -> Result<Request<Bytes>, Failure> {
    call.form(parameters)
        .map_err(|halt| Failure::absent("unsendable", halt.to_string()))
}

/// What became of uses at once.
#[derive(Debug, Default, PartialEq, Eq)]
struct Uses {
    accepted: usize,
    /// Neither accepted nor refused, the first one.
    unknown: Option<String>,
}

impl Uses {
    async fn at_once(
        call: &Call,
        parameters: &[(&str, &str)],
        carrier: &Arc<dyn Carrier>,
        parallel: usize,
    ) -> Result<Self, Failure> {
        let uses = (0..parallel).map(|_| use_once(call, parameters, carrier));
        let mut all = Self::default();
        for used in join_all(uses).await {
            match accepts(used) {
                Ok(accepted) => all.accepted += usize::from(accepted),
                Err(failure) => {
                    all.unknown.get_or_insert_with(|| unjudged(&failure));
                }
            }
        }
        Ok(all)
    }
}

/// What became of the rounds.
#[derive(Debug)]
struct Race {
    parallel: usize,
    winners: Vec<usize>,
    /// Why a round could not be judged.
    unjudged: Option<String>,
}

impl Race {
    fn new(parallel: usize) -> Self {
        Self {
            parallel,
            winners: Vec::new(),
            unjudged: None,
        }
    }

    /// A round in which nothing was accepted says nothing where an answer is missing; two that were accepted say it
    /// all.
    fn round(&mut self, uses: Result<Uses, Failure>) {
        match uses {
            Ok(Uses {
                accepted: 0 | 1,
                unknown: Some(why),
            }) => {
                self.unjudged.get_or_insert(why);
            }
            Ok(uses) => self.winners.push(uses.accepted),
            Err(failure) => {
                self.unjudged.get_or_insert_with(|| unjudged(&failure));
            }
        }
    }

    /// `excuse` gives the reason for which more than one may win, where there is one.
    fn result(
        self,
        of: &str,
        requirement: &str,
        excuse: impl Fn(usize) -> Option<&'static str>,
    ) -> RaceResult {
        let (ok, actual) = self.told(excuse);
        RaceResult {
            of: of.to_owned(),
            requirement: requirement.to_owned(),
            parallel: self.parallel,
            rounds: self.winners.len(),
            winners: self.winners,
            ok,
            actual,
        }
    }

    fn told(&self, excuse: impl Fn(usize) -> Option<&'static str>) -> (Option<bool>, String) {
        let Some(most) = self.winners.iter().copied().max() else {
            let why = self.unjudged.as_deref().unwrap_or("no round was made");
            return (None, why.to_owned());
        };
        let excuse = excuse(most);
        let rounds = self.winners.len();
        let several = self.winners.iter().filter(|n| **n > 1).count();
        let told = format!("{rounds} round{}", if rounds == 1 { "" } else { "s" });
        let mut actual = match most {
            0 => format!("none was accepted in {told}"),
            1 => format!("never more than one was accepted in {told}"),
            _ => format!("several were accepted in {several} of {told}, up to {most}"),
        };
        if let Some(excuse) = excuse {
            actual = format!("{actual}; {excuse}");
        }
        if let Some(why) = &self.unjudged {
            actual = format!("{actual}; a round was left out: {why}");
        }
        (Some(most == 1 || excuse.is_some()), actual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(accepted: usize, unknown: bool) -> Result<Uses, Failure> {
        Ok(Uses {
            accepted,
            unknown: unknown.then(|| "lost".to_owned()),
        })
    }

    #[test]
    fn exactly_one_may_win() {
        for (rounds, excused, expected) in [
            (vec![uses(1, false), uses(1, false)], false, Some(true)),
            (vec![uses(0, false), uses(1, false)], false, Some(true)),
            (vec![uses(1, false), uses(2, false)], false, Some(false)),
            (vec![uses(2, true)], false, Some(false)),
            (vec![uses(2, false)], true, Some(true)),
            (vec![uses(0, false), uses(0, false)], false, Some(false)),
            // What is not known is not held against the provider, nor for it.
            (vec![uses(1, true), uses(0, true)], false, None),
            (vec![Err(missing("code"))], false, None),
            (vec![uses(1, true), uses(1, false)], false, Some(true)),
            (vec![], false, None),
        ] {
            let shown = format!("{rounds:?}");
            let mut race = Race::new(8);
            rounds.into_iter().for_each(|uses| race.round(uses));
            let result = race.result("code", CODE, |most| {
                (excused && most > 1).then_some("grace")
            });
            assert_eq!(result.ok, expected, "{shown}: {result:?}");
        }
    }
}
