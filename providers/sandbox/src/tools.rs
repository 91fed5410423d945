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
    missing_in(&DIRS)
}

fn missing_in(dirs: &[&str]) -> Option<ProviderProblem> {
    let there = |name: &str| dirs.iter().any(|d| Path::new(d).join(name).is_file());
    let missing: Vec<_> = NEEDED.iter().filter(|(name, _)| !there(name)).collect();
    let programs: Vec<_> = missing
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let mut packages: Vec<_> = missing.iter().map(|(_, package)| *package).collect();
    packages.dedup();
    let verb = match programs.len() {
        0 => return None,
        1 => "is",
        _ => "are",
    };
    Some(
        ProviderProblem::error(format!("{} {verb} not installed", programs.join(", ")))
            .help(format!("run `apt-get install {}`", packages.join(" "))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_each_missing_package_once() {
        let help = missing_in(&[]).unwrap().help.unwrap();
        assert_eq!(
            help,
            "run `apt-get install systemd-container mmdebstrap openssh-client iproute2 nftables \
             apt util-linux`"
        );
        let dir = tempfile::tempdir().unwrap();
        for (name, _) in &NEEDED[1..] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        let problem = missing_in(&[dir.path().to_str().unwrap()]).unwrap();
        assert_eq!(problem.message, "`systemd-nspawn` is not installed");
    }
}
