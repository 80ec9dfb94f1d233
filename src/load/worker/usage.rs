//! How busy this process is, as far as the system tells.

use std::time::Instant;

/// Linux counts processor time in hundredths of a second, whatever its own clock does.
const TICKS_PER_SECOND: f64 = 100.0;

/// Looks at the process now and then.
#[derive(Debug)]
pub(super) struct Usage {
    at: Instant,
    ticks: Option<u64>,
}

impl Usage {
    pub(super) fn new() -> Self {
        Self {
            at: Instant::now(),
            ticks: ticks(),
        }
    }

    /// The part of the processors that this program can use that was used since the last look, in percent. Locust warns
    /// above 90: a worker of its own has one processor, ours one for each thread of its runtime.
    pub(super) fn cpu(&mut self) -> f64 {
        let (at, ticks) = (Instant::now(), ticks());
        let seconds = (at - self.at).as_secs_f64();
        let used = ticks
            .zip(self.ticks)
            .map(|(now, then)| now.saturating_sub(then));
        self.at = at;
        self.ticks = ticks;
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = tokio::runtime::Handle::try_current().map(|h| h.metrics().num_workers());
        let processors = processors.min(threads.unwrap_or(processors));
        match used {
            Some(used) if seconds > 0.0 => {
                used as f64 / TICKS_PER_SECOND / seconds / processors as f64 * 100.0
            }
            _ => 0.0,
        }
    }
}

/// Resident memory in bytes; 0 where the system does not tell.
pub(super) fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    resident(&status).unwrap_or(0)
}

fn ticks() -> Option<u64> {
    spent(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// User and system time in `/proc/self/stat`: the 14th and 15th field. The second, the name of the program, may hold
/// anything and ends with the last parenthesis.
fn spent(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_tells_is_read() {
        let stat = "17 (a (b) c) R 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1";
        assert_eq!(spent(stat), Some(300));
        assert_eq!(spent("17 (x"), None);
        assert_eq!(spent("17 (x) R 1"), None);
        assert_eq!(resident("Name:\tx\nVmRSS:\t  2048 kB\n"), Some(2_097_152));
        assert_eq!(resident("Name:\tx\n"), None);
    }
}
