//! What a worker and a Locust master say to each other: `[type, data, node id]` in MessagePack, as Locust 2.47 has it.

use std::collections::BTreeMap;
use std::time::Duration;

use rmpv::Value;
use rmpv::decode::read_value_with_max_depth;

use crate::load::scenario::USERS_LIMIT;

/// Deeper than any message of Locust.
const DEPTH: usize = 16;
/// More classes than any locustfile has.
const CLASSES_LIMIT: usize = 1000;
/// Longer than the name of any class.
const NAME_LIMIT: usize = 200;
/// Users who are to stop get no more time than this for their last pass.
const STOP_TIMEOUT_LIMIT: Duration = Duration::from_secs(600);

/// What a master says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FromMaster {
    /// The worker is known, as the one of this number.
    Ack(Option<u64>),
    /// So many users of each class are to be at work.
    Spawn(Spawn),
    /// All users are to stop.
    Stop,
    /// The master ends.
    Quit,
    /// An answer to our heartbeat.
    Heartbeat,
    /// The master could not read us.
    Reconnect,
    /// Something that is for others.
    Other(String),
}

/// How many users are to be at work.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spawn {
    /// The master's clock; an older message than the last one is void.
    pub(super) timestamp: f64,
    /// By the name of the class in the locustfile.
    pub(super) users: BTreeMap<String, usize>,
    /// How long users who are to stop may go on with their last pass.
    pub(super) stop_timeout: Duration,
}

/// Reads a message.
///
/// # Errors
/// It is none of Locust's.
pub(super) fn decode(bytes: &[u8]) -> Result<FromMaster, String> {
    let mut rest = bytes;
    let value = read_value_with_max_depth(&mut rest, DEPTH)
        .map_err(|error| format!("it is no MessagePack: {error}"))?;
    if !rest.is_empty() {
        return Err("something follows the message".to_owned());
    }
    let Value::Array(parts) = value else {
        return Err("it is no array".to_owned());
    };
    let [kind, data, _node] = parts.as_slice() else {
        return Err(format!("it has {} parts, not 3", parts.len()));
    };
    let kind = kind.as_str().ok_or("its type is no text")?;
    Ok(match kind {
        "ack" => FromMaster::Ack(member(data, "index").and_then(Value::as_u64)),
        "spawn" => FromMaster::Spawn(spawn(data)?),
        "stop" => FromMaster::Stop,
        "quit" => FromMaster::Quit,
        "heartbeat" => FromMaster::Heartbeat,
        "reconnect" => FromMaster::Reconnect,
        other => FromMaster::Other(other.chars().take(NAME_LIMIT).collect()),
    })
}

fn spawn(data: &Value) -> Result<Spawn, String> {
    let timestamp = member(data, "timestamp").and_then(Value::as_f64);
    let timestamp = timestamp
        .filter(|at| at.is_finite())
        .ok_or("`timestamp` is no number")?;
    let Some(Value::Map(classes)) = member(data, "user_classes_count") else {
        return Err("`user_classes_count` is no map".to_owned());
    };
    if classes.len() > CLASSES_LIMIT {
        return Err(format!("more than {CLASSES_LIMIT} classes of users"));
    }
    let mut users = BTreeMap::new();
    for (name, count) in classes {
        let name = name.as_str().filter(|name| name.len() <= NAME_LIMIT);
        let name = name.ok_or("the name of a class is no text, or a long one")?;
        let count = count.as_u64().and_then(|count| usize::try_from(count).ok());
        let count = count
            .filter(|count| *count <= USERS_LIMIT)
            .ok_or_else(|| format!("the number of users is not between 0 and {USERS_LIMIT}"))?;
        users.insert(name.to_owned(), count);
    }
    if users.values().sum::<usize>() > USERS_LIMIT {
        return Err(format!("more than {USERS_LIMIT} users"));
    }
    let stop_timeout = member(data, "stop_timeout").and_then(Value::as_f64);
    let stop_timeout = stop_timeout
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .unwrap_or_default();
    Ok(Spawn {
        timestamp,
        users,
        stop_timeout: stop_timeout.min(STOP_TIMEOUT_LIMIT),
    })
}

fn member<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    let members = map.as_map()?;
    let found = members.iter().find(|(key, _)| key.as_str() == Some(name));
    found.map(|(_, value)| value)
}

/// What a worker says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ToMaster {
    /// It can be given users.
    ClientReady,
    /// It lives.
    Heartbeat {
        /// What it does.
        state: State,
        /// How busy this machine is with it, in percent.
        cpu: f64,
        /// Resident memory in bytes.
        memory: u64,
    },
    /// It has begun to change the number of users.
    Spawning,
    /// So many are at work.
    SpawningComplete(BTreeMap<String, usize>),
    /// What was measured since the last time.
    Stats(Value),
    /// All users have stopped.
    ClientStopped,
    /// It ends by itself.
    Quit,
    /// Something that the person at the master must know.
    Exception(String),
}

/// What a worker does, in Locust's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It waits for users.
    Ready,
    /// The number of users changes.
    Spawning,
    /// They are at work.
    Running,
}

impl ToMaster {
    /// The message of the worker `node`.
    pub(super) fn encode(self, node: &str) -> Vec<u8> {
        let (kind, data) = match self {
            // A number in place of Locust's version: it is none, and -1 is taken without a warning.
            Self::ClientReady => ("client_ready", Value::from(-1)),
            Self::Heartbeat { state, cpu, memory } => (
                "heartbeat",
                map([
                    ("state", state.word().into()),
                    ("current_cpu_usage", cpu.into()),
                    ("current_memory_usage", memory.into()),
                ]),
            ),
            Self::Spawning => ("spawning", Value::Nil),
            Self::SpawningComplete(users) => ("spawning_complete", count(&users)),
            Self::Stats(stats) => ("stats", stats),
            Self::ClientStopped => ("client_stopped", Value::Nil),
            Self::Quit => ("quit", Value::Nil),
            // Locust tells exceptions apart by what it takes for their traces.
            Self::Exception(what) => (
                "exception",
                map([("msg", what.clone().into()), ("traceback", what.into())]),
            ),
        };
        let message = Value::Array(vec![kind.into(), data, node.into()]);
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, &message).expect("memory can be written");
        bytes
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Spawning => "spawning",
            Self::Running => "running",
        }
    }
}

/// How many users are at work, as Locust wants to hear it.
pub(super) fn count(users: &BTreeMap<String, usize>) -> Value {
    let by_class = users
        .iter()
        .map(|(name, n)| (name.as_str().into(), (*n as u64).into()));
    let all: usize = users.values().sum();
    map([
        ("user_classes_count", Value::Map(by_class.collect())),
        ("user_count", (all as u64).into()),
    ])
}

/// A map with texts for keys.
pub(super) fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter();
    Value::Map(members.map(|(name, value)| (name.into(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, value).unwrap();
        bytes
    }

    fn message(kind: &str, data: Value) -> Vec<u8> {
        bytes(&Value::Array(vec![kind.into(), data, "node".into()]))
    }

    fn job(classes: Value, timestamp: Value, stop_timeout: Value) -> Vec<u8> {
        let data = map([
            ("timestamp", timestamp),
            ("user_classes_count", classes),
            ("host", Value::Nil),
            ("stop_timeout", stop_timeout),
            ("parsed_options", map([("headless", true.into())])),
        ]);
        message("spawn", data)
    }

    #[test]
    fn what_a_master_says_is_understood() {
        let spawn = |stop_timeout: f64, users: &[(&str, usize)]| {
            FromMaster::Spawn(Spawn {
                timestamp: 7.5,
                users: users.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect(),
                stop_timeout: Duration::from_secs_f64(stop_timeout),
            })
        };
        let two = || map([("Login", 2.into()), ("discovery", 0.into())]);
        let at = || Value::from(7.5);
        for (sent, expected) in [
            (
                message("ack", map([("index", 3.into())])),
                FromMaster::Ack(Some(3)),
            ),
            (message("ack", Value::Nil), FromMaster::Ack(None)),
            (message("stop", Value::Nil), FromMaster::Stop),
            (message("quit", Value::Nil), FromMaster::Quit),
            (message("heartbeat", Value::Nil), FromMaster::Heartbeat),
            (message("reconnect", Value::Nil), FromMaster::Reconnect),
            (
                message("spawning_complete", map([("user_count", 4.into())])),
                FromMaster::Other("spawning_complete".to_owned()),
            ),
            (
                job(two(), at(), Value::Nil),
                spawn(0.0, &[("Login", 2), ("discovery", 0)]),
            ),
            (job(map([]), at(), 2.5.into()), spawn(2.5, &[])),
            (job(map([]), at(), 3.into()), spawn(3.0, &[])),
            (job(map([]), at(), (-3).into()), spawn(0.0, &[])),
            (job(map([]), at(), 1e300.into()), spawn(0.0, &[])),
            (job(map([]), at(), 1e9.into()), spawn(600.0, &[])),
        ] {
            assert_eq!(decode(&sent), Ok(expected));
        }
    }

    #[test]
    fn what_no_master_says_is_refused() {
        let deep = [vec![0x91; 100_000], vec![0xc0]].concat();
        let many = (0..2_000).map(|n| (format!("C{n}").into(), 1.into()));
        let each = (0..900).map(|n| (format!("C{n}").into(), 1_000.into()));
        let at = || Value::from(1.0);
        let nil = || Value::Nil;
        for (sent, says) in [
            (Vec::new(), "no MessagePack"),
            (vec![0xc1], "no array"),
            (vec![0x93, 0xa4], "no MessagePack"),
            // A text, an array and a map that claim to be of four gigabytes.
            (vec![0xdb, 0xff, 0xff, 0xff, 0xff], "no MessagePack"),
            (vec![0xdd, 0xff, 0xff, 0xff, 0xff], "no MessagePack"),
            (vec![0xdf, 0xff, 0xff, 0xff, 0xff], "no MessagePack"),
            (deep, "no MessagePack"),
            (bytes(&7.into()), "no array"),
            (bytes(&Value::Array(vec!["stop".into()])), "1 parts"),
            (
                bytes(&Value::Array(vec![1.into(), nil(), nil()])),
                "no text",
            ),
            ([message("stop", nil()), vec![0]].concat(), "follows"),
            (message("spawn", nil()), "`timestamp`"),
            (job(map([]), f64::NAN.into(), nil()), "`timestamp`"),
            (job(nil(), at(), nil()), "`user_classes_count`"),
            (job(map([("A", (-1).into())]), at(), nil()), "not between"),
            (job(map([("A", 1.5.into())]), at(), nil()), "not between"),
            (
                job(map([("A", 100_001.into())]), at(), nil()),
                "not between",
            ),
            (
                job(map([("A", u64::MAX.into())]), at(), nil()),
                "not between",
            ),
            (
                job(Value::Map(each.collect()), at(), nil()),
                "more than 100000 users",
            ),
            (job(Value::Map(many.collect()), at(), nil()), "1000 classes"),
            (
                job(map([(&"A".repeat(201), 1.into())]), at(), nil()),
                "name of a class",
            ),
            (
                job(Value::Map(vec![(1.into(), 1.into())]), at(), nil()),
                "name of a class",
            ),
            (
                job(
                    Value::Map(vec![(Value::from(&b"\xff"[..]), 1.into())]),
                    at(),
                    nil(),
                ),
                "name of",
            ),
        ] {
            let told = decode(&sent).unwrap_err();
            assert!(told.contains(says), "{told}, not {says}");
        }
    }

    #[test]
    fn what_a_worker_says_is_what_locust_expects() {
        let users: BTreeMap<String, usize> = [("Login".to_owned(), 2)].into();
        let heartbeat = ToMaster::Heartbeat {
            state: State::Running,
            cpu: 12.5,
            memory: 4096,
        };
        for (said, kind, data) in [
            (ToMaster::ClientReady, "client_ready", Value::from(-1)),
            (
                heartbeat,
                "heartbeat",
                map([
                    ("state", "running".into()),
                    ("current_cpu_usage", 12.5.into()),
                    ("current_memory_usage", 4096.into()),
                ]),
            ),
            (ToMaster::Spawning, "spawning", Value::Nil),
            (
                ToMaster::SpawningComplete(users),
                "spawning_complete",
                map([
                    ("user_classes_count", map([("Login", 2.into())])),
                    ("user_count", 2.into()),
                ]),
            ),
            (ToMaster::Stats(map([])), "stats", map([])),
            (ToMaster::ClientStopped, "client_stopped", Value::Nil),
            (ToMaster::Quit, "quit", Value::Nil),
            (
                ToMaster::Exception("x".to_owned()),
                "exception",
                map([("msg", "x".into()), ("traceback", "x".into())]),
            ),
        ] {
            let mut sent = said.encode("node").as_slice().to_vec();
            let value = rmpv::decode::read_value(&mut sent.as_slice()).unwrap();
            assert_eq!(value, Value::Array(vec![kind.into(), data, "node".into()]));
            sent.clear();
        }
    }
}
