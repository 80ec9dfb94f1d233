//! Refusals by the endpoints that clients call directly.

use cucumber::gherkin::Step;
use cucumber::then;

use super::World;
use super::phrases::RequestWord;
use crate::checks::refusal;
use crate::finding::Finding;
use crate::flow::Halt;
use crate::protocol::JsonAnswer;

/// Third column: status, error code or both, alternatives joined with ` or `; nothing means any refusal.
#[then(expr = "the {request} is refused")]
fn refused(world: &mut World, request: RequestWord, step: &Step) {
    let result = world.judge_answer(request.0, step, |answer, expected| {
        refusal(answer, expected.unwrap_or_default())
    });
    world.conclude(step, result);
}

impl World {
    /// Judges the last answer of an endpoint by what each row of the step expects.
    pub(super) fn judge_answer(
        &mut self,
        endpoint: &'static str,
        step: &Step,
        judge: impl Fn(&JsonAnswer, Option<&str>) -> Finding,
    ) -> Result<(), Halt> {
        let answer = self.answer(endpoint)?.clone();
        let of = answer_of(endpoint);
        let evidence = self.look_at(answer.answer.exchange, of);
        self.judge_rows(step, of, &evidence, |row| {
            Ok(judge(&answer, row.expected.as_deref()))
        })
    }
}

/// What reports call the answer of an endpoint.
fn answer_of(endpoint: &str) -> &str {
    match endpoint {
        "token_endpoint" => "token response",
        "revocation_endpoint" => "revocation response",
        "introspection_endpoint" => "introspection response",
        "userinfo_endpoint" => "UserInfo response",
        "registration_endpoint" => "registration response",
        "registration_client_uri" => "client configuration response",
        other => other,
    }
}
