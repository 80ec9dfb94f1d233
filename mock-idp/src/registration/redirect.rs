//! Which redirect URIs a client may register.

use url::{Host, Url};

use crate::fault::Check;
use crate::redirect_uri::{is_absolute, is_loopback_address};
use crate::store::ApplicationType;

/// Why a redirect URI is not taken, and the validation that says so; nothing when it is.
pub(super) fn problem(
    uri: &str,
    application_type: ApplicationType,
    is_implicit: bool,
) -> Option<(Check, &'static str)> {
    if !is_absolute(uri) {
        return Some((
            Check::RegistrationRedirectUris,
            "a redirect URI is not an absolute URI",
        ));
    }
    if uri.contains('#') {
        return Some((Check::RegistrationFragment, "a redirect URI has a fragment"));
    }
    let url = Url::parse(uri).ok()?;
    let is_localhost = url.host() == Some(Host::Domain("localhost")) || is_loopback_address(&url);
    match (application_type, url.scheme()) {
        // https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata
        (ApplicationType::Web, "https")
            if is_implicit && url.host() == Some(Host::Domain("localhost")) =>
        {
            Some((
                Check::RegistrationImplicitHttps,
                "a web client of the implicit flow may not use localhost",
            ))
        }
        (ApplicationType::Web, "https") => None,
        (ApplicationType::Web, "http") if is_implicit => Some((
            Check::RegistrationImplicitHttps,
            "a web client of the implicit flow has to use https",
        )),
        // http on the way would give the code away (https://www.rfc-editor.org/rfc/rfc9700#section-2.6).
        (ApplicationType::Web, "http") if is_localhost => None,
        (ApplicationType::Web, _) => {
            Some((Check::RegistrationHttps, "a web client has to use https"))
        }
        (ApplicationType::Native, "https") => Some((
            Check::RegistrationRedirectUris,
            "a native client may not use https",
        )),
        (ApplicationType::Native, "http") if is_localhost => None,
        (ApplicationType::Native, "http") => Some((
            Check::RegistrationNativeHttp,
            "a native client may use http on loopback addresses only",
        )),
        (ApplicationType::Native, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris_fit_the_kind_of_client() {
        use ApplicationType::{Native, Web};
        let cases = [
            ("https://rp.example/cb", Web, false, true),
            ("https://rp.example/cb?a=b", Web, true, true),
            ("https://localhost/cb", Web, false, true),
            ("https://localhost/cb", Web, true, false),
            ("http://127.0.0.1:1/cb", Web, false, true),
            ("http://127.0.0.1:1/cb", Web, true, false),
            ("http://rp.example/cb", Web, false, false),
            ("http://127.0.0.1.rp.example/cb", Web, false, false),
            ("com.example.app:/cb", Web, false, false),
            ("com.example.app:/cb", Native, false, true),
            ("http://localhost/cb", Native, false, true),
            ("http://[::1]/cb", Native, true, true),
            ("http://rp.example/cb", Native, false, false),
            ("https://rp.example/cb", Native, false, false),
            ("https://rp.example/cb#", Web, false, false),
            ("/cb", Web, false, false),
            ("javascript:alert(1)", Native, false, false),
            ("", Web, false, false),
        ];
        for (uri, application_type, is_implicit, expected) in cases {
            let problem = problem(uri, application_type, is_implicit);
            assert_eq!(
                problem.is_none(),
                expected,
                "{uri} {application_type:?} {is_implicit}: {problem:?}"
            );
        }
    }
}
