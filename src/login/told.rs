//! A callback that somebody outside told us: a program, or the person at the terminal.

use std::time::{SystemTime, UNIX_EPOCH};

use url::Url;

use super::destination::Destination;
use super::{Arrival, Callback, End};

/// The journey's end at a callback `url` that was told, if it is one.
pub(super) fn arrival(
    destination: &Destination<'_>,
    url: &str,
    form: Option<Vec<(String, String)>>,
) -> Result<Arrival, String> {
    let url = url.trim();
    // What was told may hold a code; it is not repeated.
    let parsed = Url::parse(url).map_err(|e| format!("what it gave is no URL: {e}"))?;
    if !destination.is_at(&parsed) {
        return Err("the URL it gave is at none of the redirect URIs".to_owned());
    }
    let received_at = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |d| d.as_secs_f64());
    Ok(Arrival {
        end: End::RedirectUri(Callback {
            url: url.to_owned(),
            form,
            status: 0,
            exchange: 0,
            received_at,
        }),
        pages: Vec::new(),
        exchanges: Vec::new(),
    })
}
