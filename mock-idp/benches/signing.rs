//! Signing a token: `signing/<ALG>/<bare|jsonwebtoken|mock_idp>`. Bare is the signature alone, with a parsed key, over a
//! message of the length; the other two write header and claims first.
//!
//! `cargo bench --bench signing`

use std::hint::black_box;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use criterion::{Criterion, criterion_group, criterion_main};
use jsonwebtoken::{EncodingKey, Header};
use mock_idp::{Algorithm, MockIdp};
use serde_json::{Map, Value, json};

type Signature = Box<dyn Fn(&[u8]) -> usize>;

/// A signature of its own key, and the same key for jsonwebtoken.
fn bare(algorithm: Algorithm) -> Result<(Signature, EncodingKey), Box<dyn std::error::Error>> {
    fn rsa(
        padding: &'static dyn RsaEncoding,
    ) -> Result<(Signature, EncodingKey), Box<dyn std::error::Error>> {
        let key = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048)?;
        let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&key)?;
        let text = STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
        let encoding = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        let sign = move |message: &[u8]| {
            let mut signature = [0; 256];
            let signed = key.sign(padding, &SystemRandom::new(), message, &mut signature);
            signed.map_or(0, |()| signature.len())
        };
        Ok((Box::new(sign), encoding))
    }
    match algorithm {
        Algorithm::Rs256 => rsa(&RSA_PKCS1_SHA256),
        Algorithm::Ps256 => rsa(&RSA_PSS_SHA256),
        Algorithm::Es256 => {
            let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
            let encoding = EncodingKey::from_ec_der(key.to_pkcs8v1()?.as_ref());
            let sign = move |message: &[u8]| {
                let signature = key.sign(&SystemRandom::new(), message);
                signature.map_or(0, |signature| signature.as_ref().len())
            };
            Ok((Box::new(sign), encoding))
        }
        Algorithm::EdDsa => {
            let key = Ed25519KeyPair::generate()?;
            let encoding = EncodingKey::from_ed_der(key.to_pkcs8v1()?.as_ref());
            Ok((
                Box::new(move |message| key.sign(message).as_ref().len()),
                encoding,
            ))
        }
    }
}

fn claims(issuer: &str) -> Map<String, Value> {
    let claims = json!({
        "iss": issuer, "sub": "user-5f2c9d3e", "aud": "conformance-client", "exp": 1_800_003_600, "iat": 1_800_000_000,
        "auth_time": 1_800_000_000, "nonce": "n-0S6_WzA2Mj", "acr": "1", "amr": ["pwd"],
        "at_hash": "77QmUPtjPfzWtF2AnpK9RQ", "sid": "08a5019c-17e1-4977-8f42-65a12843ea02",
    });
    claims.as_object().cloned().unwrap_or_default()
}

fn signing(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let idp = runtime
        .block_on(MockIdp::builder().plain_hyper().start())
        .expect("the mock starts");
    let (control, issuer) = (idp.control(), idp.issuer());
    let claims = claims(&issuer);
    for algorithm in Algorithm::ALL {
        let (sign, encoding) = bare(algorithm).expect("a key");
        let mut header = Header::new(algorithm.name().parse().expect("jsonwebtoken knows it"));
        header.kid = Some("x".repeat(43));
        let message = [b'x'; 480];
        let mut group = criterion.benchmark_group(format!("signing/{}", algorithm.name()));
        group.bench_function("bare", |bencher| bencher.iter(|| sign(black_box(&message))));
        group.bench_function("jsonwebtoken", |bencher| {
            bencher.iter(|| jsonwebtoken::encode(&header, black_box(&claims), &encoding));
        });
        group.bench_function("mock_idp", |bencher| {
            bencher.iter(|| control.sign(&issuer, algorithm, "JWT", black_box(&claims)));
        });
        group.finish();
    }
}

criterion_group!(benches, signing);
criterion_main!(benches);
