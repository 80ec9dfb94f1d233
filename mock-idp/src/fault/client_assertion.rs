//! Faults of client assertions.

use super::{Break, Check, Fault};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "client_assertion.any_audience",
        breaks: &["RFC7523-3-4"],
        summary: "an assertion for another server is taken",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionAudience),
    },
    Fault {
        id: "client_assertion.any_client_id",
        breaks: &["RFC7521-4.2-1"],
        summary: "the client_id beside an assertion may be that of another client",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionClientId),
    },
    Fault {
        id: "client_assertion.any_issuer",
        breaks: &["RFC7523-3-2"],
        summary: "iss of an assertion does not matter",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionIssuer),
    },
    Fault {
        id: "client_assertion.any_signature",
        breaks: &["OIDCC-9-3", "RFC7523-3-8"],
        summary: "the signature of an assertion is not verified",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionSignature),
    },
    Fault {
        id: "client_assertion.any_subject",
        breaks: &["RFC7523-3-3"],
        summary: "an assertion without sub is taken",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionSubject),
    },
    Fault {
        id: "client_assertion.any_type",
        breaks: &["RFC7523-2.2-1"],
        summary: "client_assertion_type does not matter",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionType),
    },
    Fault {
        id: "client_assertion.before_its_time",
        breaks: &["RFC7523-3-6"],
        summary: "nbf of an assertion does not matter",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionNotBefore),
    },
    Fault {
        id: "client_assertion.key_confusion",
        breaks: &["RFC7523-3-10"],
        summary: "the public key is taken for an HMAC key",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionKeyConfusion),
    },
    Fault {
        id: "client_assertion.never_expires",
        breaks: &["RFC7523-3-5"],
        summary: "exp of an assertion does not matter",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionExpiry),
    },
    Fault {
        id: "client_assertion.replay",
        breaks: &["OIDCC-9-1"],
        summary: "an assertion is taken again and again",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionReplay),
    },
    Fault {
        id: "client_assertion.token_endpoint_refused",
        breaks: &["RFC7523-3-1"],
        summary: "an assertion for the token endpoint is refused",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionTokenEndpoint),
    },
    Fault {
        id: "client_assertion.unsigned",
        breaks: &["RFC7523-3-9"],
        summary: "an assertion with alg none is taken",
        needs: Some("private_key_jwt"),
        break_: Break::Omit(Check::AssertionUnsigned),
    },
];
