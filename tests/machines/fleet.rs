//! Fifty things on each of three machines: a plan asks each host once.
//! `tests/bench/fleet` prints what such a plan takes.

use crate::project::timed;
use crate::{Machine, Project};

/// A directory, forty files, five users, three packages, a service: fifty things a host.
const MAIN: &str = r#"
resource "sandbox_machine" "m" {
  for_each = toset(["one", "two", "three"])
  name     = each.key
}

locals {
  hosts = { for name, machine in sandbox_machine.m : name => machine.host }
  files = { for pair in setproduct(["one", "two", "three"], range(40)) : "${pair[0]}-${pair[1]}" => pair }
  users = { for pair in setproduct(["one", "two", "three"], range(5)) : "${pair[0]}-${pair[1]}" => pair }
  packages = { for pair in setproduct(["one", "two", "three"], ["sudo", "curl", "procps"]) : "${pair[0]}-${pair[1]}" => pair }
}

resource "ssh_directory" "app" {
  for_each = local.hosts
  host     = each.value
  path     = "/opt/app"
}

resource "ssh_file" "app" {
  for_each = local.files
  host     = local.hosts[each.value[0]]
  path     = "${ssh_directory.app[each.value[0]].path}/${each.value[1]}"
  content  = "this is file ${each.value[1]}\n"
}

resource "ssh_user" "app" {
  for_each = local.users
  host     = local.hosts[each.value[0]]
  name     = "app${each.value[1]}"
}

resource "ssh_package" "app" {
  for_each = local.packages
  host     = local.hosts[each.value[0]]
  name     = each.value[1]
}

resource "ssh_systemd_unit" "app" {
  for_each = local.hosts
  host     = each.value
  name     = "app.service"
  content  = "[Service]\nExecStart=/bin/sleep infinity\n"
}
"#;

/// Lets sshd write down each program that it starts.
const TELL: &str =
    "echo 'LogLevel VERBOSE' >/etc/ssh/sshd_config.d/tell.conf && systemctl reload ssh";

#[test]
fn a_plan_of_many_things_asks_each_host_once() {
    let Some(project) = Project::new("fleet", MAIN) else {
        return;
    };
    project.apply().says("153 created");
    let machines = ["one", "two", "three"].map(|name| project.machine(name));
    machines.iter().for_each(|m| drop(m.on(TELL)));
    let before = machines.each_ref().map(execs);
    let plan = || project.landfall(&["plan", "--detailed-exitcode"]).expect(0);
    plan().says("No changes");
    let after = machines.each_ref().map(execs);
    // The look at the journal is a program, too.
    let asked = [0, 1, 2].map(|i| after[i] - before[i] - 1);
    assert_eq!(asked, [1, 1, 1]);
    let mut took: Vec<u64> = (0..5).map(|_| timed(plan).1).collect();
    took.sort_unstable();
    println!(
        "no-change plan of 3 x 50 things: {} ms (median of 5, {took:?})",
        took[2]
    );
}

fn execs(machine: &Machine) -> usize {
    machine
        .on("journalctl --sync; journalctl --no-pager -o cat -t sshd | grep -c '^Starting session: command' || true")
        .trim()
        .parse()
        .expect("a count")
}
