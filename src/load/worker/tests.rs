//! A worker and masters that are silent, wrong or none.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rmpv::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::service::{Worker, WorkerEvent};
use super::{link::Master, zmtp};
use crate::load::Stop;
use crate::provider::ProviderConfig;

/// A worker without scenarios, what it tells, and what ends it.
fn worker(port: u16) -> (Worker, Stop) {
    let master = Master {
        host: "127.0.0.1".to_owned(),
        port,
    };
    let config = ProviderConfig::of_issuer("http://127.0.0.1:9");
    let worker = Worker::new(master, config, Vec::new()).silence(Duration::from_millis(1_500));
    let stop = worker.stop();
    (worker, stop)
}

/// Lets a worker in as a ROUTER would.
async fn welcome(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut greeting = [0; 64];
    stream.read_exact(&mut greeting).await.unwrap();
    // What a peer says of itself but for its command may be what we said.
    stream.write_all(&greeting).await.unwrap();
    let ready = b"\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06ROUTER";
    stream.write_all(ready).await.unwrap();
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.unwrap();
    let mut command = vec![0; usize::from(head[1])];
    stream.read_exact(&mut command).await.unwrap();
    stream
}

async fn said(stream: &mut TcpStream) -> String {
    let bytes = zmtp::read_message(stream).await.unwrap();
    let message = rmpv::decode::read_value(&mut bytes.as_slice()).unwrap();
    message.as_array().unwrap()[0].as_str().unwrap().to_owned()
}

async fn say(stream: &mut TcpStream, kind: &str) {
    let message = Value::Array(vec![kind.into(), Value::Nil, "x".into()]);
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &message).unwrap();
    zmtp::write_message(stream, &bytes).await.unwrap();
}

async fn told(events: &mut mpsc::UnboundedReceiver<WorkerEvent>) -> WorkerEvent {
    let event = tokio::time::timeout(Duration::from_secs(30), events.recv()).await;
    event.expect("in time").expect("it lives")
}

#[tokio::test]
async fn a_master_that_is_silent_or_wrong_is_gone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (worker, stop) = worker(port);
    let (tell, mut events) = mpsc::unbounded_channel();
    let working = tokio::spawn(worker.run(move |event| drop(tell.send(event))));

    // It lets us in and says nothing more.
    let mut stream = welcome(&listener).await;
    assert_eq!(said(&mut stream).await, "client_ready");
    say(&mut stream, "ack").await;
    assert_eq!(told(&mut events).await, WorkerEvent::Registered(None));
    let gone = told(&mut events).await;
    assert_eq!(gone, WorkerEvent::Lost("no word for 1.5 s".to_owned()));
    drop(stream);

    // It sends what takes too much memory.
    let mut stream = welcome(&listener).await;
    stream.write_all(&[2]).await.unwrap();
    stream.write_all(&u64::MAX.to_be_bytes()).await.unwrap();
    let WorkerEvent::Lost(why) = told(&mut events).await else {
        panic!("it is not lost");
    };
    assert!(why.contains("the limit is"), "{why}");
    drop(stream);

    // It does not speak the protocol.
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.write_all(&[b'x'; 64]).await.unwrap();
    let waiting = told(&mut events).await;
    assert_eq!(
        waiting,
        WorkerEvent::Waiting("it does not speak ZeroMQ".to_owned())
    );
    drop(stream);

    // It is a good one again, and the person at the worker ends it.
    let mut stream = welcome(&listener).await;
    assert_eq!(said(&mut stream).await, "client_ready");
    say(&mut stream, "ack").await;
    assert_eq!(told(&mut events).await, WorkerEvent::Registered(None));
    stop.request("test");
    let mut last = said(&mut stream).await;
    while last == "heartbeat" {
        last = said(&mut stream).await;
    }
    assert_eq!(last, "quit");
    working.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_worker_ends_although_there_is_no_master() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let (worker, stop) = worker(port);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = Arc::clone(&heard);
    let stopping = stop.clone();
    let run = worker.run(move |event| {
        hearing.lock().unwrap().push(event);
        stopping.request("test");
    });
    tokio::time::timeout(Duration::from_secs(30), run)
        .await
        .expect("in time")
        .unwrap();
    let heard = heard.lock().unwrap();
    assert!(
        matches!(heard.as_slice(), [WorkerEvent::Waiting(_)]),
        "{heard:?}"
    );
}
