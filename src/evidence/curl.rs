//! A recorded request as a curl command line, for a person to try again.

use crate::run::RequestRecord;

/// Header fields that curl sends by itself.
const BY_ITSELF: [&str; 4] = ["host", "content-length", "accept-encoding", "user-agent"];

/// The command line; placeholders stand where the secrets were.
pub(super) fn command(request: &RequestRecord) -> String {
    let mut words = vec!["curl".to_owned(), "-i".to_owned()];
    let default = if request.body.is_empty() {
        "GET"
    } else {
        "POST"
    };
    if request.method != default {
        words.push(format!("-X {}", quote(&request.method)));
    }
    for (name, value) in &request.headers {
        let implied = name == "content-type"
            && value == "application/x-www-form-urlencoded"
            && !request.body.is_empty();
        if !BY_ITSELF.contains(&name.as_str()) && !implied {
            words.push(format!("-H {}", quote(&format!("{name}: {value}"))));
        }
    }
    if !request.body.is_empty() {
        words.push(format!("--data-raw {}", quote(&request.body)));
    }
    words.push(quote(&request.url));
    words.join(" ")
}

/// One word for a POSIX shell.
fn quote(text: &str) -> String {
    let plain = !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b));
    if plain {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, headers: &[(&str, &str)], body: &str) -> RequestRecord {
        RequestRecord {
            method: method.to_owned(),
            url: "https://op.example/token".to_owned(),
            headers: headers
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }

    #[test]
    fn only_what_curl_does_not_do_by_itself_is_said() {
        for (request, line) in [
            (
                request("GET", &[("host", "x")], ""),
                "curl -i https://op.example/token",
            ),
            (
                request(
                    "POST",
                    &[("content-type", "application/x-www-form-urlencoded")],
                    "a=it's",
                ),
                r"curl -i --data-raw 'a=it'\''s' https://op.example/token",
            ),
            (
                request("DELETE", &[("authorization", "Bearer «t#1»")], ""),
                "curl -i -X DELETE -H 'authorization: Bearer «t#1»' https://op.example/token",
            ),
        ] {
            assert_eq!(command(&request), line);
        }
    }
}
