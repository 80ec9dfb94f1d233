//! The driver: walks, reads, decides, walks on.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::Method;
use url::{Url, form_urlencoded};

use super::choose::{Act, Progress, Situation, Submit, choose};
use super::page::{self, Page, Refresh, Target};
use super::rules::PageRule;
use crate::http::{Answer, UserAgent};
use crate::login::destination::Destination;
use crate::login::referrer::Policy;
use crate::login::walk::{From, Go, Stop, Walk, start_url};
use crate::login::{
    Arrival, Callback, End, Errand, Journey, LoginDriver, LoginError, PageKind, PageSeen,
};

/// A page of a logout has no more frames than this that matter.
const FRAME_LIMIT: usize = 20;

/// Comes through the provider's pages by their forms, as a person with a browser without scripts would.
#[derive(Debug, Clone)]
pub struct FormDriver {
    rules: Arc<[PageRule]>,
    max_time: Duration,
}

impl FormDriver {
    /// A driver that follows `rules` where one is about a page, and guesses elsewhere. A journey takes no
    /// longer than `max_time`.
    pub fn new(rules: Vec<PageRule>, max_time: Duration) -> Self {
        Self {
            rules: rules.into(),
            max_time,
        }
    }
}

impl LoginDriver for FormDriver {
    fn travel<'a>(
        &'a self,
        agent: &'a UserAgent,
        journey: Journey<'a>,
    ) -> BoxFuture<'a, Result<Arrival, LoginError>> {
        async move {
            let limit = self.max_time;
            match tokio::time::timeout(limit, travel(agent, journey, &self.rules)).await {
                Ok(result) => result,
                Err(_) => Err(LoginError::TooSlow { limit }),
            }
        }
        .boxed()
    }

    fn name(&self) -> &'static str {
        "form"
    }
}

/// One journey.
pub(crate) async fn travel(
    agent: &UserAgent,
    journey: Journey<'_>,
    rules: &[PageRule],
) -> Result<Arrival, LoginError> {
    let start = start_url(&journey.start)?;
    let destination = Destination::new(journey.redirect_uris, &start);
    let asks_anew = asks_anew(&journey, &start);
    let ends_session = journey.errand == Errand::Logout;
    // Before it is sent under a name that does not tell what it is.
    agent.transport().learn("password", &journey.user.password);
    let mut walk = Walk::new(agent, journey.purpose, destination);
    let mut progress = Progress::default();
    let mut asked_again = false;
    let mut pages = Vec::new();
    let mut stop = walk.start(journey.start.clone()).await?;
    loop {
        let answer = match stop {
            Stop::Callback(callback) => {
                return Ok(arrival(walk, End::RedirectUri(callback), pages));
            }
            Stop::Page(answer) => answer,
        };
        let begun_anew =
            walk.trail.len() > 1 && walk.trail.iter().any(|url| url.path() == start.path());
        progress.may_ask_again = asks_anew && begun_anew && !asked_again;
        let Some(read) = Read::of(&answer, rules) else {
            let end = End::Page {
                answer,
                kind: PageKind::Final,
            };
            return Ok(arrival(walk, end, pages));
        };
        let act = choose(&Situation {
            page: &read.page,
            status: answer.status(),
            user: journey.user,
            decision: journey.decision,
            ends_session,
            destination: &walk.destination,
            rule: read.rule,
            progress: &progress,
        });
        if ends_session && matches!(act, Act::Final | Act::Follow { kind: None, .. }) {
            load_frames(&mut walk, &read).await;
        }
        let mut saw = |kind: Option<PageKind>| {
            if let Some(kind) = kind {
                pages.push(PageSeen {
                    kind,
                    answer: answer.clone(),
                });
            }
        };
        let go = match act {
            Act::Submit(submit) => {
                saw(submit.kind);
                for secret in &submit.secrets {
                    agent.transport().learn("form_field", &secret.0);
                }
                asked_again |= submit.gives_password && progress.gave_password;
                remember(&mut progress, &submit);
                let method = match submit.filled.method {
                    page::Method::Post => Method::POST,
                    _ => Method::GET,
                };
                Go {
                    url: submit.filled.url,
                    method,
                    body: submit.filled.body,
                    from: Some(read.from),
                }
            }
            Act::Follow { url, kind } => {
                saw(kind);
                progress.gave_password_just_now = false;
                Go {
                    url,
                    method: Method::GET,
                    body: None,
                    from: Some(read.from),
                }
            }
            Act::Deliver { url, fields } => {
                let callback = callback(&answer, url.to_string(), fields);
                return Ok(arrival(walk, End::RedirectUri(callback), pages));
            }
            Act::Leave(kind) => {
                saw(Some(kind));
                return Ok(arrival(walk, End::Page { answer, kind }, pages));
            }
            Act::Final => {
                let end = match way_out(&walk, &read, journey.errand) {
                    Some(url) => End::RedirectUri(callback(&answer, url.to_string(), None)),
                    None => End::Page {
                        answer,
                        kind: PageKind::Final,
                    },
                };
                return Ok(arrival(walk, end, pages));
            }
            Act::Rejected => {
                return Err(LoginError::Rejected { page: walk.here() });
            }
            Act::Stuck(why) => {
                return Err(LoginError::NotUnderstood {
                    page: walk.here(),
                    why: agent.transport().scrub(&why),
                });
            }
        };
        if walk.destination.is_at(&go.url) {
            // A link or a form without an answer in it: where the browser would go all the same.
            let end = End::RedirectUri(callback(&answer, go.url.to_string(), None));
            return Ok(arrival(walk, end, pages));
        }
        if !matches!(go.url.scheme(), "http" | "https") {
            return Err(LoginError::BadRedirect {
                page: walk.here(),
                why: format!("the page leads to a {}: URL", go.url.scheme()),
            });
        }
        stop = walk.go(go).await?;
    }
}

/// Whether the first request asks for a new login even where there is a session.
fn asks_anew(journey: &Journey<'_>, start: &Url) -> bool {
    let mut parameters: Vec<(String, String)> = start.query_pairs().into_owned().collect();
    if journey.start.method() == Method::POST {
        parameters.extend(form_urlencoded::parse(journey.start.body()).into_owned());
    }
    parameters
        .iter()
        .any(|(name, value)| name == "max_age" || (name == "prompt" && value.contains("login")))
}

/// A page, read.
struct Read<'r> {
    page: Page,
    rule: Option<(&'r PageRule, [Option<Target>; 2])>,
    from: From,
}

impl<'r> Read<'r> {
    /// `None` if it is no HTML.
    fn of(answer: &Answer, rules: &'r [PageRule]) -> Option<Self> {
        if !is_html(answer) {
            return None;
        }
        let rule = rules.iter().find(|rule| rule.pages.matches(&answer.url));
        let selectors = rule.map_or([None, None], |rule| {
            [&rule.submit, &rule.refuse].map(|css| css.as_ref().map(|css| css.selector().clone()))
        });
        let (mut page, targets) = Page::parse_and_find(&answer.text(), &answer.url, &selectors);
        if page.refresh.is_none() {
            page.refresh = answer
                .header("refresh")
                .and_then(|value| Refresh::parse(value, &answer.url));
        }
        let policy = [
            page.referrer_policy.as_deref(),
            answer.header("referrer-policy"),
        ]
        .into_iter()
        .flatten()
        .find_map(Policy::parse)
        .unwrap_or_default();
        let found = |at: usize| targets.get(at).copied().flatten();
        Some(Self {
            rule: rule.map(|rule| (rule, [found(0), found(1)])),
            from: From {
                url: answer.url.clone(),
                policy,
            },
            page,
        })
    }
}

fn is_html(answer: &Answer) -> bool {
    match answer.header("content-type") {
        Some(kind) => {
            let kind = kind.to_ascii_lowercase();
            kind.contains("text/html") || kind.contains("application/xhtml+xml")
        }
        None => {
            let body = answer.response.body();
            let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
            first == Some(&b'<')
        }
    }
}

fn remember(progress: &mut Progress, submit: &Submit) {
    progress.gave_username |= submit.gives_username;
    progress.gave_password |= submit.gives_password;
    progress.gave_password_just_now = submit.gives_password;
    progress.written.extend(submit.written.iter().cloned());
}

fn callback(answer: &Answer, url: String, form: Option<Vec<(String, String)>>) -> Callback {
    Callback {
        url,
        form,
        status: answer.status(),
        exchange: answer.exchange,
        received_at: answer.received_at,
    }
}

fn arrival(walk: Walk<'_>, end: End, pages: Vec<PageSeen>) -> Arrival {
    Arrival {
        end,
        pages,
        exchanges: walk.exchanges,
    }
}

/// The frames of a logout page end the user's sessions elsewhere
/// ([front-channel logout](https://openid.net/specs/openid-connect-frontchannel-1_0.html)); those of the
/// provider itself are loaded.
async fn load_frames(walk: &mut Walk<'_>, read: &Read<'_>) {
    let frames: Vec<Url> = read
        .page
        .frames
        .iter()
        .filter(|url| walk.destination.is_providers(url) && !walk.destination.is_at(url))
        .take(FRAME_LIMIT)
        .cloned()
        .collect();
    for url in frames {
        walk.load_frame(url, read.from.clone()).await;
    }
}

/// After its frames a logout page goes on by script; the link for browsers without scripts says where to.
fn way_out(walk: &Walk<'_>, read: &Read<'_>, errand: Errand) -> Option<Url> {
    if errand != Errand::Logout || read.page.frames.is_empty() {
        return None;
    }
    read.page
        .links
        .iter()
        .map(|link| &link.url)
        .find(|url| walk.destination.is_at(url))
        .cloned()
}

#[cfg(test)]
mod tests;
