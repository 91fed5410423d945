//! Values of the wrong type, and what is no constant where one is needed.

use super::{check, config};
use model::{Type, Value};

#[test]
fn literals_are_checked_where_they_stand() {
    check(
        r#"
        resource "ssh_file" "x" {
          host    = {}
          path    = ["a"]
          #         ^^^^^ LF0130 `path` has the wrong type & a string required
          content = 5
          lines   = [1, "2", "three"]
          #                  ^^^^^^^ LF0130 `lines` has the wrong type & a number required
          backup  = "yes"
          #         ^^^^^ LF0130 a bool required
          tags    = { a = "x", b = ["y"] }
          #                        ^^^^^ LF0130
        }
        resource "ssh_file" "y" {
          host    = {}
          path    = null
          content = true ? 1 : []
          lines   = { a = 1 }
          #         ^^^^^^^^^ LF0130 a list(number) required
          backup  = 1 + 1
          #         ^^^^^ LF0130 a bool required, found a number
          tags    = "${path.root}/x"
          #         ^^^^^^^^^^^^^^^^ LF0130 found a string
        }
        "#,
    );
}

#[test]
fn types_are_known_through_variables_and_schemas() {
    check(
        r#"
        variable "names" {
          type    = list(string)
          default = []
        }
        variable "host" {
          type    = object({ name = string, ports = list(number) })
          default = { name = "a", ports = [1] }
        }
        resource "ssh_file" "x" {
          host    = {}
          path    = var.names
          #         ^^^^^^^^^ LF0130 a string required
          content = var.host.name
          lines   = var.host.ports
          mode    = var.names[0]
          backup  = ssh_file.y.tags
          #         ^^^^^^^^^^^^^^^ LF0130 a bool required
          tags    = [for n in var.names : n]
          #         ^^^^^^^^^^^^^^^^^^^^^^^^ LF0130
        }
        resource "ssh_file" "y" {
          host    = {}
          path    = "a"
          content = ""
        }
        "#,
    );
}

#[test]
fn types_of_variables() {
    check(
        r#"
        variable "a" {
          default = null
          type = strnig
          #      ^^^^^^ LF0132 did you mean `string`?
        }
        variable "b" {
          default = null
          type = "string"
          #      ^^^^^^^^ LF0132 write `string` without quotes
        }
        variable "c" {
          default = null
          type = list(string, number)
          #      ^^^^^^^^^^^^^^^^^^^^ LF0132 expected `list(string)`
        }
        variable "d" {
          default = null
          type = optional(string)
          #      ^^^^^^^^ LF0132 `default = null`
        }
        variable "e" {
          default = null
          type = object({ a = optional(number, "x"), b = optional(number, 1 + 1) })
          #                                    ^^^ LF0130 a number required
          #                                                               ^^^^^ LF0131 no constant
        }
        variable "f" {
          default = null
          type = lsit(string)
          #      ^^^^ LF0132 did you mean `list`?
        }
        variable "g" {
          type    = number
          default = "x"
          #         ^^^ LF0130 a number required
        }
        variable "n" {
          nullable = false
          default  = null
          #          ^^^^ LF0130 may not be null
        }
        variable "h" {
          default = var.g
          #         ^^^^^ LF0131 a default may not refer to anything
        }
        variable "i" {
          type    = object({ port = number, name = optional(string) })
          default = { nmae = "x" }
          #         ^^^^^^^^^^^^^^ LF0114 `default` lacks `port`
          #           ^^^^ LF0136 did you mean `name`?
        }
        "#,
    );
}

#[test]
fn type_expressions_come_out() {
    let text = |ty: &str| format!("variable \"a\" {{\n  type = {ty}\n  default = null\n}}\n");
    let check = |ty: &str, expected: Type| {
        assert_eq!(
            config(&text(ty)).modules[0].variables["a"].ty,
            expected,
            "{ty}"
        );
    };
    check("any", Type::Any);
    check("list", Type::list(Type::Any));
    check("map(set(bool))", Type::map(Type::set(Type::Bool)));
    check(
        "tuple([string, number])",
        Type::Tuple([Type::String, Type::Number].into()),
    );
    let config = config(&text("object({ a = string, b = optional(number, \"7\") })"));
    let Type::Object(object) = &config.modules[0].variables["a"].ty else {
        panic!()
    };
    assert!(!object.fields["a"].optional);
    assert!(object.fields["b"].optional);
    assert_eq!(object.fields["b"].default, Some(Value::int(7)));
}

#[test]
fn what_must_be_written_out() {
    check(
        r#"
        variable "a" {
          default   = 1
          sensitive = var.b
          #           ^^^^^ LF0133 `sensitive` takes `true` or `false`
        }
        resource "terraform_data" "a" {
          timeouts {
            create = "10 minutes"
            #        ^^^^^^^^^^^^ LF0134 expected such as "30s"
            delete = 5
            #        ^ LF0133
            reed   = "5m"
        #   ^^^^ LF0113 did you mean `read`?
          }
        }
        resource "ssh_unit" "u" {
          count = -1
          #       ^^ LF0137 a whole number
          host  = {}
          name  = "x"
          rollout {
            strategy         = "roling"
            #                  ^^^^^^^^ LF0135 did you mean `rolling`?
            min_healthy_time = "soon"
            #                  ^^^^^^ LF0134
            max_parallel     = "many"
            #                  ^^^^^^ LF0130
            gate             = "activ"
            #                  ^^^^^^^ LF0135 did you mean `active`?
          }
        }
        resource "terraform_data" "list" {
          for_each = ["a"]
          #          ^^^^^ LF0130 toset([…])
        }
        "#,
    );
}

#[test]
fn a_key_with_dots_says_whether_it_is_a_name() {
    check(
        r#"
        locals {
          a = { b = 1 }
          c = { local.a.b = 1, (local.a.b) = 2, "d.e" = 3 }
          #     ^^^^^^^^^ LF0016 into parentheses
        }
        environment "default" {
          inputs = { x.y = 1 }
          #          ^^^ LF0016
        }
        "#,
    );
}
