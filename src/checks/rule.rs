//! What a check is.

use std::fmt;

use crate::finding::Finding;

/// One rule about one kind of artifact `A`, as captured. What it gives is a finding, or a finding with more.
pub struct Rule<A: ?Sized, V = Finding> {
    /// The requirement that it judges.
    pub id: &'static str,
    /// Judges the artifact.
    pub check: fn(&A) -> V,
}

impl<A: ?Sized, V> Rule<A, V> {
    /// The rule for the requirement `id` among `rules`.
    pub fn find<'a>(rules: &'a [Self], id: &str) -> Option<&'a Self> {
        rules.iter().find(|rule| rule.id == id)
    }

    /// What the rule finds in `artifact`.
    pub fn judge(&self, artifact: &A) -> V {
        (self.check)(artifact)
    }
}

impl<A: ?Sized, V> fmt::Debug for Rule<A, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule").field("id", &self.id).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::checks::{
        authorization_error, authorization_response, every_exchange, front_channel, granted_scope,
        id_token, jwks, login_page, request_object, second_login,
    };
    use crate::requirement::Catalogue;

    #[test]
    fn every_rule_judges_a_requirement_of_the_catalogue() {
        let mut catalogue = Catalogue::default();
        let features = Path::new(env!("CARGO_MANIFEST_DIR")).join("features");
        for folder in std::fs::read_dir(features).unwrap() {
            let file = folder.unwrap().path().join("requirements.toml");
            if let Ok(text) = std::fs::read_to_string(&file) {
                catalogue.add(&file.to_string_lossy(), &text).unwrap();
            }
        }
        let pairs = [id_token::REFRESH_RULES, id_token::HYBRID_RULES];
        let ids = (id_token::RULES.iter().map(|rule| rule.id))
            .chain(pairs.into_iter().flatten().map(|rule| rule.id))
            .chain(jwks::RULES.iter().map(|rule| rule.id))
            .chain(authorization_response::RULES.iter().map(|rule| rule.id))
            .chain(authorization_error::RULES.iter().map(|rule| rule.id))
            .chain(front_channel::RULES.iter().map(|rule| rule.id))
            .chain(front_channel::FORM_RULES.iter().map(|rule| rule.id))
            .chain(granted_scope::RULES.iter().map(|rule| rule.id))
            .chain(request_object::RULES.iter().map(|rule| rule.id))
            .chain(login_page::RULES.iter().map(|rule| rule.id))
            .chain(second_login::RULES.iter().map(|rule| rule.id))
            .chain(every_exchange::RULES.iter().map(|rule| rule.id));
        for id in ids {
            // A rule names the row itself, not an id that the row states elsewhere.
            assert_eq!(catalogue.get(id).map(|row| row.id.as_str()), Some(id));
        }
    }
}
