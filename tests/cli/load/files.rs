//! Scenario files with something wrong in them: file, key and line, before anything is loaded.

use crate::program::{arg, folder, oidcheck};

#[test]
fn a_wrong_scenario_file_is_named_with_key_and_line() {
    let out = folder("load-files");
    let file = out.join("mine.toml");
    for (text, says) in [
        (
            "flow = ['jwks']\nworkload = { rate = 1 }\nfoo = 1\n",
            &["mine.toml:3", "`foo`"][..],
        ),
        (
            "flow = ['jwks']\n\n[workload]\nrate = 1\nusr = 1\n",
            &["mine.toml:5", "`usr`"],
        ),
        (
            "flow = [\n  'jwks',\n  'loginn',\n]\n[workload]\nrate = 1\n",
            &[
                "mine.toml:3",
                "`flow`",
                "`loginn` is no word",
                "client_credentials",
            ],
        ),
        (
            "flow = ['jwks*0']\n[workload]\nrate = 1\n",
            &["mine.toml:1", "`flow`", "jwks*3"],
        ),
        (
            "flow = ['refresh']\n[workload]\nrate = 1\n",
            &["mine.toml:1", "`flow`"],
        ),
        (
            "flow = []\n[workload]\nrate = 1\n",
            &["mine.toml:1", "no step"],
        ),
        (
            "flow = ['jwks']\nthresholds = ['p95<1s', 'p95<fast']\n[workload]\nrate = 1\n",
            &["mine.toml:2", "`thresholds`", "p95<fast"],
        ),
        (
            "flow = ['jwks']\nthresholds = ['p95<1s for token']\n[workload]\nrate = 1\n",
            &["mine.toml:2", "`thresholds`", "no request `token`"],
        ),
        (
            "flow = ['jwks']\n[workload]\nrate = 0\n",
            &["mine.toml:3", "`rate`", "more than 0"],
        ),
        (
            "flow = ['jwks']\n[workload]\nrate = -1.5\n",
            &["mine.toml:3", "`rate`"],
        ),
        (
            "flow = ['jwks']\n[workload]\nrate = nan\n",
            &["mine.toml:3", "`rate`"],
        ),
        (
            "flow = ['jwks']\n[workload]\nusers = 0\n",
            &["mine.toml:3", "`users`"],
        ),
        (
            "flow = ['jwks']\n[workload]\nusers = 1\nrate = 1\n",
            &["mine.toml:2", "`users`", "`rate`"],
        ),
        (
            "flow = ['jwks']\n[workload]\n",
            &["mine.toml:2", "`users`", "`rate`"],
        ),
        (
            "flow = ['jwks']\n[workload]\nrate = 1\nduration = 'long'\n",
            &["mine.toml:4", "`duration`"],
        ),
        (
            "flow = ['login']\n[workload]\nrate = 1\n[races]\ncode = 1\n",
            &["mine.toml:5", "`code`"],
        ),
        ("flow = ['jwks'\n[workload]\nrate = 1\n", &["mine.toml:2"]),
        ("[workload]\nrate = 1\n", &["mine.toml", "flow"]),
    ] {
        std::fs::write(&file, text).expect("it can be written");
        let ran = oidcheck(&["load", arg(&file)]).expect_code(2);
        for part in says {
            assert!(
                ran.err.contains(part),
                "`{part}` of {text}\nis not in {}",
                ran.err
            );
        }
        assert_eq!(ran.out, "", "{text}");
    }
    oidcheck(&["load", arg(&out.join("absent.toml"))])
        .expect_code(2)
        .says("absent.toml: can't be read");
}
