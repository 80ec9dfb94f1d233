//! Faults of the JWK Set.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::{Break, Document, Fault};
use crate::reply::Reply;
use crate::route::Endpoint;

/// A point of P-256 whose x begins with a zero octet, which is left out here.
const SHORT_X: &str = "VUOJSvPQDtfXQKvb11yWsGh3t4fbX3Dup4uQqNfACg";
const FULL_X: &str = "AFVDiUrz0A7X10Cr29dclrBod7eH219w7qeLkKjXwAo";
const SHORT_Y: &str = "u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I";
/// A self-signed certificate (DER in base64) of a P-256 key that nobody has.
const CERTIFICATE: &str = "MIIBbzCCARWgAwIBAgIUNgAORXd6syVP6PqaTXsQVh2yr44wCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBeDAgFw0yNjExMjExMzA2MTVaGA8yMTI2MTAyODEzMDYxNVowDDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNuf/cVj5EsqoSN5ATHuhD7RIwMOYvsJGRN2PAFA9NNVRDa7qv/n3m5+zm/qsm7Ukvl9q5hrbqst8Aaj9GUANy2jUzBRMB0GA1UdDgQWBBQt1wNAlAu2tqyXrHr/WkSxJS30RjAfBgNVHSMEGDAWgBQt1wNAlAu2tqyXrHr/WkSxJS30RjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDuLeqHhaYayaKHozwUJZSSInIlKDd9sdmwpyxSzyRsfQIgF2hjNdV92yS667Y9cewijoy4R7ds1CCdKvjpDkgiJAM=";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "jwks.alg_number",
        breaks: &["RFC7517-4-2"],
        summary: "alg of a key is a number",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "EC") {
                key.insert("alg".to_owned(), json!(7));
            }
        }),
    },
    Fault {
        id: "jwks.duplicate_kid",
        breaks: &["RFC7517-4.5-1"],
        summary: "two RSA keys have one kid",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            let kid = first(jwks, "RSA").and_then(|key| key.get("kid").cloned());
            if let (Some(kid), Some(key)) =
                (kid, keys(jwks).filter(|key| key["kty"] == "RSA").nth(1))
            {
                key.insert("kid".to_owned(), kid);
            }
        }),
    },
    Fault {
        id: "jwks.ec_coordinate_missing",
        breaks: &["RFC7518-6.2.1-1"],
        summary: "an EC key has no y",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "EC") {
                key.shift_remove("y");
            }
        }),
    },
    Fault {
        id: "jwks.ec_coordinate_short",
        breaks: &["RFC7518-6.2.1.2-1"],
        summary: "the x of an EC key lacks its leading zero octet",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            add(
                jwks,
                json!({ "kty": "EC", "crv": "P-256", "kid": "short", "use": "sig", "x": SHORT_X, "y": SHORT_Y }),
            );
        }),
    },
    Fault {
        id: "jwks.ec_off_curve",
        breaks: &["RFC7518-6.2.1-2"],
        summary: "x and y of an EC key are exchanged, which is no point of the curve",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "EC")
                && let (Some(x), Some(y)) = (key.get("x").cloned(), key.get("y").cloned())
            {
                key.insert("x".to_owned(), y);
                key.insert("y".to_owned(), x);
            }
        }),
    },
    Fault {
        id: "jwks.encryption_use_missing",
        breaks: &["OIDCD-3-9", "RFC8414-2-4"],
        summary: "beside a key for encryption one has no use",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "OKP") {
                key.shift_remove("use");
            }
            add(
                jwks,
                json!({ "kty": "EC", "crv": "P-256", "kid": "enc", "use": "enc", "x": FULL_X, "y": SHORT_Y }),
            );
        }),
    },
    Fault {
        id: "jwks.key_ops_against_use",
        breaks: &["RFC7517-4.3-3"],
        summary: "a key for signatures has key_ops of encryption",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "EC") {
                key.insert("key_ops".to_owned(), json!(["encrypt"]));
            }
        }),
    },
    Fault {
        id: "jwks.key_ops_and_use",
        breaks: &["RFC7517-4.3-2"],
        summary: "a key has use and key_ops",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "EC") {
                key.insert("key_ops".to_owned(), json!(["verify"]));
            }
        }),
    },
    Fault {
        id: "jwks.key_ops_repeated",
        breaks: &["RFC7517-4.3-1"],
        summary: "key_ops has one operation twice",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "EC") {
                key.shift_remove("use");
                key.insert("key_ops".to_owned(), json!(["verify", "verify"]));
            }
        }),
    },
    Fault {
        id: "jwks.keys_no_array",
        breaks: &["RFC7517-5-1"],
        summary: "keys is an object",
        needs: Some("jwks"),
        break_: Break::Set(Document::Jwks, "keys", || json!({})),
    },
    Fault {
        id: "jwks.keys_twice",
        breaks: &["RFC7517-5-2"],
        summary: "keys stands twice",
        needs: Some("jwks"),
        break_: Break::Answer(&[Endpoint::Jwks], |_, reply| {
            replace(reply, r#"{"keys":"#, r#"{"keys":[],"keys":"#);
        }),
    },
    Fault {
        id: "jwks.kid_missing",
        breaks: &["OIDCC-10.1-6"],
        summary: "one of several keys has no kid",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "OKP") {
                key.shift_remove("kid");
            }
        }),
    },
    Fault {
        id: "jwks.kty_missing",
        breaks: &["RFC7517-4.1-1"],
        summary: "a key has no kty",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "OKP") {
                key.shift_remove("kty");
            }
        }),
    },
    Fault {
        id: "jwks.leading_zero",
        breaks: &["RFC7518-2-1"],
        summary: "the modulus of an RSA key begins with a zero octet",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "RSA")
                && let Some(mut n) = octets(key, "n")
            {
                n.insert(0, 0);
                key.insert("n".to_owned(), json!(URL_SAFE_NO_PAD.encode(n)));
            }
        }),
    },
    Fault {
        id: "jwks.member_twice",
        breaks: &["RFC7517-4-1"],
        summary: "a member of a key stands twice",
        needs: Some("jwks"),
        break_: Break::Answer(&[Endpoint::Jwks], |_, reply| {
            replace(reply, r#""kty":"EC""#, r#""kty":"EC","kty":"EC""#);
        }),
    },
    Fault {
        id: "jwks.modulus_missing",
        breaks: &["RFC7518-6.3.1-1"],
        summary: "an RSA key has no n",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "RSA") {
                key.shift_remove("n");
            }
        }),
    },
    Fault {
        id: "jwks.no_signing_key",
        breaks: &["OIDCD-3-19"],
        summary: "all keys are for encryption",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            for key in keys(jwks) {
                key.insert("use".to_owned(), json!("enc"));
            }
        }),
    },
    Fault {
        id: "jwks.okp_x_missing",
        breaks: &["RFC8037-2-1"],
        summary: "an OKP key has no x",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "OKP") {
                key.shift_remove("x");
            }
        }),
    },
    Fault {
        id: "jwks.private_key",
        breaks: &["OIDCD-3-7"],
        summary: "a key has a private member",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "RSA") {
                key.insert("d".to_owned(), json!("c2VjcmV0"));
            }
        }),
    },
    Fault {
        id: "jwks.retired_key_gone",
        breaks: &["OIDCC-10.1.1-2"],
        summary: "a key that no longer signs is taken out at once",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |ctx, jwks| {
            let current = ctx.issuer.keys().current();
            if let Some(Value::Array(keys)) = jwks.get_mut("keys") {
                keys.retain(|key| current.iter().any(|own| key["kid"] == own.kid.as_str()));
            }
        }),
    },
    Fault {
        id: "jwks.rsa_short",
        breaks: &["RFC7518-3.3-1", "RFC7518-3.5-1"],
        summary: "an RSA key has 1024 bits",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "RSA")
                && let Some(mut n) = octets(key, "n")
            {
                n.drain(..128);
                n[0] |= 0x80;
                key.insert("n".to_owned(), json!(URL_SAFE_NO_PAD.encode(n)));
            }
        }),
    },
    Fault {
        id: "jwks.x5c_of_another_key",
        breaks: &["OIDCD-3-8"],
        summary: "x5c of a key certifies another one",
        needs: Some("jwks"),
        break_: Break::Json(Document::Jwks, |_, jwks| {
            if let Some(key) = first(jwks, "EC") {
                key.insert("x5c".to_owned(), json!([CERTIFICATE]));
            }
        }),
    },
];

/// The keys of the set that are objects.
fn keys(jwks: &mut Map<String, Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    let keys = jwks.get_mut("keys").and_then(Value::as_array_mut);
    keys.into_iter().flatten().filter_map(Value::as_object_mut)
}

fn first<'j>(jwks: &'j mut Map<String, Value>, kty: &str) -> Option<&'j mut Map<String, Value>> {
    keys(jwks).find(|key| key.get("kty").is_some_and(|own| own == kty))
}

fn add(jwks: &mut Map<String, Value>, key: Value) {
    if let Some(Value::Array(keys)) = jwks.get_mut("keys") {
        keys.push(key);
    }
}

fn octets(key: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(key.get(name)?.as_str()?).ok()
}

/// Changes the first occurrence in the body: what no JSON library writes.
fn replace(reply: &mut Reply, from: &str, to: &str) {
    let text = String::from_utf8_lossy(reply.response.body()).replacen(from, to, 1);
    *reply.response.body_mut() = text.into();
}
