//! Faults of dynamic registration and its management.

use http::header::WWW_AUTHENTICATE;
use http::{Method, StatusCode};
use serde_json::{Map, json};

use super::{Break, Check, Document, Fault};
use crate::reply::Reply;
use crate::route::Endpoint;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "registration.alg_none_unasked",
        breaks: &["OIDCR-2-11"],
        summary: "a client that names no algorithm for its ID tokens has none",
        needs: Some("dcr"),
        break_: Break::Set(
            Document::Registration,
            "id_token_signed_response_alg",
            || json!("none"),
        ),
    },
    Fault {
        id: "registration.assertion_alg",
        breaks: &["OIDCR-2-3"],
        summary: "a client assertion of another algorithm than the registered one is taken",
        needs: Some("dcr"),
        break_: Break::Omit(Check::AssertionAlgorithm),
    },
    Fault {
        id: "registration.auth_method_missing",
        breaks: &["RFC7591-2-3", "RFC7591-3.2.1-3"],
        summary: "the answer does not tell the token_endpoint_auth_method",
        needs: Some("dcr"),
        break_: Break::Drop(Document::Registration, "token_endpoint_auth_method"),
    },
    Fault {
        id: "registration.chosen_client_id",
        breaks: &["RFC9700-4.15.1-1"],
        summary: "a client gets the client_id that it asks for",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationChosenId),
    },
    Fault {
        id: "registration.chosen_secret",
        breaks: &["RFC7592-2.2-4"],
        summary: "an update sets the secret that the client chose",
        needs: Some("dcr_mgmt"),
        break_: Break::Omit(Check::RegistrationSecret),
    },
    Fault {
        id: "registration.chosen_token",
        breaks: &["RFC7592-2.2-5"],
        summary: "an update sets the registration access token that the client chose",
        needs: Some("dcr_mgmt"),
        break_: Break::Omit(Check::RegistrationAssigned),
    },
    Fault {
        id: "registration.client_id_missing",
        breaks: &["RFC7591-3.2.1-5"],
        summary: "the answer has no client_id",
        needs: Some("dcr"),
        break_: Break::Drop(Document::Registration, "client_id"),
    },
    Fault {
        id: "registration.closed",
        breaks: &["OIDCR-3-1"],
        summary: "nobody may register without an initial access token",
        needs: Some("dcr"),
        break_: Break::Answer(&[Endpoint::Register], |_, reply| {
            *reply = Reply::empty(StatusCode::UNAUTHORIZED).with(WWW_AUTHENTICATE, "Bearer");
        }),
    },
    Fault {
        id: "registration.default_max_age",
        breaks: &["OIDCR-2-8"],
        summary: "default_max_age has no effect",
        needs: Some("dcr"),
        break_: Break::Omit(Check::DefaultMaxAge),
    },
    Fault {
        id: "registration.delete_200",
        breaks: &["RFC7592-2.3-1"],
        summary: "a delete is answered 200",
        needs: Some("dcr_mgmt"),
        break_: Break::Answer(&[Endpoint::ClientConfiguration], |ctx, reply| {
            if *ctx.request.method() == Method::DELETE {
                *reply.response.status_mut() = StatusCode::OK;
            }
        }),
    },
    Fault {
        id: "registration.delete_501",
        breaks: &["RFC7592-2.3-4"],
        summary: "a delete is answered 501",
        needs: Some("dcr_mgmt"),
        break_: Break::Answer(&[Endpoint::ClientConfiguration], |ctx, reply| {
            if *ctx.request.method() == Method::DELETE {
                *reply.response.status_mut() = StatusCode::NOT_IMPLEMENTED;
            }
        }),
    },
    Fault {
        id: "registration.delete_without_effect",
        breaks: &["RFC7592-2.3-2", "RFC7592-5-1"],
        summary: "a deleted client goes on as before",
        needs: Some("dcr_mgmt"),
        break_: Break::Omit(Check::RegistrationDelete),
    },
    Fault {
        id: "registration.deleted_tokens_alive",
        breaks: &["RFC7592-2.3-3"],
        summary: "the tokens of a deleted client live on",
        needs: Some("dcr_mgmt"),
        break_: Break::Omit(Check::RegistrationDeleteRevokes),
    },
    Fault {
        id: "registration.error_422",
        breaks: &["OIDCR-3.3-1", "RFC7591-3.2.2-1"],
        summary: "bad metadata are answered 422",
        needs: Some("dcr"),
        break_: Break::Error(&[Endpoint::Register], |_, error| {
            error.status = StatusCode::UNPROCESSABLE_ENTITY;
        }),
    },
    Fault {
        id: "registration.flows_mismatched",
        breaks: &["RFC7591-2.1-1"],
        summary: "grant types are registered that do not fit the response types",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationFlows),
    },
    Fault {
        id: "registration.fragment",
        breaks: &["RFC7591-5-2"],
        summary: "a redirect URI with a fragment is registered",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationFragment),
    },
    Fault {
        id: "registration.get_answered",
        breaks: &["RFC7591-3-1"],
        summary: "the registration endpoint answers a GET",
        needs: Some("dcr"),
        break_: Break::Answer(&[Endpoint::Register], |ctx, reply| {
            if *ctx.request.method() == Method::GET {
                *reply = Reply::json(StatusCode::OK, &Map::new());
            }
        }),
    },
    Fault {
        id: "registration.hmac_public",
        breaks: &["OIDCC-10.1-3"],
        summary: "a public client registers HS256 for its ID tokens",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationHmac),
    },
    Fault {
        id: "registration.http",
        breaks: &["RFC9700-2.6-1"],
        summary: "a web client registers a plain http redirect URI",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationHttps),
    },
    Fault {
        id: "registration.implicit_http",
        breaks: &["OIDCR-2-2"],
        summary: "a web client of the implicit flow registers a plain http redirect URI",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationImplicitHttps),
    },
    Fault {
        id: "registration.invalid_redirect_uri",
        breaks: &["OIDCR-3.3-1", "RFC7592-2.2-6"],
        summary: "what is no URI is registered as a redirect URI",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationRedirectUris),
    },
    Fault {
        id: "registration.jwks_and_jwks_uri",
        breaks: &["OIDCR-2-5", "RFC7591-2-2"],
        summary: "keys by value and by reference are registered at once",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationKeysOnce),
    },
    Fault {
        id: "registration.management_half",
        breaks: &["OIDCR-3.2-4", "RFC7592-3-1"],
        summary: "a registration access token comes without registration_client_uri",
        needs: Some("dcr"),
        break_: Break::Drop(Document::Registration, "registration_client_uri"),
    },
    Fault {
        id: "registration.native_http",
        breaks: &["OIDCR-2-4"],
        summary: "a native client registers a plain http redirect URI of another host",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationNativeHttp),
    },
    Fault {
        id: "registration.old_redirect_uris",
        breaks: &["RFC7592-2.2-7"],
        summary: "a redirect URI that an update took away still works",
        needs: Some("dcr_mgmt"),
        break_: Break::Omit(Check::RegistrationOldRedirectUris),
    },
    Fault {
        id: "registration.public_secret",
        breaks: &["RFC7591-2-4"],
        summary: "a public client gets a client_secret",
        needs: Some("dcr"),
        break_: Break::Json(Document::Registration, |ctx, answer| {
            if answer.get("token_endpoint_auth_method") == Some(&json!("none")) {
                answer.insert("client_secret".to_owned(), json!(ctx.random()));
                answer.insert("client_secret_expires_at".to_owned(), json!(0));
            }
        }),
    },
    Fault {
        id: "registration.read_201",
        breaks: &["RFC7592-2.1-1"],
        summary: "a read is answered 201",
        needs: Some("dcr_mgmt"),
        break_: Break::Answer(&[Endpoint::ClientConfiguration], |ctx, reply| {
            if *ctx.request.method() == Method::GET && reply.response.status() == StatusCode::OK {
                *reply.response.status_mut() = StatusCode::CREATED;
            }
        }),
    },
    Fault {
        id: "registration.read_changes",
        breaks: &["OIDCR-4.3-2"],
        summary: "each read changes the client_name",
        needs: Some("dcr_mgmt"),
        break_: Break::Json(Document::Registration, |ctx, answer| {
            if *ctx.request.method() == Method::GET {
                answer.insert("client_name".to_owned(), json!(ctx.random()));
            }
        }),
    },
    Fault {
        id: "registration.read_incomplete",
        breaks: &["OIDCR-4.3-1"],
        summary: "a read does not tell the redirect URIs",
        needs: Some("dcr_mgmt"),
        break_: Break::Json(Document::Registration, |ctx, answer| {
            if *ctx.request.method() == Method::GET {
                answer.shift_remove("redirect_uris");
            }
        }),
    },
    Fault {
        id: "registration.redirect_uri_changed",
        breaks: &["OIDCR-3.2-7"],
        summary: "a redirect URI is registered otherwise than it was sent",
        needs: Some("dcr"),
        break_: Break::Set(Document::Registration, "redirect_uris", || {
            json!(["https://rp.example.com/"])
        }),
    },
    Fault {
        id: "registration.redirect_uri_missing",
        breaks: &["RFC7591-5-1", "RFC6749-3.1.2.2-1"],
        summary: "a client of the code flow is registered without a redirect URI",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationRedirectUriMissing),
    },
    Fault {
        id: "registration.replaced_silently",
        breaks: &["OIDCR-3.2-5"],
        summary: "a client_name is replaced, and the answer to the registration does not tell it",
        needs: Some("dcr_mgmt"),
        break_: Break::Json(Document::Registration, |ctx, answer| {
            if ctx.request.method() == Method::POST {
                answer.shift_remove("client_name");
            } else {
                answer.insert("client_name".to_owned(), json!("another name"));
            }
        }),
    },
    Fault {
        id: "registration.secret_expiry_missing",
        breaks: &["OIDCR-3.2-3", "RFC7591-3.2.1-2"],
        summary: "a client_secret comes without client_secret_expires_at",
        needs: Some("dcr"),
        break_: Break::Drop(Document::Registration, "client_secret_expires_at"),
    },
    Fault {
        id: "registration.secret_shared",
        breaks: &["OIDCR-3.2-2", "RFC7591-3.2.1-4"],
        summary: "all clients get one client_secret",
        needs: Some("dcr"),
        break_: Break::Json(Document::Registration, |_, answer| {
            if answer.contains_key("client_secret") {
                answer.insert(
                    "client_secret".to_owned(),
                    json!("shared-secret-0123456789abcdef"),
                );
            }
        }),
    },
    Fault {
        id: "registration.status_200",
        breaks: &["RFC7591-3.2.1-1", "OIDCR-3.2-1"],
        summary: "a registration is answered 200",
        needs: Some("dcr"),
        break_: Break::Answer(&[Endpoint::Register], |_, reply| {
            if reply.response.status() == StatusCode::CREATED {
                *reply.response.status_mut() = StatusCode::OK;
            }
        }),
    },
    Fault {
        id: "registration.token_challenge_missing",
        breaks: &["RFC7592-2.1-2"],
        summary: "a wrong registration access token gets no challenge",
        needs: Some("dcr_mgmt"),
        break_: Break::Error(&[Endpoint::ClientConfiguration], |_, error| {
            error.challenge = None;
        }),
    },
    Fault {
        id: "registration.token_of_any_client",
        breaks: &["RFC7592-2.1-3"],
        summary: "a registration access token opens every client",
        needs: Some("dcr_mgmt"),
        break_: Break::Omit(Check::RegistrationAccessToken),
    },
    Fault {
        id: "registration.token_survives",
        breaks: &["RFC7592-2.1-5"],
        summary: "a registration access token that was used on an unknown client lives on",
        needs: Some("dcr_mgmt"),
        break_: Break::Omit(Check::RegistrationTokenRevoked),
    },
    Fault {
        id: "registration.unknown_404",
        breaks: &["OIDCR-4.4-1", "RFC7592-2.1-4"],
        summary: "a refused request for a client is answered 404",
        needs: Some("dcr_mgmt"),
        break_: Break::Error(&[Endpoint::ClientConfiguration], |_, error| {
            if error.status == StatusCode::UNAUTHORIZED {
                error.status = StatusCode::NOT_FOUND;
            }
        }),
    },
    Fault {
        id: "registration.unknown_refused",
        breaks: &["OIDCR-3.2-6", "RFC7591-2-1"],
        summary: "unknown metadata are refused",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationUnknown),
    },
    Fault {
        id: "registration.unsigned_front_channel",
        breaks: &["OIDCR-2-6"],
        summary: "alg none is registered for ID tokens of the authorization endpoint",
        needs: Some("dcr"),
        break_: Break::Omit(Check::RegistrationUnsigned),
    },
    Fault {
        id: "registration.update_augments",
        breaks: &["RFC7592-2.2-2"],
        summary: "an update adds to the redirect URIs",
        needs: Some("dcr_mgmt"),
        break_: Break::Omit(Check::RegistrationReplace),
    },
    Fault {
        id: "registration.update_old_name",
        breaks: &["RFC7592-2.2-1"],
        summary: "the answer to an update tells the old client_name",
        needs: Some("dcr_mgmt"),
        break_: Break::Json(Document::Registration, |ctx, answer| {
            if *ctx.request.method() == Method::PUT {
                answer.insert("client_name".to_owned(), json!("oidcheck"));
            }
        }),
    },
    Fault {
        id: "registration.without_client_id",
        breaks: &["RFC7592-2.2-3"],
        summary: "an update need not name the client",
        needs: Some("dcr_mgmt"),
        break_: Break::Omit(Check::RegistrationClientId),
    },
];
