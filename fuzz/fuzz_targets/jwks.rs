//! JWK Sets, with every rule on them and a made-up signature for each key.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;
use oidcheck::checks::jwks::{Jwks, RULES};
use oidcheck::jwt::algorithm::Algorithm;
use oidcheck::jwt::validator::{Expected, KeySet, Validator};

fuzz_target!(|data: &[u8]| {
    let jwks = Jwks::new(200, HeaderMap::new(), &Bytes::copy_from_slice(data));
    for rule in RULES {
        let _ = (rule.check)(&jwks);
    }
    let Ok(keys) = KeySet::parse(data) else {
        return;
    };
    let _ = format!("{keys:?}");
    assert!(keys.problems().count() <= keys.len());
    let validator = Validator::id_token("https://id.example.test", "client")
        .algorithms(Algorithm::ALL)
        .max_length(1 << 20);
    let kids: Vec<_> = jwks.keys().iter().filter_map(|key| key.kid()).collect();
    for kid in kids.into_iter().map(Some).chain([None]).take(4) {
        for (alg, octets) in [("RS256", 256), ("ES256", 64), ("EdDSA", 64), ("HS256", 32)] {
            let mut header = serde_json::json!({"alg": alg});
            if let Some(kid) = kid {
                header["kid"] = kid.into();
            }
            // R = the neutral element and S = 0: right for keys of small order.
            let mut signature = vec![0; octets];
            signature[0] = u8::from(alg == "EdDSA");
            let token = format!(
                "{}.e30.{}",
                URL_SAFE_NO_PAD.encode(header.to_string()),
                URL_SAFE_NO_PAD.encode(signature)
            );
            let result = validator.validate_at(&token, &Expected::default(), &keys, 0);
            // Behind a signature that verifies the claims {} would be refused for their issuer.
            let rule = result.expect_err("nobody signed it").rule();
            assert_ne!(rule, oidcheck::jwt::validator::Rule::Issuer, "{kid:?} {alg}");
        }
    }
});
