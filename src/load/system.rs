//! The system under test, and the machine that drives it, as far as they are known.

use super::subject::Subject;

/// Members of the metadata that say what each request costs the provider.
const MEMBERS: [&str; 4] = [
    "token_endpoint",
    "token_endpoint_auth_methods_supported",
    "id_token_signing_alg_values_supported",
    "grant_types_supported",
];

/// Name and value of each thing that is known.
pub(crate) fn describe(subject: &Subject) -> Vec<(String, String)> {
    let metadata = subject.metadata();
    let mut known = vec![("issuer".to_owned(), subject.issuer.clone())];
    let server = metadata.answer.header("server").map(str::to_owned);
    known.extend(server.map(|server| ("server (as it says)".to_owned(), server)));
    for name in MEMBERS {
        if let Some(value) = metadata.document.get(name) {
            let text = match value.as_str() {
                Some(text) => text.to_owned(),
                None => value.to_string(),
            };
            known.push((name.to_owned(), text));
        }
    }
    let processors = std::thread::available_parallelism();
    known.push((
        "load made by".to_owned(),
        format!(
            "oidcheck {} on {} {}, {} processors{}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH,
            processors.map_or_else(|_| "unknown".to_owned(), |n| n.to_string()),
            if cfg!(debug_assertions) {
                ", a debug build"
            } else {
                ""
            },
        ),
    ));
    known
}
