//! The range of addresses of a site: chosen once where nothing else on the computer is, kept
//! while there are machines.

use crate::Outcome;
use crate::files;
use crate::run::program;
use crate::site::Site;
use provider::ProviderProblem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::PathBuf;

const FILE: &str = "network.json";
const PREFIX: u8 = 24;

/// 256 addresses; the first usable one is the bridge's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subnet {
    base: Ipv4Addr,
}

impl Subnet {
    /// The computer's own address on the bridge: the machines' way out.
    pub(crate) fn gateway(self) -> Ipv4Addr {
        self.at(1)
    }

    pub(crate) fn at(self, number: u8) -> Ipv4Addr {
        let [a, b, c, _] = self.base.octets();
        Ipv4Addr::new(a, b, c, number)
    }

    pub(crate) fn cidr(self) -> String {
        self.with_prefix(self.base)
    }

    /// An address of it, with the length of its prefix.
    pub(crate) fn with_prefix(self, address: Ipv4Addr) -> String {
        format!("{address}/{PREFIX}")
    }

    /// The first address that none of `taken` has.
    pub(crate) fn free(self, taken: &BTreeSet<Ipv4Addr>) -> Option<Ipv4Addr> {
        (2..=254).map(|n| self.at(n)).find(|a| !taken.contains(a))
    }
}

/// The site's range; needs the site's lock.
pub(crate) fn of(site: &Site) -> Outcome<Subnet> {
    if let Some(subnet) = recorded(site)? {
        return Ok(subnet);
    }
    let subnet = choose(&used()?)?;
    let text = serde_json::to_vec(&subnet)
        .map_err(|e| ProviderProblem::error(format!("the network can't be recorded: {e}")))?;
    files::write(&path(site), &text, 0o600)?;
    Ok(subnet)
}

/// The site's range where it has one.
pub(crate) fn recorded(site: &Site) -> Outcome<Option<Subnet>> {
    Ok(files::read(&path(site))?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Gives the range up, so that the next machine's is chosen anew.
pub(crate) fn forget(site: &Site) {
    let _ = std::fs::remove_file(path(site));
}

fn path(site: &Site) -> PathBuf {
    site.dir().join(FILE)
}

/// Of 198.18.0.0/15, which is nobody's on the Internet, the first range that the computer does
/// not use.
fn choose(used: &[(u32, u32)]) -> Outcome<Subnet> {
    let candidates = (18..=19u8).flat_map(|b| (0..=255u8).map(move |c| (b, c)));
    let mut candidates = candidates.map(|(b, c)| Ipv4Addr::new(198, b, c, 0));
    candidates
        .find(|base| {
            let first = u32::from(*base);
            used.iter()
                .all(|(from, to)| *to < first || *from > first + 255)
        })
        .map(|base| Subnet { base })
        .ok_or_else(|| {
            ProviderProblem::error("no range of addresses is free for sandbox machines")
                .detail("tried: each /24 of 198.18.0.0/15")
                .help("see what uses them: `ip route show table all`")
        })
}

/// The ranges that the computer routes somewhere or asks for names.
fn used() -> Outcome<Vec<(u32, u32)>> {
    let routes = program(&["ip", "-4", "-o", "route", "show", "table", "all"]).run()?;
    let resolvers = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let words = routes
        .split_whitespace()
        .chain(resolvers.split_whitespace());
    Ok(words.filter_map(range).collect())
}

/// The range of `a.b.c.d` or `a.b.c.d/n`.
fn range(word: &str) -> Option<(u32, u32)> {
    let (address, length) = word.split_once('/').unwrap_or((word, "32"));
    let address = u32::from(address.parse::<Ipv4Addr>().ok()?);
    let length: u32 = length.parse().ok().filter(|l| (1..=32).contains(l))?;
    let mask = u32::MAX << (32 - length);
    Some((address & mask, address | !mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(used: &[&str], expected: &str) {
        let used: Vec<_> = used.iter().filter_map(|w| range(w)).collect();
        assert_eq!(choose(&used).unwrap().cidr(), expected);
    }

    #[test]
    fn avoids_what_the_computer_uses() {
        check(&[], "198.18.0.0/24");
        check(&["192.168.0.0/16", "default", "dev"], "198.18.0.0/24");
        check(&["198.18.0.0/23"], "198.18.2.0/24");
        check(&["198.18.0.17"], "198.18.1.0/24");
        check(&["198.18.0.0/16"], "198.19.0.0/24");
        assert!(choose(&[range("198.18.0.0/15").unwrap()]).is_err());
    }

    #[test]
    fn gives_each_machine_another_address() {
        let subnet = choose(&[]).unwrap();
        let mut taken = BTreeSet::new();
        while let Some(address) = subnet.free(&taken) {
            assert!(taken.insert(address) && address != subnet.gateway());
        }
        assert_eq!(taken.len(), 253);
    }
}
