//! What the provider says of itself, and what that lets scenarios do.

use std::collections::BTreeMap;

use super::diagnosis::{Diagnosis, Lack};
use crate::conformance::Plan;
use crate::http::Client;
use crate::protocol::get_request;
use crate::provider::metadata::openid_configuration_url;
use crate::provider::{CAPABILITIES, Metadata, Provider};

/// Looks at the metadata; what else there is to look at needs them.
pub(in crate::conformance) async fn look_at_metadata(
    diagnosis: &mut Diagnosis,
    client: &Client,
    issuer: &str,
) -> Option<Metadata> {
    let Ok(url) = openid_configuration_url(issuer).parse() else {
        diagnosis.wrong("issuer", format!("`{issuer}` is no URL"), "issuer");
        return None;
    };
    let request = match get_request(&url) {
        Ok(request) => request,
        Err(error) => {
            diagnosis.wrong("issuer", error.to_string(), "issuer");
            return None;
        }
    };
    let answer = match client.send(request, "discovery").await {
        Ok(answer) => answer,
        Err(error) => {
            diagnosis.transport("issuer", &error);
            return None;
        }
    };
    let status = answer.status();
    let media_type = answer
        .header("content-type")
        .unwrap_or("no content type")
        .to_owned();
    let metadata = Metadata::of(answer);
    if status != 200 || !metadata.is_there() {
        let seen =
            format!("{url} answers {status} with {media_type}, and that is no metadata document");
        diagnosis.wrong(
            "issuer",
            seen,
            "issuer: the URL to which /.well-known/openid-configuration is appended",
        );
        return None;
    }
    diagnosis.good("issuer", format!("{url} answers"));
    match metadata.text("issuer") {
        Some(named) if named == issuer => {
            diagnosis.good("metadata", "their issuer is the one of the provider file");
        }
        named => diagnosis.wrong(
            "metadata",
            format!(
                "the provider calls itself {}",
                named.map_or("nothing".to_owned(), |named| format!("`{named}`"))
            ),
            match named {
                Some(named) => format!("issuer = \"{named}\", if that is the provider you mean: it is compared to the letter"),
                None => "nothing in the file: the metadata need an issuer".to_owned(),
            },
        ),
    }
    Some(metadata)
}

/// What the capabilities let scenarios do.
pub(in crate::conformance) fn look_at_capabilities(
    diagnosis: &mut Diagnosis,
    provider: &Provider,
    plan: &Plan,
) {
    let mut needed: BTreeMap<&str, usize> = BTreeMap::new();
    for (scenario, _) in plan.scenarios() {
        for word in &scenario.needs {
            *needed.entry(word).or_default() += 1;
        }
    }
    for (word, _) in CAPABILITIES {
        let Some(skips) = needed.get(word).copied() else {
            continue;
        };
        match provider.capabilities.lacks(word) {
            None => diagnosis.found.push(word),
            Some(reason) => diagnosis.lacking.push(Lack {
                capability: word,
                reason: reason.to_owned(),
                skips,
            }),
        }
    }
    diagnosis
        .lacking
        .sort_by_key(|lack| std::cmp::Reverse(lack.skips));
}
