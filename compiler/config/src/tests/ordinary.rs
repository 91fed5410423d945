//! What comes out where nothing is wrong.

use super::{config, config_with};
use crate::{ProviderName, Repeat, Request};
use eval::{ExprKind, Reference};
use model::{Mode, Type, Value};

#[test]
fn an_ordinary_configuration() {
    let config = config(
        r#"
        project "shop" {
          store = "postgres://db/shop"
        }

        environment "production" {
          protected = true
          target    = ssh.eu
          inputs    = { names = ["a", "b"] }
        }

        provider "ssh" {
          alias = "eu"
          user  = "root"
        }

        variable "names" {
          type = list(string)
        }

        locals {
          all  = toset(var.names)
          host = { address = "127.0.0.1" }
        }

        data "ssh_facts" "h" {
          host = local.host
        }

        resource "ssh_file" "x" {
          for_each = local.all
          provider = ssh.eu
          host     = local.host
          path     = "/etc/${each.key}"
          content  = "${data.ssh_facts.h.os}: ${path.module} ${terraform.workspace}"

          lifecycle {
            prevent_destroy = true
            ignore_changes  = [mode, tags["a"]]
            postcondition {
              condition     = self.digest != ""
              error_message = "No digest."
            }
          }
          timeouts {
            create = "10m"
          }
          rollout {
            strategy     = "rolling"
            max_parallel = 1
          }
        }

        output "digests" {
          value = { for name, file in ssh_file.x : name => file.digest }
        }
        "#,
    );
    assert_eq!(&*config.project.name, "shop");
    assert_eq!(&*config.environment.name, "production");
    assert!(config.environment.protected);
    assert!(config.inputs["names"].origin.contains("production"));
    let root = &config.modules[0];
    assert_eq!(root.variables["names"].ty, Type::list(Type::String));
    let file = &root.resources[&(Mode::Managed, "ssh_file".into(), "x".into())];
    assert_eq!(
        file.provider,
        ProviderName {
            name: "ssh".into(),
            alias: Some("eu".into())
        }
    );
    assert!(matches!(&file.repeat, Repeat::ForEach(e)
        if e.kind == ExprKind::Reference(Reference::Local("all".into()))));
    assert!(file.lifecycle.prevent_destroy);
    let ignored: Vec<_> = file
        .lifecycle
        .ignore_changes
        .iter()
        .map(|p| p.to_string())
        .collect();
    assert_eq!(ignored, ["mode", "tags.a"]);
    assert_eq!(file.timeouts["create"], 600_000);
    assert!(file.rollout.is_some());
    let ExprKind::Object(items) = &file.body.kind else {
        panic!("{:?}", file.body)
    };
    let keys: Vec<_> = items.iter().map(|(key, _)| &key.kind).collect();
    let name = |n: &str| ExprKind::Literal(Value::string(n));
    assert_eq!(keys, [&name("host"), &name("path"), &name("content")]);
}

#[test]
fn without_blocks_the_directory_names_the_project() {
    let request = Request {
        directory_name: "shop".into(),
        ..Request::default()
    };
    let config = config_with("locals {\n}\n", &request);
    assert_eq!(&*config.project.name, "shop");
    assert_eq!(&*config.environment.name, "default");
}

#[test]
fn dotfiles_and_tests_are_not_read() {
    config("locals {\n}\n--- .x.hcl\nnonsense\n--- a.test.hcl\nnonsense\n--- a.tf\nnonsense\n");
}

#[test]
fn the_digest_is_of_all_that_was_read_and_of_inputs() {
    let variable = "variable \"a\" {\n  default = 1\n}\n";
    let digest = |text: &str, request: &Request| config_with(text, request).digest;
    let plain = digest(variable, &Request::default());
    assert_eq!(plain, digest(variable, &Request::default()));
    let given = Request {
        vars: vec![("a".into(), "1".into())],
        ..Request::default()
    };
    assert_ne!(plain, digest(variable, &given));
    assert_ne!(plain, digest(&format!("{variable}\n"), &Request::default()));
    let two = "--- a.hcl\nlocals {\n  a = 1\n}\n--- b.hcl\nlocals {\n  b = 1\n}\n";
    let swapped = "--- b.hcl\nlocals {\n  b = 1\n}\n--- a.hcl\nlocals {\n  a = 1\n}\n";
    assert_eq!(
        digest(two, &Request::default()),
        digest(swapped, &Request::default())
    );
}
