//! Processes of the computer: which are a machine's, and their end. Each is named by number and
//! start time, so that no later process of the same number is ever taken for it.

use crate::Outcome;
use crate::meta::Supervisor;
use provider::ProviderProblem;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(10);

/// The process of a number, as it is now.
pub(crate) fn supervisor(pid: u32) -> Option<Supervisor> {
    let started = start_time(pid)?;
    Some(Supervisor {
        pid,
        started,
        boot: boot_id(),
    })
}

/// Whether that process still runs.
pub(crate) fn runs(process: &Supervisor) -> bool {
    process.boot == boot_id() && start_time(process.pid) == Some(process.started)
}

/// Ends that process at once, if it is still there.
pub(crate) fn kill(process: &Supervisor) {
    let pid = i32::try_from(process.pid).ok().and_then(Pid::from_raw);
    let Some(Ok(handle)) = pid.map(|pid| pidfd_open(pid, PidfdFlags::empty())) else {
        return;
    };
    // The handle holds the process; only now is it certain which one that is.
    if runs(process) {
        let _ = pidfd_send_signal(&handle, Signal::KILL);
    }
}

/// Ends all that `members` names, again and again, until it names none.
///
/// # Errors
/// Where some are left at the deadline.
pub(crate) fn kill_all(members: impl Fn() -> Vec<u32>, deadline: Instant) -> Outcome<()> {
    loop {
        let left: Vec<_> = members().into_iter().filter_map(supervisor).collect();
        if left.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            let pids: Vec<_> = left.iter().map(|p| p.pid.to_string()).collect();
            return Err(ProviderProblem::error(format!(
                "the processes {} of the machine don't end",
                pids.join(", ")
            ))
            .help("see what they wait for: `cat /proc/PID/stack`"));
        }
        left.iter().for_each(kill);
        sleep(POLL);
    }
}

/// The processes in a network namespace, by its file.
pub(crate) fn in_namespace(file: &Path) -> Vec<u32> {
    let identity = |m: fs::Metadata| (m.dev(), m.ino());
    let Some(wanted) = fs::metadata(file).ok().map(identity) else {
        return Vec::new();
    };
    let of = |pid: &u32| {
        fs::metadata(format!("/proc/{pid}/ns/net"))
            .ok()
            .map(identity)
    };
    all().filter(|pid| of(pid) == Some(wanted)).collect()
}

/// The processes of root that were started with an argument.
pub(crate) fn with_argument(argument: &str) -> Vec<u32> {
    let has = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|b| *b == 0)
            .any(|word| word == argument.as_bytes())
    };
    let roots = |pid: &u32| fs::metadata(format!("/proc/{pid}")).is_ok_and(|m| m.uid() == 0);
    all().filter(|pid| has(pid) && roots(pid)).collect()
}

fn all() -> impl Iterator<Item = u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten();
    processes.filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok())
}

/// When a process started, in ticks since the computer did; none for one that has ended.
fn start_time(pid: u32) -> Option<u64> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The start time in the text of `/proc/PID/stat`. The name before it may hold anything.
fn parse_stat(text: &str) -> Option<u64> {
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    (!matches!(state, "Z" | "X")).then(|| fields.nth(18)?.parse().ok())?
}

fn boot_id() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn reads_the_start_time_behind_any_name() {
        let rest = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
        assert_eq!(parse_stat(&format!("12 (a) Z) {rest}")), Some(4711));
        assert_eq!(
            parse_stat(&format!("12 (a) {}", rest.replace('S', "Z"))),
            None
        );
        assert_eq!(parse_stat(""), None);
    }

    #[test]
    fn kills_only_the_process_that_was_meant() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let process = supervisor(child.id()).unwrap();
        let another = Supervisor {
            started: process.started + 1,
            ..process.clone()
        };
        kill(&another);
        assert!(runs(&process));
        assert!(!runs(&another));
        kill_all(|| vec![child.id()], Instant::now() + Duration::from_secs(5)).unwrap();
        assert!(!runs(&process));
        child.wait().unwrap();
    }
}
