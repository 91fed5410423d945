//! What `landfall sandbox doctor` does: looks at all that machines need on this computer and at
//! what interrupted runs left, and says of each what to do.

use crate::left_over::left_over;
use crate::site::Site;
use crate::{cgroup, image, meta, tools};
use std::fs;
use std::path::Path;
use tokio::task::spawn_blocking;

const GIB: u64 = 1 << 30;
/// Room for an image and for what a few machines write.
const ROOM_GIB: u64 = 2;

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// As it should be.
    Good,
    /// Worth knowing; machines work.
    Notice,
    /// Machines don't work, or something is left over.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at, in a word or two.
    pub name: &'static str,
    /// How it stands.
    pub health: Health,
    /// What was seen.
    pub seen: String,
    /// What to do, where something is to be done.
    pub help: Option<String>,
}

/// Looks at all that machines need. Changes nothing.
pub async fn doctor() -> Vec<Check> {
    let site = Site::usual();
    let checks = spawn_blocking(move || all(&site)).await;
    checks.unwrap_or_else(|e| vec![bad("doctor", format!("crashed: {e}"), "report it")])
}

fn all(site: &Site) -> Vec<Check> {
    let mut checks = vec![root(), programs(), keyring(), overlay(), groups(), memory()];
    checks.extend([forwarding(), firewall(), space(site)]);
    checks.extend(image::names().map(base_image));
    checks.extend(records(site));
    checks.push(left(site));
    checks
}

fn root() -> Check {
    match tools::is_root() {
        true => good("root", "yes"),
        false => bad("root", "no", "run it with sudo"),
    }
}

fn programs() -> Check {
    match tools::missing() {
        None => good("programs", "all installed"),
        Some(problem) => Check {
            help: problem.help,
            ..bad("programs", problem.message, "")
        },
    }
}

fn keyring() -> Check {
    match Path::new("/usr/share/keyrings/debian-archive-keyring.gpg").exists() {
        true => good("keyring", "Debian's keys are there"),
        false => bad(
            "keyring",
            "Debian's keys, which sign what images are built from, are not there",
            "run `apt-get install debian-archive-keyring`",
        ),
    }
}

fn overlay() -> Check {
    let known = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    let loaded = known.split_whitespace().any(|word| word == "overlay");
    match loaded || has_module("overlay") {
        true => good("overlayfs", "the kernel has it"),
        false => bad(
            "overlayfs",
            "the kernel does not have it",
            "run `modprobe overlay`",
        ),
    }
}

fn has_module(name: &str) -> bool {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let list = format!("/lib/modules/{}/modules.dep", release.trim());
    fs::read_to_string(list).is_ok_and(|text| text.contains(&format!("/{name}.ko")))
}

fn groups() -> Check {
    let count = cgroup::hierarchies().len();
    match count {
        0 => bad(
            "control groups",
            "none is mounted",
            "run `mount -t cgroup2 none /sys/fs/cgroup`; systemd inside of machines needs them",
        ),
        1 => good("control groups", "one hierarchy"),
        _ => good("control groups", format!("{count} hierarchies")),
    }
}

fn memory() -> Check {
    match cgroup::limits_memory() {
        true => good("memory limits", "can be set"),
        false => notice(
            "memory limits",
            "can't be set: `memory` of machines has no effect",
            "boot the computer with the memory controller (`cgroup_enable=memory`)",
        ),
    }
}

fn forwarding() -> Check {
    match fs::read_to_string("/proc/sys/net/ipv4/ip_forward").is_ok_and(|t| t.trim() == "1") {
        true => good("ip_forward", "on"),
        false => good("ip_forward", "off; the first machine switches it on"),
    }
}

/// A machine's packets are dropped where any chain of the computer drops what it forwards.
fn firewall() -> Check {
    let rules = crate::run::program(&["nft", "list", "chains"])
        .run()
        .unwrap_or_default();
    let drops = |line: &&str| line.contains("hook forward") && line.contains("policy drop");
    match rules.lines().any(|line| drops(&line)) {
        false => good("firewall", "forwards"),
        true => notice(
            "firewall",
            "a chain of this computer drops what is forwarded (Docker and ufw do that): machines \
             may not reach the Internet",
            "let them through: `iptables -I FORWARD -i landfall0 -j ACCEPT` and `iptables -I \
             FORWARD -o landfall0 -m state --state RELATED,ESTABLISHED -j ACCEPT`",
        ),
    }
}

fn space(site: &Site) -> Check {
    let there = site
        .dir()
        .ancestors()
        .find(|dir| dir.exists())
        .unwrap_or(Path::new("/"));
    let Ok(room) = rustix::fs::statvfs(there) else {
        return bad(
            "disk",
            format!("{} can't be looked at", there.display()),
            "check the disk",
        );
    };
    let free = room.f_bavail * room.f_frsize / GIB;
    let seen = format!("{free} GiB free at {}", there.display());
    match free >= ROOM_GIB {
        true => good("disk", seen),
        false => bad(
            "disk",
            seen,
            "make room, or set LANDFALL_SANDBOX_DIR to another disk",
        ),
    }
}

fn base_image(name: &str) -> Check {
    match image::is_built(name) {
        true => good("base image", format!("{name} is built")),
        false => good(
            "base image",
            format!("{name} is not built; the first machine builds it"),
        ),
    }
}

fn records(site: &Site) -> Vec<Check> {
    let machines = match meta::all(site) {
        Ok(machines) => machines,
        Err(problem) => {
            return vec![Check {
                help: problem.help,
                ..bad("machines", problem.message, "")
            }];
        }
    };
    let mut checks = Vec::new();
    for meta in &machines {
        let state = crate::machine::state(meta);
        let seen = format!("{} ({}) is {state}", meta.name, meta.hint);
        checks.push(match state {
            "running" => good("machine", seen),
            "stopped" => notice("machine", seen, "the next `landfall apply` starts it"),
            _ => notice(
                "machine",
                seen,
                &format!(
                    "the next `landfall apply` settles it; without its state: \
                     `landfall sandbox down {}`",
                    meta.name
                ),
            ),
        });
    }
    if checks.is_empty() {
        checks.push(good("machines", "none"));
    }
    checks
}

fn left(site: &Site) -> Check {
    let left = left_over(site);
    match left.is_empty() {
        true => good("left over", "nothing"),
        false => bad(
            "left over",
            left.join(", "),
            "run `landfall sandbox down` when no apply runs: it removes what nothing needs",
        ),
    }
}

fn good(name: &'static str, seen: impl Into<String>) -> Check {
    Check {
        name,
        health: Health::Good,
        seen: seen.into(),
        help: None,
    }
}

fn notice(name: &'static str, seen: impl Into<String>, help: &str) -> Check {
    Check {
        name,
        health: Health::Notice,
        seen: seen.into(),
        help: Some(help.into()),
    }
}

fn bad(name: &'static str, seen: impl Into<String>, help: &str) -> Check {
    Check {
        name,
        health: Health::Bad,
        seen: seen.into(),
        help: Some(help.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_good_says_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let site = Site::at(dir.path());
        for check in all(&site) {
            let told = check.help.as_ref().is_some_and(|h| !h.is_empty());
            assert!(check.health == Health::Good || told, "{check:?}");
        }
    }
}
