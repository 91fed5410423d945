//! The network of a site: a bridge, a namespace with a pair of links for each machine, the way
//! out, and the ports published on loopback. All of it follows from the machines on record, so
//! that doing it again mends what was interrupted.

use crate::Outcome;
use crate::files;
use crate::meta::{self, Meta, Stage};
use crate::run::{program, run};
use crate::site::Site;
use crate::subnet::{self, Subnet};
use provider::ProviderProblem;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// The name of a machine's link as it sees it.
const INSIDE: &str = "host0";
const COMPUTER_LOCK: &str = "/run/landfall-sandbox.lock";

/// The file of a machine's network namespace.
pub(crate) fn namespace_file(site: &Site, name: &str) -> PathBuf {
    Path::new("/run/netns").join(site.namespace(name))
}

/// Sees to it that the site has its range of addresses and its bridge; needs the site's lock.
pub(crate) fn open(site: &Site, held: &File) -> Outcome<Subnet> {
    // Of all sites of the computer: a range is taken once its bridge has it.
    let _computer = files::lock(Path::new(COMPUTER_LOCK))?;
    let subnet = subnet::of(site)?;
    bridge(site, subnet, held)?;
    Ok(subnet)
}

/// Makes a machine's network anew; needs the site's lock, and that the machine does not run.
pub(crate) fn attach(site: &Site, meta: &Meta, held: &File) -> Outcome<()> {
    let subnet = open(site, held)?;
    detach(site, &meta.name, Some(meta.number()), held)?;
    let (namespace, link) = (site.namespace(&meta.name), site.link(meta.number()));
    let (bridge, mtu) = (site.bridge(), mtu_outside());
    run(&["ip", "netns", "add", &namespace], held)?;
    run(
        &[
            "ip", "link", "add", &link, "mtu", &mtu, "type", "veth", "peer", "name", INSIDE, "mtu",
            &mtu, "netns", &namespace,
        ],
        held,
    )?;
    run(&["ip", "link", "set", &link, "master", &bridge, "up"], held)?;
    let address = subnet.with_prefix(meta.address);
    let gateway = subnet.gateway().to_string();
    let inside = format!(
        "link set lo up\naddr add {address} dev {INSIDE}\nlink set {INSIDE} up\n\
         route add default via {gateway}\n"
    );
    program(&["ip", "-n", &namespace, "-batch", "-"])
        .input(inside)
        .holding(held)
        .run()?;
    publish(site, held)
}

/// Takes a machine's network away; needs the site's lock. Where its number is not known, its link
/// goes with its namespace, a moment later.
pub(crate) fn detach(site: &Site, name: &str, number: Option<u8>, held: &File) -> Outcome<()> {
    if let Some(link) = number.map(|n| site.link(n)).filter(|l| exists(l)) {
        run(&["ip", "link", "delete", &link], held)?;
    }
    if namespace_file(site, name).exists() {
        run(&["ip", "netns", "delete", &site.namespace(name)], held)?;
    }
    Ok(())
}

/// Brings the rules in line with the machines on record; needs the site's lock.
pub(crate) fn publish(site: &Site, held: &File) -> Outcome<()> {
    let machines = meta::all(site)?;
    match subnet::recorded(site)? {
        Some(subnet) if exists(&site.bridge()) => program(&["nft", "-f", "-"])
            .input(rules(site, subnet, &machines))
            .holding(held)
            .run()
            .map(|_| ()),
        _ => Ok(()),
    }
}

/// Takes bridge and rules away once no machine is on record; needs the site's lock.
pub(crate) fn sweep(site: &Site, held: &File) -> Outcome<()> {
    if !meta::all(site)?.is_empty() {
        return publish(site, held);
    }
    let table = site.table();
    if table_exists(&table) {
        run(&["nft", "delete", "table", "ip", &table], held)?;
    }
    if exists(&site.bridge()) {
        run(&["ip", "link", "delete", &site.bridge()], held)?;
    }
    subnet::forget(site);
    Ok(())
}

/// Whether a link of that name is there.
pub(crate) fn exists(link: &str) -> bool {
    Path::new("/sys/class/net").join(link).exists()
}

/// Whether the table of rules is there.
pub(crate) fn table_exists(table: &str) -> bool {
    program(&["nft", "list", "table", "ip", table])
        .run()
        .is_ok()
}

/// Whether a loopback port is free to be published.
pub(crate) fn port_is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

fn bridge(site: &Site, subnet: Subnet, held: &File) -> Outcome<()> {
    let bridge = site.bridge();
    if !exists(&bridge) {
        run(&["ip", "link", "add", &bridge, "type", "bridge"], held)?;
    }
    let address = subnet.with_prefix(subnet.gateway());
    run(
        &["ip", "address", "replace", &address, "dev", &bridge],
        held,
    )?;
    run(&["ip", "link", "set", &bridge, "up"], held)?;
    switch_on("/proc/sys/net/ipv4/ip_forward")?;
    // Published ports come from loopback; the rules keep machines from going there.
    switch_on(&format!("/proc/sys/net/ipv4/conf/{bridge}/route_localnet"))
}

fn switch_on(file: &str) -> Outcome<()> {
    if fs::read_to_string(file).is_ok_and(|text| text.trim() == "1") {
        return Ok(());
    }
    fs::write(file, "1").map_err(|e| {
        let problem = files::trouble("writing", Path::new(file), &e);
        problem.help("the computer must forward packets: `sysctl -w net.ipv4.ip_forward=1`")
    })
}

/// The table, whole: replaced at once, so that there is no moment without it.
fn rules(site: &Site, subnet: Subnet, machines: &[Meta]) -> String {
    let (table, bridge, range) = (site.table(), site.bridge(), subnet.cidr());
    let mut published = String::new();
    for meta in machines.iter().filter(|m| m.stage != Stage::Deleting) {
        for (here, there) in meta.published() {
            published += &format!(
                "    ip daddr 127.0.0.1 tcp dport {here} dnat to {}:{there}\n",
                meta.address
            );
        }
    }
    // Priorities by number: nftables takes the names of some only in newer versions.
    format!(
        "table ip {table}\ndelete table ip {table}\ntable ip {table} {{\n  \
         chain guard {{\n    type filter hook prerouting priority -300\n    \
         iifname \"{bridge}\" ip daddr 127.0.0.0/8 drop\n  }}\n  \
         chain published {{\n    type nat hook output priority -100\n{published}  }}\n  \
         chain outward {{\n    type nat hook postrouting priority 100\n    \
         ip saddr {range} oifname != \"{bridge}\" masquerade\n    \
         ip saddr 127.0.0.0/8 oifname \"{bridge}\" masquerade\n  }}\n}}\n"
    )
}

/// What fits through the computer's own way out, so that nothing must be cut on it.
fn mtu_outside() -> String {
    let usual = || "1500".to_string();
    let Ok(route) = program(&["ip", "-4", "-o", "route", "show", "default"]).run() else {
        return usual();
    };
    let device = route.split_whitespace().skip_while(|w| *w != "dev").nth(1);
    let mtu = device.and_then(|d| fs::read_to_string(format!("/sys/class/net/{d}/mtu")).ok());
    let mtu = mtu.and_then(|m| m.trim().parse::<u32>().ok());
    mtu.map_or_else(usual, |m| m.clamp(576, 1500).to_string())
}

/// A problem of a port that something else on the computer has.
pub(crate) fn port_taken(port: u16, by: &str) -> ProviderProblem {
    ProviderProblem::error(format!("port {port} of 127.0.0.1 is taken by {by}"))
        .help("publish another one, or end what has it: `ss -ltnp`")
        .at(model::AttrPath::name("ports").then(&port.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_follow_from_the_machines() {
        let dir = tempfile::tempdir().unwrap();
        let site = Site::at(dir.path());
        let subnet: Subnet = serde_json::from_str(r#"{"base":"198.18.0.0"}"#).unwrap();
        let mut meta = meta::tests::example("web");
        let text = rules(&site, subnet, std::slice::from_ref(&meta));
        assert!(
            text.contains("tcp dport 8080 dnat to 198.18.0.7:80\n"),
            "{text}"
        );
        assert!(
            text.contains("ip saddr 198.18.0.0/24 oifname != "),
            "{text}"
        );
        meta.stage = Stage::Deleting;
        assert!(!rules(&site, subnet, &[meta]).contains("dnat"));
    }
}
