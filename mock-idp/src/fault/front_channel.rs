//! Faults of the ID tokens that the authorization endpoint hands out, and of those that follow them.

use serde_json::json;

use super::{Break, Fault};
use crate::id_token::{IdToken, IssuedBy};
use crate::jws::half_hash;
use crate::users::SCOPE_CLAIMS;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "front_channel.at_hash_by_word_order",
        breaks: &["OIDCC-3.2.2.10-1"],
        summary: "with response_type=token id_token there is no at_hash",
        needs: Some("implicit"),
        break_: Break::IdToken(|_, token| {
            if token.response_type.as_deref() == Some("token id_token") {
                token.claims.remove("at_hash");
            }
        }),
    },
    Fault {
        id: "front_channel.at_hash_missing",
        breaks: &["OIDCC-3.2.2.10-1", "OIDCC-3.3.2.11-2"],
        summary: "an ID token beside an access token has no at_hash",
        needs: Some("implicit"),
        break_: Break::IdToken(|_, token| {
            if is_first(token) {
                token.claims.remove("at_hash");
            }
        }),
    },
    Fault {
        id: "front_channel.c_hash_missing",
        breaks: &["OIDCC-3.3.2.11-1"],
        summary: "an ID token beside a code has no c_hash",
        needs: Some("hybrid"),
        break_: Break::IdToken(|_, token| {
            if is_first(token) {
                token.claims.remove("c_hash");
            }
        }),
    },
    Fault {
        id: "front_channel.c_hash_wrong",
        breaks: &["OIDCC-3.3.2.11-1"],
        summary: "c_hash is that of another code",
        needs: Some("hybrid"),
        break_: Break::IdToken(|_, token| {
            if is_first(token) {
                let hash = half_hash(token.algorithm.name(), "another code");
                token.claims.insert("c_hash".to_owned(), json!(hash));
            }
        }),
    },
    Fault {
        id: "front_channel.iss_other_than_parameter",
        breaks: &["RFC9207-2.4-3"],
        summary: "iss of the ID token is not that of the response",
        needs: Some("implicit"),
        break_: Break::IdToken(|_, token| {
            if is_first(token) {
                token
                    .claims
                    .insert("iss".to_owned(), json!("https://other.example"));
            }
        }),
    },
    Fault {
        id: "front_channel.scope_claims_missing",
        breaks: &["OIDCC-5.4-2"],
        summary: "with response_type=id_token the claims of the scope are nowhere",
        needs: Some("implicit"),
        break_: Break::IdToken(|_, token| {
            if token.authentication.id_token_only {
                token.claims.retain(|name, _| {
                    !SCOPE_CLAIMS
                        .iter()
                        .any(|(_, all)| all.contains(&name.as_str()))
                });
            }
        }),
    },
    Fault {
        id: "front_channel.second_acr_differs",
        breaks: &["OIDCC-3.3.3.6-2"],
        summary: "acr of the second ID token is another",
        needs: Some("hybrid"),
        break_: Break::IdToken(|_, token| {
            if token.issued_by == IssuedBy::Code {
                token
                    .claims
                    .insert("acr".to_owned(), json!("urn:example:other"));
            }
        }),
    },
    Fault {
        id: "front_channel.second_c_hash_wrong",
        breaks: &["OIDCC-3.3.3.6-3"],
        summary: "the ID token of the token endpoint has a c_hash of another code",
        needs: Some("hybrid"),
        break_: Break::IdToken(|_, token| {
            if token.issued_by == IssuedBy::Code {
                let hash = half_hash(token.algorithm.name(), "another code");
                token.claims.insert("c_hash".to_owned(), json!(hash));
            }
        }),
    },
    Fault {
        id: "front_channel.second_sub_differs",
        breaks: &["OIDCC-3.3.3.6-1"],
        summary: "sub of the second ID token is another",
        needs: Some("hybrid"),
        break_: Break::IdToken(|_, token| {
            if token.issued_by == IssuedBy::Code {
                token
                    .claims
                    .insert("sub".to_owned(), json!("somebody-else"));
            }
        }),
    },
];

fn is_first(token: &IdToken) -> bool {
    token.issued_by == IssuedBy::AuthorizationEndpoint
}
