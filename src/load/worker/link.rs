//! The connection to a master: one task reads, one writes, and nobody waits for either.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::wire::{self, FromMaster, ToMaster};
use super::zmtp;

/// The longest that a connection and its handshake may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// The longest that the master may not take what is sent to it.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// What was said last is sent before the connection is closed, if it takes no longer.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);
/// More messages do not wait in either direction.
const QUEUE: usize = 256;

/// Where a Locust master listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Master {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl fmt::Display for Master {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl FromStr for Master {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "is HOST:PORT, for instance 127.0.0.1:5557".to_owned();
        let (host, port) = text.rsplit_once(':').ok_or_else(expected)?;
        let bare = match host.strip_prefix('[') {
            Some(address) => address.strip_suffix(']').ok_or_else(expected)?,
            None if host.contains(':') => return Err(expected()),
            None => host,
        };
        let port: u16 = port.parse().map_err(|_| expected())?;
        let odd = |c: char| c.is_whitespace() || c.is_control() || "/@[]".contains(c);
        if bare.is_empty() || port == 0 || bare.contains(odd) {
            return Err(expected());
        }
        Ok(Self {
            host: bare.to_owned(),
            port,
        })
    }
}

/// A connection to a master.
#[derive(Debug)]
pub(super) struct Link {
    /// Who we are to the master.
    node: String,
    heard: mpsc::Receiver<Result<FromMaster, String>>,
    said: mpsc::Sender<Vec<u8>>,
    reader: JoinHandle<()>,
    writer: JoinHandle<()>,
}

impl Link {
    /// Connects to the master as the worker `node`.
    ///
    /// # Errors
    /// Why it can't, in words.
    pub(super) async fn open(master: &Master, node: String) -> Result<Self, String> {
        let connecting = async {
            let address = (master.host.as_str(), master.port);
            let mut stream = TcpStream::connect(address).await.map_err(zmtp_error)?;
            stream.set_nodelay(true).map_err(zmtp_error)?;
            zmtp::shake_hands(&mut stream, &node)
                .await
                .map_err(|error| error.to_string())?;
            Ok::<_, String>(stream)
        };
        let stream = timeout(CONNECT_LIMIT, connecting)
            .await
            .map_err(|_| format!("no answer in {} s", CONNECT_LIMIT.as_secs()))??;
        let (read, write) = stream.into_split();
        let (tell, heard) = mpsc::channel(QUEUE);
        let (said, waiting) = mpsc::channel(QUEUE);
        Ok(Self {
            node,
            heard,
            said,
            reader: tokio::spawn(hear(read, tell)),
            writer: tokio::spawn(say(write, waiting)),
        })
    }

    /// The next message.
    ///
    /// # Errors
    /// The connection is of no use any more; why, in words.
    pub(super) async fn next(&mut self) -> Result<FromMaster, String> {
        match self.heard.recv().await {
            Some(message) => message,
            None => Err("the connection is gone".to_owned()),
        }
    }

    /// Sends a message, sooner or later.
    ///
    /// # Errors
    /// The connection is of no use any more.
    pub(super) fn say(&self, message: ToMaster) -> Result<(), String> {
        let sent = self.said.try_send(message.encode(&self.node));
        sent.map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => "the master does not listen".to_owned(),
            mpsc::error::TrySendError::Closed(_) => "the connection is gone".to_owned(),
        })
    }

    /// Closes the connection when what was said has been sent.
    pub(super) async fn close(mut self) {
        let (closed, _) = mpsc::channel(1);
        // The writer ends when nobody can say anything more.
        drop(std::mem::replace(&mut self.said, closed));
        let _ = timeout(FLUSH_LIMIT, &mut self.writer).await;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.reader.abort();
        self.writer.abort();
    }
}

fn zmtp_error(error: std::io::Error) -> String {
    zmtp::ZmtpError::from(error).to_string()
}

async fn hear(stream: OwnedReadHalf, tell: mpsc::Sender<Result<FromMaster, String>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let message = match zmtp::read_message(&mut stream).await {
            Ok(bytes) => match wire::decode(&bytes) {
                Ok(message) => Ok(message),
                // What follows may be right: messages have their lengths.
                Err(why) => {
                    tracing::warn!("a message of the master is left out: {why}");
                    continue;
                }
            },
            Err(error) => Err(error.to_string()),
        };
        let over = message.is_err();
        if tell.send(message).await.is_err() || over {
            return;
        }
    }
}

async fn say(mut stream: OwnedWriteHalf, mut waiting: mpsc::Receiver<Vec<u8>>) {
    while let Some(bytes) = waiting.recv().await {
        let writing = zmtp::write_message(&mut stream, &bytes);
        if !matches!(timeout(WRITE_LIMIT, writing).await, Ok(Ok(()))) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_is_a_host_and_a_port() {
        for (text, expected) in [
            ("127.0.0.1:5557", Some(("127.0.0.1", 5557))),
            ("locust.example.test:1", Some(("locust.example.test", 1))),
            ("[::1]:5557", Some(("::1", 5557))),
            ("::1:5557", None),
            ("127.0.0.1", None),
            ("127.0.0.1:", None),
            ("127.0.0.1:0", None),
            ("127.0.0.1:65536", None),
            (":5557", None),
            ("[]:5557", None),
            ("[::1:5557", None),
            ("tcp://127.0.0.1:5557", None),
            ("a b:1", None),
            ("", None),
        ] {
            let read: Option<Master> = text.parse().ok();
            let read = read.inspect(|master| assert_eq!(master.to_string(), text));
            let parts = read.as_ref().map(|m| (m.host.as_str(), m.port));
            assert_eq!(parts, expected, "{text}");
        }
    }
}
