//! `oidcheck mock`.

use crate::error::ConfigError;

/// Whether the mock IdP knows the fault; the nearest names if not.
pub(super) fn check_fault(id: &str) -> Result<(), ConfigError> {
    let all = || mock_idp::faults().iter().map(|fault| fault.id);
    if all().any(|known| known == id) {
        return Ok(());
    }
    Err(ConfigError::new(format!(
        "`{id}` is no fault; the nearest names are {}",
        crate::conformance::nearest(id, all()).join(", ")
    )))
}
