//! Traps around the signature.

use num_bigint::BigUint;
use oidcheck::jwt::algorithm::Algorithm;
use oidcheck::jwt::validator::Rule;
use serde_json::json;

use crate::case::*;
use crate::fetch;
use crate::keys::*;

pub(crate) fn cases(row: u32) -> Vec<Case> {
    let t = for_id();
    let es = for_id_by(Algorithm::ES256);
    let ed = for_id_by(Algorithm::EdDSA);
    match row {
        1 => {
            let good = id().sign();
            let parts: Vec<_> = good.split('.').collect();
            let mut payload = unb64(parts[1]);
            payload[20] ^= 1;
            vec![t.rejects(
                Rule::Signature,
                "payload",
                format!("{}.{}.{}", parts[0], b64(payload), parts[2]),
            )]
        }
        2 => {
            let good = id().h("x", "a").sign();
            let parts: Vec<_> = good.split('.').collect();
            let changed = id().h("x", "b").input();
            let header = changed.split('.').next().unwrap();
            vec![t.rejects(
                Rule::Signature,
                "header",
                format!("{header}.{}.{}", parts[1], parts[2]),
            )]
        }
        3 => [0, 255]
            .map(|at| {
                t.rejects(
                    Rule::Signature,
                    &format!("octet {at}"),
                    id().signed(|input| {
                        let mut signature = RSA.sign(Algorithm::RS256, input);
                        signature[at] ^= 0xff;
                        signature
                    }),
                )
            })
            .into(),
        4 => vec![t.rejects(Rule::Signature, "empty", format!("{}.", id().input()))],
        5 => vec![t.rejects(Rule::Serialization, "two segments", id().input())],
        6 => [
            ("1 octet", 1, 0),
            ("255 octets", 255, 0),
            ("a zero octet more", 256, 1),
            ("ten thousand more", 256, 10_000),
        ]
        .map(|(label, keep, zeros)| {
            t.rejects(
                Rule::Signature,
                label,
                id().signed(|input| {
                    let signature = RSA.sign(Algorithm::RS256, input);
                    [&signature[..keep], &vec![0; zeros]].concat()
                }),
            )
        })
        .into(),
        7 => {
            // One signature in 256 begins with a zero octet.
            let (token, signature) = (0..)
                .map(|n| id().c("n", n))
                .map(|token| {
                    let signature = RSA.sign(Algorithm::RS256, token.input().as_bytes());
                    (token, signature)
                })
                .find(|(_, signature)| signature[0] == 0)
                .unwrap();
            vec![
                t.rejects(
                    Rule::Signature,
                    "255 octets",
                    token.signed(|_| signature[1..].to_vec()),
                ),
                t.accepts(
                    "control: with the zero octet",
                    token.signed(|_| signature.clone()),
                ),
            ]
        }
        8 => vec![
            t.rejects(
                Rule::Signature,
                "signature + n",
                (0..)
                    .map(|n| id().c("n", n))
                    .find_map(|token| {
                        let input = token.input();
                        let signature = RSA.sign(Algorithm::RS256, input.as_bytes());
                        let larger = BigUint::from_bytes_be(&signature)
                            + BigUint::from_bytes_be(&RSA.rsa_numbers().0);
                        (larger.bits() <= 2048)
                            .then(|| format!("{input}.{}", b64(padded(&larger, 256))))
                    })
                    .unwrap(),
            ),
        ],
        9 => vec![
            bleichenbacher(),
            t.rejects(
                Rule::Signature,
                "garbage under a real key",
                id().signed(|input| {
                    let info = digest_info(input, true);
                    let garbage = vec![0x42; 256 - 3 - 8 - info.len()];
                    RSA.rsa_raw(&emsa_pkcs1(&info, 8, &garbage))
                }),
            ),
            t.accepts(
                "control: the right padding by the same hands",
                id().signed(|input| {
                    let info = digest_info(input, true);
                    RSA.rsa_raw(&emsa_pkcs1(&info, 256 - 3 - info.len(), &[]))
                }),
            ),
        ],
        10 => vec![t.rejects(
            Rule::Signature,
            "no NULL",
            id().signed(|input| {
                let info = digest_info(input, false);
                RSA.rsa_raw(&emsa_pkcs1(&info, 256 - 3 - info.len(), &[]))
            }),
        )],
        11 => fetch::other_issuer(),
        12 => fetch::retired_key(),
        13 => vec![es.rejects(
            Rule::Signature,
            "DER",
            id_by(Algorithm::ES256).signed(|input| {
                let signature = P256.sign(Algorithm::ES256, input);
                let integer = |octets: &[u8]| {
                    let sign: &[u8] = if octets[0] & 0x80 != 0 { &[0] } else { &[] };
                    der(2, &[sign, octets].concat())
                };
                let (r, s) = signature.split_at(32);
                der(0x30, &[integer(r), integer(s)].concat())
            }),
        )],
        14 => vec![es.rejects(
            Rule::Signature,
            "zeros",
            id_by(Algorithm::ES256).signed(|_| vec![0; 64]),
        )],
        15 => {
            let n = unhex(P256_ORDER);
            let of = |change: Change<'_>| {
                id_by(Algorithm::ES256).signed(|input| {
                    let signature = P256.sign(Algorithm::ES256, input);
                    let (r, s) = signature.split_at(32);
                    change(r, s)
                })
            };
            vec![
                es.rejects(Rule::Signature, "r = 0", of(&|_, s| [&[0; 32], s].concat())),
                es.rejects(Rule::Signature, "s = 0", of(&|r, _| [r, &[0; 32]].concat())),
                es.rejects(Rule::Signature, "r = n", of(&|_, s| [&n, s].concat())),
                es.rejects(Rule::Signature, "s = n", of(&|r, _| [r, &n].concat())),
                es.rejects(Rule::Signature, "r = s = n", of(&|_, _| [&*n, &n].concat())),
                es.rejects(
                    Rule::Signature,
                    "r > n",
                    of(&|_, s| [&[0xff; 32], s].concat()),
                ),
                es.rejects(
                    Rule::Signature,
                    "r = s = 1",
                    of(&|_, _| {
                        let one = [vec![0; 31], vec![1]].concat();
                        [&*one, &one].concat()
                    }),
                ),
            ]
        }
        16 => vec![
            es.rejects(
                Rule::Signature,
                "63 octets",
                id_by(Algorithm::ES256)
                    .signed(|input| P256.sign(Algorithm::ES256, input)[1..].to_vec()),
            ),
            es.rejects(
                Rule::Signature,
                "65 octets",
                id_by(Algorithm::ES256)
                    .signed(|input| [&[0], &*P256.sign(Algorithm::ES256, input)].concat()),
            ),
        ],
        17 => {
            let half = |larger: bool| {
                id_by(Algorithm::ES256).signed(|input| {
                    let signature = P256.sign(Algorithm::ES256, input);
                    let n = BigUint::from_bytes_be(&unhex(P256_ORDER));
                    let s = BigUint::from_bytes_be(&signature[32..]);
                    let other = &n - &s;
                    let s = if larger { s.max(other) } else { s.min(other) };
                    [&signature[..32], &padded(&s, 32)].concat()
                })
            };
            vec![
                es.accepts("the larger s", half(true)),
                es.accepts("the smaller s", half(false)),
            ]
        }
        18 => {
            let es512 = for_id_by(Algorithm::ES512);
            vec![
                es512.accepts("132 octets", id_by(Algorithm::ES512)),
                es512.rejects(
                    Rule::Signature,
                    "128 octets",
                    id_by(Algorithm::ES512)
                        .signed(|input| P521.sign(Algorithm::ES512, input)[..128].to_vec()),
                ),
            ]
        }
        19 => vec![
            es.rejects(
                Rule::Key,
                "ES256 with P-384",
                id_by(Algorithm::ES256).h("kid", "p384").by(&P384),
            ),
            for_id_by(Algorithm::ES384).rejects(
                Rule::Key,
                "ES384 with P-256",
                id_by(Algorithm::ES384).h("kid", "p256").by(&P256),
            ),
        ],
        20 => {
            let (x, y) = P256.coordinates();
            let mut off = y.clone();
            off[31] ^= 1;
            let with = |x: &[u8], y: &[u8]| {
                for_id_by(Algorithm::ES256)
                    .keys([json!({
                        "kty": "EC", "crv": "P-256", "kid": "p256", "x": b64(x), "y": b64(y),
                    })])
                    .no_control()
            };
            let token = id_by(Algorithm::ES256).sign();
            vec![
                with(&x, &off).rejects(Rule::Key, "not on the curve", &*token),
                with(&[0; 32], &[0; 32]).rejects(Rule::Key, "infinity as zeros", &*token),
                with(&x, &y).accepts("control: the same key as it is", &*token),
            ]
        }
        21 => {
            let point = |octets: [u8; 32]| json!({"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": b64(octets)});
            let mut neutral = [0; 32];
            neutral[0] = 1;
            let forged = id_by(Algorithm::EdDSA).signed(|_| {
                let mut signature = vec![0; 64];
                signature[0] = 1;
                signature
            });
            vec![
                for_id_by(Algorithm::EdDSA)
                    .keys([point(neutral)])
                    .no_control()
                    .rejects(Rule::Key, "the neutral element", &*forged),
                for_id_by(Algorithm::EdDSA)
                    .keys([point([0; 32])])
                    .no_control()
                    .rejects(Rule::Key, "order 4", &*forged),
                ed.rejects(
                    Rule::Signature,
                    "S + L",
                    id_by(Algorithm::EdDSA).signed(|input| {
                        let signature = ED.sign(Algorithm::EdDSA, input);
                        let order = BigUint::from_bytes_be(&unhex(ED25519_ORDER));
                        let s = BigUint::from_bytes_le(&signature[32..]) + order;
                        let mut s = s.to_bytes_le();
                        s.resize(32, 0);
                        [&signature[..32], &s].concat()
                    }),
                ),
            ]
        }
        22 => {
            let mut jwk = ED.jwk();
            jwk["crv"] = json!("X25519");
            vec![
                for_id_by(Algorithm::EdDSA)
                    .keys([jwk])
                    .no_control()
                    .rejects(Rule::Key, "X25519", id_by(Algorithm::EdDSA)),
            ]
        }
        23 => {
            let ed448 = json!({"kty": "OKP", "crv": "Ed448", "kid": "ed", "x": b64([5; 57])});
            vec![
                for_id_by(Algorithm::EdDSA)
                    .keys([ed448])
                    .no_control()
                    .collecting_differ("Ed448 is not built there: left to a person")
                    .rejects(Rule::Key, "Ed448 key", id_by(Algorithm::EdDSA)),
                ed.rejects(
                    Rule::Signature,
                    "as long as one of Ed448",
                    id_by(Algorithm::EdDSA)
                        .signed(|input| [ED.sign(Algorithm::EdDSA, input), vec![0; 50]].concat()),
                ),
            ]
        }
        24 => vec![ed.accepts("EdDSA", id_by(Algorithm::EdDSA))],
        25 => vec![
            // What the claims say must not show before the signature is verified.
            t.rejects(
                Rule::Signature,
                "broken claims under a wrong signature",
                id().claims_text("{\"iss\":").by(&ATTACKER),
            ),
            t.rejects(
                Rule::Signature,
                "expired and foreign under a wrong signature",
                id().c("exp", 0)
                    .c("iss", "https://evil.example.com")
                    .by(&ATTACKER),
            ),
        ],
        _ => Vec::new(),
    }
}

/// What is made of r and s.
type Change<'a> = &'a dyn Fn(&[u8], &[u8]) -> Vec<u8>;

/// A signature made without a private key for a public exponent of 3: the cube root of a message that has the
/// DigestInfo in front and anything behind it.
fn bleichenbacher() -> Case {
    let (n, _) = RSA.rsa_numbers();
    let trial = for_id()
        .keys([json!({"kty": "RSA", "kid": "rsa", "n": b64(n), "e": "Aw"})])
        .no_control();
    let token = id();
    let info = digest_info(token.input().as_bytes(), true);
    let zeros = vec![0; 256 - 3 - 8 - info.len()];
    let block = BigUint::from_bytes_be(&emsa_pkcs1(&info, 8, &zeros));
    let root = block.cbrt() + 1_u32;
    let cube = padded(&root.pow(3), 256);
    assert_eq!(
        cube[..11 + info.len()],
        emsa_pkcs1(&info, 8, &zeros)[..11 + info.len()],
        "the forged message begins as it should"
    );
    trial.rejects(
        Rule::Signature,
        "e = 3",
        token.signed(|_| padded(&root, 256)),
    )
}

const P256_ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const ED25519_ORDER: &str = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";

fn unhex(text: &str) -> Vec<u8> {
    padded(&BigUint::parse_bytes(text.as_bytes(), 16).unwrap(), 32)
}
