//! Rules on the figures of a load run, such as `p95<500ms` or `error-rate<1% for exchange`.
//!
//! The grammar is goose's: its parser decides what is a rule. Its fields are private, so a small reader of ours
//! takes metric, operator, limit and request name from a rule that goose has accepted.

use std::str::FromStr;
use std::time::Instant;

use goose::threshold::Threshold as GooseThreshold;

use super::figures::View;
use super::tally::Tally;
use crate::load_run::ThresholdVerdict;

/// A rule that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    rule: String,
    metric: Metric,
    operator: Operator,
    /// Microseconds, percent, or requests per second.
    limit: f64,
    request: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Metric {
    Percentile(f64),
    Average,
    Maximum,
    ErrorRate,
    RequestsPerSecond,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rule = text.trim();
        GooseThreshold::from_str(rule).map_err(|error| reason(rule, &error))?;
        read(rule).ok_or_else(|| format!("`{rule}` is no rule that this version can judge"))
    }
}

/// What goose says is wrong with a rule. Its error speaks of its own command line, which nobody here has typed.
fn reason(rule: &str, error: &goose::GooseError) -> String {
    match error {
        goose::GooseError::InvalidOption { detail, .. } => format!("`{rule}`: {detail}"),
        other => format!("`{rule}`: {other}"),
    }
}

fn read(rule: &str) -> Option<Threshold> {
    let at = rule.find(['<', '>'])?;
    let metric = match rule[..at].trim() {
        "avg" => Metric::Average,
        "max" => Metric::Maximum,
        "error-rate" => Metric::ErrorRate,
        "rps" => Metric::RequestsPerSecond,
        percentile => Metric::Percentile(percentile.strip_prefix('p')?.parse().ok()?),
    };
    let rest = &rule[at..];
    let (operator, rest) = [
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ]
    .into_iter()
    .find_map(|(sign, operator)| Some((operator, rest.strip_prefix(sign)?)))?;
    let (value, request) = match rest.split_once(" for ") {
        Some((value, request)) => (value.trim(), Some(request.trim().to_owned())),
        None => (rest.trim(), None),
    };
    let limit = match metric {
        Metric::Percentile(_) | Metric::Average | Metric::Maximum => {
            // "us" and "ms" before "s", with which both end.
            [("us", 1.0), ("ms", 1e3), ("s", 1e6), ("", 1e3)]
                .into_iter()
                .find_map(|(unit, factor)| {
                    let number: f64 = value.strip_suffix(unit)?.parse().ok()?;
                    Some(number * factor)
                })?
        }
        Metric::ErrorRate => value.strip_suffix('%').unwrap_or(value).parse().ok()?,
        Metric::RequestsPerSecond => value.parse().ok()?,
    };
    Some(Threshold {
        rule: rule.to_owned(),
        metric,
        operator,
        limit,
        request,
    })
}

impl Threshold {
    /// The rule as it was written.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Whether it is about requests per second.
    pub(super) fn is_about_rate(&self) -> bool {
        self.metric == Metric::RequestsPerSecond
    }

    /// The request that it is about; none where it is about all.
    pub fn request(&self) -> Option<&str> {
        self.request.as_deref()
    }

    /// Judges the rule by the figures that it is about. Where there was no such request it fails: a rule that nothing
    /// was measured for must not pass.
    pub(super) fn judge_view(&self, view: Option<View<'_>>) -> ThresholdVerdict {
        let observed = view.map(|view| self.observe(view));
        ThresholdVerdict {
            name: self.request.clone().unwrap_or_else(|| "all".to_owned()),
            rule: self.rule.clone(),
            ok: Some(observed.is_some_and(|value| self.holds(value))),
            observed: match observed {
                Some(value) => self.show(value),
                None => "no such request was measured".to_owned(),
            },
        }
    }

    /// Judges the rule at `now`, while the load is made; not in the first second, nor where there was no such request
    /// yet.
    pub(super) fn judge_so_far(&self, tally: &Tally, now: Instant) -> ThresholdVerdict {
        match tally.view_so_far(self.request(), now) {
            Some(view) => self.judge_view(Some(view)),
            None => self.unjudged(),
        }
    }

    /// The verdict of a rule that is not judged, for instance because the generator did not keep its pace.
    pub(crate) fn unjudged(&self) -> ThresholdVerdict {
        ThresholdVerdict {
            name: self.request.clone().unwrap_or_else(|| "all".to_owned()),
            rule: self.rule.clone(),
            ok: None,
            observed: "not judged".to_owned(),
        }
    }

    fn observe(&self, view: View<'_>) -> f64 {
        match self.metric {
            Metric::Percentile(percent) => view.percentile_us(percent),
            Metric::Average => view.mean_us(),
            Metric::Maximum => view.max_us(),
            Metric::ErrorRate => view.error_percent(),
            Metric::RequestsPerSecond => view.rate(),
        }
    }

    fn holds(&self, value: f64) -> bool {
        match self.operator {
            Operator::Less => value < self.limit,
            Operator::LessOrEqual => value <= self.limit,
            Operator::Greater => value > self.limit,
            Operator::GreaterOrEqual => value >= self.limit,
        }
    }

    fn show(&self, value: f64) -> String {
        match self.metric {
            Metric::Percentile(_) | Metric::Average | Metric::Maximum => {
                format!("{:.3} ms", value / 1e3)
            }
            Metric::ErrorRate => format!("{value:.3} %"),
            Metric::RequestsPerSecond => format!("{value:.1} per second"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::load::tally::{Failure, Sample};

    #[test]
    fn our_reader_and_gooses_take_the_same_rules() {
        for rule in [
            "p95<500ms",
            "p99.9<=2s",
            "p50<100",
            "p50 < 250us",
            "avg<20ms for exchange",
            "max<3s for GET /checkout",
            "error-rate<1%",
            "error-rate<=0.5",
            "rps>=200",
            " rps > 10.5 for token ",
        ] {
            let theirs = GooseThreshold::from_str(rule).unwrap();
            let ours = Threshold::from_str(rule).unwrap();
            assert_eq!(ours.rule, theirs.to_string());
            // goose shows its private fields in its Debug output.
            let theirs = format!("{theirs:?}");
            assert!(theirs.contains(&format!("{:?}", ours.metric)), "{theirs}");
            let operator = format!("operator: {:?},", ours.operator);
            assert!(theirs.contains(&operator), "{theirs}");
            assert!(
                theirs.contains(&format!("limit: {:?},", ours.limit)),
                "{theirs} {ours:?}"
            );
            assert!(
                theirs.contains(&format!("request: {:?}", ours.request)),
                "{theirs}"
            );
        }
    }

    #[test]
    fn what_is_no_rule_is_refused_by_both() {
        for rule in [
            "",
            "p95",
            "p95<",
            "p100<1s",
            "p0<1s",
            "p95<0",
            "p95==3",
            "p95<fast",
            "error-rate>100%",
            "error-rate<101%",
            "speed<3",
            "p95<1s for",
            "p95<-1ms",
            "p95<1e3",
            "p95<NaN",
        ] {
            assert!(GooseThreshold::from_str(rule).is_err(), "goose: {rule:?}");
            let error = Threshold::from_str(rule).unwrap_err();
            assert!(error.contains(rule), "{error}");
        }
    }

    #[test]
    fn rules_are_judged_on_our_own_histograms() {
        let begin = Instant::now();
        let ms = Duration::from_millis;
        let mut tally = Tally::new(begin, begin + ms(2000));
        let failure = Failure {
            kind: "http_503".into(),
            wrong: false,
            example: String::new(),
        };
        for n in 0..100u64 {
            let sample = Sample {
                name: if n % 2 == 0 { "exchange" } else { "userinfo" },
                status: None,
                due: begin + ms(n),
                counts_at: begin + ms(n),
                sent: begin + ms(n + 1),
                done: begin + ms(n + 1 + n),
            };
            tally.record(&sample, (n == 7).then_some(&failure));
        }
        for (rule, ok) in [
            ("p50<51ms", true),
            ("p50<50ms", false),
            ("p50<=50ms for exchange", true),
            ("max<=100.1ms", true),
            ("max<99ms for exchange", false),
            ("avg<51ms", true),
            ("error-rate<1%", false),
            ("error-rate<=1%", true),
            ("error-rate<1% for exchange", true),
            ("error-rate<=2% for userinfo", true),
            ("rps>=50", true),
            ("rps>50", false),
            ("rps>=25 for exchange", true),
            ("p99<10s for logout", false),
        ] {
            let rule = Threshold::from_str(rule).unwrap();
            let verdict = rule.judge_view(tally.view(rule.request()));
            assert_eq!(verdict.ok, Some(ok), "{verdict:?}");
        }
    }
}
