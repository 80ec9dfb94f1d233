//! Documents that a provider serves again and again.

use std::sync::{PoisonError, RwLock};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};

use super::Failure;

/// The last answer of one endpoint that was right. The same answer to the byte is right again, whoever gets it: a key
/// set need not be parsed a hundred thousand times.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    last: RwLock<Option<Looks>>,
}

/// All of an answer that a rule for documents may look at.
#[derive(Debug, PartialEq, Eq)]
struct Looks {
    status: StatusCode,
    content_type: Option<HeaderValue>,
    body: Bytes,
}

impl Remembered {
    /// Judges `answer` by `rule`, unless it looks the same as the last one that was right. A rule must look at the
    /// status, the media type and the body alone.
    ///
    /// # Errors
    /// Those of the rule.
    pub(crate) fn judge(
        &self,
        answer: &Response<Bytes>,
        rule: impl FnOnce(&Response<Bytes>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if self.is_last(answer) {
            return Ok(());
        }
        rule(answer)?;
        let looks = Looks {
            status: answer.status(),
            content_type: answer.headers().get(CONTENT_TYPE).cloned(),
            // Not the connection's buffer, which is larger.
            body: Bytes::copy_from_slice(answer.body()),
        };
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = Some(looks);
        Ok(())
    }

    fn is_last(&self, answer: &Response<Bytes>) -> bool {
        let last = self.last.read().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().is_some_and(|last| {
            last.status == answer.status()
                && last.content_type.as_ref() == answer.headers().get(CONTENT_TYPE)
                && last.body == answer.body()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_looks_different_is_judged_anew() {
        let answer = |status: u16, media_type: Option<&str>, body: &'static str| {
            let mut answer = Response::builder().status(status);
            if let Some(media_type) = media_type {
                answer = answer.header(CONTENT_TYPE, media_type);
            }
            answer.body(Bytes::from_static(body.as_bytes())).unwrap()
        };
        let judged = Cell::new(0);
        let rule = |answer: &Response<Bytes>| {
            judged.set(judged.get() + 1);
            match answer.body().starts_with(b"right") {
                true => Ok(()),
                false => Err(Failure::wrong("shape", "right", "wrong")),
            }
        };
        let remembered = Remembered::default();
        for (answer, right, judgements) in [
            (answer(200, Some("a/b"), "wrong"), false, 1),
            (answer(200, Some("a/b"), "wrong"), false, 2),
            (answer(200, Some("a/b"), "right"), true, 3),
            (answer(200, Some("a/b"), "right"), true, 3),
            (answer(200, Some("a/b"), "wrong"), false, 4),
            (answer(200, Some("a/b"), "right"), true, 4),
            (answer(201, Some("a/b"), "right"), true, 5),
            (answer(201, Some("a/c"), "right"), true, 6),
            (answer(201, None, "right"), true, 7),
            (answer(201, None, "right, too"), true, 8),
            (answer(201, None, "right, too"), true, 8),
        ] {
            assert_eq!(remembered.judge(&answer, rule).is_ok(), right);
            assert_eq!(judged.get(), judgements, "{answer:?}");
        }
    }
}
