//! The kinds of the standard library by the real program; and the same kinds copied out into a
//! project, which must behave alike in every respect.

#![allow(clippy::unwrap_used)]
mod support;

use std::path::Path;
use support::Project;

/// Runs `test` on a project that takes its kinds from the library, and on one that has them in
/// its own `kinds/`.
fn both(main: &str, test: impl Fn(&Project)) {
    let library = Project::new(main);
    test(&library);
    let own = Project::new(main);
    for file in stdlib::files() {
        let to = own.root().join("kinds").join(file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(to, stdlib::file(file).unwrap()).unwrap();
    }
    let compiled = own.run("compile");
    assert!(!format!("{}{}", compiled.out, compiled.err).contains("std:"));
    test(&own);
}

#[test]
fn a_secret_is_generated_once_and_again_when_asked() {
    let main = r#"
variable "rotate" { default = null }

secret "s" {
  length = 20
  rotate = var.rotate
}

output "s" {
  value     = secret.s.value
  sensitive = true
}

output "length" {
  value = nonsensitive(length(secret.s.value))
}
"#;
    both(main, |p| {
        p.check("validate", 0, "valid");
        p.check("compile", 0, "served by generated");
        p.check("init", 0, "");
        p.check("apply --auto-approve", 0, "1 created");
        p.check("output --raw length", 0, "20");
        let first = p.run("output --raw s").out;
        p.check("plan --detailed-exitcode", 0, "No changes");
        p.check("apply --auto-approve --var rotate=again", 0, "1 to replace");
        assert_ne!(p.run("output --raw s").out, first);
        p.check("state show secret.s.random_password.this", 0, "generated");
        p.check("destroy --auto-approve", 0, "1 deleted");
    });
}

#[test]
fn a_secret_comes_from_where_it_is_said_to() {
    let main = r#"
secret "file" { file = "token" }
secret "env" { env = "PATH" }

output "file" {
  value     = secret.file.value
  sensitive = true
}

output "is_path" {
  value = nonsensitive(strcontains(secret.env.value, "/bin"))
}
"#;
    both(main, |p| {
        std::fs::write(p.root().join("token"), "hunter2\n").unwrap();
        p.check("init", 0, "");
        p.check("apply --auto-approve", 0, "");
        p.check("output --raw file", 0, "hunter2");
        p.check("output --raw is_path", 0, "true");
        no_secret(&p.root());
    });
}

/// Nothing below the state's directory holds the secret in clear.
fn no_secret(project: &Path) {
    for entry in std::fs::read_dir(project.join(".landfall/default")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(7).any(|w| w == b"hunter2"));
    }
}

#[test]
fn mistakes_in_a_call_point_to_it() {
    let main = "secret \"s\" {\n  length = 3\n}\n";
    both(main, |p| {
        let said = p.check("validate", 1, "A secret has 12 to 1024 characters");
        let call = said.err.find("main.hcl:1:1").unwrap_or(usize::MAX);
        let library = said.err.find("kind.hcl").unwrap_or(0);
        assert!(call < library, "{}", said.err);
    });
}

#[test]
fn a_server_is_one_that_exists_or_one_that_is_made() {
    let main = r#"
variable "address" { default = null }

environment "here" { target = sandbox }
environment "nowhere" {}

server "web" { address = var.address }

output "address" { value = server.web.host.address }
"#;
    both(main, |p| {
        p.check("compile here", 0, "resource \"sandbox_machine\" \"this\"");
        p.check(
            "compile nowhere",
            1,
            "no implementation of `server` serves `server.web`",
        );
        p.check("compile nowhere --var address=192.0.2.1", 0, "");
        p.check("init nowhere", 0, "");
        p.check(
            "apply nowhere --auto-approve --var address=192.0.2.1",
            0,
            "192.0.2.1",
        );
    });
}
