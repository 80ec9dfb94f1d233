//! The one table of faults.

use std::fmt;
use std::sync::OnceLock;

use super::{Break, Spoiler};
use crate::id_token::IdToken;

/// What a fault needs that no single journey shows.
pub(super) const LOAD: &str = "load";

/// A named way in which an issuer breaks one rule.
pub struct Fault {
    /// `<artifact>.<what_is_wrong>`, as the issuer path names it.
    pub id: &'static str,
    /// The requirements that it breaks; none where only load shows it.
    pub breaks: &'static [&'static str],
    /// What the issuer then does.
    pub summary: &'static str,
    /// What a check of it needs beyond the basic flow, in the words of the requirements' column `needs`, or `load`.
    pub needs: Option<&'static str>,
    pub(crate) break_: Break,
}

impl Fault {
    /// A fault that the basic flow shows.
    pub(super) const fn new(
        id: &'static str,
        breaks: &'static [&'static str],
        summary: &'static str,
        break_: Break,
    ) -> Self {
        Self {
            id,
            breaks,
            summary,
            needs: None,
            break_,
        }
    }

    /// The same, seen only where there is more than the basic flow.
    pub(super) const fn needing(mut self, what: &'static str) -> Self {
        self.needs = Some(what);
        self
    }

    /// Whether only load shows it: late answers, and those that stop after a while.
    pub fn shows_under_load(&self) -> bool {
        self.needs == Some(LOAD)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({})", self.id)
    }
}

/// A fault that changes ID tokens before they are signed.
pub(super) const fn id_token(
    id: &'static str,
    breaks: &'static [&'static str],
    summary: &'static str,
    spoiler: Spoiler<IdToken>,
) -> Fault {
    Fault::new(id, breaks, summary, Break::IdToken(spoiler))
}

/// A fault that changes ID tokens after they were signed.
pub(super) const fn signed_id_token(
    id: &'static str,
    breaks: &'static [&'static str],
    summary: &'static str,
    spoiler: Spoiler<String>,
) -> Fault {
    Fault::new(id, breaks, summary, Break::SignedIdToken(spoiler))
}

/// The tables of all artifacts, in the order of their names.
const TABLES: &[&[Fault]] = &[
    super::access_token::FAULTS,
    super::authorization_error::FAULTS,
    super::authorization_request::FAULTS,
    super::authorization_response::FAULTS,
    super::client_assertion::FAULTS,
    super::client_authentication::FAULTS,
    super::client_credentials::FAULTS,
    super::code::FAULTS,
    super::front_channel::FAULTS,
    super::id_token_claims::FAULTS,
    super::id_token_header::FAULTS,
    super::id_token_format::FAULTS,
    super::id_token_signature::FAULTS,
    super::introspection::FAULTS,
    super::jwks::FAULTS,
    super::logout::FAULTS,
    super::metadata::FAULTS,
    super::page::FAULTS,
    super::pkce::FAULTS,
    super::redirect_uri::FAULTS,
    super::refresh::FAULTS,
    super::registration::FAULTS,
    super::revocation::FAULTS,
    super::token_endpoint::FAULTS,
    super::token_error::FAULTS,
    super::token_request::FAULTS,
    super::token_response::FAULTS,
    super::userinfo::FAULTS,
];

/// All faults, sorted by id.
pub fn faults() -> &'static [&'static Fault] {
    static ALL: OnceLock<Vec<&'static Fault>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: Vec<&'static Fault> = TABLES.iter().copied().flatten().collect();
        all.sort_by_key(|fault| fault.id);
        all
    })
}

/// The fault with this id.
pub(crate) fn find(id: &str) -> Option<&'static Fault> {
    let all = faults();
    all.binary_search_by_key(&id, |fault| fault.id)
        .ok()
        .map(|index| all[index])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_well_formed() {
        let mut seen = HashSet::new();
        for fault in faults() {
            assert!(seen.insert(fault.id), "{} stands twice", fault.id);
            let (artifact, what) = fault.id.split_once('.').expect(fault.id);
            for part in [artifact, what] {
                assert!(!part.is_empty(), "{}", fault.id);
                assert!(
                    part.bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                    "{}",
                    fault.id
                );
            }
        }
    }

    #[test]
    fn every_fault_breaks_something_and_says_so() {
        for fault in faults() {
            assert_eq!(
                fault.breaks.is_empty(),
                fault.shows_under_load(),
                "{} breaks nothing, or breaks it under load alone",
                fault.id
            );
            assert!(!fault.summary.is_empty(), "{} has no summary", fault.id);
        }
    }

    #[test]
    fn each_table_is_sorted_and_of_one_artifact() {
        for table in TABLES {
            assert!(
                table.is_sorted_by_key(|fault| fault.id),
                "the table of {} is not sorted",
                table[0].id
            );
            let artifact = |id: &'static str| id.split('.').next().unwrap_or_default();
            assert!(
                table
                    .iter()
                    .all(|fault| artifact(fault.id) == artifact(table[0].id)),
                "{}",
                table[0].id
            );
        }
        assert!(TABLES.is_sorted_by_key(|table| table[0].id));
    }

    #[test]
    fn no_validation_is_left_out_by_two_faults() {
        let mut seen = HashSet::new();
        for fault in faults() {
            if let Break::Omit(check) = fault.break_ {
                assert!(
                    seen.insert(check),
                    "{} omits what another fault omits",
                    fault.id
                );
            }
        }
    }

    #[test]
    fn faults_are_found_by_id() {
        for fault in faults() {
            assert_eq!(find(fault.id).expect(fault.id).id, fault.id);
        }
        assert!(find("id_token.no_such_fault").is_none());
    }
}
