//! Checks on how codes and tokens are made
//! ([RFC 6749 10.10](https://www.rfc-editor.org/rfc/rfc6749#section-10.10)).

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use crate::finding::Finding;

/// A kind of code or token is judged from so many on.
pub const LEAST: usize = 5;

/// How codes are called among the kinds.
const CODE: &str = "code";

/// The codes and tokens of a run, by kind.
pub type Samples = BTreeMap<&'static str, Vec<String>>;

/// The rules on codes and tokens.
pub const RULES: &[Rule<Samples>] = &[
    Rule {
        id: "RFC6749-10.10-1",
        check: |samples| judge(samples, 128.0),
    },
    Rule {
        id: "RFC6749-10.10-2",
        check: |samples| judge(samples, 160.0),
    },
];

/// What differs between them has room for so many random bits. No code comes twice, because none is used twice
/// ([RFC 6749 4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)); a token that is still valid may.
fn judge(samples: &Samples, bits: f64) -> Finding {
    let mut judged = Vec::new();
    let mut repeated = Vec::new();
    for (kind, all) in samples {
        let distinct: BTreeSet<&String> = all.iter().collect();
        let again = all.len() - distinct.len();
        if again > 0 && *kind == CODE {
            return Finding::violated(
                format!("{} different values", all.len()),
                format!("{again} of {} {kind}s came before", all.len()),
            );
        }
        if again > 0 {
            repeated.push(format!("{again} {kind}s came before"));
        }
        let values: Vec<&str> = distinct.into_iter().map(String::as_str).collect();
        if values.len() < LEAST {
            continue;
        }
        match room(&values) {
            None => judged.push(format!("{} {kind}s, signed", values.len())),
            Some(room) if room >= bits => {
                judged.push(format!(
                    "{} {kind}s with room for {room:.0} bits",
                    values.len()
                ));
            }
            Some(room) => {
                return Finding::violated(
                    format!("room for {bits} random bits"),
                    format!(
                        "{room:.0} bits in what differs between {} {kind}s",
                        values.len()
                    ),
                );
            }
        }
    }
    if judged.is_empty() {
        return Finding::not_applicable(format!(
            "fewer than {LEAST} different codes or tokens came"
        ));
    }
    judged.append(&mut repeated);
    Finding::met_with(judged.join("; "))
}

/// How many bits the places have at which the values differ; `None` where they are signed JWTs, whose
/// signature nobody guesses. An estimate from above: a place that always differs need not be random.
fn room(values: &[&str]) -> Option<f64> {
    let signed = |value: &&str| {
        let mut parts = value.split('.');
        parts.next().is_some_and(|head| head.starts_with("eyJ"))
            && parts.next().is_some()
            && parts.next().is_some_and(|signature| signature.len() >= 43)
    };
    if values.iter().all(signed) {
        return None;
    }
    let shortest = values
        .iter()
        .map(|value| value.len())
        .min()
        .unwrap_or_default();
    let differing: Vec<BTreeSet<u8>> = (0..shortest)
        .map(|at| values.iter().map(|value| value.as_bytes()[at]).collect())
        .filter(|seen: &BTreeSet<u8>| seen.len() > 1)
        .collect();
    let alphabet: BTreeSet<u8> = differing.iter().flatten().copied().collect();
    let per_place = if alphabet.iter().all(u8::is_ascii_digit) {
        10_f64.log2()
    } else if alphabet
        .iter()
        .all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f' | b'A'..=b'F'))
    {
        4.0
    } else {
        6.0
    };
    let places = u32::try_from(differing.len()).unwrap_or(u32::MAX);
    Some(per_place * f64::from(places))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[String]) -> Samples {
        Samples::from([("code", values.to_vec())])
    }

    fn texts(n: usize, text: impl Fn(usize) -> String) -> Vec<String> {
        (0..n).map(text).collect()
    }

    /// Digits of a number that looks random enough.
    fn noise(seed: usize, length: usize, alphabet: &[u8]) -> String {
        let mut state = (seed as u64 + 1).wrapping_mul(6_364_136_223_846_793_005);
        (0..length)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                char::from(alphabet[(state >> 33) as usize % alphabet.len()])
            })
            .collect()
    }

    const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    #[test]
    fn what_differs_is_counted() {
        for (values, at_128, at_160) in [
            (texts(20, |i| noise(i, 43, BASE64)), true, true),
            (
                texts(20, |i| noise(i, 32, b"0123456789abcdef")),
                true,
                false,
            ),
            (texts(20, |i| noise(i, 20, BASE64)), false, false),
            (
                texts(20, |i| format!("{}{i:04x}", "A".repeat(39))),
                false,
                false,
            ),
            (
                texts(20, |i| format!("eyJhbGci.{i}.{}", "s".repeat(43))),
                true,
                true,
            ),
            (texts(20, |_| noise(1, 43, BASE64)), false, false),
        ] {
            for (id, met) in [("RFC6749-10.10-1", at_128), ("RFC6749-10.10-2", at_160)] {
                let finding = Rule::find(RULES, id).expect(id).judge(&samples(&values));
                let is_met = matches!(finding, Finding::MetWith { .. });
                assert_eq!(is_met, met, "{id} {}: {finding:?}", values[0]);
            }
        }
    }

    #[test]
    fn a_token_that_is_still_valid_may_come_again_and_a_code_may_not() {
        for (kind, met) in [("access token", true), ("code", false)] {
            let mut values = texts(20, |i| noise(i, 43, BASE64));
            values.extend_from_within(..10);
            let finding = judge(&Samples::from([(kind, values)]), 128.0);
            let is_met = matches!(finding, Finding::MetWith { .. });
            assert_eq!(is_met, met, "{kind}: {finding:?}");
        }
    }

    #[test]
    fn few_values_prove_nothing() {
        let finding = judge(&samples(&texts(4, |i| noise(i, 43, BASE64))), 128.0);
        assert!(matches!(finding, Finding::NotApplicable { .. }));
    }
}
