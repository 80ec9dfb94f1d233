//! A Locust master as small as can be, on another implementation of ZeroMQ than the worker's.
#![expect(
    clippy::panic,
    reason = "a test ends where a worker says something wrong"
)]

use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rmpv::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use zeromq::{RouterSocket, Socket as _, SocketRecv as _, SocketSend as _, ZmqMessage};

/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lets workers in, answers their heartbeats and passes on what else they say.
#[derive(Debug)]
pub(crate) struct Master {
    port: u16,
    said: mpsc::UnboundedReceiver<(String, Value)>,
    /// What was said and not asked for yet.
    heard: VecDeque<(String, Value)>,
    orders: mpsc::UnboundedSender<(String, Value)>,
    task: JoinHandle<()>,
}

impl Master {
    /// Listens on this port; 0 lets the system choose.
    pub(crate) async fn listen(port: u16) -> Self {
        let mut socket = RouterSocket::new();
        let endpoint = socket.bind(&format!("tcp://127.0.0.1:{port}")).await;
        let endpoint = endpoint.expect("the port is free").to_string();
        let port = endpoint.rsplit(':').next().and_then(|p| p.parse().ok());
        let (tell, said) = mpsc::unbounded_channel();
        let (orders, given) = mpsc::unbounded_channel();
        Self {
            port: port.expect("it has a port"),
            said,
            heard: VecDeque::new(),
            orders,
            task: tokio::spawn(serve(socket, tell, given)),
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Says something to the worker.
    pub(crate) fn say(&self, kind: &str, data: Value) {
        self.orders.send((kind.to_owned(), data)).expect("it lives");
    }

    /// Orders so many users of each class.
    pub(crate) fn spawn(&self, users: &[(&str, u64)]) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let users = users
            .iter()
            .map(|(class, n)| ((*class).into(), (*n).into()));
        let job = Value::Map(vec![
            (
                "timestamp".into(),
                now.expect("it is late").as_secs_f64().into(),
            ),
            ("user_classes_count".into(), Value::Map(users.collect())),
            ("host".into(), Value::Nil),
            ("stop_timeout".into(), Value::Nil),
            ("parsed_options".into(), Value::Map(Vec::new())),
        ]);
        self.say("spawn", job);
    }

    /// What the worker says next of this kind; what it says of others before is left for later.
    pub(crate) async fn hear(&mut self, kind: &str) -> Value {
        if let Some(place) = self.heard.iter().position(|(k, _)| k == kind)
            && let Some((_, data)) = self.heard.remove(place)
        {
            return data;
        }
        let next = async {
            while let Some((said, data)) = self.said.recv().await {
                if said == kind {
                    return data;
                }
                self.heard.push_back((said, data));
            }
            panic!("the master has ended");
        };
        let heard = timeout(PATIENCE, next).await;
        heard.unwrap_or_else(|_| panic!("no {kind}; there were {:?}", self.heard))
    }

    /// Everything that was said of this kind and not asked for yet.
    pub(crate) fn all(&mut self, kind: &str) -> Vec<Value> {
        while let Ok(said) = self.said.try_recv() {
            self.heard.push_back(said);
        }
        let (those, others) = self.heard.drain(..).partition(|(k, _)| k == kind);
        self.heard = others;
        let those: VecDeque<(String, Value)> = those;
        those.into_iter().map(|(_, data)| data).collect()
    }

    /// Is gone, as if it had been killed.
    pub(crate) async fn vanish(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Master {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut socket: RouterSocket,
    tell: mpsc::UnboundedSender<(String, Value)>,
    mut given: mpsc::UnboundedReceiver<(String, Value)>,
) {
    let mut worker = None;
    loop {
        let answer = tokio::select! {
            message = socket.recv() => {
                let message = message.expect("the socket lives").into_vec();
                let [identity, payload] = message.as_slice() else {
                    panic!("{} frames", message.len());
                };
                let said = rmpv::decode::read_value(&mut payload.as_ref()).expect("MessagePack");
                let parts = said.as_array().expect("an array").clone();
                let [kind, data, node] = parts.as_slice() else {
                    panic!("{said}");
                };
                assert_eq!(node.as_str().map(str::as_bytes), Some(identity.as_ref()));
                let kind = kind.as_str().expect("a text").to_owned();
                let answer = match kind.as_str() {
                    "client_ready" => {
                        worker = Some(identity.clone());
                        let index = Value::Map(vec![("index".into(), 0.into())]);
                        Some(("ack".to_owned(), index))
                    }
                    "heartbeat" => Some(("heartbeat".to_owned(), Value::Nil)),
                    _ => None,
                };
                // Nobody may listen any more.
                let _ = tell.send((kind, data.clone()));
                answer
            }
            order = given.recv() => order,
        };
        if let Some((kind, data)) = answer {
            let identity = worker.clone().expect("a worker is there");
            let node = String::from_utf8_lossy(&identity).into_owned();
            let message = Value::Array(vec![kind.into(), data, node.into()]);
            let mut payload = Vec::new();
            rmpv::encode::write_value(&mut payload, &message).expect("memory can be written");
            let mut message = ZmqMessage::from(payload);
            message.push_front(identity);
            // It may have gone.
            let _ = socket.send(message).await;
        }
    }
}

/// A member of a map.
pub(crate) fn member<'a>(map: &'a Value, name: &str) -> &'a Value {
    let members = map.as_map().unwrap_or_else(|| panic!("{map} is no map"));
    let found = members.iter().find(|(key, _)| key.as_str() == Some(name));
    &found.unwrap_or_else(|| panic!("no {name} in {map}")).1
}
