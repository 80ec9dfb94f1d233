//! Every rule both ways: a good set meets it, a spoiled one violates it and nothing else.

use std::collections::BTreeSet;

use base64::Engine as _;
use http::HeaderValue;
use serde_json::json;

use super::material::x5c_has_the_key;
use super::*;
use crate::jwt::base64url;
use crate::jwt::test_token::{ED, K1, OTHER_P256, P256, P384, P521, RSA};

/// A signing key of each kind and two encryption keys, all in order.
fn good() -> Vec<Value> {
    let mut keys = vec![
        RSA.jwk(),
        P256.jwk(),
        P384.jwk(),
        P521.jwk(),
        K1.jwk(),
        ED.jwk(),
    ];
    let mut encryption = OTHER_P256.jwk();
    encryption["use"] = json!("enc");
    for key in &mut keys {
        key["use"] = json!("sig");
    }
    keys.push(encryption);
    keys
}

fn answer(body: &str) -> Jwks {
    let mut headers = HeaderMap::new();
    headers.insert(
        "content-type",
        HeaderValue::from_static("application/jwk-set+json"),
    );
    headers.insert(
        "cache-control",
        HeaderValue::from_static("public, max-age=3600"),
    );
    Jwks::new(200, headers, &Bytes::from(body.to_owned()))
}

fn set(keys: &[Value]) -> Jwks {
    answer(&json!({"keys": keys}).to_string())
}

fn violated(jwks: &Jwks) -> Vec<&'static str> {
    RULES
        .iter()
        .filter(|rule| match rule.judge(jwks) {
            Finding::Violated { expected, actual } => {
                assert!(!actual.is_empty() && expected.iter().all(|e| !e.is_empty()));
                assert!(!actual.contains("c2VjcmV0"), "{}: {actual}", rule.id);
                true
            }
            _ => false,
        })
        .map(|rule| rule.id)
        .collect()
}

type Spoil = fn(&mut Vec<Value>);

const RSA_AT: usize = 0;
const EC_AT: usize = 1;
const ED_AT: usize = 5;

#[rustfmt::skip]
const KEYS: &[(&str, Spoil, &[&str])] = &[
    ("RSA d", |k| k[RSA_AT]["d"] = json!("c2VjcmV0"), &["OIDCD-3-7"]),
    ("EC d", |k| k[EC_AT]["d"] = json!("c2VjcmV0"), &["OIDCD-3-7"]),
    ("RSA qi", |k| k[RSA_AT]["qi"] = json!("c2VjcmV0"), &["OIDCD-3-7"]),
    ("oct", |k| k.push(json!({"kty": "oct", "kid": "s", "use": "sig", "k": "c2VjcmV0"})), &["OIDCD-3-7"]),
    ("oct without k", |k| k.push(json!({"kty": "oct", "kid": "s", "use": "sig"})), &["OIDCD-3-7"]),
    ("no use among both kinds", |k| { k[EC_AT].as_object_mut().unwrap().remove("use"); }, &["OIDCD-3-9"]),
    ("encryption keys alone", |k| { k.drain(..6); }, &["OIDCD-3-19"]),
    ("no key at all", Vec::clear, &["OIDCD-3-19"]),
    ("kty missing", |k| { k[RSA_AT].as_object_mut().unwrap().remove("kty"); }, &["RFC7517-4.1-1"]),
    ("kty a number", |k| k[RSA_AT]["kty"] = json!(1), &["RFC7517-4.1-1"]),
    ("a key that is a string", |k| k.push(json!("key")), &["OIDCC-10.1-6", "OIDCD-3-9", "RFC7517-4.1-1"]),
    ("kid a number", |k| k[RSA_AT]["kid"] = json!(1), &["OIDCC-10.1-6", "RFC7517-4-2"]),
    ("kid missing among several", |k| { k[RSA_AT].as_object_mut().unwrap().remove("kid"); }, &["OIDCC-10.1-6"]),
    ("alg an array", |k| k[RSA_AT]["alg"] = json!(["RS256"]), &["RFC7517-4-2"]),
    ("kid twice", |k| { k[EC_AT]["kid"] = json!("x"); k[2]["kid"] = json!("x"); }, &["RFC7517-4.5-1"]),
    ("key_ops a string", |k| {
        k[EC_AT]["key_ops"] = json!("verify");
    }, &["RFC7517-4.3-1", "RFC7517-4.3-2"]),
    ("key_ops twice", |k| k[EC_AT]["key_ops"] = json!(["verify", "verify"]), &["RFC7517-4.3-1", "RFC7517-4.3-2"]),
    ("use and key_ops", |k| k[EC_AT]["key_ops"] = json!(["verify"]), &["RFC7517-4.3-2"]),
    ("use against key_ops", |k| k[EC_AT]["key_ops"] = json!(["wrapKey"]), &["RFC7517-4.3-2", "RFC7517-4.3-3"]),
    ("n missing", |k| { k[RSA_AT].as_object_mut().unwrap().remove("n"); }, &["RFC7518-6.3.1-1"]),
    ("n padded", |k| k[RSA_AT]["n"] = json!(k[RSA_AT]["n"].as_str().unwrap().to_owned() + "=="), &["RFC7518-6.3.1-1"]),
    ("n with white space", |k| k[RSA_AT]["n"] = json!("AB\nCD"), &["RFC7518-6.3.1-1"]),
    ("n a number", |k| k[RSA_AT]["n"] = json!(65537), &["RFC7518-6.3.1-1"]),
    ("n even", |k| k[RSA_AT]["n"] = json!("_".repeat(342) + "A"), &["RFC7518-6.3.1-1"]),
    ("e 1", |k| k[RSA_AT]["e"] = json!("AQ"), &["RFC7518-6.3.1-1"]),
    ("e even", |k| k[RSA_AT]["e"] = json!("Ag"), &["RFC7518-6.3.1-1"]),
    ("n with a leading zero", |k| {
        let n = base64url::decode(k[RSA_AT]["n"].as_str().unwrap()).unwrap().octets;
        k[RSA_AT]["n"] = json!(base64url::encode(&[&[0], n.as_slice()].concat()));
    }, &["RFC7518-2-1"]),
    ("e AAEAAQ", |k| k[RSA_AT]["e"] = json!("AAEAAQ"), &["RFC7518-2-1"]),
    ("RSA of 1024 bits", |k| k[RSA_AT]["n"] = json!("_".repeat(170) + "8"), &["RFC7518-3.3-1"]),
    ("y missing", |k| { k[EC_AT].as_object_mut().unwrap().remove("y"); }, &["RFC7518-6.2.1-1"]),
    ("x in the standard alphabet", |k| {
        let x = [&[0xff, 0xef], &[1; 30][..]].concat();
        k[EC_AT]["x"] = json!(base64::engine::general_purpose::STANDARD_NO_PAD.encode(x));
    }, &["RFC7518-6.2.1-1", "RFC7518-6.2.1-2"]),
    ("not on the curve", |k| k[EC_AT]["x"] = OTHER_P256.jwk()["x"].clone(), &["RFC7518-6.2.1-2"]),
    ("point of zeros", |k| {
        k[EC_AT]["x"] = json!("A".repeat(43));
        k[EC_AT]["y"] = json!("A".repeat(43));
    }, &["RFC7518-6.2.1-2"]),
    ("x too long", |k| k[EC_AT]["x"] = k[2]["x"].clone(), &["RFC7518-6.2.1.2-1"]),
    ("x without its leading zero", |k| k[EC_AT] = short_coordinate(), &["RFC7518-6.2.1.2-1"]),
    ("OKP without crv", |k| { k[ED_AT].as_object_mut().unwrap().remove("crv"); }, &["RFC8037-2-1"]),
    ("OKP x short", |k| k[ED_AT]["x"] = json!("AAAA"), &["RFC8037-2-1"]),
    ("OKP x of small order", |k| k[ED_AT]["x"] = json!("A".repeat(43)), &["RFC8037-2-1"]),
    ("x5c of another key", |k| k[EC_AT]["x5c"] = json!([certificate().0]), &["OIDCD-3-8"]),
    ("x5c of another type", |k| k[RSA_AT]["x5c"] = json!([certificate().0]), &["OIDCD-3-8"]),
    ("x5c without the bare key", |k| {
        let (x5c, mut key) = certificate();
        key.as_object_mut().unwrap().remove("x");
        key["x5c"] = json!([x5c]);
        k[EC_AT] = key;
    }, &["OIDCD-3-8", "RFC7518-6.2.1-1"]),
    ("x5c empty", |k| k[EC_AT]["x5c"] = json!([]), &["OIDCD-3-8"]),
    ("x5c a string", |k| k[EC_AT]["x5c"] = json!(certificate().0), &["OIDCD-3-8"]),
    ("x5c no certificate", |k| k[EC_AT]["x5c"] = json!(["AAAA"]), &["OIDCD-3-8"]),
    ("x5c in base64url", |k| k[EC_AT]["x5c"] = json!(["__-_"]), &["OIDCD-3-8"]),
];

/// A P-256 key whose x begins with a zero octet, published without it.
fn short_coordinate() -> Value {
    let signing = &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    loop {
        let pair = aws_lc_rs::signature::EcdsaKeyPair::generate(signing).unwrap();
        let point = aws_lc_rs::signature::KeyPair::public_key(&pair).as_ref();
        if point[1] == 0 {
            let (x, y) = (
                base64url::encode(&point[2..33]),
                base64url::encode(&point[33..]),
            );
            return json!({"kty": "EC", "crv": "P-256", "kid": "short", "use": "sig", "x": x, "y": y});
        }
    }
}

/// A certificate as in `x5c`, and the JWK of its key.
fn certificate() -> (String, Value) {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate = rcgen::CertificateParams::default()
        .self_signed(&pair)
        .unwrap();
    let point = pair.public_key_raw();
    (
        base64::engine::general_purpose::STANDARD.encode(certificate.der()),
        json!({
            "kty": "EC", "crv": "P-256", "kid": "certified", "use": "sig",
            "x": base64url::encode(&point[1..33]), "y": base64url::encode(&point[33..]),
        }),
    )
}

#[test]
fn a_good_set_violates_nothing() {
    assert_eq!(violated(&set(&good())), [] as [&str; 0]);
    // One key without kid and use, and keys of kinds that nobody here knows.
    assert_eq!(
        violated(&set(&[json!({"kty": "AKP", "pub": "AA"}), RSA.jwk()])),
        ["OIDCC-10.1-6"]
    );
    let mut alone = ED.jwk();
    alone.as_object_mut().unwrap().remove("kid");
    assert_eq!(violated(&set(&[alone])), [] as [&str; 0]);
}

#[test]
fn a_spoiled_set_violates_what_it_breaks_and_nothing_else() {
    for (name, spoil, ids) in KEYS {
        let mut keys = good();
        spoil(&mut keys);
        assert_eq!(violated(&set(&keys)), *ids, "{name}");
    }
}

#[test]
fn the_key_of_a_certificate_is_compared() {
    let (x5c, mut key) = certificate();
    key["x5c"] = json!([x5c, "more"]);
    // Only the first certificate is that of the key.
    assert_eq!(x5c_has_the_key(&set(&[key.clone()])), Finding::Met);
    key["x5c"] = json!([x5c]);
    assert_eq!(x5c_has_the_key(&set(&[key])), Finding::Met);
}

#[test]
fn an_rsa_certificate_of_version_1_is_compared() {
    // As Keycloak publishes it: version 1, so no version field.
    let n = base64url::decode(RSA.jwk()["n"].as_str().unwrap())
        .unwrap()
        .octets;
    let der = |tag: u8, content: &[u8]| -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], content].concat()
    };
    let number = |octets: &[u8]| der(0x02, &[&[0], octets].concat());
    let rsa = der(0x30, &[number(&n), number(&[1, 0, 1])].concat());
    let oid = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let info = [der(0x30, &oid), der(0x03, &[&[0], rsa.as_slice()].concat())].concat();
    let empty = || der(0x30, &[]);
    let tbs = [
        number(&[1]),
        empty(),
        empty(),
        empty(),
        empty(),
        der(0x30, &info),
    ]
    .concat();
    let certificate = der(0x30, &der(0x30, &tbs));
    let mut key = RSA.jwk();
    key["x5c"] = json!([base64::engine::general_purpose::STANDARD.encode(&certificate)]);
    assert_eq!(x5c_has_the_key(&set(&[key.clone()])), Finding::Met);
    key["e"] = json!("Aw");
    assert!(matches!(
        x5c_has_the_key(&set(&[key])),
        Finding::Violated { .. }
    ));
}

#[test]
fn what_is_no_jwk_set_violates_the_rules_on_keys() {
    for body in [
        "",
        "<!DOCTYPE html><html></html>",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":null}"#,
        "null",
        "{\"keys\":[}",
        "\u{feff}{\"keys\":[]}",
    ] {
        let found = violated(&answer(body));
        for id in ["RFC7517-5-1", "OIDCD-3-7", "OIDCD-3-19", "RFC7517-4.1-1"] {
            assert!(found.contains(&id), "{body}: {id}");
        }
        for rule in RULES {
            let met = matches!(
                rule.judge(&answer(body)),
                Finding::Met | Finding::MetWith { .. }
            );
            let of_the_answer = matches!(
                rule.id,
                "PRACTICE-metadata-4" | "RFC7517-4-1" | "RFC7517-5-2"
            );
            assert!(!met || of_the_answer, "{body}: {}", rule.id);
        }
    }
    assert!(
        !is_jwk_set(&Jwks::new(200, HeaderMap::new(), &Bytes::from(vec![0xff]))).eq(&Finding::Met)
    );
}

#[test]
fn doubled_members_are_found() {
    let key = P256.jwk().to_string();
    let doubled = key.replacen('{', "{\"kty\":\"RSA\",", 1);
    assert_eq!(
        violated(&answer(&format!("{{\"keys\":[{doubled}]}}"))),
        ["RFC7517-4-1"]
    );
    assert_eq!(
        violated(&answer(&format!("{{\"keys\":[],\"keys\":[{key}]}}"))),
        ["RFC7517-5-2"]
    );
}

#[test]
fn the_answer_around_the_set_is_judged() {
    let mut jwks = set(&good());
    jwks.status = 500;
    assert_eq!(violated(&jwks), ["RFC7517-5-1"]);
    for (content_type, ids) in [
        ("application/json", &[][..]),
        ("Application/JSON; charset=utf-8", &[]),
        ("text/html", &["PRACTICE-metadata-4"]),
        ("application/jsonx", &["PRACTICE-metadata-4"]),
    ] {
        let mut jwks = set(&good());
        jwks.headers
            .insert("content-type", HeaderValue::from_static(content_type));
        assert_eq!(violated(&jwks), *ids, "{content_type}");
    }
    for (cache_control, ids) in [
        ("max-age=60", &[][..]),
        ("private, MAX-AGE = 60", &[]),
        ("no-store", &["OIDCC-10.2.1-1"]),
        ("max-age=soon", &["OIDCC-10.2.1-1"]),
    ] {
        let mut jwks = set(&good());
        jwks.headers
            .insert("cache-control", HeaderValue::from_static(cache_control));
        assert_eq!(violated(&jwks), *ids, "{cache_control}");
    }
    let mut jwks = set(&good());
    jwks.headers.clear();
    assert_eq!(violated(&jwks), ["OIDCC-10.2.1-1", "PRACTICE-metadata-4"]);
}

#[test]
fn one_kid_on_keys_of_different_types_is_noted() {
    let mut keys = good();
    keys[EC_AT]["kid"] = json!("rsa");
    assert!(matches!(
        kid_is_distinct(&set(&keys)),
        Finding::MetWith { .. }
    ));
}

#[test]
fn each_rule_is_met_by_some_set_and_violated_by_another() {
    let mut met = BTreeSet::new();
    let mut keys = good();
    keys[EC_AT]["key_ops"] = json!(["verify"]);
    let (x5c, mut certified) = certificate();
    certified["x5c"] = json!([x5c]);
    keys.push(certified);
    for jwks in [set(&keys), set(&good())] {
        met.extend(
            RULES
                .iter()
                .filter(|rule| rule.judge(&jwks) == Finding::Met)
                .map(|rule| rule.id),
        );
    }
    let mut broken: BTreeSet<_> = KEYS.iter().flat_map(|(_, _, ids)| *ids).copied().collect();
    broken.extend([
        "RFC7517-4-1",
        "RFC7517-5-1",
        "RFC7517-5-2",
        "OIDCC-10.2.1-1",
        "PRACTICE-metadata-4",
    ]);
    let all: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(all.len(), RULES.len(), "an id stands twice");
    assert_eq!(met, all);
    assert_eq!(broken, all);
}
