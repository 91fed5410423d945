//! An apply that is killed at any moment: the next run makes it whole, with nothing made twice.
//! `LANDFALL_MACHINE_KILLS=20` takes so many moments instead of two.

use crate::Project;
use crate::program::Running;
use crate::project::timed;
use landfall_tests::seed::Seed;
use std::thread::sleep;
use std::time::Duration;

const MAIN: &str = r#"
resource "sandbox_machine" "m" {
  for_each = toset(["one", "two"])
  name     = each.key
}

locals {
  hosts = { for name, machine in sandbox_machine.m : name => machine.host }
}

resource "ssh_directory" "app" {
  for_each = local.hosts
  host     = each.value
  path     = "/opt/app"
}

resource "ssh_command" "once" {
  for_each = local.hosts
  host     = each.value
  command  = "echo ran >>${ssh_directory.app[each.key].path}/log; sleep 0.3; echo ended >>/opt/app/log"
}

resource "ssh_file" "after" {
  for_each   = local.hosts
  host       = each.value
  path       = "/opt/app/after"
  content    = "after\n"
  depends_on = [ssh_command.once]
}

resource "ssh_systemd_unit" "app" {
  for_each   = local.hosts
  host       = each.value
  name       = "app.service"
  content    = "[Service]\nExecStart=/bin/sleep infinity\n"
  restart_on = [ssh_file.after[each.key].content_sha256]
}
"#;

#[test]
fn a_killed_apply_is_made_whole_by_the_next() {
    let kills = std::env::var("LANDFALL_MACHINE_KILLS").ok();
    let kills: u64 = kills.map_or(2, |n| {
        n.parse().expect("LANDFALL_MACHINE_KILLS is a number")
    });
    let Some(project) = Project::new("kill", MAIN) else {
        return;
    };
    let (_, whole) = timed(|| project.apply());
    once_each(&project);
    ended(&project);
    let mut seed = Seed::of(7).and("machines");
    for number in 0..kills {
        // One moment in each part of the run, from the first machine to the last unit.
        let part = whole * number / kills;
        let after = part + seed.below((whole / kills).max(1));
        eprintln!("kill {number} of {kills}: after {after} ms of {whole}");
        killed(&project, Duration::from_millis(after));
        ended(&project);
    }
}

fn killed(project: &Project, after: Duration) {
    let apply = Running::start(project.command(&["apply", "--auto-approve"]), None);
    sleep(after);
    apply.kill();
    // Its owner is gone for sure: nobody has to wait for the lease to end by itself.
    project.landfall(&["unlock", "--auto-approve"]).expect(0);
    // A command that ran when Landfall was killed runs on; the next apply waits for it.
    let apply = project.landfall(&["apply", "--auto-approve"]);
    assert_eq!(
        apply.code,
        Some(0),
        "killed after {after:?}:\n{}",
        apply.all()
    );
    once_each(project);
}

fn once_each(project: &Project) {
    project.settled();
    let listed = project.landfall(&["sandbox", "list"]).expect(0);
    let running = listed.stdout.matches(" running ").count();
    assert_eq!(running, 2, "{}", listed.stdout);
    assert_eq!(listed.stdout.lines().count(), 4, "{}", listed.stdout);
    for name in ["one", "two"] {
        let told = project
            .machine(name)
            .on("cat /opt/app/log /opt/app/after; systemctl is-active app");
        assert_eq!(told, "ran\nended\nafter\nactive\n", "on {name}");
    }
}

fn ended(project: &Project) {
    project.landfall(&["destroy", "--auto-approve"]).expect(0);
    assert_eq!(project.traces(), Vec::<String>::new());
}
