//! What was on a machine before is there again, unchanged, when the configuration's blocks go.

use crate::program::run;
use crate::{Machine, Project};
use std::collections::BTreeSet;

const MACHINE: &str = r#"
resource "sandbox_machine" "m" {
  name = "m"
}
"#;

/// What is there already, made by hand.
const BY_HAND: &str = "set -e
printf 'by hand\n' >/etc/app.conf
chmod 640 /etc/app.conf
chown root:adm /etc/app.conf
printf 'equal\n' >/etc/equal.conf
useradd -m -s /bin/sh -c 'was here' worker
groupadd -g 4321 crew
install -d -m 750 /srv/shared
printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' \
  >/etc/systemd/system/old.service
printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' \
  >/etc/systemd/system/idle.service
systemctl daemon-reload
systemctl enable --now old.service 2>/dev/null
mkdir -p /home/worker/.ssh
printf 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB hers\n' \
  >/home/worker/.ssh/authorized_keys
chown -R worker: /home/worker/.ssh
chmod 700 /home/worker/.ssh
chmod 600 /home/worker/.ssh/authorized_keys
";

/// Names all of it, and more.
const ALL: &str = r#"
locals {
  host = sandbox_machine.m.host
}

resource "ssh_file" "taken_over" {
  host     = local.host
  path     = "/etc/app.conf"
  content  = "by landfall\n"
  existing = "adopt"
}

resource "ssh_file" "equal" {
  host    = local.host
  path    = "/etc/equal.conf"
  content = "equal\n"
}

resource "ssh_file" "new" {
  host    = local.host
  path    = "${ssh_directory.new.path}/app.conf"
  content = "new\n"
}

resource "ssh_directory" "new" {
  host = local.host
  path = "/opt/app"
}

resource "ssh_directory" "shared" {
  host     = local.host
  path     = "/srv/shared"
  mode     = "0755"
  existing = "adopt"
}

resource "ssh_package" "was_there" {
  host = local.host
  name = "sudo"
}

resource "ssh_package" "nginx" {
  host = local.host
  name = "nginx-light"
}

resource "ssh_user" "was_there" {
  host     = local.host
  name     = "worker"
  comment  = "is ours now"
  existing = "adopt"
}

resource "ssh_user" "new" {
  host = local.host
  name = "fresh"
}

resource "ssh_group" "was_there" {
  host = local.host
  name = "crew"
}

resource "ssh_group" "new" {
  host = local.host
  name = "newcrew"
}

resource "ssh_authorized_key" "beside_hers" {
  host = local.host
  user = ssh_user.was_there.name
  key  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ours"
}

resource "ssh_authorized_key" "first" {
  host = local.host
  user = ssh_user.new.name
  key  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ours"
}

resource "ssh_systemd_unit" "was_running" {
  host    = local.host
  name    = "old.service"
  running = false
  enabled = false
}

resource "ssh_systemd_unit" "was_idle" {
  host    = local.host
  name    = "idle.service"
  running = true
  enabled = true
}

resource "ssh_systemd_unit" "new" {
  host    = local.host
  name    = "app.service"
  content = "[Service]\nExecStart=/bin/sleep infinity\n\n[Install]\nWantedBy=multi-user.target\n"
}

resource "ssh_systemd_unit" "nginx" {
  host       = local.host
  name       = "nginx.service"
  depends_on = [ssh_package.nginx]
}

resource "ssh_command" "undone" {
  host    = local.host
  command = "echo done >/etc/done"
  creates = "/etc/done"
  undo    = "rm /etc/done"
}
"#;

/// Type, mode, owner, size and digest of what is on the disk; accounts, packages, units. Left out
/// are records of what happened, and what is fetched or computed anew: logs, journals, stamps of
/// timers, apt's lists and caches, the backups that dpkg, shadow and debconf keep of their own
/// files, ld.so's cache, and sudo's and the random seed's stamps. systemd-private directories are
/// named at random.
const SNAPSHOT: &str = r#"set -e
find / -xdev \( -path /var/log -o -path /var/cache/apt -o -path /var/lib/apt \
  -o -path /var/lib/systemd -o -path /var/cache/debconf -o -path /var/cache/ldconfig \
  -o -path /var/tmp -o -path '/var/lib/dpkg/*-old' -o -path /var/lib/dpkg/triggers \
  -o -path '/etc/*-' -o -path /etc/ld.so.cache -o -path '/var/backups' \) -prune -o \
  \( -type d -printf '%y %m %u %g %p\n' \) -o \( -type l -printf '%y %p %l\n' \) -o \
  ! -path /var/lib/dpkg/status ! -path /var/lib/dpkg/lock\* -printf '%y %m %u %g %s %p\n' | sort
find /etc /opt /srv /home /root /usr/local /var/lib -xdev -type f ! -path '/var/lib/apt/*' \
  ! -path '/var/lib/systemd/*' ! -path '/var/lib/dpkg/*' ! -path '/etc/*-' \
  ! -path /etc/ld.so.cache -exec sha256sum {} + | sort -k 2
sort /etc/passwd /etc/group /etc/shadow /etc/gshadow
dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\n'
apt-mark showauto
apt-mark showmanual
systemctl list-unit-files --no-pager --no-legend | grep -v '^session-.*scope'
systemctl list-units --no-pager --no-legend --plain --type=service,socket,timer --state=active \
  | sed 's/ .*//' | grep -v -e '^systemd-.*clean' -e '^apt-' -e '^user@' -e '^user-runtime-dir@'
systemctl list-units --no-pager --no-legend --plain --state=failed
"#;

#[test]
fn with_the_blocks_removed_a_machine_is_as_it_was() {
    let Some(project) = Project::new("before", MACHINE) else {
        return;
    };
    project.apply();
    let machine = project.machine("m");
    machine.on(BY_HAND);
    let before = snapshot(&machine);

    refused_without_a_word(&project);
    project
        .becomes(&format!("{MACHINE}{ALL}"))
        .says("takes over");
    project.settled();
    there(&machine);

    project.becomes(MACHINE);
    assert_eq!(changes(&before, &snapshot(&machine)), Vec::<String>::new());
    project.settled();
    ended(&project);
}

/// What is there and is another thing is not taken over unless that is said.
fn refused_without_a_word(project: &Project) {
    let all = ALL.replace("  existing = \"adopt\"\n", "");
    project.write("main.hcl", &format!("{MACHINE}{all}"));
    let refused = project.landfall(&["apply", "--auto-approve"]).expect(1);
    refused
        .says("ssh_file.taken_over")
        .says("existing = \"adopt\"");
    let machine = project.machine("m");
    assert_eq!(machine.read("/etc/app.conf"), "by hand\n");
}

fn there(machine: &Machine) {
    let told = machine.on("set -e
        cat /etc/app.conf /opt/app/app.conf /etc/done
        getent passwd worker | cut -d : -f 5
        systemctl is-active nginx idle app
        id -un fresh
        wc -l </home/worker/.ssh/authorized_keys
        systemctl is-active old || true");
    let expected =
        "by landfall\nnew\ndone\nis ours now\nactive\nactive\nactive\nfresh\n2\ninactive\n";
    assert_eq!(told, expected);
}

/// `destroy` leaves no machine, and nothing of one.
fn ended(project: &Project) {
    project.landfall(&["destroy", "--auto-approve"]).expect(0);
    let list = project.landfall(&["sandbox", "list"]).expect(0);
    list.says("There are no machines");
    assert_eq!(project.traces(), Vec::<String>::new());
    let left = run(
        "find",
        &[project.site().to_str().expect("UTF-8"), "-type", "f"],
    );
    let files: Vec<_> = left.lines().filter(|l| !l.ends_with("/lock")).collect();
    assert_eq!(files, Vec::<&str>::new());
}

fn snapshot(machine: &Machine) -> BTreeSet<String> {
    machine.on(SNAPSHOT).lines().map(String::from).collect()
}

fn changes(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Vec<String> {
    let lost = before.difference(after).map(|l| format!("- {l}"));
    let new = after.difference(before).map(|l| format!("+ {l}"));
    lost.chain(new).collect()
}

#[test]
fn a_change_of_a_snapshot_is_seen() {
    let lines = |text: &str| text.lines().map(String::from).collect();
    assert_eq!(changes(&lines("a\nb"), &lines("b\nc")), ["- a", "+ c"]);
}
