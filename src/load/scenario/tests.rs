use super::*;

const RIGHT: &str = "flow = ['login', 'exchange', 'refresh*3']\n[workload]\nusers = 3\n";

fn parse(text: &str) -> Result<Scenario, ConfigError> {
    Scenario::parse("mine.toml", "mine", text)
}

#[test]
fn the_shipped_scenarios_are_right() {
    let shipped = Scenario::shipped().unwrap();
    assert_eq!(shipped.len(), SHIPPED.len());
    for scenario in shipped {
        assert!(scenario.summary.ends_with('.'), "{}", scenario.name);
        assert_eq!(scenario.access_tokens, AccessTokens::Fresh);
        assert!(!scenario.thresholds.is_empty(), "{}", scenario.name);
    }
    assert_eq!(Scenario::load(DEFAULT).unwrap().name, DEFAULT);
}

#[test]
fn a_file_is_read() {
    let scenario = parse(
        "flow = ['login', 'exchange', 'refresh*3', 'userinfo']
         access_tokens = 'may_repeat'
         id_tokens = 1
         thresholds = ['p95<500ms for refresh']
         [teardown]
         revoke = true
         [workload]
         rate = 100
         rate_from = 10
         duration = '2m'
         warmup = 0
         [races]
         code = 8",
    )
    .unwrap();
    use Word::{Exchange, Login, Refresh, Userinfo};
    assert_eq!(
        scenario.flow,
        [Login, Exchange, Refresh, Refresh, Refresh, Userinfo]
    );
    assert_eq!(scenario.access_tokens, AccessTokens::MayRepeat);
    assert!((scenario.id_tokens - 1.0).abs() < f64::EPSILON);
    assert_eq!(scenario.duration, Duration::from_secs(120));
    assert_eq!(scenario.warmup, Duration::ZERO);
    assert_eq!(
        scenario.workload,
        Workload::Open {
            rate: 100.0,
            rate_from: 10.0,
            connections: CONNECTIONS
        }
    );
    assert_eq!((scenario.races.code, scenario.races.rounds), (8, 3));
    assert!(scenario.teardown.revoke && scenario.needs_login());
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    assert!(parse(RIGHT).is_ok());
    for (text, line, says) in [
        (
            "flow = ['loggin']\n[workload]\nusers = 1",
            1,
            "`loggin` is no word of a flow",
        ),
        ("flow = []\n[workload]\nusers = 1", 1, "`flow` has no step"),
        (
            "flow = ['login',\n'exchange*x']\n[workload]\nusers = 1",
            2,
            "`exchange*3`",
        ),
        (
            "flow = ['refresh*0']\n[workload]\nusers = 1",
            1,
            "`refresh*3`",
        ),
        (
            "flow = ['jwks*999999']\n[workload]\nusers = 1",
            1,
            "more than 1000 steps",
        ),
        (
            "flow = ['exchange']\n[workload]\nusers = 1",
            1,
            "`exchange` needs a code",
        ),
        (
            "flow = ['login', 'exchange', 'exchange']\n[workload]\nusers = 1",
            1,
            "needs a code",
        ),
        (
            "flow = ['login', 'exchange*2']\n[workload]\nusers = 1",
            1,
            "needs a code",
        ),
        (
            "flow = ['client_credentials',\n'userinfo']\n[workload]\nusers = 1",
            2,
            "a user's access token",
        ),
        (
            "flow = ['client_credentials', 'revoke*2']\n[workload]\nusers = 1",
            1,
            "needs a token",
        ),
        (
            "flow = ['login', 'exchange', 'login', 'refresh']\n[workload]\nusers = 1",
            1,
            "needs a refresh token",
        ),
        (
            "flow = ['jwks', 'jwks*18446744073709551615']\n[workload]\nusers = 1",
            1,
            "more than 1000 steps",
        ),
        (
            "flow = ['refresh']\n[workload]\nusers = 1",
            1,
            "refresh_tokens in [setup]",
        ),
        (
            "flow = ['userinfo']\n[workload]\nusers = 1",
            1,
            "a user's access token",
        ),
        (
            "flow = ['introspect']\n[workload]\nusers = 1",
            1,
            "an access token is needed",
        ),
        (
            "flow = ['jwks']\n[workload]\nrate = 0",
            3,
            "`rate` is starts of the flow per second",
        ),
        ("flow = ['jwks']\n[workload]\nrate = nan", 3, "`rate` is"),
        ("flow = ['jwks']\n[workload]\nrate = -1", 3, "`rate` is"),
        (
            "flow = ['jwks']\n[workload]\nrate = 5\nrate_from = 0",
            4,
            "`rate_from` is",
        ),
        (
            "flow = ['jwks']\n[workload]\nusers = 0",
            3,
            "`users` is between 1 and",
        ),
        (
            "flow = ['jwks']\n[workload]\nusers = 1\nrate = 1",
            2,
            "are both there",
        ),
        (
            "flow = ['jwks']\n[workload]\nwarmup = 1",
            2,
            "`users` (a closed workload) or `rate`",
        ),
        (
            "flow = ['jwks']\n[workload]\nusers = 1\nconnections = 3",
            4,
            "`connections` is for an open",
        ),
        (
            "flow = ['jwks']\n[workload]\nrate = 1\nramp = '3s'",
            4,
            "`ramp` is for a closed",
        ),
        (
            "flow = ['jwks']\n[workload]\nrate = 1\nduration = 'soon'",
            4,
            "`duration`: a length of time",
        ),
        (
            "flow = ['jwks']\n[workload]\nrate = 1\nduration = 0",
            4,
            "`duration`: a length of time",
        ),
        (
            "flow = ['jwks']\n[workload]\nrate = 1\nspeed = 3",
            4,
            "unknown field `speed`",
        ),
        (
            "flows = ['jwks']\n[workload]\nrate = 1",
            1,
            "unknown field `flows`",
        ),
        (
            "flow = ['jwks']\nid_tokens = 2\n[workload]\nrate = 1",
            2,
            "`id_tokens` is a part",
        ),
        (
            "flow = ['jwks']\nthresholds = ['p95<1s',\n'p101<1s']\n[workload]\nrate = 1",
            3,
            "`p101<1s`",
        ),
        (
            "flow = ['jwks']\nthresholds = ['p95<1s for token']\n[workload]\nrate = 1",
            2,
            "no request `token` in this flow",
        ),
        (
            "flow = ['login']\n[workload]\nusers = 1\n[races]\ncode = 1",
            5,
            "`code` is between 2 and 64",
        ),
        ("flow = [", 1, ""),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.file.as_deref(), Some("mine.toml"), "{text}");
        assert_eq!(error.line, Some(line), "{text}: {error}");
        assert!(error.message.contains(says), "{text}: {error}");
    }
    let error = Scenario::load("logon").unwrap_err();
    assert!(error.message.contains("token_refresh"), "{error}");
}
