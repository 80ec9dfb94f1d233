//! No secret of a load is in any byte of what it leaves behind.

use std::sync::{Arc, Mutex};

use super::whole_life;
use crate::program::{arg, beside, command, folder, mock, preset, provider_file};
use crate::secrets::{Seen, left_behind};

#[tokio::test(flavor = "multi_thread")]
async fn no_report_of_a_load_holds_a_secret() {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let watch = Arc::clone(&seen);
    let idp = mock(|builder| {
        builder.observe(move |request| watch.lock().expect("nobody panics").see(request))
    })
    .await;
    // Faults make failures, whose examples quote what came.
    let mut bytes = Vec::new();
    for (name, faults) in [
        ("right", ""),
        ("wrong-id-token", "id_token.wrong_aud"),
        ("wrong-redirect", "authorization_response.state_missing"),
        ("wrong-shape", "token_response.expires_in_text"),
        ("wrong-user", "userinfo.wrong_sub"),
        ("repeated", "refresh.repeated_token"),
        ("resets", "token_endpoint.resets"),
        ("html", "token_response.html"),
    ] {
        let issuer = match faults {
            "" => idp.issuer(),
            faults => idp.issuer_with(faults),
        };
        let out = folder(&format!("load-secrets-{name}"));
        let file = provider_file(&out, &preset(&issuer));
        let scenario = whole_life(&out);
        let out = out.join("reports");
        let mut command = command(&[
            "load",
            arg(&scenario),
            "-p",
            arg(&file),
            "-vv",
            "--report",
            "html,junit,markdown",
            "--out",
            arg(&out),
        ]);
        command.env("RUST_LOG", "trace");
        let ran = beside(command).await;
        assert!(matches!(ran.code, 0 | 1), "{name}: {ran:?}");
        bytes.extend(left_behind(name, ran, &out));
    }
    assert!(bytes.len() >= 8 * 6, "{}", bytes.len());
    seen.lock().expect("nobody panics").expect_none_in(&bytes);
}
