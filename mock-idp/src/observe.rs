//! What the mock has received.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Method, Request};

/// A request as it came in. It holds secrets: `Debug` shows the method and the path alone.
#[derive(Clone)]
pub struct ObservedRequest {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query, undecoded, if there is one.
    pub query: Option<String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// When it had come in.
    pub at: SystemTime,
}

impl fmt::Debug for ObservedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObservedRequest({} {})", self.method, self.path)
    }
}

/// Is told of every request.
pub(crate) type Observer = Arc<dyn Fn(&ObservedRequest) + Send + Sync>;

/// Where requests are reported.
#[derive(Clone, Default)]
pub(crate) struct Observers {
    pub(crate) observer: Option<Observer>,
    pub(crate) log: Option<Arc<ReceivedLog>>,
}

impl Observers {
    pub(crate) fn see(&self, request: &Request<Bytes>) {
        if self.observer.is_none() && self.log.is_none() {
            return;
        }
        let seen = ObservedRequest {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().map(str::to_owned),
            headers: request.headers().clone(),
            body: request.body().clone(),
            at: SystemTime::now(),
        };
        if let Some(observer) = &self.observer {
            observer(&seen);
        }
        if let Some(log) = &self.log {
            log.push(seen);
        }
    }
}

/// The last requests.
#[derive(Default)]
pub(crate) struct ReceivedLog(Mutex<VecDeque<ObservedRequest>>);

impl ReceivedLog {
    const MOST: usize = 10_000;

    fn push(&self, seen: ObservedRequest) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == Self::MOST {
            log.pop_front();
        }
        log.push_back(seen);
    }

    pub(crate) fn requests(&self) -> Vec<ObservedRequest> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_bounded_and_debug_shows_no_secret() {
        let log = Arc::new(ReceivedLog::default());
        let observers = Observers {
            observer: None,
            log: Some(Arc::clone(&log)),
        };
        for number in 0..ReceivedLog::MOST + 5 {
            let uri = format!("/{number}?code=secret");
            observers.see(
                &Request::builder()
                    .uri(uri)
                    .body(Bytes::from("secret"))
                    .unwrap(),
            );
        }
        let requests = log.requests();
        assert_eq!(requests.len(), ReceivedLog::MOST);
        assert_eq!(requests[0].path, "/5");
        assert_eq!(format!("{:?}", requests[0]), "ObservedRequest(GET /5)");
    }
}
