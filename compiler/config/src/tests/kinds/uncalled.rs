//! Kinds that nobody calls, and what implementations give out.

use super::super::{check, check_with};
use crate::Request;

/// Checks a project with its kinds that nobody calls.
#[track_caller]
fn check_all(text: &str) {
    let request = Request {
        all_kinds: true,
        ..Request::default()
    };
    check_with(text, &request);
}

#[test]
fn kinds_that_nobody_calls_are_looked_at() {
    check_all(
        r#"
        called "a" {}
        --- kinds/called/kind.hcl
        kind "called" {
          implementation "chosen" {}
          implementation "other" {}
        # ^^^^^^^^^^^^^^^^^^^^^^ LF0155 never serves
        }
        --- kinds/called/chosen/main.hcl
        --- kinds/called/other/main.hcl
        locals {
          x = local.nothing
          #         ^^^^^^^ LF0121 there is no local value `nothing`
        }
        --- kinds/uncalled/kind.hcl
        kind "uncalled" {
          implementation "one" { when = var.thing }
          #                                 ^^^^^ LF0121 there is no variable `thing` & did you mean `things`?
          implementation "two" {}
        }
        variable "things" {
          type    = number
          default = "many"
          #         ^^^^^^ LF0130 wrong type
        }
        output "a" {
      # ^^^^^^^^^^ LF0156 `kinds/uncalled/two` lacks the output `a`
          type = string
        }
        --- kinds/uncalled/one/main.hcl
        output "a" { value = upper(var.thigns) }
        #                              ^^^^^^ LF0121 there is no variable `thigns`
        inner "x" { nothing = 1 }
        #           ^^^^^^^ LF0113 the kind `inner` has no argument `nothing`
        --- kinds/uncalled/two/main.hcl
        --- kinds/inner/kind.hcl
        kind "inner" {
          implementation "i" {}
        }
        --- kinds/inner/i/main.hcl
        --- kinds/empty/notes/main.hcl
        #! LF0102 there is no configuration in `kinds/empty`
        "#,
    );
}

#[test]
fn kinds_that_nobody_calls_are_no_business_of_a_plan() {
    check(
        r#"
        locals {}
        --- kinds/uncalled/kind.hcl
        nonsense {}
        "#,
    );
}

#[test]
fn what_implementations_give_out_has_the_declared_type() {
    check_all(
        r#"
        locals {}
        --- kinds/thing/kind.hcl
        kind "thing" {
          implementation "one" {}
        }
        output "ports" { type = list(number) }
        output "place" { type = object({ address = string, port = port }) }
        output "any" { type = any }
        output "text" { type = string }
        --- kinds/thing/one/main.hcl
        output "ports" { value = [80, "https"] }
        #                             ^^^^^^^ LF0130 `output.ports` has the wrong type & declared here
        output "place" {
          value = {
          #       ^ LF0114 `output.place` lacks `port`
            address = "here"
            prot    = 1
          # ^^^^ LF0136 did you mean `port`?
          }
        }
        output "any" { value = [1, "x"] }
        output "text" { value = 1 }
        "#,
    );
}

#[test]
fn what_serves_has_to_be_named() {
    check_all(
        r#"
        thing "paper" { provider = "x" }
        #               ^^^^^^^^ LF0113 no argument `provider` & what a kind is served on is its `target`
        output "b" {
          value = [thing.b, thing["b c"], thing.papre]
          #        ^^^^^^^ LF0121 there is no `thing.b` & call it: `thing "b" { … }`
          #                 ^^^^^^^^^^^^ LF0121 there is no `thing["b c"]`
          #                               ^^^^^^^^^^^ LF0121 did you mean `paper`?
        }
        --- kinds/thing/kind.hcl
        kind "thing" {
      # ^^^^^^^^^^^^ LF0155 nothing uses `kinds/thing/other` & implementation "other"
          implementation "parts" {}
        }
        --- kinds/slip/kind.hcl
        kind "slip" {
          implementation "plian" {}
          #              ^^^^^^^ LF0101 there is no directory `kinds/slip/plian` & did you mean `plain`?
        }
        --- kinds/slip/plain/main.hcl
        --- kinds/thing/parts/main.hcl
        module "m" { source = "../shared" }
        --- kinds/thing/shared/main.hcl
        --- kinds/thing/example/main.hcl
        --- kinds/thing/other/main.hcl
        --- kinds/thing/templates/a.tpl
        "#,
    );
}
