//! What somebody changed by hand is shown, and mended.

use crate::Project;

const MAIN: &str = r#"
resource "sandbox_machine" "m" {
  name = "m"
}

locals {
  host = sandbox_machine.m.host
}

resource "ssh_package" "tree" {
  host = local.host
  name = "tree"
}

resource "ssh_file" "changed" {
  host    = local.host
  path    = "/etc/app.conf"
  content = "one = 1\ntwo = 2\nthree = 3\n"
}

resource "ssh_file" "gone" {
  host    = local.host
  path    = "/etc/gone.conf"
  content = "here\n"
}

resource "ssh_directory" "closed" {
  host = local.host
  path = "/srv/closed"
  mode = "0700"
}

resource "ssh_systemd_unit" "stopped" {
  host    = local.host
  name    = "app.service"
  content = "[Service]\nExecStart=/bin/sleep infinity\n\n[Install]\nWantedBy=multi-user.target\n"
}
"#;

const BY_HAND: &str = "set -e
sed -i 's/two = 2/two = zwei/' /etc/app.conf
rm /etc/gone.conf
chmod 755 /srv/closed
systemctl disable --now app.service
DEBIAN_FRONTEND=noninteractive apt-get purge -qq -y tree >/dev/null
";

#[test]
fn what_was_changed_by_hand_is_shown_and_mended() {
    let Some(project) = Project::new("drift", MAIN) else {
        return;
    };
    project.apply().says("6 created");
    project.settled();
    let machine = project.machine("m");
    machine.on(BY_HAND);

    let plan = project.landfall(&["plan", "--detailed-exitcode"]).expect(2);
    plan.says("2 to create, 3 to update, 0 to replace, 0 to destroy")
        .says("ssh_file.changed update why: somebody changed it outside of Landfall")
        .says("- two = zwei + two = 2")
        .says("ssh_file.gone is gone")
        .says("ssh_package.tree is gone")
        .says("~ mode = \"0755\" -> \"0700\"")
        .says("~ enabled = false -> true")
        .says("~ running = false -> true");
    project.apply().says("2 created, 3 updated");
    project.settled();
    assert_eq!(
        machine.read("/etc/app.conf"),
        "one = 1\ntwo = 2\nthree = 3\n"
    );
    assert_eq!(machine.read("/etc/gone.conf"), "here\n");
    machine.on(
        "set -e; systemctl is-active app.service; systemctl is-enabled app.service; tree --version
         [ $(stat -c %a /srv/closed) = 700 ]",
    );
}
