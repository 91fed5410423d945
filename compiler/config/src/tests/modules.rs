//! Calls of modules.

use super::{Request, check, config, run};
use crate::ProviderName;
use model::CallName;

#[test]
fn a_directory_is_read_once_however_often_it_is_called() {
    let config = config(
        r#"
        module "a" {
          source = "./m"
          name   = "a"
        }
        module "b" {
          source   = "./m/../m"
          for_each = toset(["x"])
          name     = each.key
        }
        output "o" {
          value = [module.a.id, module.b["x"].id, [for m in module.b : m.id]]
        }
        --- m/main.hcl
        variable "name" {
        }
        module "deep" {
          source = "../n"
        }
        output "id" {
          value = var.name
        }
        --- n/main.hcl
        "#,
    );
    let directories: Vec<_> = config
        .modules
        .iter()
        .map(|m| m.directory.as_str())
        .collect();
    assert_eq!(directories, ["", "m", "n"]);
    let calls: Vec<_> = config.modules[0].calls.values().map(|c| c.module).collect();
    assert_eq!(calls, [1, 1]);
    assert_eq!(config.modules[1].calls[&CallName::module("deep")].module, 2);
}

#[test]
fn sources() {
    check(
        r#"
        module "a" {
          source = "terraform-aws-modules/vpc/aws"
          #        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ LF0103 copy it into the project
        }
        module "b" {
          source = "../other"
          #        ^^^^^^^^^^ LF0103 leads out of the project's root
        }
        module "c" {
          source = "./none"
          #        ^^^^^^^^ LF0101 no such directory
        }
        module "d" {
          source = "./tf"
          #        ^^^^^^ LF0102 rename those that end in `.tf`
        }
        module "e" {
          source = path.root
          #        ^^^^^^^^^ LF0103 a plain string
        }
        module "f" {
      # ^^^^^^^^^^ LF0114 a module call lacks `source`
          name = var.nope
          #          ^^^^ LF0121
        }
        locals {
          fine = [module.a.x, module.f.x]
        }
        --- tf/main.tf
        "#,
    );
}

#[test]
fn circles() {
    check(
        r#"
        module "a" {
          source = "./a"
        }
        --- a/main.hcl
        module "b" {
          source = "../b"
        }
        --- b/main.hcl
        module "a" {
      # ^^^^^^^^^^ LF0104 `a` calls `b` calls `a`
          source = "../a"
        }
        "#,
    );
}

#[test]
fn inputs_and_outputs() {
    check(
        r#"
        module "m" {
          source = "./m"
          nmae   = "x"
        # ^^^^ LF0105 did you mean `name`?
          ports  = "http"
          #        ^^^^^^ LF0130 a list(number) required
          region = var.region
          #            ^^^^^^ LF0121
          version = "1"
        # ^^^^^^^ LF0113 it has no version
          config {
        # ^^^^^^ LF0113
          }
        }
        module "many" {
          source = "./m"
          count  = 2
          name   = count.index
        }
        locals {
          a = module.m.ulr
          #            ^^^ LF0122 did you mean `url`?
          b = module.many.url
          #               ^^^ LF0126 module.many[*].url
          c = module.many[*].ulr
          #                  ^^^ LF0122
          d = module.many[0].url
        }
        --- m/main.hcl
        variable "name" {
          type = string
        }
        variable "ports" {
          type    = list(number)
          default = []
        }
        variable "region" {
          default = ""
        }
        output "url" {
          value = "${var.name}"
        }
        "#,
    );
}

#[test]
fn providers_are_given_by_the_caller() {
    let text = r#"
        provider "ssh" {
          alias = "eu"
        }
        module "m" {
          source    = "./m"
          providers = { ssh = ssh.eu, "ssh.far" = ssh.eu }
        }
        --- m/main.hcl
        resource "ssh_unit" "u" {
          provider = ssh.far
          host     = {}
          name     = "x"
        }
        "#;
    let quoted = config(text);
    let plain = config(&text.replace("\"ssh.far\" =", "ssh.far ="));
    let call = &quoted.modules[0].calls[&CallName::module("m")];
    assert_eq!(
        call.providers,
        plain.modules[0].calls[&CallName::module("m")].providers
    );
    let far = ProviderName {
        name: "ssh".into(),
        alias: Some("far".into()),
    };
    assert_eq!(call.providers[&far].alias.as_deref(), Some("eu"));
    assert_eq!(
        call.providers[&ProviderName::plain("ssh")].alias.as_deref(),
        Some("eu")
    );
    check(
        r#"
        module "m" {
      # ^^^^^^^^^^ LF0108 needs the provider configuration `ssh.far` & "ssh.far" = ssh.
          source    = "./m"
          providers = { ssh = ssh.us, "a.b.c" = ssh, (ssh.near) = ssh }
          #                   ^^^^^^ LF0125 provider "ssh" { alias = "us" … }
          #                           ^^^^^^^ LF0107
        }
        module "n" {
          source    = "./n"
          providers = ssh
          #           ^^^ LF0107 { ssh = ssh.eu }
        }
        --- m/main.hcl
        resource "ssh_unit" "u" {
          provider = ssh.far
          host     = {}
          name     = "x"
        }
        --- n/main.hcl
        "#,
    );
}

#[test]
fn what_stands_in_the_root_alone() {
    check(
        r#"
        module "m" {
          source = "./m"
        }
        --- m/main.hcl
        project "x" {
      # ^^^^^^^^^^^ LF0138 stands only in the project's root
        }
        "#,
    );
}

#[test]
fn an_empty_root() {
    let (_, problems, _) = run("--- main.tf\n", &Request::default());
    assert_eq!(
        problems.iter().map(|p| p.code).collect::<Vec<_>>(),
        ["LF0102"]
    );
    assert!(
        problems[0]
            .help
            .as_ref()
            .unwrap()
            .contains("rename those that end in `.tf`")
    );
}
