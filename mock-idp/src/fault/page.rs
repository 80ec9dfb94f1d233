//! Faults of the pages that a person sees.

use bytes::Bytes;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};

use super::{Break, Check, Fault};
use crate::route::Endpoint;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        id: "page.cors",
        breaks: &["RFC9700-2.6-2"],
        summary: "scripts of any origin may read what the authorization endpoint answers",
        needs: None,
        break_: Break::Answer(&[Endpoint::Authorize], |_, reply| {
            reply.set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        }),
    },
    Fault {
        id: "page.csrf",
        breaks: &["OIDCC-3.1.2.3-3", "RFC6749-10.12-1"],
        summary: "forms are taken from any browser",
        needs: None,
        break_: Break::Omit(Check::Csrf),
    },
    Fault {
        id: "page.frame_ancestors_missing",
        breaks: &["RFC9700-4.16-2"],
        summary: "only X-Frame-Options keeps pages from being framed",
        needs: None,
        break_: Break::Page(|_, reply| {
            reply.response.headers_mut().remove(CONTENT_SECURITY_POLICY);
        }),
    },
    Fault {
        id: "page.frameable",
        breaks: &["OIDCC-3.1.2.3-4", "RFC9700-4.16-1"],
        summary: "pages may be framed by anybody",
        needs: None,
        break_: Break::Page(|_, reply| {
            reply.response.headers_mut().remove(X_FRAME_OPTIONS);
            reply.response.headers_mut().remove(CONTENT_SECURITY_POLICY);
        }),
    },
    Fault {
        id: "page.third_party_image",
        breaks: &["RFC9700-4.2.4-1"],
        summary: "pages load an image from elsewhere",
        needs: None,
        break_: Break::Page(|_, reply| {
            let page = String::from_utf8_lossy(reply.response.body()).replace(
                "</body>",
                "<img src=\"https://images.example/logo.png\" alt=\"\"></body>",
            );
            *reply.response.body_mut() = Bytes::from(page);
        }),
    },
];
