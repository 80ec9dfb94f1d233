//! Faults of PKCE.

use serde_json::json;

use super::{Break, Check, Document, Fault};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "pkce.absence_is_access_denied",
        breaks: &["RFC7636-4.4.1-1", "RFC7636-4.4.1-3"],
        summary: "a request that lacks its code_challenge is answered with access_denied",
        needs: Some("pkce"),
        break_: Break::AuthorizationResponse(|ctx, response| {
            let has_challenge = ctx
                .params()
                .is_ok_and(|params| params.get("code_challenge").is_some());
            if response.get("error") == Some("invalid_request") && !has_challenge {
                response.set("error", "access_denied");
            }
        }),
    },
    Fault {
        id: "pkce.any_verifier",
        breaks: &["RFC7636-4.6-1", "RFC7636-4.6-3", "RFC9700-2.1.1-4"],
        summary: "a code_verifier that does not fit is taken",
        needs: Some("pkce"),
        break_: Break::Omit(Check::PkceVerifier),
    },
    Fault {
        id: "pkce.challenge_as_verifier",
        breaks: &["RFC7636-4.6-2"],
        summary: "the challenge itself is taken for a verifier",
        needs: Some("pkce"),
        break_: Break::Omit(Check::PkceChallengeAsVerifier),
    },
    Fault {
        id: "pkce.challenge_in_code",
        breaks: &["RFC7636-4.4-2"],
        summary: "the code has the code_challenge in it, for all to read",
        needs: Some("pkce"),
        break_: Break::Omit(Check::CodeHidesChallenge),
    },
    Fault {
        id: "pkce.default_is_s256",
        breaks: &["RFC7636-4.3-1"],
        summary: "a challenge without a method is taken for S256",
        needs: Some("pkce"),
        break_: Break::Omit(Check::PkceDefaultPlain),
    },
    Fault {
        id: "pkce.malformed_challenge",
        breaks: &["RFC7636-4.2-2"],
        summary: "a code_challenge of one character is taken",
        needs: Some("pkce"),
        break_: Break::Omit(Check::PkceChallengeSyntax),
    },
    Fault {
        id: "pkce.malformed_verifier",
        breaks: &["RFC7636-4.1-1", "RFC7636-4.1-3"],
        summary: "a code_verifier of any length and any characters is taken",
        needs: Some("pkce"),
        break_: Break::Omit(Check::PkceVerifierSyntax),
    },
    Fault {
        id: "pkce.method_of_token_request",
        breaks: &["RFC7636-4.4-1"],
        summary: "the token request may choose another method",
        needs: Some("pkce"),
        break_: Break::Omit(Check::PkceMethodOfRequest),
    },
    Fault {
        id: "pkce.plain_unlisted",
        breaks: &["RFC8414-2-7"],
        summary: "the metadata list S256 alone, and plain is taken",
        needs: Some("pkce"),
        break_: Break::Set(
            Document::Metadata,
            "code_challenge_methods_supported",
            || json!(["S256"]),
        ),
    },
    Fault {
        id: "pkce.s256_without_digest",
        breaks: &["RFC9700-2.1.1-3", "RFC7636-4.6-2"],
        summary: "S256 compares as plain does",
        needs: Some("pkce"),
        break_: Break::Omit(Check::PkceS256),
    },
    Fault {
        id: "pkce.unknown_method",
        breaks: &["RFC7636-4.4.1-2"],
        summary: "a method that nobody knows is taken for plain",
        needs: Some("pkce"),
        break_: Break::Omit(Check::PkceMethod),
    },
    Fault {
        id: "pkce.verifier_bounds",
        breaks: &["RFC7636-4.1-2"],
        summary: "a code_verifier of 43 or of 128 characters is refused",
        needs: Some("pkce"),
        break_: Break::Omit(Check::PkceVerifierBounds),
    },
    Fault {
        id: "pkce.verifier_for_nothing",
        breaks: &["RFC9700-2.1.1-2"],
        summary: "a code_verifier for a code without a challenge is ignored",
        needs: None,
        break_: Break::Omit(Check::PkceVerifierUnexpected),
    },
    Fault {
        id: "pkce.verifier_optional",
        breaks: &["RFC9700-2.1.1-1"],
        summary: "a code with a challenge is redeemed without a verifier",
        needs: Some("pkce"),
        break_: Break::Omit(Check::PkceVerifierRequired),
    },
];
