//! Bodies that a schema lays down.

use super::{check, config};
use eval::{Expr, ExprKind};
use model::Mode;

#[test]
fn arguments() {
    check(
        r#"
        resource "ssh_file" "x" {
      # ^^^^^^^^^^^^^^^^^^^^^^^ LF0114 `ssh_file` lacks `host` & add `host = …`
          path    = "a"
          contnet = "b"
        # ^^^^^^^ LF0113 `ssh_file` has no argument `contnet` & did you mean `content`?
          digest  = "c"
        # ^^^^^^ LF0115 cannot be set
          tags {
        # ^^^^ LF0118 write `tags = …`
          }
          provisioner "remote-exec" {
        # ^^^^^^^^^^^ LF0113 ssh_command
          }
        }
        "#,
    );
}

#[test]
fn an_argument_that_is_loaded_counts_as_given() {
    config("resource \"ssh_file\" \"x\" {\n  host = {}\n  path = \"a\"\n  source = \"b\"\n}\n");
}

#[test]
fn nested_blocks() {
    check(
        r#"
        resource "cloud_wall" "x" {
          rule {
        # ^^^^ LF0114 the block `rule` lacks `port`
          }
          rule {
            port = "http"
            #      ^^^^^^ LF0130
          }
          rule {
        # ^^^^ LF0119 at most 2 blocks `rule`
            port = 1
          }
          log {
          }
          log {
        # ^^^ LF0117 at most once
          }
          zone "a" {
          }
          zone "a" {
          #    ^^^ LF0117 `zone "a"` stands here at most once
          }
          zone {
        # ^^^^ LF0112 zone "KEY" { … }
          }
          peer "a" {
          #    ^^^ LF0112 takes no label
          }
          ruel {
        # ^^^^ LF0113 did you mean `rule`?
          }
          peer = 1
        # ^^^^ LF0118 `peer` is a block
        }
        resource "cloud_strict" "x" {
      # ^^^^^^^^^^^^^^^^^^^^^^^^^^^ LF0119 lacks a block `rule`
        }
        "#,
    );
}

#[test]
fn dynamic_blocks() {
    check(
        r#"
        resource "cloud_wall" "x" {
          dynamic "rule" {
            for_each = [1]
            content {
              port = rule.value + rule.kye
              #                        ^^^ LF0122 did you mean `key`?
            }
          }
          dynamic "peer" {
            for_each = [{ n = 1 }]
            iterator = it
            content {
              port = it.value.n + peer.value
              #                   ^^^^ LF0121
            }
          }
          dynamic "ruel" {
          #       ^^^^^^ LF0113 did you mean `rule`?
            for_each = []
            content {
            }
          }
          dynamic "log" {
        # ^^^^^^^^^^^^^ LF0119 it has no block `content`
            for_each = []
          }
          dynamic "zone" {
        # ^^^^^^^^^^^^^^ LF0114 lacks `labels`
            for_each = []
            content {
            }
          }
        }
        "#,
    );
}

/// The kinds of expressions that nested blocks come to, by block.
fn nested(blocks: &str) -> Vec<String> {
    let config = config(&format!("resource \"cloud_wall\" \"x\" {{\n{blocks}\n}}\n"));
    let wall = &config.modules[0].resources[&(Mode::Managed, "cloud_wall".into(), "x".into())];
    let ExprKind::Object(items) = &wall.body.kind else {
        panic!("{:?}", wall.body)
    };
    items.iter().map(|(_, value)| shape(value)).collect()
}

fn shape(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Tuple(items) => format!("tuple of {}", items.len()),
        ExprKind::Object(items) => format!("object of {}", items.len()),
        ExprKind::For(f) if f.result_key.is_some() => "for with keys".into(),
        ExprKind::For(_) => "for".into(),
        ExprKind::Call(call) => {
            let arguments: Vec<_> = call.arguments.iter().map(shape).collect();
            format!("{}({})", call.name, arguments.join(", "))
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn blocks_become_collections() {
    let rule = "rule {\n  port = 1\n}\n";
    let more = "dynamic \"rule\" {\n  for_each = [1]\n  content {\n    port = rule.value\n  }\n}\n";
    assert_eq!(nested(rule), ["tuple of 1"]);
    assert_eq!(nested(&[rule, rule].concat()), ["tuple of 2"]);
    assert_eq!(nested(more), ["for"]);
    assert_eq!(
        nested(&[rule, more, rule].concat()),
        ["concat(tuple of 1, for, tuple of 1)"]
    );
    assert_eq!(nested("log {\n  to = \"a\"\n}"), ["object of 1"]);
    assert_eq!(nested("zone \"a\" {\n}\nzone \"b\" {\n}"), ["object of 2"]);
    let zones = "dynamic \"zone\" {\n  for_each = {}\n  labels = [zone.key]\n  content {\n  }\n}\n";
    assert_eq!(nested(zones), ["for with keys"]);
    assert_eq!(
        nested(&["zone \"a\" {\n}\n", zones].concat()),
        ["merge(object of 1, for with keys)"]
    );
    let log = "dynamic \"log\" {\n  for_each = [1]\n  content {\n  }\n}\n";
    assert_eq!(nested(log), ["one(for)"]);
}

#[test]
fn types_and_providers() {
    check(
        r#"
        resource "ssh_fiel" "x" {
        #        ^^^^^^^^^^ LF0124 did you mean `ssh_file`? & and here
          content = var.nope
          #             ^^^^ LF0121
        }
        resource "ssh_fiel" "y" {
        }
        resource "null_resource" "n" {
        #        ^^^^^^^^^^^^^^^ LF0124 write `terraform_data`
        }
        resource "ssh_facts" "z" {
        #        ^^^^^^^^^^^ LF0124 data "ssh_facts"
        }
        resource "azurerm_vm" "v" {
        #        ^^^^^^^^^^^^ LF0124 the providers are `builtin`, `cloud` and `ssh`
        }
        locals {
          fine = ssh_fiel.x.content
        }
        provider "shs" {
        #        ^^^^^ LF0125 did you mean `ssh`?
        }
        provider "cloud" {
      # ^^^^^^^^^^^^^^^^ LF0114 the provider `cloud` lacks `token`
          version = "1"
        # ^^^^^^^ LF0113 providers are built in
        }
        provider "ssh" {
          alias = "eu"
        }
        resource "terraform_data" "a" {
          provider = ssh.eu
          #          ^^^^^^ LF0125 `terraform_data` is of the provider `builtin`
        }
        resource "ssh_unit" "u" {
          host     = {}
          name     = "x"
          provider = ssh.ue
          #          ^^^^^^ LF0125 did you mean `eu`?
        }
        resource "ssh_unit" "v" {
          host     = {}
          name     = "x"
          provider = "ssh.eu"
          #          ^^^^^^^^ LF0125 without quotes
        }
        "#,
    );
}
