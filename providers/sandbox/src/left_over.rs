//! What interrupted runs left on the computer: parts that bear a site's names though no machine on
//! record has them.

use crate::files::{self, mounted_below};
use crate::site::Site;
use crate::{meta, network, processes, subnet, tools};
use std::fs;
use std::path::Path;

/// What bears the site's names though no machine on record does.
pub(crate) fn left_over(site: &Site) -> Vec<String> {
    let machines = meta::all(site).unwrap_or_default();
    let mut left: Vec<String> = Vec::new();
    let prefix = site.namespace("");
    for file in files::names(Path::new("/run/netns")).unwrap_or_default() {
        let known = file
            .strip_prefix(&prefix)
            .map(|n| machines.iter().any(|m| m.name == n));
        if known == Some(false) {
            let pids = processes::in_namespace(&Path::new("/run/netns").join(&file));
            left.push(format!(
                "network namespace {file} with {} processes",
                pids.len()
            ));
        }
    }
    let numbers = (1..=254u8).filter(|n| !machines.iter().any(|m| m.number() == *n));
    left.extend(
        numbers
            .map(|n| site.link(n))
            .filter(|l| network::exists(l))
            .map(|l| format!("link {l}")),
    );
    if machines.is_empty() {
        left.extend(network::exists(&site.bridge()).then(|| format!("bridge {}", site.bridge())));
        let table = tools::is_root() && network::table_exists(&site.table());
        left.extend(table.then(|| format!("nft table {}", site.table())));
        let recorded = subnet::recorded(site).ok().flatten();
        left.extend(recorded.map(|s| format!("range of addresses {}", s.cidr())));
    }
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    left.extend(mounted_below(&mounts, &site.machines()).map(|m| format!("mount {m}")));
    let parts = files::names(&site.machines()).unwrap_or_default();
    left.extend(
        parts
            .into_iter()
            .filter(|n| n.starts_with('.'))
            .map(|n| format!("directory {n}")),
    );
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_untouched_site_has_nothing_left_over() {
        let dir = tempfile::tempdir().unwrap();
        let site = Site::at(dir.path());
        assert!(left_over(&site).is_empty());
        files::make_dir(&site.machines().join(".new-x")).unwrap();
        assert_eq!(left_over(&site), ["directory .new-x"]);
    }
}
