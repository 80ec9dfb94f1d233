//! Steps about the pages that a person sees.

use cucumber::gherkin::Step;
use cucumber::{then, when};

use super::World;
use super::artifacts::{Artifact, ids};
use super::judge::Row;
use crate::checks::login_page::{self, Pages};
use crate::finding::Finding;
use crate::flow::{AuthorizationAttempt, Halt};
use crate::login::{Decision, End, PageKind, answer_as_user};
use http::Method;

/// The pages of the last journey.
pub(super) const ARTIFACTS: &[Artifact] = &[Artifact {
    name: "pages",
    ids: || ids(login_page::RULES),
    judge: |world, rows| Box::pin(async move { world.judge_pages(rows) }),
}];

/// The user's answer to the page goes out from a browser that never saw it, and nobody knows there.
#[when("another browser sends the form of the page")]
async fn send_from_another_browser(world: &mut World) {
    let result = world.send_from_another_browser(false).await;
    world.absorb(result);
}

/// As above; the other browser has a session of the same user.
#[when("another browser of the user sends the form of the page")]
async fn send_from_another_session(world: &mut World) {
    let result = world.send_from_another_browser(true).await;
    world.absorb(result);
}

/// Neither a success at a redirect URI nor a page that goes on.
#[then("the form is refused")]
fn form_is_refused(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "answer to the form", |world, _| {
        let attempt = world.attempt()?;
        let goes_on = match &attempt.arrival.end {
            End::RedirectUri(_) => attempt.answer.as_ref().is_some_and(|a| a.error().is_none()),
            End::Page { kind, .. } => *kind == PageKind::Consent,
        };
        Ok(Finding::met_if(
            !goes_on,
            "an error, or the login page once more",
            || attempt.summary(),
        ))
    });
    world.conclude(step, result);
}

/// What the request brought stands in no page as markup.
#[then("no page holds what was sent as markup")]
fn nothing_is_reflected(world: &mut World, step: &Step) {
    let result = world.judge_attempt(step, "pages", |world, _| {
        let attempt = world.attempt()?;
        let sent: Vec<&str> = attempt
            .plan
            .parameters
            .iter()
            .map(|(_, value)| value)
            .filter(|value| value.contains('<'))
            .collect();
        let pages = world.pages_seen(attempt);
        let reflected = pages
            .iter()
            .find(|page| sent.iter().any(|value| page.text().contains(value)));
        Ok(match reflected {
            None => Finding::Met,
            Some(page) => Finding::violated(
                "the value escaped, or left out",
                format!("it stands in the page {} as it was sent", page.url.path()),
            ),
        })
    });
    world.conclude(step, result);
}

impl World {
    fn judge_pages(&mut self, rows: &[Row]) -> Result<(), Halt> {
        let attempt = self.attempt()?;
        let pages = Pages {
            pages: self.pages_seen(attempt),
            authorization_endpoint: self
                .rp()?
                .provider
                .metadata
                .endpoint("authorization_endpoint"),
            redirect_uris: attempt.plan.client.redirect_uris.clone(),
        };
        let exchange = pages
            .pages
            .first()
            .map_or(attempt.exchange(), |page| page.exchange);
        let evidence = self.look_at(exchange, "page");
        self.judge_rules(login_page::RULES, &pages, "pages", &evidence, rows);
        Ok(())
    }

    fn pages_seen(&self, attempt: &AuthorizationAttempt) -> Vec<crate::http::Answer> {
        let mut pages: Vec<_> = attempt
            .arrival
            .pages
            .iter()
            .map(|page| page.answer.clone())
            .collect();
        if let End::Page { answer, .. } = &attempt.arrival.end
            && pages.iter().all(|page| page.exchange != answer.exchange)
        {
            pages.push(answer.clone());
        }
        pages
    }

    /// Takes the page where the last journey was left, fills it in as the user would, and sends that from
    /// another browser.
    async fn send_from_another_browser(&mut self, logged_in: bool) -> Result<(), Halt> {
        let rp = self.rp()?;
        let left = self.attempt()?.clone();
        let End::Page { answer, .. } = &left.arrival.end else {
            return Err(Halt::missing(format!(
                "no page asks the user for anything: {}",
                left.summary()
            )));
        };
        let user = self.user()?;
        let request = answer_as_user(answer, &user)
            .ok_or_else(|| Halt::unjudged("the page has no form that could be sent"))?;
        let session = self.new_browser()?;
        if logged_in {
            let mut plan = left.plan.clone();
            plan.decision = Decision::Agree;
            plan.method = Method::GET;
            rp.authorize(&session, plan, "login of the other browser")
                .await?;
        }
        let mut plan = left.plan.clone();
        plan.decision = Decision::Look;
        let arrival = rp
            .travel(&session, request, Decision::Look, "form of another browser")
            .await?;
        self.take_attempt(AuthorizationAttempt::of(plan, arrival));
        Ok(())
    }
}
