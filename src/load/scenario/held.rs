//! What a pass holds on its way.

use crate::load::Word;

/// What a pass holds on its way, so that a flow that can't work is found before the first request.
#[derive(Default)]
pub(super) struct Held {
    code: bool,
    access_token: Option<Owner>,
    refresh_token: bool,
    id_token: bool,
}

/// In whose name an access token was issued.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    User,
    Client,
}

impl Held {
    /// What a pass begins with: a refresh token of the pool, or nothing.
    pub(super) fn new(refresh_token: bool) -> Self {
        Self {
            refresh_token,
            ..Self::default()
        }
    }

    /// Does a step.
    ///
    /// # Errors
    /// What it lacks.
    pub(super) fn step(&mut self, word: Word) -> Result<(), &'static str> {
        match word {
            Word::Discovery | Word::Jwks => {}
            // Whoever logs in begins anew.
            Word::Login | Word::Authorize => {
                *self = Self {
                    code: true,
                    ..Self::default()
                };
            }
            Word::Exchange => {
                if !self.code {
                    return Err("`exchange` needs a code: `login` or `authorize` before each");
                }
                *self = Self {
                    code: false,
                    access_token: Some(Owner::User),
                    refresh_token: true,
                    id_token: true,
                };
            }
            Word::Refresh => {
                if !self.refresh_token {
                    return Err(
                        "`refresh` needs a refresh token: `exchange` before it, or refresh_tokens in [setup]",
                    );
                }
                self.access_token = Some(Owner::User);
            }
            Word::ClientCredentials => self.access_token = Some(Owner::Client),
            Word::Introspect => {
                if self.access_token.is_none() {
                    return Err(
                        "an access token is needed: `exchange`, `refresh` or `client_credentials` before it",
                    );
                }
            }
            Word::Userinfo => {
                if self.access_token != Some(Owner::User) {
                    return Err(
                        "`userinfo` needs a user's access token: `exchange` or `refresh` before it",
                    );
                }
            }
            Word::Revoke => {
                if !self.refresh_token && self.access_token.is_none() {
                    return Err(
                        "`revoke` needs a token: `exchange`, `refresh` or `client_credentials` before each",
                    );
                }
                // Whether the other one survives is the provider's matter.
                self.refresh_token = false;
                self.access_token = None;
            }
            Word::Logout => {
                if !self.id_token {
                    return Err("`logout` needs an ID Token: `exchange` before it");
                }
                *self = Self::default();
            }
        }
        Ok(())
    }
}
