//! Faults of refresh tokens, and of what a refresh brings.

use serde_json::json;

use super::{Break, Check, Document, Fault, LOAD};
use crate::id_token::IssuedBy;
use crate::route::Endpoint;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "refresh.any_client",
        breaks: &["OIDCC-12.1-1"],
        summary: "a refresh token works for any client",
        needs: Some("multi_client"),
        break_: Break::Omit(Check::RefreshClient),
    },
    Fault {
        id: "refresh.any_scope",
        breaks: &["RFC9700-4.14.2-2"],
        summary: "a refresh may ask for more scope and gets it",
        needs: Some("refresh_token"),
        break_: Break::Omit(Check::RefreshScope),
    },
    Fault {
        id: "refresh.id_token_new_auth_time",
        breaks: &["OIDCC-12.2-4"],
        summary: "after a refresh auth_time is the time of the refresh",
        needs: Some("refresh_token"),
        break_: Break::IdToken(|ctx, token| {
            if token.issued_by == IssuedBy::Refresh {
                token.claims.insert("auth_time".to_owned(), json!(ctx.now));
            }
        }),
    },
    Fault {
        id: "refresh.id_token_old_iat",
        breaks: &["OIDCC-12.2-3"],
        summary: "after a refresh iat is the time of the login",
        needs: Some("refresh_token"),
        break_: Break::IdToken(|_, token| {
            if token.issued_by == IssuedBy::Refresh {
                let auth_time = json!(token.authentication.auth_time);
                token.claims.insert("iat".to_owned(), auth_time);
            }
        }),
    },
    Fault {
        id: "refresh.id_token_other_aud",
        breaks: &["OIDCC-12.2-1"],
        summary: "after a refresh aud is another client",
        needs: Some("refresh_token"),
        break_: Break::IdToken(|_, token| {
            if token.issued_by == IssuedBy::Refresh {
                token
                    .claims
                    .insert("aud".to_owned(), json!("another-client"));
            }
        }),
    },
    Fault {
        id: "refresh.id_token_other_iss",
        breaks: &["OIDCC-12.2-1"],
        summary: "after a refresh iss is another one",
        needs: Some("refresh_token"),
        break_: Break::IdToken(|ctx, token| {
            if token.issued_by == IssuedBy::Refresh {
                token
                    .claims
                    .insert("iss".to_owned(), json!(format!("{}1", ctx.issuer.url)));
            }
        }),
    },
    Fault {
        id: "refresh.id_token_other_nonce",
        breaks: &["OIDCC-12.2-5", "OIDCC-12.2-6"],
        summary: "after a refresh the ID token has a nonce of its own",
        needs: Some("refresh_token"),
        break_: Break::IdToken(|_, token| {
            if token.issued_by == IssuedBy::Refresh {
                token
                    .claims
                    .insert("nonce".to_owned(), json!("another-nonce"));
            }
        }),
    },
    Fault {
        id: "refresh.id_token_other_sub",
        breaks: &["OIDCC-12.2-1"],
        summary: "after a refresh sub is another one",
        needs: Some("refresh_token"),
        break_: Break::IdToken(|_, token| {
            if token.issued_by == IssuedBy::Refresh {
                token
                    .claims
                    .insert("sub".to_owned(), json!("somebody-else"));
            }
        }),
    },
    Fault {
        id: "refresh.id_token_with_nonce",
        breaks: &["OIDCC-12.2-5"],
        summary: "after a refresh the ID token has the nonce of the first request",
        needs: Some("refresh_token"),
        break_: Break::IdToken(|_, token| {
            if token.issued_by == IssuedBy::Refresh {
                let nonce = json!(token.authentication.nonce);
                token.claims.insert("nonce".to_owned(), nonce);
            }
        }),
    },
    Fault {
        id: "refresh.less_scope_refused",
        breaks: &["RFC6749-6-3"],
        summary: "a refresh for less scope is refused",
        needs: Some("refresh_token"),
        break_: Break::Omit(Check::RefreshNarrowing),
    },
    Fault {
        id: "refresh.missing_is_invalid_grant",
        breaks: &["RFC6749-5.2-14"],
        summary: "a refresh without refresh_token is an invalid_grant",
        needs: Some("refresh_token"),
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            if error.description == "refresh_token is missing" {
                error.error = Some("invalid_grant".into());
            }
        }),
    },
    Fault {
        id: "refresh.narrowed_for_good",
        breaks: &["RFC6749-6-6"],
        summary: "after a refresh for less scope the next refresh token has less",
        needs: Some("refresh_token"),
        break_: Break::Omit(Check::RefreshKeepsScope),
    },
    Fault {
        id: "refresh.not_rotated",
        breaks: &["RFC9700-2.2.2-1"],
        summary: "a refresh gives the same refresh token again",
        needs: Some("refresh_token"),
        break_: Break::Omit(Check::RefreshRotation),
    },
    Fault {
        id: "refresh.race",
        breaks: &["RFC9700-4.14.2-9"],
        summary: "of refreshes with one token that come at once, each succeeds",
        needs: Some("refresh_token"),
        break_: Break::Omit(Check::RefreshRace),
    },
    Fault {
        id: "refresh.repeated_token",
        breaks: &[],
        summary: "each refresh token is issued twice",
        needs: Some(LOAD),
        break_: Break::Omit(Check::RefreshTokenUnique),
    },
    Fault {
        id: "refresh.replay_by_other_client",
        breaks: &["RFC6749-6-7"],
        summary: "a refresh token that was replaced works for another client",
        needs: Some("multi_client"),
        break_: Break::Omit(Check::RefreshReplayByOther),
    },
    Fault {
        id: "refresh.reusable",
        breaks: &["RFC9700-4.14.2-6", "RFC9700-4.14.2-9"],
        summary: "a refresh token that was replaced works on",
        needs: Some("refresh_token"),
        break_: Break::Omit(Check::RefreshSingleUse),
    },
    Fault {
        id: "refresh.reuse_keeps_family",
        breaks: &["RFC9700-4.14.2-7", "RFC9700-4.14.2-8"],
        summary: "reuse is refused but leaves the successor alive",
        needs: Some("refresh_token"),
        break_: Break::Omit(Check::RefreshReuseRevokes),
    },
    Fault {
        id: "refresh.rotated_once",
        breaks: &["RFC9700-4.14.2-5"],
        summary: "only the first refresh replaces the refresh token",
        needs: Some("refresh_token"),
        break_: Break::Omit(Check::RefreshRotationAgain),
    },
    Fault {
        id: "refresh.unknown_is_invalid_request",
        breaks: &["RFC6749-6-1"],
        summary: "a refresh token that is not known is an invalid_request",
        needs: Some("refresh_token"),
        break_: Break::Error(&[Endpoint::Token], |_, error| {
            if error
                .description
                .starts_with("the refresh token is not known")
            {
                error.error = Some("invalid_request".into());
            }
        }),
    },
    Fault {
        id: "refresh.without_token_type",
        breaks: &["OIDCC-12.2-2"],
        summary: "the answer to a refresh has no token_type",
        needs: Some("refresh_token"),
        break_: Break::Drop(Document::RefreshResponse, "token_type"),
    },
];
