//! The JSON types of the standard claims
//! ([OpenID Connect Core 1.0 section 5.1](https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims)), in an ID Token
//! as in a UserInfo response.

use serde_json::{Map, Value};

use crate::finding::Finding;

use super::json::{kind, show};

/// Whether every standard claim among `claims` has its type.
pub fn have_their_types(claims: &Map<String, Value>) -> Finding {
    let mut seen = false;
    let mut wrong = Vec::new();
    let mut expected = Vec::new();
    for (name, value) in claims {
        let Some(wanted) = StandardType::of(name) else {
            continue;
        };
        seen = true;
        // A claim without a value should be left out (section 5.3.2): that is a rule of its own.
        if value.is_null() {
            continue;
        }
        if !wanted.fits(value) {
            expected.push(format!("{name}, {}", wanted.as_str()));
            wrong.push(match value {
                Value::Object(_) | Value::Array(_) => format!("{name} is {}", kind(value)),
                _ => format!("{name} is {}", show(value)),
            });
        }
    }
    match (wrong.is_empty(), seen) {
        (true, true) => Finding::Met,
        (true, false) => Finding::not_applicable("no standard claim besides sub"),
        (false, _) => Finding::violated(expected.join("; "), wrong.join("; ")),
    }
}

/// The JSON type of a standard claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StandardType {
    String,
    Boolean,
    Number,
    Address,
}

impl StandardType {
    /// The type of the claim `name`, which may carry a language tag (section 5.2), if it is a standard one.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let bare = name.split_once('#').map_or(name, |(bare, _)| bare);
        match bare {
            "name" | "given_name" | "family_name" | "middle_name" | "nickname"
            | "preferred_username" | "profile" | "picture" | "website" | "email" | "gender"
            | "birthdate" | "zoneinfo" | "locale" | "phone_number" => Some(Self::String),
            "email_verified" | "phone_number_verified" => Some(Self::Boolean),
            "updated_at" => Some(Self::Number),
            "address" => Some(Self::Address),
            _ => None,
        }
    }

    /// Whether `value` is of this type.
    pub(crate) fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::Address => is_address(value),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::Address => "an object with strings as members",
        }
    }
}

/// [Section 5.1.1](https://openid.net/specs/openid-connect-core-1_0.html#AddressClaim): the members that it defines are strings.
fn is_address(value: &Value) -> bool {
    const MEMBERS: [&str; 6] = [
        "formatted",
        "street_address",
        "locality",
        "region",
        "postal_code",
        "country",
    ];
    value.as_object().is_some_and(|address| {
        MEMBERS
            .into_iter()
            .filter_map(|name| address.get(name))
            .all(|value| value.is_string() || value.is_null())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_claim_has_its_type() {
        for (claims, wrong) in [
            (json!({"email": "a@b", "email_verified": true}), None),
            (json!({"updated_at": 1.5, "name#de": "A"}), None),
            (json!({"address": {"country": "NO", "x": 1}}), None),
            (json!({"name": null, "address": {"region": null}}), None),
            (
                json!({"email_verified": "true"}),
                Some("email_verified is \"true\""),
            ),
            (json!({"name#de": 1}), Some("name#de is 1")),
            (
                json!({"updated_at": "2020"}),
                Some("updated_at is \"2020\""),
            ),
            (
                json!({"address": {"country": 47}}),
                Some("address is an object"),
            ),
            (json!({"address": "NO"}), Some("address is \"NO\"")),
            (json!({"locale": ["de"]}), Some("locale is an array")),
        ] {
            match (have_their_types(claims.as_object().unwrap()), wrong) {
                (Finding::Met, None) => {}
                (Finding::Violated { actual, .. }, Some(wrong)) => assert_eq!(actual, wrong),
                (finding, _) => panic!("{claims}: {finding:?}"),
            }
        }
        assert!(matches!(
            have_their_types(json!({"sub": "a"}).as_object().unwrap()),
            Finding::NotApplicable { .. }
        ));
    }
}
