//! Base images: a small Debian with systemd and sshd, built once on the computer, shared by all
//! its machines, never changed. What is particular to a machine lies over it.

use crate::files::{self, trouble};
use crate::run::program;
use crate::site::Site;
use crate::sources::{self, Source};
use crate::{Outcome, meta};
use provider::ProviderProblem;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Images by name, with the Debian release of each.
const IMAGES: [(&str, &str); 1] = [("debian-12", "bookworm")];
/// Raised when the content of images changes: those of before are left to their machines.
const RECIPE: u32 = 1;
const PACKAGES: &str = "systemd,systemd-sysv,dbus,libpam-systemd,openssh-server,sudo,\
                        ca-certificates,iproute2,procps,curl";

/// The names of all images.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    IMAGES.iter().map(|(name, _)| *name)
}

/// The image's root directory.
pub(crate) fn root(name: &str) -> PathBuf {
    Site::images().join(format!("{name}-r{RECIPE}"))
}

/// Whether the image is built.
pub(crate) fn is_built(name: &str) -> bool {
    root(name).is_dir()
}

/// Builds the image unless it is there; whoever comes meanwhile waits for it.
pub(crate) fn ensure(name: &str, progress: &dyn Fn(&str), deadline: Instant) -> Outcome<()> {
    if is_built(name) {
        return Ok(());
    }
    progress(&format!("the base image {name} is not there yet"));
    let _lock = lock(name)?;
    if is_built(name) {
        return Ok(());
    }
    let release = IMAGES
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, release)| *release);
    let release = release.ok_or_else(|| unknown(name))?;
    build(name, release, progress, deadline)
}

/// Removes all images that no machine uses; gives their names.
pub(crate) fn remove_unused(site: &Site) -> Outcome<Vec<String>> {
    let _locks = names().map(lock).collect::<Outcome<Vec<_>>>()?;
    let kept: Vec<PathBuf> = meta::all(site)?.iter().map(|m| root(&m.image)).collect();
    let mut removed = Vec::new();
    for name in files::names(&Site::images())? {
        let dir = Site::images().join(&name);
        if !dir.is_dir() || kept.contains(&dir) || in_use(&dir) {
            continue;
        }
        files::remove_tree(&dir)?;
        if !name.starts_with('.') {
            removed.push(name);
        }
    }
    Ok(removed)
}

/// A problem of an image that there is not.
pub(crate) fn unknown(name: &str) -> ProviderProblem {
    let known: Vec<_> = names().map(|n| format!("\"{n}\"")).collect();
    ProviderProblem::error(format!("there is no image \"{name}\""))
        .help(format!("images: {}", known.join(", ")))
        .at(model::AttrPath::name("image"))
}

fn lock(name: &str) -> Outcome<fs::File> {
    files::lock(&Site::images().join(format!("{name}.lock")))
}

/// Whether a machine that runs has it below its own files. Those mounts are not ours to see, but
/// the processes that made them are.
fn in_use(dir: &Path) -> bool {
    let wanted = format!("--overlay={}:", dir.display());
    let processes = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let mut lines = processes.filter_map(|p| fs::read(p.path().join("cmdline")).ok());
    lines.any(|line| String::from_utf8_lossy(&line).contains(&wanted))
}

/// Needs the image's lock.
fn build(name: &str, release: &str, progress: &dyn Fn(&str), deadline: Instant) -> Outcome<()> {
    let started = Instant::now();
    sweep(name);
    let partial = Site::images().join(format!(".{name}-{}", std::process::id()));
    files::remove_tree(&partial)?;
    progress(&format!(
        "building the base image {name} (once on this computer)"
    ));
    let sources = sources::of_release(release);
    if let Err(problem) = bootstrap(release, &sources, &partial, progress, deadline) {
        let _ = files::remove_tree(&partial);
        return Err(problem);
    }
    finish(&partial, &sources)?;
    let root = root(name);
    fs::rename(&partial, &root).map_err(|e| trouble("making", &root, &e))?;
    files::sync_dir(&Site::images())?;
    progress(&format!(
        "built the base image {name} in {} s",
        started.elapsed().as_secs()
    ));
    Ok(())
}

/// Runs mmdebstrap so that it ends with us, all of it: in a process namespace whose first process
/// is killed when its parent is.
fn bootstrap(
    release: &str,
    sources: &[Source],
    target: &Path,
    progress: &dyn Fn(&str),
    deadline: Instant,
) -> Outcome<()> {
    let lines: String = sources.iter().map(|s| format!("{}\n", s.line())).collect();
    let target = target.display().to_string();
    let include = format!("--include={PACKAGES}");
    let argv = [
        "setpriv",
        "--pdeathsig",
        "KILL",
        "unshare",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "mmdebstrap",
        "--mode=root",
        "--variant=minbase",
        &include,
        release,
        &target,
        "-",
    ];
    let step = |line: &str| {
        if let Some(step) = line.strip_prefix("I: ") {
            progress(&format!("base image: {step}"));
        }
    };
    let built = program(&argv)
        .input(lines)
        .environment(sources::proxies())
        .until(deadline)
        .on_line(&step)
        .run();
    built.map(|_| ()).map_err(|problem| {
        let why = ProviderProblem::error("the base image could not be built");
        let sources = sources.iter().map(|s| format!("from: {}", s.line()));
        let why = sources
            .chain(problem.details)
            .fold(why, ProviderProblem::detail);
        why.help("check that `apt-get update` works on this computer, then run it again")
    })
}

/// Takes out what would be the same on each machine but must not, and puts in where apt gets
/// its packages.
fn finish(root: &Path, sources: &[Source]) -> Outcome<()> {
    let ssh = root.join("etc/ssh");
    for name in files::names(&ssh)?
        .iter()
        .filter(|n| n.starts_with("ssh_host_"))
    {
        let path = ssh.join(name);
        fs::remove_file(&path).map_err(|e| trouble("removing", &path, &e))?;
    }
    for name in ["etc/hostname", "etc/resolv.conf", "var/lib/dbus/machine-id"] {
        let _ = fs::remove_file(root.join(name));
    }
    // Empty, not absent: systemd makes one at the first boot and keeps it.
    files::write(&root.join("etc/machine-id"), b"", 0o444)?;
    let lines: String = sources.iter().map(|s| format!("{}\n", s.line())).collect();
    files::write(&root.join("etc/apt/sources.list"), lines.as_bytes(), 0o644)?;
    for key in sources.iter().filter_map(Source::key) {
        let to = root.join(key.trim_start_matches('/'));
        if !to.exists() {
            files::make_dir_mode(to.parent().unwrap_or(root), 0o755)?;
            fs::copy(key, &to).map_err(|e| trouble("copying", Path::new(key), &e))?;
        }
    }
    Ok(())
}

/// Removes what interrupted builds of the image left, as far as it can be.
fn sweep(name: &str) {
    for left in files::names(&Site::images()).unwrap_or_default() {
        if left.starts_with(&format!(".{name}-")) {
            let _ = files::remove_tree(&Site::images().join(left));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_image_names_the_known_ones() {
        let problem = unknown("debian-7");
        assert!(problem.help.is_some_and(|h| h.contains("\"debian-12\"")));
        assert!(names().all(|n| root(n).starts_with(Site::images())));
    }
}
