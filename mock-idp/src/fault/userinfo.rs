//! Faults of UserInfo.

use serde_json::json;

use super::{Break, Document, Fault};

pub(super) const FAULTS: &[Fault] = &[Fault {
    id: "userinfo.wrong_sub",
    breaks: &["OIDCC-5.3.2-1"],
    summary: "sub is another one than in the ID token",
    needs: Some("userinfo"),
    break_: Break::Json(Document::Userinfo, |_, claims| {
        claims.insert("sub".to_owned(), json!("somebody-else"));
    }),
}];
