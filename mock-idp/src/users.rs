//! The users and their claims.

use serde_json::{Map, Value, json};

use crate::accounts::{USERS, UserAccount};

/// The scope values that name sets of claims, with their claims
/// (<https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims>).
pub(crate) const SCOPE_CLAIMS: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

/// The user of these credentials.
pub(crate) fn authenticate(username: &str, password: &str) -> Option<&'static UserAccount> {
    USERS
        .iter()
        .find(|user| user.username == username && user.password == password)
}

/// The user with this subject identifier.
pub(crate) fn by_sub(sub: &str) -> Option<&'static UserAccount> {
    USERS.iter().find(|user| user.sub == sub)
}

/// The user that a `login_hint` means: a user name or an email address.
pub(crate) fn by_hint(hint: &str) -> Option<&'static UserAccount> {
    USERS
        .iter()
        .find(|user| user.username == hint || email(user) == hint)
}

/// All claims of a user (<https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims>), without `sub`.
pub(crate) fn claims(user: &UserAccount) -> Map<String, Value> {
    let page = |kind: &str| format!("https://{}.example.test/{kind}", user.username);
    let document = json!({
        "name": format!("{} {}", user.given_name, user.family_name),
        "given_name": user.given_name,
        "family_name": user.family_name,
        "middle_name": "Q",
        "nickname": user.username,
        "preferred_username": user.username,
        "profile": page("profile"),
        "picture": page("picture.png"),
        "website": page(""),
        "gender": "unspecified",
        "birthdate": "1990-05-04",
        "zoneinfo": "Europe/London",
        "locale": "en-GB",
        "updated_at": 1_700_000_000,
        "email": email(user),
        "email_verified": true,
        "address": {
            "formatted": "1 Looking-Glass Lane\nOxford\nOX1 1AA\nUnited Kingdom",
            "street_address": "1 Looking-Glass Lane",
            "locality": "Oxford",
            "region": "Oxfordshire",
            "postal_code": "OX1 1AA",
            "country": "United Kingdom",
        },
        "phone_number": "+44 1632 960001",
        "phone_number_verified": false,
    });
    match document {
        Value::Object(claims) => claims,
        _ => Map::new(),
    }
}

fn email(user: &UserAccount) -> String {
    format!("{}@example.test", user.username)
}
