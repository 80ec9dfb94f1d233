//! Requests about a token: to revocation and to introspection.

use cucumber::gherkin::Step;
use http::Method;
use url::Url;

use super::World;
use crate::flow::{Caller, Halt};
use crate::protocol::{Parameters, RequestError, authorization_request};

impl World {
    /// Asks an endpoint about a token; the step's table changes the parameters. By GET all that the body of a POST
    /// would hold stands in the query.
    pub(super) async fn ask_about(
        &mut self,
        endpoint: &'static str,
        caller: Caller,
        token: &str,
        method: &Method,
        step: &Step,
    ) -> Result<(), Halt> {
        let rp = self.rp()?;
        let mut parameters = Parameters::new([("token", token)]);
        self.change(&mut parameters, step.table.as_ref())?;
        let authentication = rp.credentials_of(caller, &self.client()?)?;
        let url = rp.endpoint(endpoint)?;
        let mut request = authentication.post(&url, &parameters)?;
        if *method == Method::GET {
            request = by_get(&url, request)?;
        }
        let purpose = endpoint.replace("_endpoint", " request");
        let answer = rp.ask(request, &purpose).await?;
        self.take_answer(endpoint, answer);
        Ok(())
    }
}

/// The same request with the form in the query.
fn by_get(
    url: &Url,
    post: http::Request<bytes::Bytes>,
) -> Result<http::Request<bytes::Bytes>, RequestError> {
    let (parts, body) = post.into_parts();
    let parameters = Parameters::parse(&String::from_utf8_lossy(&body));
    let mut request = authorization_request(url, &Method::GET, &parameters)?;
    for (name, value) in &parts.headers {
        if name != http::header::CONTENT_TYPE {
            request.headers_mut().insert(name.clone(), value.clone());
        }
    }
    Ok(request)
}
