//! The `claims` request parameter (<https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter>) and which
//! claims a scope asks for.

use serde_json::{Map, Value};

use crate::users::{self, SCOPE_CLAIMS};

/// What the `claims` parameter asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ClaimsRequest {
    /// The names of the claims for UserInfo.
    pub(crate) userinfo: Vec<String>,
    /// The names of the claims for the ID token.
    pub(crate) id_token: Vec<String>,
    /// The subject that is asked for, by either member.
    pub(crate) sub: Option<String>,
    /// The values of `acr` of which one has to be met.
    pub(crate) essential_acr: Vec<String>,
    /// The values of `acr` that would be welcome.
    pub(crate) voluntary_acr: Vec<String>,
}

impl ClaimsRequest {
    /// Reads the parameter. Members that are not known are ignored; a value that is no JSON object is an error.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let document: Map<String, Value> = serde_json::from_str(text).ok()?;
        let mut request = Self::default();
        for (member, names) in [
            ("userinfo", &mut request.userinfo),
            ("id_token", &mut request.id_token),
        ] {
            match document.get(member) {
                None | Some(Value::Null) => {}
                Some(Value::Object(wanted)) => names.extend(wanted.keys().cloned()),
                Some(_) => return None,
            }
        }
        let wanted =
            |member: &str, claim: &str| document.get(member).and_then(|claims| claims.get(claim));
        let sub = |member: &str| Some(wanted(member, "sub")?.get("value")?.as_str()?.to_owned());
        request.sub = sub("id_token").or_else(|| sub("userinfo"));
        if let Some(acr) = wanted("id_token", "acr") {
            let one = acr.get("value").and_then(Value::as_str);
            let many = acr
                .get("values")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            let values = one.into_iter().chain(many).map(str::to_owned).collect();
            if acr.get("essential") == Some(&Value::Bool(true)) {
                request.essential_acr = values;
            } else {
                request.voluntary_acr = values;
            }
        }
        Some(request)
    }
}

/// The claims of a user that these scope values and these names ask for. What the user does not have is left out.
pub(crate) fn released(sub: &str, scope: &[String], names: &[String]) -> Map<String, Value> {
    let Some(user) = users::by_sub(sub) else {
        return Map::new();
    };
    let by_scope = |claim: &str| {
        SCOPE_CLAIMS
            .iter()
            .any(|(value, claims)| claims.contains(&claim) && scope.iter().any(|own| own == value))
    };
    let mut claims = users::claims(user);
    claims.retain(|claim, _| by_scope(claim) || names.iter().any(|name| name == claim));
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_parameter_is_read() {
        let text = r#"{"userinfo": {"email": null, "x": {"foo": 1}}, "other": 3,
            "id_token": {"sub": {"value": "s"}, "acr": {"essential": true, "values": ["a", "b"]}}}"#;
        let request = ClaimsRequest::parse(text).unwrap();
        assert_eq!(request.userinfo, ["email", "x"]);
        assert_eq!(request.id_token, ["sub", "acr"]);
        assert_eq!(request.sub.as_deref(), Some("s"));
        assert_eq!(request.essential_acr, ["a", "b"]);
        assert_eq!(request.voluntary_acr, Vec::<String>::new());
        for text in ["", "[]", "7", "{", r#"{"userinfo": 7}"#] {
            assert_eq!(ClaimsRequest::parse(text), None, "{text}");
        }
    }

    #[test]
    fn scopes_and_names_choose_claims() {
        let scope = |values: &[&str]| {
            values
                .iter()
                .map(|value| (*value).to_owned())
                .collect::<Vec<_>>()
        };
        let sub = crate::accounts::USERS[0].sub;
        let keys = |map: Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            keys(released(sub, &scope(&["openid"]), &[])),
            Vec::<String>::new()
        );
        assert_eq!(
            keys(released(sub, &scope(&["email"]), &[])),
            ["email", "email_verified"]
        );
        assert_eq!(
            keys(released(sub, &[], &scope(&["address", "no_such_claim"]))),
            ["address"]
        );
        assert_eq!(released(sub, &scope(&["profile"]), &[]).len(), 14);
    }
}
