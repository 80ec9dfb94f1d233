//! What is under test: the provider of the options, or the built-in mock IdP.

use mock_idp::MockIdp;

use super::arguments::ProviderArgs;
use super::mock::check_fault;
use super::prompt;
use super::terminal::Terminal;
use crate::builtin;
use crate::conformance::Conformance;
use crate::error::ConfigError;
use crate::login::DriverKind;
use crate::provider::ProviderConfig;

/// What is under test.
pub(super) struct Subject {
    /// The run, with nothing chosen yet.
    pub(super) conformance: Conformance,
    /// The built-in mock IdP; it stops when it is dropped.
    pub(super) mock: Option<MockIdp>,
    /// A person logs in, so the terminal is not ours alone.
    pub(super) by_hand: bool,
}

impl Subject {
    pub(super) async fn new(
        provider: &ProviderArgs,
        faults: &[String],
        terminal: Terminal,
    ) -> Result<Self, ConfigError> {
        let Some(config) = provider.config()? else {
            let (config, mock) = built_in(faults).await?;
            return Ok(Self {
                conformance: Conformance::of(config).control(builtin::control(&mock)),
                mock: Some(mock),
                by_hand: false,
            });
        };
        let by_hand = config.login.driver == DriverKind::Manual;
        let mut conformance = Conformance::of(config);
        if by_hand && let Some(person) = prompt::person(terminal) {
            conformance = conformance.prompt(person);
        }
        Ok(Self {
            conformance,
            mock: None,
            by_hand,
        })
    }
}

/// The built-in mock IdP with these faults, and what there is to know about it. It stops when it is dropped.
///
/// # Errors
/// There is no such fault, or the mock does not start.
pub(super) async fn built_in(faults: &[String]) -> Result<(ProviderConfig, MockIdp), ConfigError> {
    for fault in faults {
        check_fault(fault)?;
    }
    let mock = MockIdp::builder()
        .strict()
        .tls()
        .start()
        .await
        .map_err(|e| ConfigError::new(format!("the mock IdP does not start: {e}")))?;
    let issuer = match faults {
        [] => mock.issuer(),
        _ => mock.issuer_with(&faults.join("+")),
    };
    Ok((builtin::provider(&mock, &issuer)?, mock))
}
