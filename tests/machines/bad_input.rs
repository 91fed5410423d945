//! What goes wrong on real hosts is told with the address, what was tried, the host's own words
//! and what to do; the rest of the graph goes on.

use crate::program::run;
use crate::{Machine, Project, Ran};

const MACHINE: &str = r#"
resource "sandbox_machine" "m" {
  name = "m"
}

resource "terraform_data" "beside" {
  input = "fine"
}
"#;

/// A host of which only the apply learns the address: what is wrong with it shows then.
const FILE: &str = r#"
resource "terraform_data" "late" {
  triggers_replace = "TRY"
}

resource "ssh_file" "bad" {
  host    = HOST
  path    = "/etc/app.conf"
  content = "text\n"

  # Until then it is tried again and again: a machine may only be booting.
  timeouts {
    create = "3s"
  }
}
"#;

#[test]
fn what_goes_wrong_on_hosts_is_told_and_the_rest_goes_on() {
    let Some(project) = Project::new("bad-input", MACHINE) else {
        return;
    };
    project.apply();
    let machine = project.machine("m");
    unreachable(&project);
    refused_key(&project, &machine);
    changed_host_key(&project, &machine);
    no_package(&project, &machine);
    failing_unit(&project);
    full_disk(&project, &machine);
}

/// Applies the machine with more, of which some fails, next to what does not.
fn apply(project: &Project, more: &str) -> Ran {
    let beside = format!("fine with {} letters", more.len());
    let main = MACHINE.replace("fine", &beside);
    project.write("main.hcl", &format!("{main}{more}"));
    let ran = project.landfall(&["apply", "--auto-approve"]).expect(1);
    let state = project.landfall(&["state", "show", "terraform_data.beside"]);
    assert!(state.all().contains(&beside), "{}", ran.all());
    ran
}

/// The same with a file on a host that is written by hand, its address left out.
fn on_host(project: &Project, address: &str, host: &str) -> Ran {
    let late = format!(", address = terraform_data.late.id == \"\" ? \"\" : \"{address}\" }}");
    let host = host.replace('}', &late);
    let file = FILE.replace("TRY", &host.replace('"', ""));
    apply(project, &file.replace("HOST", &host)).says("ssh_file.bad")
}

fn unreachable(project: &Project) {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = nobody.local_addr().expect("it has one").port();
    drop(nobody);
    let host = format!("{{ id = \"none\", port = {port}, user = \"root\" }}");
    on_host(project, "127.0.0.1", &host)
        .says(&format!("127.0.0.1 port {port}"))
        .says("Connection refused");
}

fn refused_key(project: &Project, machine: &Machine) {
    let key = project.dir.join("home/other");
    let key = key.to_str().expect("UTF-8");
    run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", key]);
    let host = format!("merge(sandbox_machine.m.host, {{ identity = \"{key}\" }})");
    on_host(project, &machine.address, &host)
        .says(&machine.address)
        .says("refused")
        .says("authorized_keys");
}

fn changed_host_key(project: &Project, machine: &Machine) {
    let key = project.dir.join("home/other.pub");
    let key = std::fs::read_to_string(key).expect("it was made");
    let key = key.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let host = format!("merge(sandbox_machine.m.host, {{ host_key = \"{key}\" }})");
    on_host(project, &machine.address, &host).says("host key");
}

fn no_package(project: &Project, machine: &Machine) {
    machine.on("apt-get update -q");
    let ran = apply(
        project,
        r#"
resource "ssh_package" "bad" {
  host = sandbox_machine.m.host
  name = "no-such-package"
}
"#,
    );
    ran.says("ssh_package.bad")
        .says("there is no package no-such-package for the host")
        .says("Unable to locate package no-such-package")
        .says("apt-cache search");
}

fn failing_unit(project: &Project) {
    let ran = apply(
        project,
        r#"
resource "ssh_systemd_unit" "bad" {
  host    = sandbox_machine.m.host
  name    = "bad.service"
  content = "[Service]\nExecStart=/bin/sh -c 'echo these are its last words; exit 3'\n"
}

resource "terraform_data" "behind" {
  input = ssh_systemd_unit.bad.name
}
"#,
    );
    ran.says("the unit bad.service does not start")
        .says("these are its last words")
        .says("journalctl -u bad.service")
        .says("terraform_data.behind: create skipped: it waits for ssh_systemd_unit.bad");
}

fn full_disk(project: &Project, machine: &Machine) {
    machine.on("mkdir -p /srv/small && mount -t tmpfs -o size=64k tmpfs /srv/small");
    let file = |content: &str| {
        format!(
            "resource \"ssh_file\" \"bad\" {{\n  host = sandbox_machine.m.host\n  \
             path = \"/srv/small/f\"\n  content = {content}\n}}\n"
        )
    };
    project.becomes(&format!("{MACHINE}{}", file("\"old\\n\"")));
    apply(project, &file(&format!("\"{}\"", "long ".repeat(40_000))))
        .says("ssh_file.bad")
        .says("there is no room in /srv/small/")
        .says("64K");
    assert_eq!(machine.read("/srv/small/f"), "old\n");
    assert_eq!(
        machine.on("ls -A /srv/small"),
        "f\n",
        "nothing is left beside it"
    );
}
