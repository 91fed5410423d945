//! The programs of the computer that machines take, and the Debian packages that bring them.

use crate::Outcome;
use provider::ProviderProblem;
use std::path::Path;

/// Programs, and the package of each.
const NEEDED: [(&str, &str); 9] = [
    ("systemd-nspawn", "systemd-container"),
    ("mmdebstrap", "mmdebstrap"),
    ("ssh-keygen", "openssh-client"),
    ("ip", "iproute2"),
    ("nft", "nftables"),
    ("apt-config", "apt"),
    ("setsid", "util-linux"),
    ("flock", "util-linux"),
    ("setpriv", "util-linux"),
];
const DIRS: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

/// Refuses where machines can't be made by this user on this computer.
pub(crate) fn check() -> Outcome<()> {
    if !cfg!(target_os = "linux") {
        return Err(ProviderProblem::error("sandbox machines need Linux")
            .help("run it on a Linux computer or in a virtual machine, or try `--rehearse`"));
    }
    if !is_root() {
        return Err(ProviderProblem::error("sandbox machines take root")
            .help("run it with sudo, or try `--rehearse`, which needs nothing"));
    }
    missing().map_or(Ok(()), Err)
}

/// Whether this process may do everything.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// What is not installed, as one problem.
pub(crate) fn missing() -> Option<ProviderProblem> {
    let lacking = |name: &str| !DIRS.iter().any(|d| Path::new(d).join(name).is_file());
    let mut missing: Vec<_> = NEEDED.iter().filter(|(name, _)| lacking(name)).collect();
    if missing.is_empty() {
        return None;
    }
    let programs: Vec<_> = missing
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    missing.dedup_by_key(|(_, package)| *package);
    let packages: Vec<_> = missing.iter().map(|(_, package)| *package).collect();
    Some(
        ProviderProblem::error(format!("{} not installed", are(&programs)))
            .help(format!("run `apt-get install {}`", packages.join(" "))),
    )
}

fn are(programs: &[String]) -> String {
    let verb = if programs.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", programs.join(", "))
}
