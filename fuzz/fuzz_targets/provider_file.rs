//! Provider files.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use oidcheck::provider::ProviderConfig;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match ProviderConfig::parse("provider.toml", text, Path::new("/nowhere")) {
        Ok(config) => {
            let _ = (config.main_client(), config.another_client());
            let _ = (config.public_client(), config.all_redirect_uris());
            let _ = format!("{config:?}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
