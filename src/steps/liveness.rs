//! Whether tokens still work: an access token is shown to UserInfo, or to introspection where there is no UserInfo; a
//! refresh token is used.

use std::time::Duration;

use cucumber::gherkin::Step;
use cucumber::{given, then};

use super::World;
use super::phrases::TokenWord;
use crate::checks::{refusal, success};
use crate::finding::Finding;
use crate::flow::{Halt, Presentation};
use crate::protocol::{Carriage, JsonAnswer, Parameters};
use crate::run::Evidence;

/// The control of what follows: where the access token is not taken, the scenario ends. Skipped where nothing but
/// introspection could tell, and does not.
#[given("the access token works")]
async fn works(world: &mut World) {
    let result = world.expect_live_token().await;
    world.absorb(result);
}

/// How long the servers of a provider may take to hear of it from one another
/// ([RFC 7009 2.1](https://www.rfc-editor.org/rfc/rfc7009#section-2.1)).
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1200)];

/// A refusal, if need be after a moment; a failure of the server proves nothing.
#[then(expr = "{token} is dead")]
async fn is_dead(world: &mut World, token: TokenWord, step: &Step) {
    let result = world.judge_token(step, token, Life::Dead(&PAUSES)).await;
    world.conclude(step, result);
}

/// As above, without a moment's patience.
#[then(expr = "{token} is dead at once")]
async fn is_dead_at_once(world: &mut World, token: TokenWord, step: &Step) {
    let result = world.judge_token(step, token, Life::Dead(&[])).await;
    world.conclude(step, result);
}

/// As above: a success.
#[then(expr = "{token} is alive")]
async fn is_alive(world: &mut World, token: TokenWord, step: &Step) {
    let result = world.judge_token(step, token, Life::Alive).await;
    world.conclude(step, result);
}

/// What a token should be.
#[derive(Clone, Copy)]
enum Life {
    Alive,
    /// After these pauses at the latest.
    Dead(&'static [Duration]),
}

/// What became of an access token that was shown.
pub(super) struct Shown {
    answer: JsonAnswer,
    /// UserInfo answered, not introspection.
    by_userinfo: bool,
}

impl Shown {
    fn of(&self) -> &'static str {
        if self.by_userinfo {
            "UserInfo response"
        } else {
            "introspection response"
        }
    }

    /// What introspection says of it.
    fn active(&self) -> Option<bool> {
        let active = self.answer.get("active")?.as_bool();
        active.filter(|_| self.answer.is_success())
    }

    /// Whether it still works.
    pub(super) fn is_alive(&self) -> bool {
        if self.by_userinfo {
            self.answer.is_success()
        } else {
            self.active() == Some(true)
        }
    }

    fn judge(&self, alive: bool) -> Finding {
        match (self.by_userinfo, alive) {
            (true, true) => success(&self.answer, &[]),
            (true, false) => refusal(&self.answer, "any error"),
            (false, alive) => match self.active() {
                Some(active) => Finding::met_if(active == alive, format!("active {alive}"), || {
                    format!("active {active}")
                }),
                // https://www.rfc-editor.org/rfc/rfc7662#section-4 leaves it to the provider whom it tells what.
                None => Finding::not_applicable(format!(
                    "there is no UserInfo, and introspection does not tell ({})",
                    self.answer.summary()
                )),
            },
        }
    }
}

/// What the answer to a refresh says of the token.
fn judge_refresh(answer: &JsonAnswer, alive: bool) -> Finding {
    if answer.answer.response.status().is_server_error() {
        return Finding::needs_review(format!(
            "the server failed ({}), which proves nothing about the token",
            answer.summary()
        ));
    }
    if alive {
        success(answer, &["access_token"])
    } else {
        refusal(answer, "400 invalid_grant")
    }
}

impl World {
    /// The token that a step means.
    pub(super) fn token(&self, word: TokenWord) -> Result<String, Halt> {
        let nothing = Parameters::default();
        let token = match word {
            TokenWord::Access => self.tokens.access_token.clone(),
            TokenWord::FirstAccess => self.flow()?.tokens.access_token.clone(),
            TokenWord::OldAccess => self.old_tokens.access_token.clone(),
            TokenWord::AlteredAccess => Some(self.fill("{altered access_token}", &nothing)?),
            TokenWord::Refresh => self.tokens.refresh_token.clone(),
            TokenWord::OldRefresh => self.old_tokens.refresh_token.clone(),
        };
        let kind = word.kind();
        token.ok_or_else(|| Halt::missing(format!("the provider issued no {kind}")))
    }

    async fn expect_live_token(&mut self) -> Result<(), Halt> {
        let shown = self.show(&self.token(TokenWord::Access)?).await?;
        if shown.is_alive() {
            return Ok(());
        }
        if !shown.by_userinfo {
            return Err(Halt::missing(format!(
                "there is no UserInfo, and introspection tells nothing of a fresh token ({})",
                shown.answer.summary()
            )));
        }
        Err(Halt::Blocked {
            requirement: "OIDCC-5.3-2",
            expected: "200 for a fresh access token in the Authorization header".to_owned(),
            actual: shown.answer.summary(),
            evidence: vec![Evidence {
                exchange: shown.answer.answer.exchange,
                at: shown.of().to_owned(),
            }],
        })
    }

    async fn judge_token(&mut self, step: &Step, word: TokenWord, life: Life) -> Result<(), Halt> {
        let pauses = match life {
            Life::Dead(pauses) => pauses,
            Life::Alive => &[],
        };
        let alive = matches!(life, Life::Alive);
        let (mut finding, mut exchange, mut of) = self.look_at_life(word, alive).await?;
        let mut waited = Duration::ZERO;
        for pause in pauses {
            if !matches!(finding, Finding::Violated { .. }) {
                break;
            }
            self.wait(*pause).await;
            waited += *pause;
            (finding, exchange, of) = self.look_at_life(word, alive).await?;
            if finding == Finding::Met {
                finding =
                    Finding::met_with(format!("after {} ms, not at once", waited.as_millis()));
            }
        }
        let evidence = self.look_at(exchange, of);
        self.judge_rows(step, word.kind(), &evidence, |_| Ok(finding.clone()))
    }

    /// Whether a token is as it should be, and the exchange that shows it.
    async fn look_at_life(
        &mut self,
        word: TokenWord,
        alive: bool,
    ) -> Result<(Finding, u32, &'static str), Halt> {
        let token = self.token(word)?;
        Ok(match word {
            TokenWord::Refresh | TokenWord::OldRefresh => {
                let answer = self.try_refresh_token(&token).await?;
                // Where it still works it may have been replaced: then its successor is what has to die.
                let successor = answer.text("refresh_token").map(str::to_owned);
                if !alive && answer.is_success() && word == TokenWord::Refresh {
                    self.tokens.refresh_token = successor.or(Some(token));
                }
                (
                    judge_refresh(&answer, alive),
                    answer.answer.exchange,
                    "token response",
                )
            }
            _ => {
                let shown = self.show(&token).await?;
                (shown.judge(alive), shown.answer.answer.exchange, shown.of())
            }
        })
    }

    /// Shows an access token to whoever tells whether it works.
    pub(super) async fn show(&mut self, token: &str) -> Result<Shown, Halt> {
        let rp = self.rp()?;
        let by_userinfo = rp.provider.capabilities.has("userinfo");
        let answer = if by_userinfo {
            rp.userinfo(token, Presentation::Get).await?
        } else {
            let parameters = Parameters::new([("token", token)]);
            let credentials = rp.credentials(&self.client()?)?;
            let url = rp.endpoint("introspection_endpoint")?;
            let purpose = "introspection request";
            rp.post(&url, &credentials, &parameters, purpose).await?
        };
        self.note_exchanges(&[answer.answer.exchange]);
        Ok(Shown {
            answer,
            by_userinfo,
        })
    }

    async fn try_refresh_token(&mut self, token: &str) -> Result<JsonAnswer, Halt> {
        let rp = self.rp()?;
        let parameters =
            Parameters::new([("grant_type", "refresh_token"), ("refresh_token", token)]);
        let credentials = rp.credentials(&self.client()?)?;
        rp.token_request(&credentials, &parameters, &Carriage::Form)
            .await
    }
}
