//! Faults of the pages that a person sees.

use http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};

use super::{Break, Fault};

pub(super) const FAULTS: &[Fault] = &[Fault {
    id: "page.frameable",
    breaks: &["OIDCC-3.1.2.3-3", "RFC9700-4.16-1"],
    summary: "pages may be framed by anybody",
    needs: None,
    break_: Break::Page(|_, reply| {
        reply.response.headers_mut().remove(X_FRAME_OPTIONS);
        reply.response.headers_mut().remove(CONTENT_SECURITY_POLICY);
    }),
}];
