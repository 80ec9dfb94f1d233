//! Checks on offline access
//! ([OpenID Connect Core 1.0 section 11](https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess)).

use std::sync::Arc;

use super::Rule;
use crate::finding::Finding;
use crate::flow::CompletedFlow;
use crate::login::PageKind;

/// Two journeys that ask for offline access.
#[derive(Debug, Clone)]
pub struct OfflineAccess {
    /// With `prompt=consent`.
    pub with_consent: Arc<CompletedFlow>,
    /// Without.
    pub without: Arc<CompletedFlow>,
}

/// The rules on offline access.
pub const RULES: &[Rule<OfflineAccess>] = &[Rule {
    id: "OIDCC-11-1",
    check: ignored_without_consent,
}];

/// A refresh token without `prompt=consent` may be right where other conditions permit it, which are the
/// provider's own; a consent page on the way is one.
fn ignored_without_consent(access: &OfflineAccess) -> Finding {
    let issued = |flow: &CompletedFlow| flow.tokens.refresh_token.is_some();
    if !issued(&access.with_consent) {
        return Finding::not_applicable("the client gets no refresh token with prompt=consent");
    }
    if !issued(&access.without) {
        return Finding::Met;
    }
    if access.without.attempt.arrival.met(PageKind::Consent) {
        return Finding::met_with("the user was asked for consent all the same");
    }
    Finding::needs_review(
        "a refresh token came without prompt=consent: are other conditions for offline access in place, such as \
         an earlier consent?",
    )
}
