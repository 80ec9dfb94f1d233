//! Figures for Prometheus while the load is made.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::program::command;

/// Samples by name and labels without `le`, in their order.
type Samples = BTreeMap<String, Vec<(Option<f64>, f64)>>;

/// Reads the text as a Prometheus server does: every sample belongs to a family with a type.
fn samples(text: &str) -> Samples {
    let mut families: BTreeMap<&str, &str> = BTreeMap::new();
    let mut samples = Samples::new();
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            if let Some(family) = comment.strip_prefix("TYPE ") {
                let (name, kind) = family.split_once(' ').expect("name and type");
                families.insert(name, kind);
            } else {
                assert!(comment.starts_with("HELP ") || comment == "EOF", "{line}");
            }
            continue;
        }
        let (head, value) = line.rsplit_once(' ').expect(line);
        let value: f64 = value.parse().expect(line);
        let (name, labels) = head.split_once('{').expect(line);
        let labels = labels.strip_suffix('}').expect(line);
        let is_typed = families.iter().any(|(family, kind)| match *kind {
            "counter" => name == format!("{family}_total"),
            "histogram" => ["_bucket", "_sum", "_count"]
                .iter()
                .any(|suffix| name == format!("{family}{suffix}")),
            _ => false,
        });
        assert!(is_typed, "{line}");
        let mut rest = Vec::new();
        let mut le = None;
        for label in labels.split(',') {
            let (label_name, label_value) = label.split_once('=').expect(line);
            let label_value = label_value.trim_matches('"');
            match label_name {
                "le" => le = Some(label_value.parse().expect(line)),
                _ => rest.push(format!("{label_name}={label_value}")),
            }
        }
        rest.sort();
        let key = format!("{name} {}", rest.join(" "));
        samples.entry(key).or_default().push((le, value));
    }
    assert!(text.ends_with("# EOF\n"), "{text}");
    samples
}

fn get(address: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = format!("GET /metrics HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it is UTF-8");
    text
}

#[test]
fn a_prometheus_server_reads_requests_and_durations_meanwhile() {
    let mut child = command(&[
        "load",
        "client_credentials",
        "--fault",
        "token_endpoint.busy",
        "--rate",
        "400",
        "--warmup",
        "0",
        "--duration",
        "60s",
        "--metrics",
        "127.0.0.1:0",
    ])
    .stdout(Stdio::null())
    .stderr(Stdio::piped())
    .spawn()
    .expect("the binary starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("it is UTF-8");
    let address = line
        .trim()
        .strip_prefix("metrics on http://")
        .and_then(|rest| rest.strip_suffix("/metrics"))
        .expect("it says where")
        .to_owned();
    let begun = Instant::now();
    let (text, found) = loop {
        let answer = get(&address);
        let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let found = samples(body);
        let refused = "oauth_requests_total endpoint=client_credentials status=503";
        if found.contains_key(refused) {
            break (body.to_owned(), found);
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{body}");
        std::thread::sleep(Duration::from_millis(50));
    };
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    for status in ["200", "503"] {
        let of = format!("endpoint=client_credentials status={status}");
        let one = |name: &str| found[&format!("{name} {of}")].clone();
        let [(None, total)] = one("oauth_requests_total")[..] else {
            panic!("{text}");
        };
        let [(None, count)] = one("oauth_request_duration_seconds_count")[..] else {
            panic!("{text}");
        };
        assert!(total > 0.0 && (total - count).abs() < 0.5, "{text}");
        let buckets = one("oauth_request_duration_seconds_bucket");
        let [.., (Some(f64::INFINITY), all)] = buckets[..] else {
            panic!("{text}");
        };
        assert!((all - count).abs() < 0.5, "{text}");
        for pair in buckets.windows(2) {
            assert!(pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1, "{text}");
        }
        let [(None, sum)] = one("oauth_request_duration_seconds_sum")[..] else {
            panic!("{text}");
        };
        assert!(sum > 0.0, "{text}");
    }
}
