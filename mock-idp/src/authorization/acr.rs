//! Authentication context classes (<https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics>).

use super::AuthorizationRequest;
use crate::context::Context;
use crate::fault::Check;

/// The supported values, the stronger first. Both are reached with a password; the stronger one only when it was asked
/// for at the login.
pub(crate) const ACR_VALUES: [&str; 2] = [
    "urn:mace:incommon:iap:silver",
    "urn:mace:incommon:iap:bronze",
];

fn strength(acr: &str) -> usize {
    ACR_VALUES
        .iter()
        .rev()
        .position(|value| *value == acr)
        .unwrap_or(0)
}

fn supported(values: &[String]) -> Option<&'static str> {
    values
        .iter()
        .find_map(|value| ACR_VALUES.into_iter().find(|own| own == value))
}

impl AuthorizationRequest {
    /// Whether an essential `acr` is asked for that nobody can reach here.
    pub(super) fn wants_unknown_acr(&self, ctx: &Context<'_>) -> bool {
        let essential = &self.claims.essential_acr;
        !essential.is_empty() && supported(essential).is_none() && !ctx.omits(Check::EssentialAcr)
    }

    /// Whether a session of this class has to log in again.
    pub(super) fn needs_stronger(&self, ctx: &Context<'_>, session: &str) -> bool {
        supported(&self.claims.essential_acr)
            .is_some_and(|wanted| strength(session) < strength(wanted))
            && !ctx.omits(Check::EssentialAcr)
    }

    /// The class that a login for this request reaches.
    pub(crate) fn acr_of_login(&self) -> &'static str {
        self.wanted_acr().unwrap_or(ACR_VALUES[1])
    }

    /// The class that is reported for a session of this class: the one that was asked for, where the session is at
    /// least as strong.
    pub(super) fn reported_acr(&self, ctx: &Context<'_>, session: &'static str) -> &'static str {
        match self.wanted_acr() {
            Some(wanted)
                if strength(wanted) <= strength(session) && !ctx.omits(Check::EssentialAcr) =>
            {
                wanted
            }
            _ => session,
        }
    }

    fn wanted_acr(&self) -> Option<&'static str> {
        supported(&self.claims.essential_acr)
            .or_else(|| supported(&self.acr_values))
            .or_else(|| supported(&self.claims.voluntary_acr))
    }
}
