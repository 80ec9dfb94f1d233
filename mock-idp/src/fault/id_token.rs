//! Faults of the ID token.

use serde_json::json;

use super::{Break, Fault};
use crate::jws::Signer;
use crate::keys;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "id_token.alg_none",
        breaks: &["OIDCC-2-7", "OIDCC-2-8"],
        summary: "alg is none and there is no signature",
        needs: None,
        break_: Break::IdToken(|_, token| {
            token.header.insert("alg".to_owned(), json!("none"));
            token.header.remove("kid");
            token.signer = Signer::Unsigned;
        }),
    },
    Fault {
        id: "id_token.corrupted_signature",
        breaks: &["OIDCC-2-7"],
        summary: "one character of the signature is another",
        needs: None,
        break_: Break::SignedIdToken(|_, token| {
            // In the middle: the last character of base64url may hold bits that no reader looks at.
            let signature = token.rfind('.').map_or(0, |dot| dot + 1);
            let middle = signature + (token.len() - signature) / 2;
            let other = if token[middle..].starts_with('A') {
                "B"
            } else {
                "A"
            };
            token.replace_range(middle..=middle, other);
        }),
    },
    Fault {
        id: "id_token.hmac_with_public_key",
        breaks: &["OIDCC-2-7"],
        summary: "alg is HS256 and the secret is the public key in PEM",
        needs: Some("jwks"),
        break_: Break::IdToken(|ctx, token| {
            let pem = ctx
                .issuer
                .keys()
                .current()
                .key(token.algorithm)
                .public_pem();
            token.header.insert("alg".to_owned(), json!("HS256"));
            token.signer = Signer::Hmac(pem.into_bytes());
        }),
    },
    Fault {
        id: "id_token.wrong_aud",
        breaks: &["OIDCC-2-6"],
        summary: "aud is another client",
        needs: None,
        break_: Break::IdToken(|_, token| {
            token
                .claims
                .insert("aud".to_owned(), json!("another-client"));
        }),
    },
    Fault {
        id: "id_token.wrong_key",
        breaks: &["OIDCC-2-7", "OIDCC-10.1-5"],
        summary: "signed by a key that is not in the JWK Set, under the kid of one that is",
        needs: Some("jwks"),
        break_: Break::IdToken(|_, token| {
            token.signer = Signer::Key(keys::foreign().key(token.algorithm).clone());
        }),
    },
];
