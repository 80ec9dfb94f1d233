//! An answer that should be a JSON object, kept as it came.

use std::fmt;

use serde_json::{Map, Value};

use crate::http::Answer;
use crate::jwt::json::kind;

/// The answer of an endpoint that speaks JSON: the token endpoint, introspection, registration and others.
#[derive(Clone)]
pub struct JsonAnswer {
    /// The answer itself.
    pub answer: Answer,
    /// The JSON object in it, or why there is none.
    pub body: Result<Map<String, Value>, String>,
}

impl fmt::Debug for JsonAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The members may be secrets.
        f.debug_struct("JsonAnswer")
            .field("answer", &self.answer)
            .field("is_object", &self.body.is_ok())
            .finish()
    }
}

impl JsonAnswer {
    /// Reads an answer.
    pub fn of(answer: Answer) -> Self {
        let bytes = answer.response.body();
        let body = if bytes.is_empty() {
            Err("an empty body".to_owned())
        } else {
            match serde_json::from_slice(bytes) {
                Ok(Value::Object(members)) => Ok(members),
                Ok(other) => Err(format!("JSON, but {}", kind(&other))),
                Err(_) => Err(format!("no JSON: {}", beginning(&answer.text()))),
            }
        };
        Self { answer, body }
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.answer.status()
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        self.answer.response.status().is_success()
    }

    /// Whether the status is 4xx.
    pub fn is_refusal(&self) -> bool {
        self.answer.response.status().is_client_error()
    }

    /// A member.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.body.as_ref().ok()?.get(name)
    }

    /// A member that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The `error` member.
    pub fn error(&self) -> Option<&str> {
        self.text("error")
    }

    /// The media type without parameters, in lower case.
    pub fn media_type(&self) -> Option<String> {
        let value = self.answer.header("content-type")?;
        let media_type = value.split(';').next().unwrap_or(value);
        Some(media_type.trim().to_ascii_lowercase())
    }

    /// Status and error code (or what else there is), for `actual`.
    pub fn summary(&self) -> String {
        let status = self.status();
        match (&self.body, self.error()) {
            (_, Some(error)) => format!("{status} {error}"),
            (Ok(members), None) if self.is_success() => {
                let names: Vec<&str> = members.keys().map(String::as_str).collect();
                format!("{status} with {}", names.join(", "))
            }
            (Ok(_), None) => format!("{status} JSON without error"),
            (Err(why), None) => format!("{status} with {why}"),
        }
    }
}

/// The first few words of a text, on one line.
pub(crate) fn beginning(text: &str) -> String {
    let line: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("{:?}", line.trim())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use url::Url;

    use super::*;
    use crate::login::Callback;
    use crate::protocol::{AuthorizationAnswer, Parameters};

    #[test]
    fn secrets_do_not_show() {
        let url = "https://rp.example/cb?code=s3cr3t";
        let answer = JsonAnswer::of(Answer {
            response: http::Response::builder()
                .header("set-cookie", "sid=s3cr3t")
                .body(Bytes::from_static(br#"{"access_token":"s3cr3t"}"#))
                .unwrap(),
            exchange: 1,
            url: Url::parse(url).unwrap(),
            received_at: 0.0,
        });
        let callback = Callback {
            url: url.to_owned(),
            form: Some(vec![("code".to_owned(), "s3cr3t".to_owned())]),
            status: 302,
            exchange: 1,
            received_at: 0.0,
        };
        let parameters = Parameters::new([("code", "s3cr3t")]);
        for shown in [
            format!("{answer:?}"),
            format!("{callback:?}"),
            format!("{:?}", AuthorizationAnswer::of(callback.clone())),
            format!("{parameters:?}"),
        ] {
            assert!(!shown.contains("s3cr3t"), "{shown}");
        }
    }
}
