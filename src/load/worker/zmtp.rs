//! The messages of a Locust master over TCP: the part of ZeroMQ's wire protocol
//! ([ZMTP 3.0](https://rfc.zeromq.org/spec/23/)) that a DEALER without security needs.
//!
//! It is here because a length that somebody on the network names must not decide how much memory is taken: every
//! frame has a limit, and whoever sends a longer one is not listened to any more.

use std::io;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// The longest frame. What a master sends are some kilobytes: its command line and the numbers of users.
pub(super) const FRAME_LIMIT: u64 = 1 << 20;

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;

const GREETING_LENGTH: usize = 64;
/// Where the version stands in a greeting.
const MAJOR: usize = 10;
/// Where the name of the security mechanism stands, filled up with zeros.
const MECHANISM: std::ops::Range<usize> = 12..32;
const NULL: &[u8; 20] = b"NULL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// Why there is no message.
#[derive(Debug, Error)]
pub(super) enum ZmtpError {
    /// The connection is gone.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// What is at the other end is no master, or speaks wrongly.
    #[error("{0}")]
    Protocol(String),
}

fn wrong(what: impl Into<String>) -> ZmtpError {
    ZmtpError::Protocol(what.into())
}

/// Greets the other end as a DEALER of this identity; it must be a ROUTER.
///
/// # Errors
/// It is none, or the connection is gone.
pub(super) async fn shake_hands<S>(stream: &mut S, identity: &str) -> Result<(), ZmtpError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(&greeting()).await?;
    let mut theirs = [0; GREETING_LENGTH];
    stream.read_exact(&mut theirs).await?;
    if theirs[0] != 0xff || theirs[9] != 0x7f {
        return Err(wrong("it does not speak ZeroMQ"));
    }
    if theirs[MAJOR] < 3 {
        return Err(wrong(format!(
            "it speaks version {} of ZMTP",
            theirs[MAJOR]
        )));
    }
    if &theirs[MECHANISM] != NULL {
        return Err(wrong("it asks for a security mechanism"));
    }
    let ready = ready(identity);
    write_frame(stream, COMMAND, &ready).await?;
    stream.flush().await?;
    let (flags, body) = read_frame(stream).await?;
    if flags & COMMAND == 0 {
        return Err(wrong("it sent a message before it was ready"));
    }
    match command(&body) {
        Some((b"READY", metadata)) => match property(metadata, "Socket-Type") {
            Some(b"ROUTER") => Ok(()),
            _ => Err(wrong("it is no ROUTER")),
        },
        Some((b"ERROR", _)) => Err(wrong("it refuses")),
        _ => Err(wrong("it is not ready")),
    }
}

/// Reads the next message. A master sends each in one frame; Locust takes every frame for a message, too.
///
/// # Errors
/// It is too long, or the connection is gone.
pub(super) async fn read_message<R>(stream: &mut R) -> Result<Vec<u8>, ZmtpError>
where
    R: AsyncRead + Unpin,
{
    loop {
        let (flags, body) = read_frame(stream).await?;
        // Commands after the handshake are of later versions of the protocol, which nobody has agreed on.
        if flags & COMMAND == 0 {
            return Ok(body);
        }
    }
}

/// Writes a message of one frame.
///
/// # Errors
/// The connection is gone.
pub(super) async fn write_message<W>(stream: &mut W, body: &[u8]) -> Result<(), ZmtpError>
where
    W: AsyncWrite + Unpin,
{
    write_frame(stream, 0, body).await?;
    stream.flush().await?;
    Ok(())
}

fn greeting() -> [u8; GREETING_LENGTH] {
    let mut greeting = [0; GREETING_LENGTH];
    greeting[0] = 0xff;
    greeting[9] = 0x7f;
    greeting[MAJOR] = 3;
    greeting[MECHANISM].copy_from_slice(NULL);
    greeting
}

/// The body of our READY command.
fn ready(identity: &str) -> Vec<u8> {
    let mut body = b"\x05READY".to_vec();
    for (name, value) in [("Socket-Type", "DEALER"), ("Identity", identity)] {
        body.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        body.extend_from_slice(name.as_bytes());
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        body.extend_from_slice(&length.to_be_bytes());
        body.extend_from_slice(value.as_bytes());
    }
    body
}

/// The name of a command and what follows it.
fn command(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = body.split_first()?;
    rest.split_at_checked(usize::from(*length))
}

/// The value of a property of the READY command; names are not case-sensitive.
fn property<'a>(mut metadata: &'a [u8], wanted: &str) -> Option<&'a [u8]> {
    loop {
        let (name, rest) = command(metadata)?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (value, rest) = rest.split_at_checked(length)?;
        if name.eq_ignore_ascii_case(wanted.as_bytes()) {
            return Some(value);
        }
        metadata = rest;
    }
}

async fn read_frame<R>(stream: &mut R) -> Result<(u8, Vec<u8>), ZmtpError>
where
    R: AsyncRead + Unpin,
{
    let flags = stream.read_u8().await?;
    if flags & !(MORE | LONG | COMMAND) != 0 {
        return Err(wrong(format!(
            "it sent a frame with the flags {flags:#04x}"
        )));
    }
    let length = match flags & LONG {
        0 => u64::from(stream.read_u8().await?),
        _ => stream.read_u64().await?,
    };
    if length > FRAME_LIMIT {
        return Err(wrong(format!(
            "it sent a frame of {length} bytes; the limit is {FRAME_LIMIT}"
        )));
    }
    let mut body = Vec::new();
    // Memory is taken as the bytes come.
    stream.take(length).read_to_end(&mut body).await?;
    if body.len() as u64 != length {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok((flags, body))
}

async fn write_frame<W>(stream: &mut W, flags: u8, body: &[u8]) -> Result<(), ZmtpError>
where
    W: AsyncWrite + Unpin,
{
    // The whole frame in one write: no packet holds a lone head.
    let mut frame = Vec::with_capacity(body.len() + 9);
    match u8::try_from(body.len()) {
        Ok(length) => frame.extend_from_slice(&[flags, length]),
        Err(_) => {
            frame.push(flags | LONG);
            frame.extend_from_slice(&(body.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(body);
    stream.write_all(&frame).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of a handshake with an end that sends this.
    async fn shaken(sent: &[u8]) -> Result<(), String> {
        let (mut ours, mut theirs) = tokio::io::duplex(4096);
        theirs.write_all(sent).await.unwrap();
        theirs.shutdown().await.unwrap();
        let result = shake_hands(&mut ours, "me").await;
        result.map_err(|error| error.to_string())
    }

    fn router() -> Vec<u8> {
        let mut sent = greeting().to_vec();
        let mut body = b"\x05READY\x0bSocket-Type\0\0\0\x06ROUTER".to_vec();
        sent.extend([COMMAND, u8::try_from(body.len()).unwrap()]);
        sent.append(&mut body);
        sent
    }

    fn with(mut sent: Vec<u8>, at: usize, byte: u8) -> Vec<u8> {
        sent[at] = byte;
        sent
    }

    #[tokio::test]
    async fn only_a_router_without_security_is_a_master() {
        let in_ready = GREETING_LENGTH + 2;
        for (sent, expected) in [
            (router(), Ok(())),
            // A later version speaks ours, too.
            (with(router(), MAJOR + 1, 1), Ok(())),
            (with(router(), MAJOR, 2), Err("version 2")),
            (with(router(), 0, b'H'), Err("does not speak ZeroMQ")),
            (with(router(), MECHANISM.start, b'P'), Err("security")),
            (
                with(router(), GREETING_LENGTH, 0),
                Err("before it was ready"),
            ),
            (with(router(), GREETING_LENGTH, 0x80), Err("flags 0x80")),
            (with(router(), in_ready + 1, b'X'), Err("not ready")),
            (with(router(), in_ready, 200), Err("not ready")),
            (with(router(), in_ready + 22, b'P'), Err("no ROUTER")),
            // Its length leads out of the command.
            (with(router(), in_ready + 19, 9), Err("no ROUTER")),
            (router()[..40].to_vec(), Err("eof")),
            (router()[..GREETING_LENGTH + 9].to_vec(), Err("end of file")),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), Err("eof")),
        ] {
            let result = shaken(&sent).await;
            match (&result, expected) {
                (Ok(()), Ok(())) => {}
                (Err(error), Err(says)) if error.contains(says) => {}
                _ => panic!("{result:?}, not {expected:?}"),
            }
        }
    }

    #[tokio::test]
    async fn what_we_say_is_a_dealers_greeting() {
        let (mut ours, mut theirs) = tokio::io::duplex(4096);
        theirs.write_all(&router()).await.unwrap();
        shake_hands(&mut ours, "me").await.unwrap();
        let mut said = vec![0; GREETING_LENGTH];
        theirs.read_exact(&mut said).await.unwrap();
        assert_eq!(said, greeting());
        let (flags, body) = read_frame(&mut theirs).await.unwrap();
        assert_eq!(flags, COMMAND);
        let (name, metadata) = command(&body).unwrap();
        assert_eq!(name, b"READY");
        assert_eq!(property(metadata, "socket-type"), Some(&b"DEALER"[..]));
        assert_eq!(property(metadata, "Identity"), Some(&b"me"[..]));
        assert_eq!(property(metadata, "Resource"), None);
    }

    #[tokio::test]
    async fn messages_of_any_length_up_to_the_limit_go_through() {
        for length in [0, 1, 255, 256, 70_000] {
            let (mut ours, mut theirs) = tokio::io::duplex(1 << 20);
            let body = vec![7; length];
            write_message(&mut ours, &body).await.unwrap();
            assert_eq!(read_message(&mut theirs).await.unwrap(), body);
        }
    }

    #[tokio::test]
    async fn a_length_from_the_network_takes_no_memory() {
        for length in [FRAME_LIMIT + 1, 1 << 40, 1 << 62, u64::MAX] {
            let (mut ours, mut theirs) = tokio::io::duplex(64);
            theirs.write_u8(LONG).await.unwrap();
            theirs.write_u64(length).await.unwrap();
            let error = read_message(&mut ours).await.unwrap_err();
            assert!(error.to_string().contains("the limit is"), "{error}");
        }
        let (mut ours, mut theirs) = tokio::io::duplex(64);
        theirs.write_u8(LONG).await.unwrap();
        theirs.write_u64(FRAME_LIMIT).await.unwrap();
        theirs.write_all(b"but few come").await.unwrap();
        drop(theirs);
        let error = read_message(&mut ours).await.unwrap_err();
        assert!(matches!(error, ZmtpError::Io(_)), "{error}");
    }

    #[tokio::test]
    async fn commands_after_the_handshake_are_no_messages() {
        let (mut ours, mut theirs) = tokio::io::duplex(64);
        theirs.write_all(b"\x04\x07\x04PING\0\0").await.unwrap();
        write_message(&mut theirs, b"x").await.unwrap();
        assert_eq!(read_message(&mut ours).await.unwrap(), b"x");
    }
}
