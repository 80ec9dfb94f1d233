//! A run made by hand: every outcome, known and stale deviations, and a provider that attacks its reader.

use std::collections::BTreeMap;

use serde_json::json;

use crate::finding::Outcome;
use crate::requirement::Level;
use crate::run::{
    Check, DecodedToken, Direction, Evidence, Exchange, ProviderInfo, RequestRecord,
    ResponseRecord, Role, Run, SCHEMA_VERSION, ScenarioResult, StaleKnown, Tool, Totals,
};

/// What a hostile provider may say: markup, terminal escapes, characters that hide or turn text, the ends of
/// the places where reports put text.
pub(super) const HOSTILE: &str = "<script>alert(1)</script> \u{1b}[31mred\u{1b}]8;;http://evil.test\u{7} | `x` ``` \
    \u{202e}gpj.exe \0 \u{fffe} ]]> --> \"quoted\" 'single' {{ 7*7 }} {% raw %} [x](javascript:alert(1)) @team &amp; \u{9b}2J";

/// The run.
pub(super) fn run() -> Run {
    let mut run = Run {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: "oidcheck".to_owned(),
            version: "0.1.0".to_owned(),
        },
        role: Role::Op,
        provider: ProviderInfo {
            name: "Example <IdP> & Co".to_owned(),
            issuer: "https://id.example.test/realms/test".to_owned(),
        },
        started: "2026-11-21T09:30:00.123Z".to_owned(),
        duration_ms: 2_316,
        profile: "all".to_owned(),
        interrupted: false,
        totals: Totals::default(),
        requirements: Totals::default(),
        unfinished: Vec::new(),
        scenarios: scenarios(),
        exchanges: exchanges(),
        stale_known: vec![StaleKnown {
            requirement: "RFC7009-2.2-1".to_owned(),
            reason: "answered 503 for a while".to_owned(),
            variant: Some("token=refresh_token".to_owned()),
        }],
    };
    run.recount();
    run
}

/// A run of the same provider some time later: better here, worse there.
pub(super) fn later_run() -> Run {
    let mut run = run();
    run.provider.name = "Example 2".to_owned();
    run.started = "2026-12-01T08:00:00Z".to_owned();
    run.scenarios
        .retain(|scenario| scenario.name != "Reuse revokes the family");
    for scenario in &mut run.scenarios {
        for check in &mut scenario.checks {
            let outcome = match check.requirement.as_str() {
                "OIDCC-2-6" | "RFC6749-3.2-2" => Outcome::Pass,
                "OIDCC-2-15" | "OIDCC-5.1-3" => Outcome::Fail,
                "BCLO-2.5-1" => Outcome::Skip,
                _ => continue,
            };
            check.outcome = outcome;
        }
        let checks = scenario.checks.iter().map(|check| check.outcome);
        scenario.outcome = Outcome::worst(checks).unwrap_or(scenario.outcome);
    }
    run.scenarios.push(
        scenario(
            ("UserInfo", "features/oidcc/userinfo.feature"),
            4,
            "UserInfo has sub",
            Outcome::Pass,
        )
        .check(check("OIDCC-5.3.2-2", Level::Must, "UserInfo has sub")),
    );
    run.recount();
    run
}

fn scenarios() -> Vec<ScenarioResult> {
    use Outcome::{Error, Fail, Pass, Review, Skip, Warn};
    let core = "https://openid.net/specs/openid-connect-core-1_0.html";
    let oauth = "https://www.rfc-editor.org/rfc/rfc6749";
    let aud = check("OIDCC-2-6", Level::Must, "aud contains the client_id")
        .url(&format!("{core}#IDToken"))
        .of("the ID Token of the code flow");
    let cache = check(
        "RFC6749-5.1-4",
        Level::Must,
        "the token response is not to be stored",
    )
    .url(&format!("{oauth}#section-5.1"));
    let id_token = ("ID Token", "features/oidcc/id_token.feature");
    let token = ("Token response", "features/rfc6749/token_response.feature");
    let request = (
        "Authorization request",
        "features/oidcc/authorization_request.feature",
    );
    vec![
        scenario(id_token, 12, "The ID Token of the code flow", Fail)
            .exchanges(&[1, 2, 3])
            .check(
                aud.clone()
                    .violated(
                        Fail,
                        &["aud is \"conformance\"", "aud is an array that has it"],
                        HOSTILE,
                    )
                    .at(3, "claims of «id_token#1»"),
            )
            .check(
                check("OIDCC-2-15", Level::Must, "exp is in the future")
                    .url(&format!("{core}#IDToken"))
                    .of("the ID Token of the code flow")
                    .at(3, "claims of «id_token#1»"),
            )
            .check(
                check(
                    "OIDCC-5.1-3",
                    Level::Should,
                    "sub has at most 255 ASCII characters",
                )
                .url(&format!("{core}#StandardClaims"))
                .violated(Warn, &["at most 255 characters"], "300 characters")
                .at(3, "sub"),
            ),
        scenario(id_token, 12, "The ID Token of the code flow", Fail)
            .variant("response_type", "code id_token")
            .exchanges(&[1, 4])
            .check(
                aud.violated(Fail, &["aud is \"conformance\""], "aud is missing")
                    .at(4, "fragment"),
            ),
        scenario(token, 7, "A token response is not stored", Fail)
            .exchanges(&[3])
            .check(
                cache
                    .violated(
                        Fail,
                        &["Cache-Control has no-store"],
                        "Cache-Control: public, max-age=60",
                    )
                    .at(3, "header Cache-Control"),
            )
            .check(
                check("RFC6749-5.1-9", Level::Should, "Pragma is no-cache")
                    .url(&format!("{oauth}#section-5.1"))
                    .violated(Warn, &["Pragma: no-cache"], "no Pragma")
                    .known("HTTP/1.0 caches are not served"),
            )
            .check(
                check("RFC6749-3.2-2", Level::Must, "the token endpoint uses TLS")
                    .url(&format!("{oauth}#section-3.2"))
                    .outcome(Skip)
                    .note("loopback http"),
            ),
        scenario(request, 31, "The authorization endpoint takes POST", Fail)
            .tag("oidf.oidcc-server")
            .exchanges(&[2])
            .check(
                check("OIDCC-3.1.2.1-8", Level::Must, "POST is served like GET")
                    .url(&format!("{core}#AuthRequest"))
                    .violated(Fail, &["the login page"], "405")
                    .known("documented product decision: no POST")
                    .at(2, "status"),
            ),
        scenario(
            request,
            40,
            "prompt=login asks for the password again",
            Review,
        )
        .exchanges(&[2])
        .check(
            check(
                "OIDCC-3.1.2.1-13",
                Level::Must,
                "prompt=login authenticates again",
            )
            .url(&format!("{core}#AuthRequest"))
            .outcome(Review)
            .note("failed once and passed alone; see whether the page asks for the password")
            .at(2, "body"),
        ),
        scenario(request, 55, "An unknown parameter is ignored", Pass).check(
            check(
                "OIDCC-3.1.2.1-18",
                Level::May,
                "display=touch changes the page",
            )
            .url(&format!("{core}#AuthRequest"))
            .violated(Pass, &["another page"], "the same page")
            .note("display is not supported"),
        ),
        scenario(token, 30, "The refresh token is rotated", Error)
            .tag("RFC6749-6-3")
            .exchanges(&[5])
            .reason("POST https://id.example.test/token: no answer within 10 s"),
        scenario(token, 44, "A rotated refresh token is refused", Error)
            .tag("RFC9700-4.14.2-1")
            .reason("blocked by RFC6749-6-3"),
        scenario(token, 52, "Reuse revokes the family", Error)
            .tag("RFC9700-4.14.2-2")
            .reason("blocked by RFC6749-6-3"),
        scenario(token, 60, "A code is bound to its client", Skip)
            .tag("RFC6749-4.1.3-5")
            .reason("the provider file has no second [[client]]"),
        scenario(token, 68, "A refresh token is bound to its client", Skip)
            .tag("RFC6749-6-1")
            .reason("the provider file has no second [[client]]"),
        scenario(
            ("Back-channel | logout", "features/bclo/logout.feature"),
            5,
            "A logout token comes",
            Pass,
        )
        .exchanges(&[6])
        .check(
            check(
                "BCLO-2.5-1",
                Level::Stated,
                "the logout token comes by POST",
            )
            .url("https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest")
            .at(6, "method"),
        ),
    ]
}

fn exchanges() -> Vec<Exchange> {
    let jar = ("cookie", "session=«cookie#1»");
    vec![
        exchange(1, "discovery", "GET", "https://id.example.test/realms/test/.well-known/openid-configuration")
            .answer(200, &[("content-type", "application/json")], r#"{"issuer":"https://id.example.test/realms/test","scopes_supported":["openid","email"]}"#),
        exchange(2, "authorization request", "GET", "https://id.example.test/authorize?response_type=code&client_id=conformance&redirect_uri=https%3A%2F%2Flocalhost%3A8765%2Fcallback&scope=openid%20email&state=af0ifjsldkj")
            .header(jar)
            .answer(200, &[("content-type", "text/html"), ("x-hostile", HOSTILE)], &format!("<!doctype html><form method=post>\r\n{HOSTILE}</form>")),
        exchange(3, "token request", "POST", "https://id.example.test/token")
            .header(("authorization", "Basic «client_secret#1»"))
            .header(("content-type", "application/x-www-form-urlencoded"))
            .body("grant_type=authorization_code&code=«code#1»&redirect_uri=https%3A%2F%2Flocalhost%3A8765%2Fcallback&code_verifier=«code_verifier#1»")
            .answer(
                200,
                &[("content-type", "application/json"), ("cache-control", "public, max-age=60")],
                r#"{"access_token":"«access_token#1»","token_type":"Bearer","expires_in":300,"id_token":"«id_token#1»"}"#,
            )
            .token("«id_token#1»"),
        exchange(4, "authorization request", "GET", "https://id.example.test/authorize?response_type=code%20id_token")
            .answer(302, &[("location", "https://localhost:8765/callback#id_token=«id_token#2»")], ""),
        exchange(5, "refresh", "POST", "https://id.example.test/token").failed("no answer within 10 s"),
        Exchange {
            direction: Direction::Received,
            ..exchange(6, "back-channel logout", "POST", "https://rp.example.test/logout")
                .body("logout_token=«logout_token#1»")
                .answer(200, &[], "")
        },
    ]
}

fn scenario(
    (feature, file): (&str, &str),
    line: usize,
    name: &str,
    outcome: Outcome,
) -> ScenarioResult {
    ScenarioResult {
        id: format!("{feature}/{name}"),
        feature: feature.to_owned(),
        file: file.to_owned(),
        line,
        name: name.to_owned(),
        tags: Vec::new(),
        variant: BTreeMap::new(),
        outcome,
        duration_ms: 42,
        reason: None,
        checks: Vec::new(),
        exchanges: Vec::new(),
    }
}

impl ScenarioResult {
    fn check(mut self, check: Check) -> Self {
        self.tags.push(check.requirement.clone());
        self.checks.push(check);
        self
    }

    fn exchanges(mut self, ids: &[u32]) -> Self {
        self.exchanges = ids.to_vec();
        self
    }

    fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    fn tag(mut self, tag: &str) -> Self {
        self.tags.push(tag.to_owned());
        self
    }

    fn variant(mut self, what: &str, value: &str) -> Self {
        self.id = format!("{}[{what}={value}]", self.id);
        self.variant.insert(what.to_owned(), value.to_owned());
        self
    }
}

fn check(requirement: &str, level: Level, summary: &str) -> Check {
    Check {
        requirement: requirement.to_owned(),
        level,
        summary: summary.to_owned(),
        url: String::new(),
        of: String::new(),
        outcome: Outcome::Pass,
        expected: Vec::new(),
        actual: String::new(),
        note: None,
        known: None,
        evidence: Vec::new(),
    }
}

impl Check {
    fn at(mut self, exchange: u32, at: &str) -> Self {
        self.evidence.push(Evidence {
            exchange,
            at: at.to_owned(),
        });
        self
    }

    fn known(mut self, reason: &str) -> Self {
        self.known = Some(reason.to_owned());
        self
    }

    fn note(mut self, note: &str) -> Self {
        self.note = Some(note.to_owned());
        self
    }

    fn of(mut self, of: &str) -> Self {
        self.of = of.to_owned();
        self
    }

    fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    fn url(mut self, url: &str) -> Self {
        self.url = url.to_owned();
        self
    }

    fn violated(mut self, outcome: Outcome, expected: &[&str], actual: &str) -> Self {
        self.outcome = outcome;
        self.expected = expected.iter().map(|&e| e.to_owned()).collect();
        self.actual = actual.to_owned();
        self
    }
}

fn exchange(id: u32, purpose: &str, method: &str, url: &str) -> Exchange {
    Exchange {
        id,
        direction: Direction::Sent,
        purpose: purpose.to_owned(),
        started_ms: u64::from(id) * 20,
        duration_ms: 12.5,
        request: RequestRecord {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: vec![("accept".to_owned(), "application/json".to_owned())],
            body: String::new(),
        },
        response: None,
        error: None,
        tokens: Vec::new(),
        curl: format!("curl -X {method} '{url}'"),
    }
}

impl Exchange {
    fn answer(mut self, status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        self.response = Some(ResponseRecord {
            status,
            headers: headers
                .iter()
                .map(|&(n, v)| (n.to_owned(), v.to_owned()))
                .collect(),
            body: body.to_owned(),
            body_bytes: body.len(),
            body_cut: false,
        });
        self
    }

    fn body(mut self, body: &str) -> Self {
        self.request.body = body.to_owned();
        self.curl.push_str(&format!(" -d '{body}'"));
        self
    }

    fn failed(mut self, error: &str) -> Self {
        self.error = Some(error.to_owned());
        self
    }

    fn header(mut self, (name, value): (&str, &str)) -> Self {
        self.request
            .headers
            .push((name.to_owned(), value.to_owned()));
        self
    }

    fn token(mut self, placeholder: &str) -> Self {
        self.tokens.push(DecodedToken {
            placeholder: placeholder.to_owned(),
            header: json!({"alg": "RS256", "kid": "k1"}),
            claims: json!({
                "iss": "https://id.example.test/realms/test",
                "sub": HOSTILE,
                "aud": ["other"],
                "exp": 1_795_253_700,
                "iat": 1_795_253_400,
            }),
        });
        self
    }
}
