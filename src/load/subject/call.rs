//! Requests of a client to one endpoint, prepared as far as they are always the same.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Method, Request, Uri};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::flow::{Halt, RelyingParty};
use crate::protocol::{Authentication, Parameters};
use crate::provider::ClientConfig;

/// Form requests with the client's credentials to one endpoint.
pub(crate) struct Call {
    uri: Uri,
    headers: HeaderMap,
    /// What the credentials add to the body.
    credentials: String,
    /// A client whose credentials differ from request to request: its assertions are used once.
    signer: Option<Signer>,
}

struct Signer {
    rp: Arc<RelyingParty>,
    client: ClientConfig,
    endpoint: Url,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Header fields and body are secrets.
        f.debug_struct("Call")
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}

impl Call {
    /// Requests of `client` to `endpoint`.
    ///
    /// # Errors
    /// The provider file lacks what its method needs, or its key can't sign.
    pub(crate) fn new(
        rp: &Arc<RelyingParty>,
        client: &ClientConfig,
        endpoint: &Url,
    ) -> Result<Self, Halt> {
        let authentication = rp.credentials(client)?;
        // Signs an assertion too: a key that can't is found here.
        let request = authentication.post(endpoint, &Parameters::default())?;
        let (mut parts, body) = request.into_parts();
        parts.headers.remove(CONTENT_LENGTH);
        let signer = matches!(authentication, Authentication::Jwt(_)).then(|| Signer {
            rp: Arc::clone(rp),
            client: client.clone(),
            endpoint: endpoint.clone(),
        });
        Ok(Self {
            uri: parts.uri,
            headers: parts.headers,
            credentials: String::from_utf8_lossy(&body).into_owned(),
            signer,
        })
    }

    /// Whether two requests with the same parameters are the same.
    pub(crate) fn is_constant(&self) -> bool {
        self.signer.is_none()
    }

    /// A request with these parameters.
    ///
    /// # Errors
    /// An assertion can't be signed.
    pub(crate) fn form(&self, parameters: &[(&str, &str)]) -> Result<Request<Bytes>, Halt> {
        if let Some(signer) = &self.signer {
            let authentication = signer.rp.credentials(&signer.client)?;
            let parameters = Parameters::new(parameters.iter().copied());
            return Ok(authentication.post(&signer.endpoint, &parameters)?);
        }
        let mut body = Serializer::new(String::with_capacity(256))
            .extend_pairs(parameters)
            .finish();
        if !self.credentials.is_empty() {
            body.push('&');
            body.push_str(&self.credentials);
        }
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        Ok(request)
    }
}
