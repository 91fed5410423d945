//! Who can open the state but not the secrets in it plans all the same.

use crate::Project;
use std::fs;

const MAIN: &str = r#"
resource "sandbox_machine" "m" {
  name = "m"
}

resource "random_password" "key" {
  length  = 40
  keepers = { round = "1" }
}

locals {
  host = sandbox_machine.m.host
}

resource "ssh_file" "environment" {
  host    = local.host
  path    = "/etc/app.env"
  mode    = "0600"
  content = "PLAIN=yes\nKEY=${random_password.key.result}\n"
}

resource "ssh_systemd_unit" "app" {
  host       = local.host
  name       = "app.service"
  content    = "[Service]\nExecStart=/bin/sleep infinity\n"
  restart_on = [ssh_file.environment.content_sha256]
}

output "key" {
  value     = random_password.key.result
  sensitive = true
}
"#;

#[test]
fn with_the_state_key_alone_a_rotated_secret_shows_what_it_changes() {
    let Some(project) = Project::new("state-key", MAIN) else {
        return;
    };
    project.apply();
    let public = colleague(&project);
    let add = [
        "state", "keys", "add", &public, "--name", "reviewer", "--access", "state",
    ];
    project
        .landfall(&add)
        .expect(0)
        .says("reviewer opens the state, without the secrets in it");
    let secret = project
        .landfall(&["output", "--raw", "key"])
        .expect(0)
        .stdout;
    let secret = secret.trim();

    // The key file belongs to the machine's owner; the reviewer's own has to do.
    let plan = |more: &[&str], code: i32| {
        let arguments = [&["plan", "--detailed-exitcode"], more].concat();
        let command = project.command_of("reviewer", &arguments);
        project.finish(command).expect(code).never_says(secret)
    };
    plan(&[], 0).says("No changes");
    for more in [
        &["--replace", "random_password.key"][..],
        &["--format", "json"],
    ] {
        if more[0] == "--format" {
            project.write("main.hcl", &MAIN.replace("round = \"1\"", "round = \"2\""));
        }
        let told = plan(more, 2);
        if more[0] == "--replace" {
            told.says("random_password.key replace")
                .says("ssh_file.environment update")
                .says("ssh_systemd_unit.app update")
                .says("restarts")
                .says("KEY=(sensitive");
        } else {
            told.says("\"restarts\"").says("\"rotates_secret\"");
        }
    }
    let denied = project.command_of("reviewer", &["output", "--raw", "key"]);
    project
        .finish(denied)
        .expect(1)
        .says("is sealed")
        .never_says(secret);
    let denied = project.command_of("reviewer", &["apply", "--auto-approve"]);
    project.finish(denied).expect(1).never_says(secret);
    let machine = project.machine("m");
    assert_eq!(
        machine.read("/etc/app.env"),
        format!("PLAIN=yes\nKEY={secret}\n")
    );

    project.apply().says("restarts");
    project.settled();
    let rotated = machine.read("/etc/app.env");
    assert!(!rotated.contains(secret) && rotated.starts_with("PLAIN=yes\nKEY="));
}

/// Another user on the same computer, with a key of their own; gives its public part.
fn colleague(project: &Project) -> String {
    let own = project.dir.join("reviewer-project");
    fs::create_dir_all(&own).expect("a directory");
    fs::write(own.join("main.hcl"), "").expect("a file");
    let mut init = project.command_of("reviewer", &["init"]);
    init.current_dir(&own);
    project.finish(init).expect(0);
    let key = project
        .dir
        .join("reviewer/config/landfall/keys/default.txt");
    let text = fs::read_to_string(key).expect("a key was made");
    let public = text.lines().find_map(|l| l.strip_prefix("# public key: "));
    public.expect("it tells its public part").to_string()
}
