//! Traps around keys and how they are found.

use oidcheck::jwt::algorithm::Algorithm;
use oidcheck::jwt::validator::{Rule, Warning};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};

use crate::case::*;
use crate::fetch;
use crate::keys::*;

fn with(mut jwk: Value, members: &[(&str, Value)]) -> Value {
    for (name, value) in members {
        jwk[*name] = value.clone();
    }
    jwk
}

/// The set-up with one changed key, which the usual token names.
fn one(members: &[(&str, Value)]) -> Trial {
    for_id().keys([with(RSA.jwk(), members)]).no_control()
}

pub(crate) fn cases(row: u32) -> Vec<Case> {
    let t = for_id();
    let no_kid = || id().without_h("kid");
    match row {
        1 => vec![
            for_id().keys([RSA.jwk()]).accepts("one key", no_kid()),
            for_id()
                .keys([RSA.jwk(), P256.jwk()])
                .collecting_differ("a kid is demanded among several keys, whatever they are for")
                .warns(Warning::KeyId, "one usable key of two", no_kid()),
        ],
        2 => vec![
            for_id()
                .keys([RSA.jwk(), ATTACKER.jwk_as("other")])
                .rejects(Rule::KeyId, "the first of two signed", no_kid()),
            for_id()
                .keys([ATTACKER.jwk_as("other"), RSA.jwk()])
                .rejects(Rule::KeyId, "the second of two signed", no_kid()),
        ],
        3 => fetch::unknown_kid(),
        4 => fetch::flood(),
        5 => {
            let twice = |other: Value| for_id().keys([other, RSA.jwk()]);
            vec![
                twice(P256.jwk_as("rsa")).accepts("other kty", id()),
                twice(with(ATTACKER.jwk_as("rsa"), &[("use", json!("enc"))]))
                    .accepts("other use", id()),
                twice(with(ATTACKER.jwk_as("rsa"), &[("alg", json!("PS256"))]))
                    .accepts("other alg", id()),
            ]
        }
        6 => vec![
            for_id()
                .keys([ATTACKER.jwk_as("rsa"), RSA.jwk()])
                .collecting_differ("the provider has to give its keys distinct kids")
                .warns(Warning::RepeatedKeyId, "the second verifies", id()),
        ],
        7 => vec![
            t.rejects(Rule::HeaderParameter, "a number", id().h("kid", 1)),
            t.rejects(
                Rule::HeaderParameter,
                "an array",
                id().h("kid", json!(["rsa"])),
            ),
            t.rejects(Rule::UnknownKey, "empty", id().h("kid", "")),
            for_id()
                .keys([RSA.jwk_as("")])
                .no_control()
                .accepts("empty, and so is that of the key", id().h("kid", "")),
        ],
        8 => ["RSA", "rsa ", " rsa", "rsa\u{0}"]
            .map(|kid| t.rejects(Rule::UnknownKey, kid, id().h("kid", kid)))
            .into(),
        9 => {
            let mut cases: Vec<_> = [
                "../../../../dev/null",
                "https://evil.example.com/key",
                "' OR 1=1 --",
                "rsa' UNION SELECT 'key",
                "$(id)",
            ]
            .map(|kid| t.rejects(Rule::UnknownKey, kid, id().h("kid", kid)))
            .into();
            let long = id().h("kid", "k".repeat(1 << 20)).sign();
            cases.push(t.rejects(Rule::Length, "1 MB", &*long));
            cases.push(
                for_id()
                    .told(|validator| validator.max_length(usize::MAX))
                    .rejects(
                        Rule::UnknownKey,
                        "500 KB",
                        id().h("kid", "k".repeat(500_000)),
                    ),
            );
            cases
        }
        10 => vec![
            t.rejects(
                Rule::Signature,
                "the kid of a published key",
                id().h("jwk", ATTACKER.jwk()).by(&ATTACKER),
            ),
            t.rejects(
                Rule::UnknownKey,
                "its own kid",
                id().h("jwk", ATTACKER.jwk())
                    .h("kid", "attacker")
                    .by(&ATTACKER),
            ),
            for_id().keys([RSA.jwk()]).rejects(
                Rule::Signature,
                "no kid",
                id().h("jwk", ATTACKER.jwk()).without_h("kid").by(&ATTACKER),
            ),
        ],
        11 => {
            let private = with(
                ATTACKER.jwk(),
                &[("d", json!(b64(ATTACKER.private_exponent())))],
            );
            vec![
                t.rejects(
                    Rule::Signature,
                    "a private key",
                    id().h("jwk", private).by(&ATTACKER),
                ),
                t.rejects(
                    Rule::HeaderParameter,
                    "a URL",
                    id().h("jwk", "https://evil.example.com/key"),
                ),
            ]
        }
        12 => vec![
            t.rejects(
                Rule::UnknownKey,
                "its own kid",
                id().h("jku", "https://evil.example.com/jwks")
                    .h("kid", "attacker")
                    .by(&ATTACKER),
            ),
            t.rejects(
                Rule::Signature,
                "the kid of a published key",
                id().h("jku", "https://evil.example.com/jwks").by(&ATTACKER),
            ),
        ],
        13 => [
            "https://op.example.com/redirect?to=https://evil.example.com/jwks",
            "https://op.example.com@evil.example.com/jwks",
            "https://op.example.com/jwks/../upload/jwks",
        ]
        .map(|jku| t.rejects(Rule::Signature, jku, id().h("jku", jku).by(&ATTACKER)))
        .into(),
        14 => vec![
            t.rejects(
                Rule::Signature,
                "x5u",
                id().h("x5u", "https://evil.example.com/cert.pem")
                    .by(&ATTACKER),
            ),
        ],
        15 => {
            let (own, _) = certificate();
            let (other, _) = certificate();
            vec![
                t.rejects(
                    Rule::Signature,
                    "self-signed",
                    id().h("x5c", json!([own])).by(&ATTACKER),
                ),
                t.rejects(
                    Rule::Signature,
                    "two, in this order",
                    id().h("x5c", json!([own, other])).by(&ATTACKER),
                ),
                t.rejects(
                    Rule::Signature,
                    "two, in the other order",
                    id().h("x5c", json!([other, own])).by(&ATTACKER),
                ),
            ]
        }
        16 => vec![
            t.accepts("x5t beside a right kid", id().h("x5t", b64([1; 20]))),
            t.accepts(
                "x5t#S256 beside a right kid",
                id().h("x5t#S256", b64([1; 32])),
            ),
            for_id()
                .keys([RSA.jwk(), ATTACKER.jwk_as("other")])
                .rejects(
                    Rule::KeyId,
                    "x5t alone selects nothing",
                    id().without_h("kid").h("x5t#S256", b64([1; 32])),
                ),
        ],
        17 => vec![
            one(&[("use", json!("enc"))]).rejects(Rule::Key, "enc", id()),
            one(&[("use", json!("sig"))]).accepts("control: sig", id()),
        ],
        18 => vec![
            one(&[("key_ops", json!(["encrypt"]))]).rejects(Rule::Key, "encrypt", id()),
            one(&[("key_ops", json!([]))]).rejects(Rule::Key, "none", id()),
            one(&[("key_ops", json!(["verify"]))]).accepts("control: verify", id()),
        ],
        19 => vec![
            one(&[("alg", json!("PS256"))]).rejects(Rule::Key, "PS256", id()),
            one(&[("alg", json!("RS256"))]).accepts("control: RS256", id()),
        ],
        20 => {
            let oct =
                json!({"kty": "oct", "kid": "oct", "k": b64("public secret, 32 octets or more")});
            let token = id_by(Algorithm::HS256)
                .h("kid", "oct")
                .by_secret("public secret, 32 octets or more");
            vec![
                for_id().keys([RSA.jwk(), oct.clone()]).rejects(
                    Rule::Algorithm,
                    "RS256 agreed on",
                    &*token,
                ),
                for_id_by(Algorithm::HS256)
                    .keys([RSA.jwk(), oct.clone()])
                    .rejects(Rule::Signature, "HS256 agreed on", &*token),
                for_id()
                    .told(|validator| validator.algorithms([Algorithm::RS256, Algorithm::HS256]))
                    .keys([RSA.jwk(), oct])
                    .rejects(Rule::Key, "both agreed on, no secret", &*token),
            ]
        }
        21 => {
            let d = json!(b64(RSA.private_exponent()));
            vec![one(&[("d", d)]).warns(Warning::PrivateKey, "d", id())]
        }
        22 => [512, 1024, 2040]
            .map(|bits: usize| {
                let mut n = vec![0xff; bits / 8];
                n[bits / 8 - 1] = 0xfd;
                let token = id().signed(|_| vec![1; bits / 8]);
                one(&[("n", json!(b64(n)))]).rejects(Rule::Key, &format!("{bits} bits"), token)
            })
            .into(),
        23 => {
            let mut even = RSA.rsa_numbers().0;
            even[255] &= 0xfe;
            vec![
                one(&[("e", json!("AQ"))]).rejects(Rule::Key, "e = 1", id()),
                one(&[("e", json!("BA"))]).rejects(Rule::Key, "e = 4", id()),
                one(&[("n", json!(b64(even)))]).rejects(Rule::Key, "n even", id()),
            ]
        }
        24 => {
            let n = [vec![0], RSA.rsa_numbers().0].concat();
            vec![one(&[("n", json!(b64(n)))]).warns(Warning::KeyEncoding, "leading zero", id())]
        }
        25 => {
            let (key, x) = short_coordinate();
            let jwk = |x: &[u8]| with(key.jwk(), &[("kid", json!("p256")), ("x", json!(b64(x)))]);
            let token = id_by(Algorithm::ES256).by(&key);
            vec![
                for_id_by(Algorithm::ES256)
                    .keys([jwk(&x[1..])])
                    .no_control()
                    .warns(Warning::KeyEncoding, "31 octets", &*token),
                for_id_by(Algorithm::ES256)
                    .keys([jwk(&x)])
                    .no_control()
                    .accepts("control: 32 octets", &*token),
            ]
        }
        26 => vec![
            for_id()
                .keys([
                    json!({"kty": "XYZ", "kid": "x"}),
                    json!({"kty": "RSA", "kid": "y"}),
                    json!({"kid": "z"}),
                    json!(7),
                    RSA.jwk(),
                ])
                .accepts("beside a good one", id()),
        ],
        27 => fetch::no_set(),
        28 => fetch::unavailable(),
        29 => {
            let (foreign, _) = certificate();
            let (own, pair) = certificate();
            let point = pair.public_key_raw();
            let jwk = |x5c: &str| {
                json!({
                    "kty": "EC", "crv": "P-256", "kid": "p256", "x5c": [x5c],
                    "x": b64(&point[1..33]), "y": b64(&point[33..]),
                })
            };
            let token = id_by(Algorithm::ES256).signed(|input| {
                let random = aws_lc_rs::rand::SystemRandom::new();
                let key = aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(
                    &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                    &pair.serialize_der(),
                );
                key.unwrap().sign(&random, input).unwrap().as_ref().to_vec()
            });
            let es = || for_id_by(Algorithm::ES256).no_control();
            vec![
                es().keys([jwk(&foreign)])
                    .collecting_differ("a rule on the JWK Set, not on the token")
                    .rejects(Rule::Key, "another key", &*token),
                es().keys([jwk(&own)])
                    .accepts("control: the same key", &*token),
            ]
        }
        _ => Vec::new(),
    }
}

/// A self-signed certificate, base64 encoded as in `x5c`, with its key.
fn certificate() -> (String, KeyPair) {
    use base64::Engine as _;
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(certificate.der());
    (text, key)
}

/// A P-256 key whose x begins with a zero octet: one in 256.
fn short_coordinate() -> (Key, Vec<u8>) {
    loop {
        let key = new_p256();
        let (x, _) = key.coordinates();
        if x[0] == 0 {
            return (key, x);
        }
    }
}
