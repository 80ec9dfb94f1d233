//! The values of `scope` (<https://www.rfc-editor.org/rfc/rfc6749#section-3.3>).

/// The values that this issuer knows.
pub(crate) const SCOPES: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    OFFLINE_ACCESS,
];

/// Asks for a refresh token (<https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess>).
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// Whether a text has the form of a scope: tokens of printable characters, with one space between them.
pub(crate) fn is_well_formed(text: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    text.split(' ')
        .all(|token| !token.is_empty() && token.bytes().all(allowed))
}

/// The known values of a text, each once.
pub(crate) fn known(text: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in text.split(' ') {
        if SCOPES.contains(&value) && !values.iter().any(|own| own == value) {
            values.push(value.to_owned());
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read() {
        assert_eq!(known("openid x openid email"), ["openid", "email"]);
        for (text, expected) in [
            ("openid", true),
            ("a b", true),
            ("", false),
            ("a  b", false),
            (" a", false),
            ("a\"", false),
            ("é", false),
        ] {
            assert_eq!(is_well_formed(text), expected, "{text:?}");
        }
    }
}
