//! One row for each thing that is met on providers' pages.

use proptest::prelude::*;

use super::*;
use crate::login::test::{ALICE, REDIRECT_URIS};

const PAGE: &str = "http://127.0.0.1:9000/interaction/login?x=1";

/// What surrounds a page.
struct Met {
    status: u16,
    decision: Decision,
    ends_session: bool,
    progress: Progress,
    url: &'static str,
    rule: Option<&'static str>,
}

impl Default for Met {
    fn default() -> Self {
        Self {
            status: 200,
            decision: Decision::Agree,
            ends_session: false,
            progress: Progress::default(),
            url: PAGE,
            rule: None,
        }
    }
}

impl Met {
    fn act(&self, html: &str) -> Act {
        let url = Url::parse(self.url).unwrap();
        let rule: Option<PageRule> = self.rule.map(|rule| toml::from_str(rule).unwrap());
        let rule = rule.filter(|rule| rule.pages.matches(&url));
        let selectors = rule.as_ref().map_or([None, None], |rule| {
            [&rule.submit, &rule.refuse].map(|css| css.as_ref().map(|c| c.selector().clone()))
        });
        let (page, targets) = Page::parse_and_find(html, &url, &selectors);
        let start = Url::parse("http://127.0.0.1:9000/authorize").unwrap();
        let destination = Destination::new(&REDIRECT_URIS, &start);
        choose(&Situation {
            page: &page,
            status: self.status,
            user: &ALICE,
            decision: self.decision,
            ends_session: self.ends_session,
            destination: &destination,
            rule: rule.as_ref().map(|rule| (rule, [targets[0], targets[1]])),
            progress: &self.progress,
        })
    }

    /// What is done, in short: `POST /path a=1&b=2 Login`.
    fn told(&self, html: &str) -> String {
        match self.act(html) {
            Act::Submit(submit) => {
                let fields: Vec<String> = submit
                    .filled
                    .fields
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                let method = format!("{:?}", submit.filled.method).to_uppercase();
                let kind = submit
                    .kind
                    .map_or("passes on".to_owned(), |k| format!("{k:?}"));
                let url = &submit.filled.url;
                format!("{method} {} {} {kind}", url.path(), fields.join("&"))
            }
            Act::Follow { url, kind } => format!("follow {url} {kind:?}"),
            Act::Deliver { url, fields } => format!("deliver {url} {fields:?}"),
            Act::Leave(kind) => format!("leave {kind:?}"),
            Act::Final => "final".to_owned(),
            Act::Rejected => "rejected".to_owned(),
            Act::Stuck(why) => format!("stuck: {why}"),
        }
    }
}

fn check(met: &Met, rows: &[(&str, &str, &str)]) {
    for (what, html, expected) in rows {
        assert_eq!(met.told(html), *expected, "{what}");
    }
}

#[test]
fn logins() {
    check(
        &Met::default(),
        &[
            (
                "login and password on one page",
                "<form method=post action=/go><input type=hidden name=csrf value=t><input name=username><input type=password name=password><button>Log in</button></form>",
                "POST /go csrf=t&username=alice&password=wonderland-pw-1 Login",
            ),
            (
                "the name first",
                "<form method=post action=/go><label>E-mail or user name <input name=identifier type=email></label><button>Next</button></form>",
                "POST /go identifier=alice Login",
            ),
            (
                "then the password, the name read-only",
                "<form method=post action=/go><input name=identifier value=alice readonly><input type=password name=credential><button>Sign in</button></form>",
                "POST /go identifier=alice&credential=wonderland-pw-1 Login",
            ),
            (
                "a password field without a type",
                "<form method=post action=/go><input name=login placeholder='Enter any login'><input name=password placeholder='and password'><button type=submit>Sign-in</button></form>",
                "POST /go login=alice&password=wonderland-pw-1 Login",
            ),
            (
                "a password field without a type, known by its label in French",
                "<form method=post action=/go><label for=a>Identifiant</label><input id=a name=f1><label for=b>Mot de passe</label><input id=b name=f2><button>Se connecter</button></form>",
                "POST /go f1=alice&f2=wonderland-pw-1 Login",
            ),
            (
                "only the password",
                "<input value=alice readonly><form method=post action=/go><input type=password name=password autocomplete=current-password><input type=hidden name=credentialId><button name=login>Sign In</button></form>",
                "POST /go password=wonderland-pw-1&credentialId=&login= Login",
            ),
            (
                "fields with meaningless names",
                "<form method=post action=/go><input type=text name=f1><input type=password name=f2><input type=submit value=OK></form>",
                "POST /go f1=alice&f2=wonderland-pw-1 Login",
            ),
            (
                "a name that is filled in already",
                "<form method=post action=/go><input name=username value=bob><input type=password name=password><button>Go</button></form>",
                "POST /go username=alice&password=wonderland-pw-1 Login",
            ),
            (
                "remember me stays as it is, ticked or not",
                "<form method=post action=/go><input name=username><input type=password name=password><input type=checkbox name=remember><input type=checkbox name=trust checked value=1><button>Log in</button></form>",
                "POST /go username=alice&password=wonderland-pw-1&trust=1 Login",
            ),
            (
                "a box that a browser insists on is ticked",
                "<form method=post action=/go><input name=username><input type=password name=password><input type=checkbox name=terms required><button>Log in</button></form>",
                "POST /go username=alice&password=wonderland-pw-1&terms=on Login",
            ),
            (
                "cancel comes first",
                "<form method=post action=/go><button name=b value=cancel>Cancel</button><button name=b value=forgot>Forgot password?</button><button name=b value=g>Sign in with Google</button><input name=username><input type=password name=password><button name=b value=in>Sign in</button></form>",
                "POST /go username=alice&password=wonderland-pw-1&b=in Login",
            ),
            (
                "no button: the Enter key",
                "<form method=post action=/go><input name=username><input type=password name=password></form>",
                "POST /go username=alice&password=wonderland-pw-1 Login",
            ),
            (
                "a search form and a language form stand before it",
                "<form action=/search role=search><input name=q><button>Search</button></form><form method=post action=/lang><select name=locale><option>en<option>de</select><button>OK</button></form><form method=post action=/go><input name=username><input type=password name=password><button>Anmelden</button></form>",
                "POST /go username=alice&password=wonderland-pw-1 Login",
            ),
            (
                "a registration form stands before it",
                "<form method=post action=/register><input name=username><input type=password name=p1 autocomplete=new-password><input type=password name=p2 autocomplete=new-password><button>Register</button></form><form method=post action=/go><input name=username><input type=password name=password><button>Log in</button></form>",
                "POST /go username=alice&password=wonderland-pw-1 Login",
            ),
            (
                "an action relative to a base, no action, a button with its own",
                "<base href='/deep/er/'><form method=post action='in?a=1'><input name=username><input type=password name=password><button>Log in</button></form>",
                "POST /deep/er/in username=alice&password=wonderland-pw-1 Login",
            ),
            (
                "no action",
                "<form method=post><input name=username><input type=password name=password></form>",
                "POST /interaction/login username=alice&password=wonderland-pw-1 Login",
            ),
            (
                "a button with its own action and method",
                "<form action=/x><input name=username><input type=password name=password><button formaction=/own formmethod=post>Log in</button></form>",
                "POST /own username=alice&password=wonderland-pw-1 Login",
            ),
            (
                "controls in a table, out of the tree of the form",
                "<table><form method=post action=/go><tr><td><input name=username></td></tr><tr><td><input type=password name=password></td></tr></form></table>",
                "POST /go username=alice&password=wonderland-pw-1 Login",
            ),
            (
                "disabled controls and other forms' are not sent",
                "<input name=z value=1 form=other><form method=post action=/go><fieldset disabled><input name=a value=1></fieldset><input name=b value=1 disabled><input name=username><input type=password name=password></form><form id=other></form>",
                "POST /go username=alice&password=wonderland-pw-1 Login",
            ),
            (
                "lists and text areas with what is chosen",
                "<form method=post action=/go><select name=realm><option value=a>A<option value=b selected>B</select><select name=m multiple><option selected>1<option selected>2<option>3</select><select name=first><option>uno<option>dos</select><textarea name=t>\nx\ny</textarea><input name=username><input type=password name=password></form>",
                "POST /go realm=b&m=1&m=2&first=uno&t=x\r\ny&username=alice&password=wonderland-pw-1 Login",
            ),
            (
                "a field that nobody knows besides",
                "<form method=post action=/go><input name=tenant required><label>User<input name=username></label><input type=password name=password></form>",
                "stuck: besides the credentials it asks for the field \"tenant\" ()",
            ),
            (
                "login and consent on one page",
                "<form method=post action=/go><input name=username><input type=password name=password><button name=d value=no>Deny</button><button name=d value=yes>Allow</button></form>",
                "POST /go username=alice&password=wonderland-pw-1&d=yes Login",
            ),
            (
                "a form that only a script sends",
                "<form action='javascript:go()'><input name=username><input type=password name=password></form>",
                "stuck: its form is sent by a script (javascript:)",
            ),
        ],
    );
    let refusing = Met {
        decision: Decision::Refuse,
        ..Met::default()
    };
    check(
        &refusing,
        &[
            (
                "who refuses logs in first",
                "<form method=post action=/go><input name=username><input type=password name=password><button>Cancel</button><button name=in>Log in</button></form>",
                "POST /go username=alice&password=wonderland-pw-1&in= Login",
            ),
            (
                "unless it is all one page",
                "<form method=post action=/go><input name=username><input type=password name=password><button name=d value=no>Deny</button><button name=d value=yes>Allow</button></form>",
                "POST /go username=alice&password=wonderland-pw-1&d=no Login",
            ),
        ],
    );
}

#[test]
fn a_login_page_that_comes_back() {
    const LOGIN: &str = "<form method=post action=/go><input name=username value=alice><input type=password name=password></form>";
    const NAME: &str = "<form method=post action=/go><input name=username></form>";
    const MAIL: &str =
        "<form method=post action=/go><label>E-mail</label><input name=email></form>";
    let name_given = Progress {
        gave_username: true,
        written: vec!["username".to_owned()],
        ..Progress::default()
    };
    let both_given = Progress {
        gave_password: true,
        gave_password_just_now: true,
        ..name_given.clone()
    };
    for (what, status, progress, html, expected) in [
        ("after the password", 200, &both_given, LOGIN, "rejected"),
        ("with 401", 401, &both_given, LOGIN, "rejected"),
        (
            "401 and no form",
            401,
            &both_given,
            "<p>Wrong password</p>",
            "rejected",
        ),
        ("the name alone, again", 200, &both_given, NAME, "rejected"),
        (
            "the name alone, after the name alone",
            200,
            &name_given,
            NAME,
            "rejected",
        ),
        (
            "with an error code on it",
            401,
            &both_given,
            &format!("invalid_grant {LOGIN}"),
            "rejected",
        ),
        (
            "the password after the name: two steps",
            200,
            &name_given,
            LOGIN,
            "POST /go username=alice&password=wonderland-pw-1 Login",
        ),
        (
            "a login page with 401 to begin with",
            401,
            &Progress::default(),
            LOGIN,
            "POST /go username=alice&password=wonderland-pw-1 Login",
        ),
        (
            "an address to be added to the account",
            200,
            &both_given,
            MAIL,
            "stuck: it asks for the field \"email\" ()",
        ),
        (
            "asked once more because the request says so",
            200,
            &Progress {
                may_ask_again: true,
                ..both_given.clone()
            },
            LOGIN,
            "POST /go username=alice&password=wonderland-pw-1 Login",
        ),
    ] {
        let met = Met {
            status,
            progress: progress.clone(),
            ..Met::default()
        };
        assert_eq!(met.told(html), expected, "{what}");
    }
}

/// Consent pages: what agreeing sends, what refusing sends.
#[test]
fn consents() {
    for (what, html, agree, refuse) in [
        (
            "two nameless forms, deny first",
            "<p>Allow access?</p><form method=post action=/deny><input type=hidden name=t value=1><button>Deny</button></form><form method=post action=/allow><input type=hidden name=t value=2><button>Allow</button></form>",
            "POST /allow t=2 Consent",
            "POST /deny t=1 Consent",
        ),
        (
            "two nameless forms with the same button, told apart by where they go",
            "<p>The app requests access.</p><form method=post action=/consent/reject><button>OK</button></form><form method=post action=/consent/accept><button>OK</button></form>",
            "POST /consent/accept  Consent",
            "POST /consent/reject  Consent",
        ),
        (
            "one form, deny first",
            "<form method=post action=/c><button name=d value=0>Deny</button><button name=d value=1>Grant</button></form>",
            "POST /c d=1 Consent",
            "POST /c d=0 Consent",
        ),
        (
            "a nameless cancel before a named allow",
            "<form method=post action=/c><input type=hidden name=scope value='openid profile'><input type=submit value=Cancel><input type=submit name=allow value=Authorize></form>",
            "POST /c scope=openid profile&allow=Authorize Consent",
            "POST /c scope=openid profile Consent",
        ),
        (
            "yes and no",
            "<h3>Do you grant these access privileges?</h3><form method=post action=/c><button name=accept>Yes</button><button name=cancel>No</button></form>",
            "POST /c accept= Consent",
            "POST /c cancel= Consent",
        ),
        (
            "continue, and a link to cancel",
            "<h1>Authorize</h1><form method=post action=/c><input type=hidden name=prompt value=consent><button type=submit>Continue</button></form><a href=/c/abort>[ Cancel ]</a>",
            "POST /c prompt=consent Consent",
            "follow http://127.0.0.1:9000/c/abort Some(Consent)",
        ),
        (
            "buttons outside the form",
            "<form id=f method=post action=/c></form><button form=f name=d value=no>Reject</button><button form=f name=d value=yes>Accept</button>",
            "POST /c d=yes Consent",
            "POST /c d=no Consent",
        ),
        (
            "in German",
            "<form method=post action=/c><button name=d value=0>Nicht erlauben</button><button name=d value=1>Erlauben</button></form>",
            "POST /c d=1 Consent",
            "POST /c d=0 Consent",
        ),
        (
            "in Japanese",
            "<form method=post action=/c><button name=d value=0>許可しない</button><button name=d value=1>許可する</button></form>",
            "POST /c d=1 Consent",
            "POST /c d=0 Consent",
        ),
        (
            "pictures with an aria-label",
            "<form method=post action=/c><button name=d value=0 aria-label=Decline><i class=x></i></button><button name=d value=1 aria-label=Approve><svg></svg></button></form>",
            "POST /c d=1 Consent",
            "POST /c d=0 Consent",
        ),
        (
            "pictures known by the value alone",
            "<form method=post action=/c><button name=d value=deny><i class='fa fa-x'></i></button><button name=d value=allow><i></i></button></form>",
            "POST /c d=allow Consent",
            "POST /c d=deny Consent",
        ),
        (
            "an image button",
            "<form method=post action=/c><input type=image name=no alt=Deny><input type=image name=yes alt=Allow></form>",
            "POST /c yes.x=1&yes.y=1 Consent",
            "POST /c no.x=1&no.y=1 Consent",
        ),
        (
            "of two buttons one is unknown",
            "<p>Wonder wants to see you.</p><form method=post action=/c><button name=d value=0>Cancel</button><button name=d value=1>Let's roll</button></form>",
            "POST /c d=1 Consent",
            "POST /c d=0 Consent",
        ),
        (
            "several ticked boxes of one name, all sent; a disabled one never",
            "<form method=post action=/c><input type=checkbox name=scope value=openid checked disabled><input type=checkbox name=scope value=profile checked><input type=checkbox name=scope value=email checked><button name=a>Allow</button><button>Deny</button></form>",
            "POST /c scope=profile&scope=email&a= Consent",
            "POST /c scope=profile&scope=email Consent",
        ),
        (
            "boxes that start unticked are ticked by who agrees; remember is not",
            "<form method=post action=/c><label><input type=checkbox name=grant_scope value=openid> openid</label><label><input type=checkbox name=grant_scope value=email> Your address</label><label><input type=checkbox name=remember value=1> Do not ask me again</label><input type=submit name=submit value='Deny access'><input type=submit name=submit value='Allow access'></form>",
            "POST /c grant_scope=openid&grant_scope=email&submit=Allow access Consent",
            "POST /c submit=Deny access Consent",
        ),
        (
            "radio buttons",
            "<p>Share your address?</p><form method=post action=/c><label><input type=radio name=d value=n> No</label><label><input type=radio name=d value=y> Yes</label><button>Send</button></form>",
            "POST /c d=y Consent",
            "POST /c d=n Consent",
        ),
        (
            "no way to refuse",
            "<p>App wants access</p><form method=post action=/c><button>Allow</button></form>",
            "POST /c  Consent",
            "stuck: it asks for consent and shows no way to refuse it",
        ),
        (
            "a logout form on the consent page",
            "<form method=post action=/logout><button>Log out</button></form><form method=post action=/c><button name=n>No</button><button name=y>Yes</button></form>",
            "POST /c y= Consent",
            "POST /c n= Consent",
        ),
        (
            "another account is no refusal",
            "<p>App wants access</p><form method=post action=/c><button name=o>Not you?</button><button name=n>Cancel</button><button name=y>Continue</button></form>",
            "POST /c y= Consent",
            "POST /c n= Consent",
        ),
        (
            "who goes on",
            "<p>You are signed in as alice.</p><form method=post action=/c><button name=y>Continue</button></form>",
            "POST /c y= Confirmation",
            "leave Confirmation",
        ),
        (
            "accounts to choose from",
            "<h1>Who are you?</h1><form method=post action=/c><button name=u value=1>bob</button><button name=u value=2>alice (Alice Liddell)</button></form>",
            "POST /c u=2 Consent",
            "stuck: it asks for consent and shows no way to refuse it",
        ),
    ] {
        assert_eq!(Met::default().told(html), agree, "{what}");
        let refusing = Met {
            decision: Decision::Refuse,
            ..Met::default()
        };
        assert_eq!(refusing.told(html), refuse, "refusing: {what}");
        let looking = Met {
            decision: Decision::Look,
            ..Met::default()
        };
        assert!(looking.told(html).starts_with("leave"), "looking: {what}");
    }
}

#[test]
fn ends() {
    check(
        &Met::default(),
        &[
            (
                "an error page with status 200",
                "<h1>Error</h1><p>invalid_client</p>",
                "final",
            ),
            (
                "an error page with a logout form",
                "<h1>Oops</h1><form method=post action=/logout><button>Log out</button></form>",
                "final",
            ),
            (
                "a page with a logout form and nothing else",
                "<p>Welcome</p><form method=post action=/logout><button>Sign out</button></form>",
                "final",
            ),
            (
                "an error page with a way on that is no consent",
                "<h1>Something went wrong</h1><form method=post action=/home><button>Continue</button></form>",
                "final",
            ),
            (
                "an error page with a search form and a language form",
                "<p>invalid_request: no such client</p><form action=/s><input type=search name=q><button>Go</button></form><form method=post action=/l><select name=ui_locales><option>en</select><button>OK</button></form>",
                "final",
            ),
            (
                "a newsletter",
                "<p>Not here.</p><form class=newsletter method=post action=/n><input name=email type=email><button>Subscribe</button></form>",
                "final",
            ),
            (
                "a cookie banner",
                "<h1>Error</h1><form method=post action=/cookies><button>Accept all cookies</button></form>",
                "final",
            ),
            (
                "try again",
                "<h1>Sorry</h1><form method=post action=/authorize><button>Try again</button></form>",
                "final",
            ),
            ("nothing", "", "final"),
            (
                "a page that reloads itself after a long time",
                "<meta http-equiv=refresh content='300;url=/x'><p>hello</p>",
                "final",
            ),
            (
                "profile fields",
                "<h1>Update Account Information</h1><form method=post action=/p><label for=e>Email</label><input id=e name=email value='' aria-invalid=true><input name=firstName value=Carol><label for=l>Last name</label><input id=l name=lastName aria-invalid=true><input type=submit value=Submit></form>",
                "stuck: it asks for the field \"email\" (Email)",
            ),
            (
                "profile fields and a way out",
                "<form method=post action=/p><label>Phone <input name=phone required></label><button>Submit</button><button name=c>Cancel</button></form>",
                "stuck: it asks for the field \"phone\" (Phone)",
            ),
            (
                "a one-time code",
                "<form method=post action=/o><label>Code <input name=otp autocomplete=one-time-code></label><button>Log in</button></form>",
                "stuck: it asks for the field \"otp\" (Code)",
            ),
            (
                "a new password",
                "<form method=post action=/o><input type=password name=p1 autocomplete=new-password><input type=password name=p2><button>Change</button></form>",
                "stuck: it asks for the field \"p1\" ()",
            ),
            (
                "a page made by a script",
                "<div id=root></div><script src=/app.js></script><noscript>You need to enable JavaScript to run this app, please do so.</noscript>",
                "stuck: it is made by a script; the driver command can run a browser",
            ),
        ],
    );
    let failing = Met {
        status: 400,
        ..Met::default()
    };
    check(
        &failing,
        &[
            (
                "an error page that looks like consent",
                "<p>Authorize</p><form method=post action=/c><button>Allow</button><button>Deny</button></form>",
                "final",
            ),
            (
                "profile fields",
                "<form method=post action=/p><input name=phone required></form>",
                "final",
            ),
        ],
    );
    let looking = Met {
        decision: Decision::Look,
        ..Met::default()
    };
    check(
        &looking,
        &[
            (
                "a login page",
                "<form method=post action=/go><input name=username><input type=password name=password></form>",
                "leave Login",
            ),
            (
                "a consent page",
                "<form method=post action=/c><button>Allow</button><button>Deny</button></form>",
                "leave Consent",
            ),
            (
                "profile fields",
                "<form method=post action=/p><input name=phone required></form>",
                "final",
            ),
            ("an error page", "<h1>Error</h1>", "final"),
        ],
    );
}

#[test]
fn what_goes_on_by_itself() {
    check(
        &Met::default(),
        &[
            (
                "form_post, with a button for browsers without scripts",
                "<body onload='document.forms[0].submit()'><form method=post action='http://127.0.0.1:8765/callback'><input type=hidden name=code value='a&amp;b'><input type=hidden name=state value=s><noscript><input name=continue type=submit value=CONTINUE></noscript></form>",
                "deliver http://127.0.0.1:8765/callback Some([(\"code\", \"a&b\"), (\"state\", \"s\")])",
            ),
            (
                "an error by form_post, without a script of ours",
                "<form method=post action='http://127.0.0.1:8765/callback'><input type=hidden name=error value=access_denied></form>",
                "deliver http://127.0.0.1:8765/callback Some([(\"error\", \"access_denied\")])",
            ),
            (
                "an answer in a form sent by GET",
                "<form action='http://127.0.0.1:8765/callback'><input type=hidden name=code value=c></form>",
                "deliver http://127.0.0.1:8765/callback?code=c None",
            ),
            (
                "a way back to the application is no answer",
                "<h1>Error</h1><form action='http://127.0.0.1:8765/callback'><button>Back</button></form>",
                "final",
            ),
            (
                "a page that posts itself elsewhere",
                "<form method=post action=/saml><input type=hidden name=m value=1><noscript><button>Continue</button></noscript></form><script>document.forms[0].submit()</script>",
                "POST /saml m=1 passes on",
            ),
            (
                "a script that sends on a click only",
                "<form method=post action=/logout><input type=hidden name=m value=1></form><script>b.addEventListener('click', () => f.submit())</script>",
                "final",
            ),
            (
                "a refresh",
                "<meta http-equiv=Refresh content=\"0; URL='/next?a=1&amp;b=2'\">",
                "follow http://127.0.0.1:9000/next?a=1&b=2 None",
            ),
            (
                "a refresh after three seconds",
                "<meta http-equiv=refresh content='3;url=next'>",
                "follow http://127.0.0.1:9000/interaction/next None",
            ),
        ],
    );
}

#[test]
fn logouts() {
    let agree = Met {
        ends_session: true,
        ..Met::default()
    };
    let refuse = Met {
        decision: Decision::Refuse,
        ends_session: true,
        ..Met::default()
    };
    for (what, html, agreeing, refusing) in [
        (
            "buttons outside the form, the no is nameless",
            "<h1>Do you want to sign-out?</h1><form id=f method=post action=/end><input type=hidden name=xsrf value=x></form><button form=f value=yes name=logout>Yes, sign me out</button><button form=f>No, stay signed in</button>",
            "POST /end xsrf=x&logout=yes Confirmation",
            "POST /end xsrf=x Confirmation",
        ),
        (
            "cancel first",
            "<form method=post><input type=submit value=Cancel><input type=submit name=allow value=Logout></form>",
            "POST /interaction/login allow=Logout Confirmation",
            "POST /interaction/login  Confirmation",
        ),
        (
            "one button",
            "<p>Do you want to log out?</p><form method=post action=/end><input name=confirmLogout type=submit value=Logout></form>",
            "POST /end confirmLogout=Logout Confirmation",
            "leave Confirmation",
        ),
        (
            "no boxes are ticked there",
            "<form method=post action=/end><input type=checkbox name=everywhere><button>Abmelden</button></form>",
            "POST /end  Confirmation",
            "leave Confirmation",
        ),
        (
            "a farewell with a way on",
            "<h1>You are logged out</h1><form action=/><button>Continue</button></form>",
            "final",
            "final",
        ),
        (
            "a login page at the end",
            "<form method=post action=/go><input name=username><input type=password name=password></form>",
            "leave Login",
            "leave Login",
        ),
        (
            "frames, then on",
            "<iframe src=/out1></iframe><meta http-equiv=refresh content='2;url=http://127.0.0.1:8765/post-logout?state=x'>",
            "follow http://127.0.0.1:8765/post-logout?state=x None",
            "follow http://127.0.0.1:8765/post-logout?state=x None",
        ),
    ] {
        assert_eq!(agree.told(html), agreeing, "{what}");
        assert_eq!(refuse.told(html), refusing, "refusing: {what}");
    }
}

#[test]
fn rules() {
    const ODD: &str = "<form method=post action=/a><input name=x1><input name=x2><input type=checkbox name=c><button id=no>Blue</button><button id=yes name=b value=1>Red</button></form><a id=l href=/link>on</a>";
    let login = r##"match = "/interaction/*"
        fill = { x1 = "$username", x2 = "$password", c = "true" }
        submit = "#yes""##;
    for (what, rule, decision, progress, html, expected) in [
        (
            "fields and button",
            login,
            Decision::Agree,
            Progress::default(),
            ODD,
            "POST /a x1=alice&x2=wonderland-pw-1&c=on&b=1 Login",
        ),
        (
            "twice",
            login,
            Decision::Agree,
            Progress {
                gave_password: true,
                ..Progress::default()
            },
            ODD,
            "rejected",
        ),
        (
            "looking",
            login,
            Decision::Look,
            Progress::default(),
            ODD,
            "leave Login",
        ),
        (
            "another page at the same URL",
            login,
            Decision::Agree,
            Progress::default(),
            "<h1>Error</h1>",
            "final",
        ),
        (
            "no button named",
            "match = '*'\nfill = { x1 = 'fixed' }",
            Decision::Agree,
            Progress::default(),
            "<form method=post action=/a><input name=x1><button name=ok>Go</button></form>",
            "POST /a x1=fixed&ok= Consent",
        ),
        (
            "a link",
            "match = '*'\nsubmit = '#l'",
            Decision::Agree,
            Progress::default(),
            ODD,
            "follow http://127.0.0.1:9000/link Some(Consent)",
        ),
        (
            "refusing",
            "match = '*'\nsubmit = '#yes'\nrefuse = '#no'",
            Decision::Refuse,
            Progress::default(),
            ODD,
            "POST /a x1=&x2= Consent",
        ),
        (
            "another page",
            "match = '/elsewhere'\nsubmit = '#yes'",
            Decision::Agree,
            Progress::default(),
            "<p>hello</p>",
            "final",
        ),
    ] {
        let met = Met {
            rule: Some(rule),
            decision,
            progress,
            ..Met::default()
        };
        assert_eq!(met.told(html), expected, "{what}");
    }
}

proptest! {
    #[test]
    fn whatever_is_met_is_acted_upon(
        html in prop::collection::vec(prop_oneof![
            ".{0,20}",
            prop::sample::select(vec![
                "<form>", "<form method=post action=/x>", "<form id=f action='::'>", "</form>", "<button>", "Allow</button>",
                "<button form=f>Deny</button>", "<input name=username>", "<input type=password name=p>",
                "<input type=checkbox name=c>", "<input type=radio name=d value=yes>", "<input type=radio name=d value=no>",
                "<select name=s>", "<option selected>", "</select>", "<textarea name=t>", "</textarea>", "<label for=a>",
                "<label>", "</label>", "<input id=a type=image>", "<fieldset disabled>", "<legend>", "</fieldset>",
                "<base href='x:'>", "<base href='//['>", "<meta http-equiv=refresh content='1;url=//['>", "<a href='//['>Cancel</a>",
                "<template>", "</template>", "<table>", "<tr>", "<noscript>", "<script>f.submit()</script>", "<iframe src=x>",
                "<h1>", "Error", "<div hidden>", "</div>", "<svg><title>", "</svg>", "<p id=a aria-labelledby=a>",
            ]).prop_map(str::to_owned),
        ], 0..40),
        status in prop::sample::select(vec![200, 401, 500]),
        ends_session: bool,
        decision in prop::sample::select(vec![Decision::Agree, Decision::Refuse, Decision::Look]),
    ) {
        let met = Met { status, ends_session, decision, ..Met::default() };
        let act = met.act(&html.concat());
        if decision == Decision::Look {
            let touches = matches!(&act, Act::Submit(submit) if submit.kind.is_some());
            prop_assert!(!touches, "{act:?}");
        }
    }
}

#[test]
fn an_identifier_in_the_path_is_no_word() {
    for (path, expected) in [
        (
            "/interaction/4fNoXyJaZz1",
            "POST /interaction/4fNoXyJaZz1  Consent",
        ),
        (
            "/interaction/abcdefghijKlNoPqrstuvw",
            "POST /interaction/abcdefghijKlNoPqrstuvw  Consent",
        ),
        (
            "/interaction/4f-q-abJaZz1",
            "POST /interaction/4f-q-abJaZz1  Consent",
        ),
        ("/consent/deny", "final"),
        ("/consent/search", "final"),
    ] {
        let page = format!(
            "<h1>Authorize</h1><form method=post action='{path}'><button>Continue</button></form>"
        );
        assert_eq!(Met::default().told(&page), expected, "{path}");
    }
}
