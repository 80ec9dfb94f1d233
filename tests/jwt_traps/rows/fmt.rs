//! Traps in the serialization and in the JSON.

use oidcheck::jwt::algorithm::Algorithm;
use oidcheck::jwt::validator::{Rule, Validator, Warning};
use serde_json::{Value, json};

use crate::case::*;
use crate::keys::*;

pub(crate) fn cases(row: u32) -> Vec<Case> {
    let t = for_id();
    let good = id().sign();
    let parts: Vec<&str> = good.split('.').collect();
    let [header, claims, signature] = [parts[0], parts[1], parts[2]];
    let bad = |label: &str, token: String| t.rejects(Rule::Serialization, label, token);
    match row {
        1 => vec![
            bad("1", header.to_owned()),
            bad("2", format!("{header}.{claims}")),
            bad("4", format!("{good}.{signature}")),
            bad("6", format!("{good}.a.b.c")),
            bad("none", String::new()),
            bad("dots", "..".to_owned()),
        ],
        2 => vec![
            bad(
                "flattened",
                json!({"protected": header, "payload": claims, "signature": signature}).to_string(),
            ),
            bad(
                "general",
                json!({
                    "payload": claims,
                    "signatures": [{"protected": header, "signature": signature}],
                })
                .to_string(),
            ),
        ],
        3 => vec![
            bad("signature", format!("{good}==")),
            bad("header", signed_parts(&format!("{header}="), claims)),
            bad("claims", signed_parts(header, &format!("{claims}=="))),
        ],
        4 => {
            // A signature with both characters of the other alphabet.
            let (token, text) = (0..)
                .map(|n| id().c("n", n).sign())
                .find_map(|token| {
                    let (input, text) = token.rsplit_once('.').unwrap();
                    (text.contains('-') && text.contains('_'))
                        .then(|| (input.to_owned(), text.to_owned()))
                })
                .unwrap();
            vec![
                bad("-", format!("{token}.{}", text.replace('-', "+"))),
                bad("_", format!("{token}.{}", text.replace('_', "/"))),
            ]
        }
        5 => [" ", "\r", "\n", "\t"]
            .into_iter()
            .flat_map(|space| {
                let split = |text: &str| format!("{}{space}{}", &text[..10], &text[10..]);
                [
                    bad(
                        &format!("{space:?} in the header"),
                        signed_parts(&split(header), claims),
                    ),
                    bad(
                        &format!("{space:?} in the claims"),
                        signed_parts(header, &split(claims)),
                    ),
                    bad(
                        &format!("{space:?} in the signature"),
                        format!("{header}.{claims}.{}", split(signature)),
                    ),
                ]
            })
            .collect(),
        6 => vec![
            bad("space before", format!(" {good}")),
            bad("space after", format!("{good} ")),
            bad("line feed", format!("{good}\n")),
            bad("CR LF", format!("{good}\r\n")),
        ],
        7 => {
            // 256 octets leave four unused bits in the last character.
            let last = signature.chars().last().unwrap();
            let at = ALPHABET.find(last).unwrap();
            let other = ALPHABET[at + 1..].chars().next().unwrap();
            let trimmed = &signature[..signature.len() - 1];
            vec![
                bad("signature", format!("{header}.{claims}.{trimmed}{other}")),
                bad("claims", {
                    let token = id().claims_text(padded_claims());
                    let input = token.input();
                    let (header, claims) = input.split_once('.').unwrap();
                    let last = ALPHABET.find(claims.chars().last().unwrap()).unwrap();
                    let other = ALPHABET[last + 1..].chars().next().unwrap();
                    signed_parts(header, &format!("{}{other}", &claims[..claims.len() - 1]))
                }),
            ]
        }
        8 => vec![
            bad(
                "signature",
                format!("{header}.{claims}.{}", &signature[..341]),
            ),
            bad("header", signed_parts("eyJhb", claims)),
        ],
        9 => vec![
            bad("header", signed_parts("", claims)),
            bad("claims", signed_parts(header, "")),
        ],
        10 => vec![
            bad("%2E", good.replace('.', "%2E")),
            bad("the last dot", format!("{header}.{claims}%2E{signature}")),
            bad("%3D at the end", format!("{good}%3D%3D")),
        ],
        11 => vec![
            bad("Bearer", format!("Bearer {good}")),
            bad("bearer", format!("bearer {good}")),
        ],
        12 => ["[]", "\"a\"", "1", "null", "true", "[{}]"]
            .map(|text| t.rejects(Rule::Json, text, id().claims_text(text)))
            .into(),
        13 => vec![t.rejects(
            Rule::Json,
            "BOM",
            id().claims_text(format!("\u{feff}{}", claims_of(&id()))),
        )],
        14 => {
            let text = claims_of(&id());
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let latin: Vec<u8> = text.replace("alice", "al\u{1}ce").into_bytes();
            let latin: Vec<u8> = latin
                .iter()
                .map(|b| if *b == 1 { 0xe9 } else { *b })
                .collect();
            let overlong: Vec<u8> = latin
                .iter()
                .flat_map(|b| {
                    if *b == 0xe9 {
                        vec![0xc1, 0xa9]
                    } else {
                        vec![*b]
                    }
                })
                .collect();
            vec![
                t.rejects(Rule::Json, "Latin-1", id().claims_text(latin)),
                t.rejects(Rule::Json, "overlong", id().claims_text(overlong)),
                t.rejects(Rule::Json, "UTF-16", id().claims_text(utf16)),
                t.rejects(Rule::Json, "lone surrogate", id().and(r#""n":"\ud800""#)),
                t.rejects(Rule::Json, "lone trail", id().and(r#""n":"\udc00x""#)),
            ]
        }
        15 => {
            let text = claims_of(&id());
            ["x", "{}", "]", "\u{0}", ","]
                .map(|more| t.rejects(Rule::Json, more, id().claims_text(format!("{text}{more}"))))
                .into()
        }
        16 => [
            "/* c */\"n\":1",
            "\"n\":1,",
            "\"n\":NaN",
            "\"n\":Infinity",
            "\"n\":-Infinity",
            "'n':1",
            "\"n\":'a'",
            "\"n\":0x10",
            "\"n\":01",
            "\"n\":1.",
            "n:1",
        ]
        .map(|members| t.rejects(Rule::Json, members, id().and(members)))
        .into(),
        17 => {
            let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
            let objects = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
            let header = format!(r#"{{"alg":"RS256","kid":"rsa","x":{deep}}}"#);
            let open = format!("{{\"n\":{}", "[".repeat(40_000));
            vec![
                t.rejects(Rule::Json, "arrays", id().and(&format!("\"n\":{deep}"))),
                t.rejects(Rule::Json, "objects", id().and(&format!("\"n\":{objects}"))),
                t.rejects(Rule::Json, "in the header", id().header_text(header)),
                t.rejects(Rule::Json, "never closed", id().claims_text(open)),
                t.accepts(
                    "control: a hundred levels",
                    id().and(&format!("\"n\":{}1{}", "[".repeat(100), "]".repeat(100))),
                ),
            ]
        }
        18 => {
            let long = id().c("n", "x".repeat(1 << 20)).sign();
            let huge = for_id()
                .told(|validator: Validator| validator.max_length(usize::MAX))
                .rejects(Rule::Length, "no way to take it", &*long);
            vec![
                t.rejects(Rule::Length, "1 MB", &*long),
                huge,
                t.accepts("control: 40 KB", id().c("n", "x".repeat(30_000))),
            ]
        }
        19 => [
            ("iss", "\"https://evil.example.com\""),
            ("sub", "\"bob\""),
            ("aud", "\"other\""),
            ("exp", "99999999999"),
        ]
        .into_iter()
        .flat_map(|(name, other)| {
            [
                t.rejects(
                    Rule::UniqueNames,
                    &format!("{name}: good, bad"),
                    id().and(&format!("\"{name}\":{other}")),
                ),
                t.rejects(
                    Rule::UniqueNames,
                    &format!("{name}: bad, good"),
                    id().after(&format!("\"{name}\":{other}")),
                ),
            ]
        })
        .collect(),
        20 => vec![
            t.rejects(Rule::UniqueNames, "sub", id().and(r#""s\u0075b":"bob""#)),
            t.rejects(
                Rule::UniqueNames,
                "sub before",
                id().after(r#""s\u0075b":"bob""#),
            ),
            t.rejects(
                Rule::UniqueNames,
                "unknown",
                id().and(r#""x":1,"\u0078":2"#),
            ),
        ],
        21 => vec![
            t.accepts(
                "iss",
                id().without("iss")
                    .and(&format!(r#""\u0069ss":{ISSUER:?}"#)),
            ),
        ],
        22 => vec![
            t.accepts(
                "every type",
                id().c("s", "x")
                    .c("n", 1.5)
                    .c("b", true)
                    .c("a", json!([1, "x", {}]))
                    .c("o", json!({"a": {"b": []}})),
            ),
            t.warns(Warning::Null, "null", id().c("x", Value::Null)),
        ],
        23 => vec![
            t.rejects(Rule::Issuer, "Iss", id().without("iss").c("Iss", ISSUER)),
            t.rejects(Rule::Subject, "SUB", id().without("sub").c("SUB", "alice")),
        ],
        _ => Vec::new(),
    }
}

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn claims_of(token: &Token) -> String {
    Value::Object(token.claims.clone()).to_string()
}

/// Claims whose length leaves unused bits at the end.
fn padded_claims() -> String {
    let text = claims_of(&id());
    let spaces = (4 - text.len() % 3) % 3;
    let text = format!("{text}{}", " ".repeat(spaces));
    assert_eq!(text.len() % 3, 1);
    text
}

/// A token of these segments as they are, signed as they are.
fn signed_parts(header: &str, claims: &str) -> String {
    let input = format!("{header}.{claims}");
    let signature = RSA.sign(Algorithm::RS256, input.as_bytes());
    format!("{input}.{}", b64(signature))
}
