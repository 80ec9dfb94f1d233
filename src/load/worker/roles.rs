//! Which class of the locustfile stands for which scenario.

use crate::load::Scenario;

/// The scenario that a class of users plays: the one of its name, or whose name in CamelCase it has. `TokenRefresh`
/// plays `token_refresh`.
pub(super) fn role<'a>(class: &str, scenarios: &'a [Scenario]) -> Option<&'a Scenario> {
    let mut scenarios = scenarios.iter();
    scenarios.find(|scenario| class == scenario.name || class == camel_case(&scenario.name))
}

/// Why there is no scenario for a class.
pub(super) fn unknown(class: &str, scenarios: &[Scenario]) -> String {
    let known: Vec<String> = scenarios
        .iter()
        .map(|scenario| camel_case(&scenario.name))
        .collect();
    let class: String = class.escape_debug().collect();
    format!(
        "no scenario for the class `{class}` of the locustfile; this worker plays {}",
        known.join(", ")
    )
}

fn camel_case(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    words
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_the_name_of_its_scenario() {
        let shipped = Scenario::shipped().unwrap();
        for (class, expected) in [
            ("login", Some("login")),
            ("Login", Some("login")),
            ("token_refresh", Some("token_refresh")),
            ("TokenRefresh", Some("token_refresh")),
            ("ClientCredentials", Some("client_credentials")),
            ("LOGIN", None),
            ("LoginUser", None),
            ("", None),
        ] {
            let found = role(class, &shipped).map(|scenario| scenario.name.as_str());
            assert_eq!(found, expected, "{class}");
        }
        assert_eq!(camel_case("my-own flow_2"), "MyOwnFlow2");
        let told = unknown("Log\u{1b}in", &shipped);
        assert!(
            told.contains("`Log\\u{1b}in`") && told.contains("TokenRefresh"),
            "{told}"
        );
    }
}
