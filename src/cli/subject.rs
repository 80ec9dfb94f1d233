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
            return Self::mock(faults).await;
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

    async fn mock(faults: &[String]) -> Result<Self, ConfigError> {
        for fault in faults {
            check_fault(fault)?;
        }
        let mock = MockIdp::builder()
            .strict()
            .tls()
            .start()
            .await
            .map_err(|e| ConfigError::new(format!("the mock IdP does not start: {e}")))?;
        let issuer = if faults.is_empty() {
            mock.issuer()
        } else {
            mock.issuer_with(&faults.join("+"))
        };
        let config = builtin::provider(&mock, &issuer)?;
        Ok(Self {
            conformance: Conformance::of(config).control(builtin::control(&mock)),
            mock: Some(mock),
            by_hand: false,
        })
    }
}
