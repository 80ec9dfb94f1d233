//! Lengths of time as people write them.

use std::time::Duration;

/// A day: nothing here waits longer.
const LONGEST: f64 = 86_400.0;

/// Nothing here can be told from nothing when it is shorter.
const SHORTEST: f64 = 0.001;

/// What to say about a text that is no length of time.
pub const EXPECTED: &str =
    "a length of time is written \"30s\", \"2m\" or as seconds, from 1ms to a day";

/// Reads `30s`, `2m`, `500ms`, `1h` or plain seconds.
pub fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let units = [("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let (number, factor) = units
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)))
        .unwrap_or((text, 1.0));
    of_seconds(number.trim().parse::<f64>().ok()? * factor)
}

/// A length of so many seconds, a millisecond or more and up to a day.
pub fn of_seconds(seconds: f64) -> Option<Duration> {
    (SHORTEST..=LONGEST)
        .contains(&seconds)
        .then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_every_spelling() {
        for (text, expected) in [
            ("30", Some(30_000)),
            ("1.5", Some(1_500)),
            ("30s", Some(30_000)),
            (" 2 m ", Some(120_000)),
            ("500ms", Some(500)),
            ("1ms", Some(1)),
            ("1e-10", None),
            ("1h", Some(3_600_000)),
            ("24h", Some(86_400_000)),
            ("25h", None),
            ("0", None),
            ("-1", None),
            ("NaN", None),
            ("inf", None),
            ("soon", None),
            ("", None),
            ("s", None),
        ] {
            let expected = expected.map(Duration::from_millis);
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }
}
