//! What happened when: the seconds of all parts, and what went wrong in them, on one clock.

use std::collections::BTreeMap;

use crate::load_run::{Incident, Second};

/// The seconds of several parts.
#[derive(Debug, Default)]
pub(super) struct Seconds {
    /// By their number, from 1.
    sums: BTreeMap<u64, (Second, usize)>,
}

impl Seconds {
    /// Adds the seconds of a part that began `offset_ms` after the first one: to the nearest second.
    pub(super) fn add(&mut self, series: &[Second], offset_ms: u64) {
        let shift = (offset_ms + 500) / 1000;
        for second in series {
            let number = second.at_ms.div_ceil(1000).saturating_add(shift);
            let at_ms = second.at_ms.saturating_add(shift.saturating_mul(1000));
            let (sum, parts) = self.sums.entry(number).or_default();
            sum.at_ms = sum.at_ms.max(at_ms);
            sum.requests = sum.requests.saturating_add(second.requests);
            sum.errors = sum.errors.saturating_add(second.errors);
            sum.due = sum.due.saturating_add(second.due);
            sum.in_flight = sum.in_flight.saturating_add(second.in_flight);
            if second.requests == 0 {
                continue;
            }
            *parts += 1;
            sum.max = larger(sum.max, second.max);
            // Percentiles can't be added up: those of the sum are not known.
            let only = *parts == 1;
            sum.p50 = second.p50.filter(|_| only);
            sum.p95 = second.p95.filter(|_| only);
            sum.p99 = second.p99.filter(|_| only);
        }
    }

    /// The sums, one second after another.
    pub(super) fn whole(self) -> Vec<Second> {
        self.sums.into_values().map(|(second, _)| second).collect()
    }
}

fn larger(one: Option<f64>, two: Option<f64>) -> Option<f64> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one.max(two)),
        (one, two) => one.or(two),
    }
}

/// Adds what went wrong in a part that began `offset_ms` after the first one.
pub(super) fn add_incidents(sum: &mut Vec<Incident>, part: &[Incident], offset_ms: u64) {
    let offset = i64::try_from(offset_ms).unwrap_or(i64::MAX);
    for incident in part {
        let mut incident = incident.clone();
        incident.first_at_ms = incident.first_at_ms.saturating_add(offset);
        incident.last_at_ms = incident.last_at_ms.saturating_add(offset);
        let known = sum.iter_mut().find(|known| {
            (&known.request, &known.kind, known.wrong)
                == (&incident.request, &incident.kind, incident.wrong)
        });
        let Some(known) = known else {
            sum.push(incident);
            continue;
        };
        known.count = known.count.saturating_add(incident.count);
        known.last_at_ms = known.last_at_ms.max(incident.last_at_ms);
        if incident.first_at_ms < known.first_at_ms {
            known.first_at_ms = incident.first_at_ms;
            known.example = incident.example;
        }
    }
    sum.sort_by_key(|incident| incident.first_at_ms);
}
