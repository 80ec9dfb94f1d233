//! Times as people read them.

/// A length of time, with as much precision as it deserves.
pub(super) fn length(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{:02} s", ms / 1_000, ms % 1_000 / 10),
        _ => format!("{} min {:02} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// `2026-11-21T09:30:00.123Z` as `2026-11-21 09:30:00 UTC`; anything else as it is.
pub(super) fn moment(rfc3339: &str) -> String {
    match (rfc3339.get(..10), rfc3339.get(10..11), rfc3339.get(11..19)) {
        (Some(date), Some("T"), Some(time)) if rfc3339.ends_with('Z') => {
            format!("{date} {time} UTC")
        }
        _ => rfc3339.to_owned(),
    }
}

/// `1 scenario`, `2 scenarios`.
pub(super) fn count(n: usize, noun: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_well() {
        for (ms, expected) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (2_316, "2.31 s"),
            (59_999, "59.99 s"),
            (125_000, "2 min 05 s"),
        ] {
            assert_eq!(length(ms), expected);
        }
    }

    #[test]
    fn moments_read_well() {
        assert_eq!(
            moment("2026-11-21T09:30:00.123Z"),
            "2026-11-21 09:30:00 UTC"
        );
        assert_eq!(
            moment("2026-11-21T09:30:00+01:00"),
            "2026-11-21T09:30:00+01:00"
        );
        assert_eq!(moment("yesterday"), "yesterday");
    }
}
