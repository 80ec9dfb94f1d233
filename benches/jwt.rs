//! How much of the time of a validation is not the signature: bare verification with a parsed key (aws-lc-rs),
//! `jsonwebtoken::decode` (typed claims; `iss`, `aud`, `exp` and `sub` checked) and the full validation of an
//! ID Token with every rule, over the same token of eleven claims, in one run.
//!
//! `cargo bench --bench jwt`; the ids are `id_token/<signature|jsonwebtoken|oidcheck>/<ALG>`. At the end the
//! ratios stand that the comparison is about. `cargo bench --bench jwt -- --alternate` measures the ratios alone,
//! in short batches by turns, and takes the best batch of each: that holds on a busy machine too.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "it prints figures, and a token that does not verify ends it"
)]

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair, RsaParameters,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use criterion::{BenchmarkId, Criterion, Throughput};
use jsonwebtoken::{DecodingKey, Validation};
use oidcheck::jwt::algorithm::Algorithm;
use oidcheck::jwt::validator::{Expected, KeySet, Validator};
use serde::Deserialize;
use serde_json::{Value, json};

const ISSUER: &str = "https://id.example.test";
const CLIENT: &str = "s6BhdRkqt3";
const NONCE: &str = "n-0S6_WzA2MjqLrGqEs8TA";
const ACCESS_TOKEN: &str = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
const SECRET: &str = "cf136dc3c1fc93f31185e5885805d1c29a4f2ab3";
const KID: &str = "1e9gdk7";

/// What a caller of `jsonwebtoken` gets.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be read")]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: u64,
    iat: u64,
    auth_time: u64,
    nonce: String,
    acr: String,
    amr: Vec<String>,
    azp: String,
    at_hash: String,
}

/// One token with everything to verify it.
struct Subject {
    alg: Algorithm,
    token: String,
    /// What is signed.
    input: String,
    /// The octets of the signature.
    octets: Vec<u8>,
    signature: Signature,
    decoding_key: DecodingKey,
    validation: Validation,
    validator: Validator,
    keys: KeySet,
    jwk: Value,
}

/// Bare verification.
enum Signature {
    Key(ParsedPublicKey),
    Secret(Box<hmac::Key>),
}

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "--alternate") {
        return print_ratios(&alternate(&subjects()));
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--export") {
        return export(Path::new(arguments.get(at + 1).expect("a file")));
    }
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
    if let Some(nanoseconds) = measured() {
        print_ratios(&nanoseconds);
    }
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("id_token");
    group.throughput(Throughput::Elements(1));
    for subject in subjects() {
        for who in WHO {
            let id = BenchmarkId::new(who, subject.alg);
            group.bench_function(id, |bencher| {
                bencher.iter(|| subject.run(who));
            });
        }
    }
    group.finish();
}

/// The best time of each in nanoseconds, by algorithm and by who did it.
type Nanoseconds = BTreeMap<(&'static str, &'static str), f64>;

/// Short batches by turns; the best of each.
fn alternate(subjects: &[Subject]) -> Nanoseconds {
    const ROUNDS: usize = 400;
    /// About a millisecond, so that some batches are not interrupted.
    const BATCH: Duration = Duration::from_millis(1);
    let mut nanoseconds = Nanoseconds::new();
    for subject in subjects {
        let batches = WHO.map(|who| {
            let start = Instant::now();
            let mut count = 0_u32;
            while start.elapsed() < BATCH * 20 {
                subject.run(who);
                count += 1;
            }
            (who, (count / 20).max(10))
        });
        for _ in 0..ROUNDS {
            for (who, count) in batches {
                let start = Instant::now();
                for _ in 0..count {
                    subject.run(who);
                }
                let each = start.elapsed().as_secs_f64() * 1e9 / f64::from(count);
                let best = nanoseconds
                    .entry((subject.alg.as_str(), who))
                    .or_insert(each);
                *best = best.min(each);
            }
        }
    }
    nanoseconds
}

/// Writes tokens, keys and rates for `benches/compare/jwt.sh`.
fn export(file: &Path) {
    let subjects = subjects();
    let nanoseconds = alternate(&subjects);
    let document: Vec<_> = subjects
        .iter()
        .map(|subject| {
            let alg = subject.alg.as_str();
            let rate = |who| 1e9 / nanoseconds[&(alg, who)];
            let mut document = json!({
                "alg": alg,
                "token": subject.token,
                "issuer": ISSUER,
                "audience": CLIENT,
                "rates": {
                    "oidcheck": rate("oidcheck"),
                    "jsonwebtoken": rate("jsonwebtoken"),
                    "signature": rate("signature"),
                },
            });
            match &subject.signature {
                Signature::Key(_) => document["jwk"] = subject.jwk.clone(),
                Signature::Secret(_) => document["secret"] = SECRET.into(),
            }
            document
        })
        .collect();
    let text = serde_json::to_vec(&document).expect("JSON");
    fs::write(file, text).expect("the file can be written");
}

impl Subject {
    fn run(&self, who: &str) {
        match (who, &self.signature) {
            ("signature", Signature::Key(key)) => key
                .verify_sig(black_box(self.input.as_bytes()), &self.octets)
                .expect("it verifies"),
            ("signature", Signature::Secret(key)) => {
                hmac::verify(key, black_box(self.input.as_bytes()), &self.octets)
                    .expect("it verifies");
            }
            ("jsonwebtoken", _) => {
                let valid = jsonwebtoken::decode::<Claims>(
                    black_box(&self.token),
                    &self.decoding_key,
                    &self.validation,
                );
                black_box(valid.expect("it is valid"));
            }
            _ => {
                let expected = black_box(expected());
                let valid = self
                    .validator
                    .validate(black_box(&self.token), &expected, &self.keys);
                black_box(valid.expect("it is valid"));
            }
        }
    }
}

const WHO: [&str; 3] = ["signature", "oidcheck", "jsonwebtoken"];

fn expected() -> Expected<'static> {
    Expected {
        nonce: Some(NONCE),
        max_age: Some(3600),
        acr: &["urn:mace:incommon:iap:silver"],
        access_token: Some(ACCESS_TOKEN),
        ..Expected::default()
    }
}

fn subjects() -> Vec<Subject> {
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key");
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("an EC key");
    let ed = Ed25519KeyPair::generate().expect("an Ed25519 key");
    let random = SystemRandom::new();
    let by_rsa = |encoding: &'static dyn RsaEncoding, input: &[u8]| {
        let mut signature = vec![0; rsa.public_modulus_len()];
        rsa.sign(encoding, &random, input, &mut signature)
            .expect("it signs");
        signature
    };
    let n = rsa.public_key().modulus().big_endian_without_leading_zero();
    let e = rsa
        .public_key()
        .exponent()
        .big_endian_without_leading_zero();
    let rsa_key = |alg, parameters: &'static RsaParameters, encoding: &'static dyn RsaEncoding| {
        let parsed = ParsedPublicKey::new(parameters, rsa.public_key().as_ref());
        subject(
            alg,
            |input| by_rsa(encoding, input),
            Signature::Key(parsed.expect("a public key")),
            DecodingKey::from_rsa_raw_components(n, e),
            &json!({"kty": "RSA", "n": base64(n), "e": base64(e)}),
        )
    };
    let point = ec.public_key().as_ref();
    let (x, y) = point[1..].split_at(32);
    vec![
        rsa_key(
            Algorithm::RS256,
            &RSA_PKCS1_2048_8192_SHA256,
            &RSA_PKCS1_SHA256,
        ),
        rsa_key(Algorithm::PS256, &RSA_PSS_2048_8192_SHA256, &RSA_PSS_SHA256),
        subject(
            Algorithm::ES256,
            |input| ec.sign(&random, input).expect("it signs").as_ref().to_vec(),
            Signature::Key(
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).expect("a public key"),
            ),
            DecodingKey::from_ec_components(&base64(x), &base64(y)).expect("a public key"),
            &json!({"kty": "EC", "crv": "P-256", "x": base64(x), "y": base64(y)}),
        ),
        subject(
            Algorithm::EdDSA,
            |input| ed.sign(input).as_ref().to_vec(),
            Signature::Key(
                ParsedPublicKey::new(&ED25519, ed.public_key().as_ref()).expect("a public key"),
            ),
            DecodingKey::from_ed_der(ed.public_key().as_ref()),
            &json!({"kty": "OKP", "crv": "Ed25519", "x": base64(ed.public_key().as_ref())}),
        ),
        subject(
            Algorithm::HS256,
            |input| {
                let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
                hmac::sign(&key, input).as_ref().to_vec()
            },
            Signature::Secret(Box::new(hmac::Key::new(
                hmac::HMAC_SHA256,
                SECRET.as_bytes(),
            ))),
            DecodingKey::from_secret(SECRET.as_bytes()),
            &json!({"kty": "unused"}),
        ),
    ]
}

fn subject(
    alg: Algorithm,
    sign: impl Fn(&[u8]) -> Vec<u8>,
    signature: Signature,
    decoding_key: DecodingKey,
    jwk: &Value,
) -> Subject {
    let mut jwk = jwk.clone();
    for (name, value) in [("kid", KID), ("use", "sig"), ("alg", alg.as_str())] {
        jwk[name] = value.into();
    }
    let header = json!({"alg": alg.as_str(), "kid": KID, "typ": "JWT"}).to_string();
    let input = format!(
        "{}.{}",
        base64(header.as_bytes()),
        base64(claims(alg).to_string().as_bytes())
    );
    let octets = sign(input.as_bytes());
    let token = format!("{input}.{}", base64(&octets));
    assert!((450..=1000).contains(&token.len()), "{} bytes", token.len());
    let of_jsonwebtoken = alg.as_str().parse().expect("it knows the algorithm");
    let mut validation = Validation::new(of_jsonwebtoken);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[CLIENT]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let validator = Validator::id_token(ISSUER, CLIENT);
    Subject {
        alg,
        token,
        input,
        octets,
        signature,
        decoding_key,
        validation,
        validator: match alg {
            Algorithm::HS256 => validator.client_secret(alg, SECRET),
            _ => validator.algorithm(alg),
        },
        keys: KeySet::parse(json!({"keys": [jwk]}).to_string().as_bytes()).expect("a JWK Set"),
        jwk,
    }
}

/// Eleven claims.
fn claims(alg: Algorithm) -> Value {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let (hash, half) = match alg {
        Algorithm::EdDSA => (&digest::SHA512, 32),
        _ => (&digest::SHA256, 16),
    };
    let full = digest::digest(hash, ACCESS_TOKEN.as_bytes());
    json!({
        "iss": ISSUER,
        "sub": "248289761001",
        "aud": CLIENT,
        "exp": now + 3600,
        "iat": now,
        "auth_time": now - 60,
        "nonce": NONCE,
        "acr": "urn:mace:incommon:iap:silver",
        "amr": ["pwd", "otp"],
        "azp": CLIENT,
        "at_hash": base64(&full.as_ref()[..half]),
    })
}

fn base64(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

/// What criterion measured: the median of each, in nanoseconds.
fn measured() -> Option<Nanoseconds> {
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
        Into::into,
    );
    let mut nanoseconds = Nanoseconds::new();
    for alg in ALGORITHMS {
        for who in WHO {
            let file = folder.join(format!("criterion/id_token/{who}/{alg}/new/estimates.json"));
            let estimates: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
            nanoseconds.insert((alg, who), estimates["median"]["point_estimate"].as_f64()?);
        }
    }
    Some(nanoseconds)
}

const ALGORITHMS: [&str; 5] = ["RS256", "PS256", "ES256", "EdDSA", "HS256"];

fn print_ratios(nanoseconds: &Nanoseconds) {
    println!(
        "        bare signature   oidcheck          jsonwebtoken      oidcheck to jsonwebtoken"
    );
    for alg in ALGORITHMS {
        let [signature, oidcheck, jsonwebtoken] = WHO.map(|who| nanoseconds[&(alg, who)]);
        println!(
            "{alg:6} {:8.2} us  {:8.2} us {:6.3} {:8.2} us {:6.3} {:8.2} x",
            signature / 1e3,
            oidcheck / 1e3,
            signature / oidcheck,
            jsonwebtoken / 1e3,
            signature / jsonwebtoken,
            jsonwebtoken / oidcheck,
        );
    }
}
