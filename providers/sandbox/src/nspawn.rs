//! The one place that knows systemd-nspawn: how a machine is started, and how it is ended.

use crate::files::{self, trouble};
use crate::meta::{Meta, Supervisor};
use crate::run::command;
use crate::site::Site;
use crate::{Outcome, cgroup, image, network, processes};
use provider::ProviderProblem;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

/// How long processes that are killed may take to end.
const END: Duration = Duration::from_secs(20);
/// nspawn boots no root directory without this file: it is put there last of all.
const GATE: &str = "usr/lib/os-release";
/// nspawn ends with 133 where the machine wants to be booted again. The arguments are passed on as
/// they are: nothing of them is read by the shell.
const KEEPER: &str = r#"while :; do "$@"; [ $? -eq 133 ] || exit 0; done"#;

/// Starts a machine that does not run; its network and its files are there. The process is
/// handed to `record` before it does anything, and goes on only once that is done: one that
/// nobody has on record, because this process was killed, ends by itself.
pub(crate) fn start(
    site: &Site,
    meta: &Meta,
    record: &mut dyn FnMut(Supervisor) -> Outcome<()>,
) -> Outcome<()> {
    let dir = site.machine(&meta.name);
    let gate = dir.join("root").join(GATE);
    let _ = fs::remove_file(&gate);
    cgroup::prepare(site, &meta.name)?;
    cgroup::limit(site, &meta.name, meta.memory_mib)?;
    let held = files::lock(&dir.join("launch"))?;
    let pid = launch(site, meta)?;
    let known = processes::supervisor(pid).ok_or_else(|| ended(site, &meta.name))?;
    cgroup::enter(site, &meta.name, pid)?;
    record(known)?;
    files::make_dir_mode(gate.parent().unwrap_or(&dir), 0o755)?;
    fs::write(&gate, "").map_err(|e| trouble("writing", &gate, &e))?;
    drop(held);
    Ok(())
}

/// Whether the machine's process runs.
pub(crate) fn runs(meta: &Meta) -> bool {
    meta.supervisor.as_ref().is_some_and(processes::runs)
}

/// Ends all of a machine's processes at once, and removes what nspawn leaves behind then. The
/// machine inside outlives an nspawn that is killed: its group and its network tell what is left.
pub(crate) fn end(site: &Site, name: &str) -> Outcome<()> {
    let deadline = Instant::now() + END;
    let dir = site.machine(name);
    let namespace = network::namespace_file(site, name);
    let directory = directory(&dir);
    let members = || {
        let mut pids = processes::with_argument(&directory);
        pids.extend(cgroup::members(site, name));
        pids.extend(processes::in_namespace(&namespace));
        pids
    };
    processes::kill_all(members, deadline)?;
    cgroup::remove(site, name, deadline)?;
    let machine = site.namespace(name);
    files::remove_tree(&Path::new("/run/systemd/nspawn/propagate").join(machine))?;
    remove_root_lock(&dir.join("root"));
    for name in files::names(&dir)?.iter().filter(|n| n.starts_with(".#")) {
        let path = dir.join(name);
        if path.is_dir() {
            files::remove_tree(&path)?;
        } else {
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}

/// The machine's last words.
pub(crate) fn console(site: &Site, name: &str) -> Vec<String> {
    let text = fs::read(console_file(site, name)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<String> = text.lines().map(plain).filter(|l| !l.is_empty()).collect();
    lines[lines.len().saturating_sub(10)..].to_vec()
}

/// A problem of a machine that does not run though it was started.
pub(crate) fn ended(site: &Site, name: &str) -> ProviderProblem {
    let problem = ProviderProblem::error(format!("the machine `{name}` ended while it booted"))
        .help("`landfall sandbox doctor` checks what machines need");
    console(site, name)
        .into_iter()
        .fold(problem, ProviderProblem::detail)
}

/// Starts the process, which waits for the lock `launch` before it becomes nspawn.
fn launch(site: &Site, meta: &Meta) -> Outcome<u32> {
    let path = console_file(site, &meta.name);
    let console = File::create(&path).map_err(|e| trouble("making", &path, &e))?;
    let errors = console
        .try_clone()
        .map_err(|e| trouble("making", &path, &e))?;
    let mut child = command(&argv(site, meta))
        .stdin(Stdio::null())
        .stdout(console)
        .stderr(errors)
        .spawn()
        .map_err(|e| ProviderProblem::error(format!("`setsid` could not be run: {e}")))?;
    let pid = child.id();
    // It outlives this process; if it ends before, somebody must ask for its end.
    thread::spawn(move || child.wait());
    Ok(pid)
}

fn argv(site: &Site, meta: &Meta) -> Vec<String> {
    let dir = site.machine(&meta.name);
    let path = |p: &Path| p.display().to_string();
    let lower = path(&image::root(&meta.image)).replace(':', "\\:");
    let upper = path(&dir.join("upper")).replace(':', "\\:");
    let mut argv: Vec<String> = ["setsid", "flock", "--no-fork"].map(String::from).to_vec();
    argv.push(path(&dir.join("launch")));
    argv.extend(["sh", "-c", KEEPER, "sh"].map(String::from));
    argv.extend(["systemd-nspawn", "--quiet", "--boot"].map(String::from));
    argv.push(directory(&dir));
    // Mounted by nspawn inside of the machine's own namespace: it ends with the machine.
    argv.push(format!("--overlay={lower}:{upper}:/"));
    let namespace = path(&network::namespace_file(site, &meta.name));
    argv.push(format!("--network-namespace-path={namespace}"));
    argv.push(format!("--machine={}", site.namespace(&meta.name)));
    argv.push(format!("--hostname={}", meta.name));
    argv.push(format!("--resolv-conf={}", resolv_conf()));
    let fixed = [
        "--capability=CAP_NET_ADMIN,CAP_NET_RAW",
        "--register=no",
        "--keep-unit",
    ];
    argv.extend(fixed.map(String::from));
    argv
}

/// The argument by which a machine's nspawn is known.
fn directory(dir: &Path) -> String {
    format!("--directory={}", dir.join("root").display())
}

/// A resolver on the computer's loopback does not answer inside; systemd's knows those behind it.
fn resolv_conf() -> &'static str {
    let text = fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let servers = text.lines().filter_map(|l| l.strip_prefix("nameserver"));
    let only_loopback = servers
        .map(str::trim)
        .all(|s| s.starts_with("127.") || s == "::1");
    match only_loopback && Path::new("/run/systemd/resolve/resolv.conf").exists() {
        true => "copy-uplink",
        false => "copy-host",
    }
}

/// nspawn locks its root directory by a file named after the inode, and leaves it when killed.
fn remove_root_lock(root: &Path) {
    use std::os::unix::fs::MetadataExt;
    if let Ok(found) = fs::metadata(root) {
        let name = format!("inode-{}:{}", found.dev(), found.ino());
        let _ = fs::remove_file(Path::new("/run/systemd/nspawn/locks").join(name));
    }
}

fn console_file(site: &Site, name: &str) -> PathBuf {
    site.machine(name).join("console.log")
}

/// A line without terminal colours.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => {
                let _ = rest.by_ref().skip(1).find(|c| c.is_ascii_alphabetic());
            }
            c if !c.is_control() => text.push(c),
            _ => {}
        }
    }
    text.trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_their_colours() {
        let line = "[\u{1b}[0;32m  OK  \u{1b}[0m] Started \u{1b}[0;1;39mssh.service\u{1b}[0m.\r";
        assert_eq!(plain(line), "[  OK  ] Started ssh.service.");
    }
}
