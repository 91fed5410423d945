//! A control group of its own for each machine, in every hierarchy that the computer has: two
//! systemds in one group would end each other's services. Memory limits hang on it too.

use crate::Outcome;
use crate::files::trouble;
use crate::site::Site;
use provider::ProviderProblem;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

const MIB: u64 = 1 << 20;
/// Inside of a machine's group: what keeps the machine is apart from the machine, whose systemd
/// wants a group of its own. nspawn knows this name, and makes another beside it.
const SUPERVISOR: &str = "supervisor";

/// A mounted hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hierarchy {
    root: PathBuf,
    unified: bool,
    /// Whether it can limit memory.
    memory: bool,
}

/// The hierarchies of the computer.
pub(crate) fn hierarchies() -> Vec<Hierarchy> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mut found = parse(&mounts);
    for hierarchy in found.iter_mut().filter(|h| h.unified) {
        let controllers = hierarchy.root.join("cgroup.controllers");
        let controllers = fs::read_to_string(controllers).unwrap_or_default();
        hierarchy.memory = controllers.split_whitespace().any(|c| c == "memory");
    }
    found
}

/// Whether memory can be limited.
pub(crate) fn limits_memory() -> bool {
    hierarchies().iter().any(|h| h.memory)
}

/// Makes the groups of a machine.
pub(crate) fn prepare(site: &Site, name: &str) -> Outcome<()> {
    for hierarchy in hierarchies() {
        let group = group(&hierarchy, site, name).join(SUPERVISOR);
        fs::create_dir_all(&group).map_err(|e| trouble("making", &group, &e))?;
        if hierarchy.unified && hierarchy.memory {
            // What a group may limit, those above it must allow.
            for above in [&hierarchy.root, &hierarchy.root.join(site.cgroup())] {
                let _ = fs::write(above.join("cgroup.subtree_control"), "+memory");
            }
        }
        if hierarchy.root.ends_with("cpuset") {
            inherit_cpus(&hierarchy.root, &group)?;
        }
    }
    Ok(())
}

/// Puts a process into the groups of a machine.
pub(crate) fn enter(site: &Site, name: &str, pid: u32) -> Outcome<()> {
    for hierarchy in hierarchies() {
        let file = group(&hierarchy, site, name)
            .join(SUPERVISOR)
            .join("cgroup.procs");
        fs::write(&file, pid.to_string()).map_err(|e| trouble("writing", &file, &e))?;
    }
    Ok(())
}

/// Sets the memory that a machine may use; none lifts the limit.
pub(crate) fn limit(site: &Site, name: &str, memory_mib: Option<u64>) -> Outcome<()> {
    for hierarchy in hierarchies().into_iter().filter(|h| h.memory) {
        let (file, lifted) = match hierarchy.unified {
            true => ("memory.max", "max"),
            false => ("memory.limit_in_bytes", "-1"),
        };
        let file = group(&hierarchy, site, name).join(file);
        let bytes = memory_mib.map_or_else(|| lifted.into(), |m| (m * MIB).to_string());
        match fs::write(&file, bytes) {
            Err(e) if e.kind() == ErrorKind::ResourceBusy => {
                return Err(ProviderProblem::error(format!(
                    "the machine uses more memory than the {} MiB that it may have now",
                    memory_mib.unwrap_or_default()
                ))
                .help("end something on it first, or give it more"));
            }
            Err(e) if memory_mib.is_some() => return Err(trouble("writing", &file, &e)),
            _ => {}
        }
    }
    Ok(())
}

/// The processes of a machine.
pub(crate) fn members(site: &Site, name: &str) -> Vec<u32> {
    let mut pids = Vec::new();
    for hierarchy in hierarchies() {
        for group in tree(&group(&hierarchy, site, name)) {
            let text = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
            pids.extend(text.lines().filter_map(|l| l.parse::<u32>().ok()));
        }
    }
    pids.sort_unstable();
    pids.dedup();
    pids
}

/// Removes the groups of a machine in which no process is left, and, of the last machine, those
/// of the site.
pub(crate) fn remove(site: &Site, name: &str, deadline: Instant) -> Outcome<()> {
    for hierarchy in hierarchies() {
        for group in tree(&group(&hierarchy, site, name)) {
            remove_group(&group, deadline)?;
        }
        let _ = fs::remove_dir(hierarchy.root.join(site.cgroup()));
    }
    Ok(())
}

/// A process that has just ended may keep its group busy for a moment.
fn remove_group(group: &Path, deadline: Instant) -> Outcome<()> {
    loop {
        match fs::remove_dir(group) {
            Err(e) if e.kind() == ErrorKind::ResourceBusy && Instant::now() < deadline => {
                sleep(Duration::from_millis(10));
            }
            Err(e) if e.kind() != ErrorKind::NotFound => {
                return Err(trouble("removing", group, &e));
            }
            _ => return Ok(()),
        }
    }
}

/// A group and all below it, the innermost first.
fn tree(group: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(group)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
    {
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            found.extend(tree(&entry.path()));
        }
    }
    if group.is_dir() {
        found.push(group.to_path_buf());
    }
    found
}

/// The old cpuset hierarchy lets no process in before its group has processors and memory, and
/// none before the one above it.
fn inherit_cpus(root: &Path, group: &Path) -> Outcome<()> {
    let mut groups: Vec<&Path> = group.ancestors().take_while(|g| *g != root).collect();
    groups.reverse();
    for file in ["cpuset.cpus", "cpuset.mems"] {
        let all = fs::read_to_string(root.join(file)).unwrap_or_default();
        for group in &groups {
            let path = group.join(file);
            fs::write(&path, all.trim()).map_err(|e| trouble("writing", &path, &e))?;
        }
    }
    Ok(())
}

fn group(hierarchy: &Hierarchy, site: &Site, name: &str) -> PathBuf {
    hierarchy.root.join(site.cgroup()).join(name)
}

/// The hierarchies in the text of `/proc/self/mounts`.
fn parse(mounts: &str) -> Vec<Hierarchy> {
    let mut found: Vec<Hierarchy> = Vec::new();
    for line in mounts.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, root, kind, options, ..] = fields[..] else {
            continue;
        };
        let hierarchy = Hierarchy {
            root: PathBuf::from(root),
            unified: kind == "cgroup2",
            memory: kind == "cgroup" && options.split(',').any(|o| o == "memory"),
        };
        if matches!(kind, "cgroup" | "cgroup2") && !found.contains(&hierarchy) {
            found.push(hierarchy);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_old_and_new_hierarchies() {
        let text = "proc /proc proc rw 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n\
                    cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0\n\
                    cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
        let found = parse(text);
        assert_eq!(found.len(), 3);
        assert_eq!(
            found.iter().map(|h| h.memory).collect::<Vec<_>>(),
            [true, false, false]
        );
        assert_eq!(
            found.iter().map(|h| h.unified).collect::<Vec<_>>(),
            [false, false, true]
        );
    }
}
