//! Steps about the URLs that the provider names, whatever a request claims.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use http::{HeaderName, HeaderValue};

use super::World;
use crate::finding::Finding;
use crate::flow::Halt;
use crate::protocol::{JsonAnswer, get_request};

/// The metadata document once more, with a header field of the table's kind: name and value.
#[when("the metadata are asked for with another header")]
async fn ask_for_metadata(world: &mut World, step: &Step) {
    let result = world.ask_for_metadata(step).await;
    world.absorb(result);
}

/// Nothing in the answer's body and in its Location names the host `attacker.example`; an error is fine, too.
#[then("the answer names no other host")]
fn no_other_host(world: &mut World, step: &Step) {
    let result = world.judge_answer("metadata", step, |answer, _| {
        let stranger = "attacker.example";
        let named = answer.answer.text().contains(stranger)
            || answer
                .answer
                .header("location")
                .is_some_and(|url| url.contains(stranger));
        Finding::met_if(!named, "URLs as before", || {
            format!("{}: a URL of the host {stranger}", answer.status())
        })
    });
    world.conclude(step, result);
}

/// As the metadata name it.
#[then("the authorization_endpoint has no fragment")]
fn endpoint_has_no_fragment(world: &mut World, step: &Step) {
    let result = world.judge_authorization_endpoint(step);
    world.conclude(step, result);
}

impl World {
    fn judge_authorization_endpoint(&mut self, step: &Step) -> Result<(), Halt> {
        let rp = self.rp()?;
        let metadata = &rp.provider.metadata;
        let endpoint = metadata
            .text("authorization_endpoint")
            .ok_or_else(|| Halt::missing("the metadata have no authorization_endpoint"))?;
        let evidence = self.look_at(metadata.answer.exchange, "authorization_endpoint");
        self.judge_rows(step, "metadata", &evidence, |_| {
            Ok(Finding::met_if(
                !endpoint.contains('#'),
                "a URL without a fragment",
                || endpoint.to_owned(),
            ))
        })
    }

    async fn ask_for_metadata(&mut self, step: &Step) -> Result<(), Halt> {
        let rp = self.rp()?;
        let url = rp.provider.metadata.answer.url.clone();
        let mut request = get_request(&url)?;
        let rows = step.table.as_ref().map(|table| table.rows.as_slice());
        for row in rows.unwrap_or_default() {
            let field = match row.as_slice() {
                [name, value] => HeaderName::try_from(name.as_str())
                    .ok()
                    .zip(HeaderValue::try_from(value.as_str()).ok()),
                _ => None,
            };
            let (name, value) = field.ok_or_else(|| Halt::unjudged("this is no header field"))?;
            request.headers_mut().insert(name, value);
        }
        let answer = rp.client().send(request, "metadata").await?;
        self.take_answer("metadata", JsonAnswer::of(answer));
        Ok(())
    }
}
