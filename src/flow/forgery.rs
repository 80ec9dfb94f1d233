//! ID Tokens that look like those of a provider and are not its own.

use std::sync::OnceLock;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};

use crate::jwt::base64url;
use crate::jwt::compact::Jws;

/// The issuer that a forged token names.
const ISSUER: &str = "https://another-issuer.example";

/// The same header and claims, but for `iss`, under a signature by a key of ours: by ES256 where the token says
/// so, else by RS256. `None` if the token can't be read.
pub(crate) fn id_token_of_another_issuer(token: &str) -> Option<String> {
    let jws = Jws::parse(token).ok()?;
    let mut header = jws.header().ok()?.clone();
    let mut claims = jws.claims().ok()?.clone();
    claims.insert("iss".to_owned(), json!(ISSUER));
    let elliptic = header.get("alg").and_then(Value::as_str) == Some("ES256");
    if !elliptic {
        header.insert("alg".to_owned(), json!("RS256"));
    }
    let encode = |value: Value| base64url::encode(value.to_string().as_bytes());
    let input = format!(
        "{}.{}",
        encode(Value::Object(header)),
        encode(Value::Object(claims))
    );
    let signature = if elliptic {
        by_ec(input.as_bytes())
    } else {
        by_rsa(input.as_bytes())
    };
    Some(format!("{input}.{}", base64url::encode(&signature.ok()?)))
}

fn by_ec(input: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    Ok(key.sign(&SystemRandom::new(), input)?.as_ref().to_vec())
}

/// The key is made once: that takes a tenth of a second.
fn by_rsa(input: &[u8]) -> Result<Vec<u8>, Unspecified> {
    static KEY: OnceLock<Result<RsaKeyPair, Unspecified>> = OnceLock::new();
    let key = KEY
        .get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048))
        .as_ref()
        .map_err(|_| Unspecified)?;
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        input,
        &mut signature,
    )?;
    Ok(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(alg: &str) -> String {
        format!(
            "{}.{}.AQI",
            base64url::encode(json!({"alg": alg, "kid": "a"}).to_string().as_bytes()),
            base64url::encode(br#"{"iss":"https://op.example","sub":"alice"}"#)
        )
    }

    #[test]
    fn all_but_issuer_and_signature_stay() {
        for (alg, expected, length) in [
            ("RS256", "RS256", 256),
            ("EdDSA", "RS256", 256),
            ("ES256", "ES256", 64),
        ] {
            let forged = Jws::parse(&id_token_of_another_issuer(&token(alg)).unwrap()).unwrap();
            assert_eq!(forged.header().unwrap()["alg"], expected);
            assert_eq!(forged.header().unwrap()["kid"], "a");
            assert_eq!(forged.claims().unwrap()["iss"], ISSUER);
            assert_eq!(forged.claims().unwrap()["sub"], "alice");
            assert_eq!(forged.signature().unwrap().len(), length);
            assert_eq!(forged.problems().count(), 0);
        }
        assert_eq!(id_token_of_another_issuer("x"), None);
    }
}
