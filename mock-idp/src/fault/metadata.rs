//! Faults of the provider's metadata.

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::json;

use super::{Break, Check, Document, Fault};
use crate::reply::Reply;
use crate::route::Endpoint;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "metadata.assertion_alg_none",
        breaks: &["OIDCD-3-10", "RFC8414-2-6"],
        summary: "client assertions may be unsigned, by the list of algorithms",
        needs: None,
        break_: Break::Set(
            Document::Metadata,
            "token_endpoint_auth_signing_alg_values_supported",
            || json!(["RS256", "none"]),
        ),
    },
    Fault {
        id: "metadata.assertion_algs_missing",
        breaks: &["RFC8414-2-5"],
        summary: "client assertions are listed without their algorithms",
        needs: None,
        break_: Break::Drop(
            Document::Metadata,
            "token_endpoint_auth_signing_alg_values_supported",
        ),
    },
    Fault {
        id: "metadata.content_type_text",
        breaks: &["OIDCD-4.2-1"],
        summary: "the document comes as text/plain",
        needs: None,
        break_: Break::Answer(&[Endpoint::OpenidConfiguration], |_, reply| {
            reply.set(CONTENT_TYPE, "text/plain");
        }),
    },
    Fault {
        id: "metadata.empty",
        breaks: &["RFC9700-2.6-4"],
        summary: "the documents have no member",
        needs: None,
        break_: Break::Json(Document::Metadata, |_, metadata| {
            metadata.clear();
        }),
    },
    Fault {
        id: "metadata.empty_array",
        breaks: &["OIDCD-4.2-2", "RFC8414-3.2-2"],
        summary: "a member without elements is listed as an empty array",
        needs: None,
        break_: Break::Set(Document::Metadata, "display_values_supported", || json!([])),
    },
    Fault {
        id: "metadata.end_session_endpoint_http",
        breaks: &["OIDCRPL-2.1-1", "OIDCD-3-6"],
        summary: "end_session_endpoint is an http URL",
        needs: Some("end_session"),
        break_: Break::Json(Document::Metadata, |_, metadata| {
            let url = json!("http://op.example/logout");
            metadata.insert("end_session_endpoint".to_owned(), url);
        }),
    },
    Fault {
        id: "metadata.endpoint_http",
        breaks: &["OIDCD-3-6", "RFC8414-2-8"],
        summary: "an endpoint is a plain http URL",
        needs: None,
        break_: Break::Set(Document::Metadata, "revocation_endpoint", || {
            json!("http://op.example.com/revoke")
        }),
    },
    Fault {
        id: "metadata.grant_types_left_out",
        breaks: &["OIDCD-3-20"],
        summary: "grant_types_supported is left out, which means the implicit grant too, and there is none",
        needs: None,
        break_: Break::Json(Document::Metadata, |_, metadata| {
            metadata.shift_remove("grant_types_supported");
            metadata.insert("response_types_supported".to_owned(), json!(["code"]));
        }),
    },
    Fault {
        id: "metadata.id_token_token_missing",
        breaks: &["OIDCD-3-12"],
        summary: "open registration, but no response type id_token token",
        needs: None,
        break_: Break::Set(Document::Metadata, "response_types_supported", || {
            json!(["code", "id_token"])
        }),
    },
    Fault {
        id: "metadata.issuer_query",
        breaks: &["OIDCD-3-17", "RFC8414-2-1"],
        summary: "the issuer has a query",
        needs: None,
        break_: Break::Json(Document::Metadata, |ctx, metadata| {
            metadata.insert(
                "issuer".to_owned(),
                json!(format!("{}?tenant=1", ctx.issuer.url)),
            );
        }),
    },
    Fault {
        id: "metadata.issuer_slash",
        breaks: &["OIDCD-4.3-1", "RFC8414-3.3-1"],
        summary: "the issuer ends with a slash that the URL does not have",
        needs: None,
        break_: Break::Json(Document::Metadata, |ctx, metadata| {
            metadata.insert("issuer".to_owned(), json!(format!("{}/", ctx.issuer.url)));
        }),
    },
    Fault {
        id: "metadata.oauth_content_type_text",
        breaks: &["RFC8414-3.2-1"],
        summary: "the OAuth metadata come as text/plain",
        needs: None,
        break_: Break::Answer(&[Endpoint::AuthorizationServerMetadata], |_, reply| {
            reply.set(CONTENT_TYPE, "text/plain");
        }),
    },
    Fault {
        id: "metadata.oauth_jwks_uri_gone",
        breaks: &["RFC8414-2-3"],
        summary: "jwks_uri of the OAuth metadata leads nowhere",
        needs: None,
        break_: Break::Json(Document::AuthorizationServerMetadata, |ctx, metadata| {
            metadata.insert("jwks_uri".to_owned(), json!(ctx.url("/gone")));
        }),
    },
    Fault {
        id: "metadata.oauth_list_as_text",
        breaks: &["RFC8414-3.2-3"],
        summary: "a list of the OAuth metadata is one text",
        needs: None,
        break_: Break::Set(
            Document::AuthorizationServerMetadata,
            "grant_types_supported",
            || json!("authorization_code refresh_token"),
        ),
    },
    Fault {
        id: "metadata.oauth_misplaced",
        breaks: &["RFC8414-3-1"],
        summary: "the OAuth metadata stand behind the path of the issuer",
        needs: None,
        break_: Break::Omit(Check::MetadataPlace),
    },
    Fault {
        id: "metadata.oauth_token_endpoint_missing",
        breaks: &["RFC8414-2-2"],
        summary: "the OAuth metadata have no token_endpoint",
        needs: None,
        break_: Break::Drop(Document::AuthorizationServerMetadata, "token_endpoint"),
    },
    Fault {
        id: "metadata.openid_scope_missing",
        breaks: &["OIDCD-3-4"],
        summary: "scopes_supported does not list openid",
        needs: None,
        break_: Break::Set(Document::Metadata, "scopes_supported", || {
            json!(["profile", "email"])
        }),
    },
    Fault {
        id: "metadata.page_instead",
        breaks: &["OIDCD-4-1"],
        summary: "a page for people stands in the place of the document",
        needs: None,
        break_: Break::Answer(&[Endpoint::OpenidConfiguration], |_, reply| {
            *reply = Reply::html(
                StatusCode::OK,
                "<!DOCTYPE html><title>Welcome</title>".to_owned(),
            );
        }),
    },
    Fault {
        id: "metadata.pkce_missing",
        breaks: &["RFC8414-2-7", "RFC9700-2.1.1-7"],
        summary: "PKCE is there, and the metadata say nothing of it",
        needs: None,
        break_: Break::Drop(Document::Metadata, "code_challenge_methods_supported"),
    },
    Fault {
        id: "metadata.recommended_missing",
        breaks: &["OIDCD-3-5"],
        summary: "the metadata have no claims_supported",
        needs: None,
        break_: Break::Drop(Document::Metadata, "claims_supported"),
    },
    Fault {
        id: "metadata.request_uri_left_out",
        breaks: &["OIDCD-3-13"],
        summary: "request_uri_parameter_supported is left out, which means support, and there is none",
        needs: None,
        break_: Break::Drop(Document::Metadata, "request_uri_parameter_supported"),
    },
    Fault {
        id: "metadata.required_missing",
        breaks: &["OIDCD-3-2"],
        summary: "the metadata have no subject_types_supported",
        needs: None,
        break_: Break::Drop(Document::Metadata, "subject_types_supported"),
    },
    Fault {
        id: "metadata.rs256_missing",
        breaks: &["OIDCD-3-3", "OIDCC-15.1-1"],
        summary: "id_token_signing_alg_values_supported does not list RS256",
        needs: None,
        break_: Break::Set(
            Document::Metadata,
            "id_token_signing_alg_values_supported",
            || json!(["PS256", "ES256"]),
        ),
    },
    Fault {
        id: "metadata.wrong_type",
        breaks: &["OIDCD-3-18"],
        summary: "claims_parameter_supported is a text",
        needs: None,
        break_: Break::Set(Document::Metadata, "claims_parameter_supported", || {
            json!("true")
        }),
    },
];
