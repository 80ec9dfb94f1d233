//! The https part of a rule, which is not applied on loopback.

use url::Url;

use crate::finding::Finding;

pub use crate::http::{is_https_or_loopback, is_loopback};

/// What a rule that is nothing but TLS finds in `url`: on loopback http there is nothing to judge.
pub(crate) fn judge_https(url: &Url, name: &str) -> Finding {
    match url.scheme() {
        "http" if is_loopback(url) => Finding::not_applicable("loopback http"),
        scheme => Finding::met_if(scheme == "https", "an https URL", || {
            format!("{name} is {:.200}", url.as_str())
        }),
    }
}
