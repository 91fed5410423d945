//! Which changes can lock the owner out of a host: those are armed with a way back before they
//! are made. How that is done is the runner's business.

use crate::runner::work::Guard;
use crate::values::text;
use model::{AttrPath, Value};
use provider::{Action, Host, ProviderProblem};

/// Seconds beyond the time of a connection that the host waits for its proof.
const MARGIN_S: u64 = 10;

/// The guard of a change, where it can lock out who makes it.
pub(crate) fn guard(
    ty: &str,
    action: &Action,
    attributes: &Value,
    host: &Host,
    connect_s: u64,
) -> Option<Guard> {
    let name = |n| text(attributes, n).unwrap_or_default();
    let login = |user: &str| !host.local && user == host.user;
    let (kind, unit, paths) = match ty {
        "ssh_file" => (of_path(&name("path"))?, String::new(), vec![name("path")]),
        "ssh_directory" if !matches!(action, Action::Delete { .. }) => (
            of_directory(&name("path"), host)?,
            String::new(),
            vec![name("path")],
        ),
        "ssh_systemd_unit" => {
            let unit = name("name");
            let path = format!("/etc/systemd/system/{unit}");
            (of_unit(&unit)?, unit, vec![path])
        }
        "ssh_authorized_key" if login(&name("user")) => {
            ("login", String::new(), vec![format!("keys:{}", host.user)])
        }
        "ssh_group" if !host.local && lets_in(&name("name")) => {
            ("login", String::new(), accounts())
        }
        "ssh_user" if login(&name("name")) => ("login", String::new(), accounts()),
        _ => return None,
    };
    // On the machine that Landfall runs on, nobody has to get in anew.
    let seconds = if host.local { 0 } else { connect_s + MARGIN_S };
    Some(Guard {
        kind,
        unit,
        paths,
        seconds,
    })
}

/// Packages by which Landfall gets in and becomes root: none of them is taken away, whatever apt
/// would do, since no host could put it back whole.
pub(crate) fn ways_in(host: &Host) -> Vec<&'static str> {
    if host.local {
        return Vec::new();
    }
    let mut ways = vec!["openssh-server", "dropbear", "dropbear-bin", "ifupdown"];
    ways.extend(["netplan.io", "network-manager", "dhcpcd", "isc-dhcp-client"]);
    ways.extend(host.become_root.then_some("sudo"));
    ways
}

/// The account that Landfall logs in as is not removed: no host could put it back whole.
pub(crate) fn refuse_own_account(
    ty: &str,
    action: &Action,
    before: Option<&str>,
    host: &Host,
) -> Result<(), ProviderProblem> {
    let Action::Delete { prior } = action else {
        return Ok(());
    };
    let own = ty == "ssh_user" && !host.local && text(prior, "name").as_ref() == Some(&host.user);
    if !own || before != Some("absent") {
        return Ok(());
    }
    let user = &host.user;
    Err(ProviderProblem::error(format!(
        "{user} is the user that Landfall logs in as: without it nobody gets in any more"
    ))
    .help("log in as another user (`user` of the host) to remove this one")
    .at(AttrPath::name("name")))
}

fn of_path(path: &str) -> Option<&'static str> {
    let below = |directories: &[&str]| directories.iter().any(|d| path.starts_with(d));
    let accounts = [
        "/etc/nsswitch.conf",
        "/etc/hosts.allow",
        "/etc/hosts.deny",
        "/etc/nologin",
    ];
    let drop_ins = [
        "/etc/systemd/system/ssh.service.d/",
        "/etc/systemd/system/sshd.service.d/",
        "/etc/systemd/system/ssh.socket.d/",
    ];
    Some(match path {
        _ if below(&["/etc/ssh/"]) => "sshd",
        // What sshd is started with counts from its next start on.
        _ if below(&drop_ins) || path == "/etc/default/ssh" => "sshd_unit",
        _ if path == "/etc/sudoers" || below(&["/etc/sudoers.d/"]) => "sudoers",
        _ if below(&["/etc/nftables"]) => "nftables",
        _ if path == "/etc/default/ufw" || below(&["/etc/ufw/"]) => "ufw",
        _ if below(&["/etc/network/"]) => "ifupdown",
        _ if below(&["/etc/netplan/"]) => "netplan",
        _ if below(&["/etc/systemd/network/"]) => "networkd",
        _ if accounts.contains(&path) || below(&["/etc/pam.d/", "/etc/security/"]) => "login",
        _ if path.ends_with("/.ssh/authorized_keys") => "login",
        _ if self::accounts().iter().any(|a| a == path) => "login",
        _ => return None,
    })
}

/// sshd lets nobody in whose directories others can write to.
fn of_directory(path: &str, host: &Host) -> Option<&'static str> {
    let home = ["/", "/root", "/home", "/etc/ssh"].contains(&path)
        || path.ends_with("/.ssh")
        || path == format!("/home/{}", host.user);
    home.then_some("login")
}

fn of_unit(name: &str) -> Option<&'static str> {
    let (stem, kind) = name.rsplit_once('.')?;
    if !["service", "socket"].contains(&kind) {
        return None;
    }
    Some(match stem {
        "ssh" | "sshd" => "sshd",
        "nftables" => "nftables",
        "ufw" => "ufw",
        "netfilter-persistent" => "ufw",
        "firewalld" => "nftables",
        "networking" | "NetworkManager" | "dhcpcd" | "wpa_supplicant" => "ifupdown",
        "systemd-networkd" => "networkd",
        _ => return None,
    })
}

/// Groups that sudo and sshd commonly ask for.
fn lets_in(group: &str) -> bool {
    ["sudo", "wheel", "admin"].contains(&group) || group.starts_with("ssh")
}

fn accounts() -> Vec<String> {
    ["passwd", "shadow", "group", "gshadow"]
        .map(|f| format!("/etc/{f}"))
        .into()
}

/// What is said where the host put a change back.
pub(crate) fn explain(code: &str) -> Option<ProviderProblem> {
    let refused = |what: &str| {
        ProviderProblem::error(format!("{what} refuses what was written; it was put back"))
            .help("mend what it complains of, and apply again")
    };
    let effect = |what: &str| {
        ProviderProblem::error(format!(
            "the change did not take effect in {what}; it was put back"
        ))
        .help("mend what the host complains of, and apply again")
    };
    Some(match code {
        "put_back" => ProviderProblem::error("put back because no new connection could be made")
            .help(
                "the change would have locked you out of the host; see what in it keeps this \
                 user, or this address, from getting in",
            ),
        "check_sshd" | "check_sshd_unit" => refused("`sshd -t`"),
        "check_sudoers" => refused("`visudo -c`"),
        "check_nftables" => refused("`nft -c`"),
        "check_netplan" => refused("`netplan generate`"),
        "effect_sshd" | "effect_sshd_unit" => effect("sshd"),
        "effect_nftables" | "effect_ufw" => effect("the firewall"),
        "effect_networkd" | "effect_netplan" => effect("the network"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_lock_out_is_known_by_its_path_or_name() {
        for (path, kind) in [
            ("/etc/ssh/sshd_config.d/x.conf", Some("sshd")),
            ("/etc/ssh/sshd_config", Some("sshd")),
            (
                "/etc/systemd/system/ssh.service.d/x.conf",
                Some("sshd_unit"),
            ),
            ("/etc/systemd/system/sshx.service.d/x.conf", None),
            ("/etc/default/ssh", Some("sshd_unit")),
            ("/etc/nologin", Some("login")),
            ("/etc/sudoers.d/x", Some("sudoers")),
            ("/etc/nftables.conf", Some("nftables")),
            ("/etc/ufw/user.rules", Some("ufw")),
            ("/etc/netplan/01.yaml", Some("netplan")),
            ("/home/x/.ssh/authorized_keys", Some("login")),
            ("/etc/sshd", None),
            ("/srv/etc/ssh/x", None),
        ] {
            assert_eq!(of_path(path), kind, "{path}");
        }
        for (unit, kind) in [
            ("ssh.service", Some("sshd")),
            ("ssh.socket", Some("sshd")),
            ("nftables.service", Some("nftables")),
            ("firewalld.service", Some("nftables")),
            ("NetworkManager.service", Some("ifupdown")),
            ("sshx.service", None),
            ("ssh.target", None),
        ] {
            assert_eq!(of_unit(unit), kind, "{unit}");
        }
    }
}
