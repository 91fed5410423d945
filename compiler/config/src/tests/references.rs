//! Names that stand for nothing, or not here.

use super::check;

#[test]
fn unknown_names_are_said_once_and_with_what_was_meant() {
    check(
        r#"
        variable "region" {
          default = "eu"
        }
        locals {
          a = var.regoin
          #       ^^^^^^ LF0121 there is no variable `regoin` & did you mean `region`? & and here
          b = var.regoin
          c = local.nope
          #         ^^^^ LF0121 `locals { nope = … }`
          d = module.web.url
          #          ^^^ LF0121 there is no module call `web`
          e = vars.region
          #   ^^^^ LF0121 did you mean `var`?
          f = region
          #   ^^^^^^ LF0121 did you mean the variable `var.region`?
          g = eu
          #   ^^ LF0121 write "eu" in quotes
          h = ssh_fiel.x.content
          #   ^^^^^^^^ LF0121 did you mean `ssh_file`?
        }
        "#,
    );
}

#[test]
fn unknown_resources() {
    check(
        r#"
        resource "terraform_data" "first" {}
        data "ssh_facts" "h" {
          host = {}
        }
        locals {
          a = terraform_data.frist.output
          #   ^^^^^^^^^^^^^^^^^^^^ LF0121 did you mean `first`?
          b = ssh_file.first.content
          #   ^^^^^^^^^^^^^^ LF0121 there is no resource `ssh_file.first`
          c = ssh_facts.h.os
          #   ^^^^^^^^^ LF0121 there is nothing named `ssh_facts`
          d = data.ssh_facts.other.os
          #   ^^^^^^^^^^^^^^^^^^^^ LF0121 of this type there are: `h`
          e = data.terraform_data.first.id
          #   ^^^^^^^^^^^^^^^^^^^^^^^^^ LF0121 did you mean `terraform_data.first`?
        }
        "#,
    );
}

#[test]
fn attributes_of_resources_are_those_of_the_schema() {
    check(
        r#"
        resource "terraform_data" "one" {}
        resource "terraform_data" "many" {
          count = 2
        }
        resource "terraform_data" "named" {
          for_each = toset(["a"])
        }
        locals {
          fine = [
            terraform_data.one.output.deep, terraform_data.many[0].id, terraform_data.many[*].id,
            terraform_data.named["a"].id, terraform_data.many, terraform_data.one,
          ]
          a = terraform_data.one.outptu
          #                      ^^^^^^ LF0122 did you mean `output`?
          b = terraform_data.many[0].outptu
          #                          ^^^^^^ LF0122 did you mean `output`?
          c = terraform_data.many[*].outptu
          #                          ^^^^^^ LF0122 did you mean `output`?
          d = terraform_data.many.output
          #                       ^^^^^^ LF0126 it has `count` & of one: `terraform_data.many[0].output` & terraform_data.many[*].output
          e = terraform_data.named.output
          #                        ^^^^^^ LF0126 it has `for_each` & of one: `terraform_data.named["KEY"].output` & values(terraform_data.named)
          f = terraform_data.one[0].output
          #                      ^ LF0126 neither `count` nor `for_each`
          g = terraform_data.one["output"]
          #                      ^^^^^^^^ LF0126 write `terraform_data.one.output`
        }
        "#,
    );
}

#[test]
fn which_instance_may_be_meant_is_told_by_what_stands_around() {
    check(
        r#"
        resource "terraform_data" "many" { count = 2 }
        resource "terraform_data" "named" { for_each = toset(["a"]) }
        resource "terraform_data" "counted" {
          count = 2
          input = terraform_data.many.output
          #                           ^^^^^^ LF0126 of one: `terraform_data.many[count.index].output`
        }
        resource "terraform_data" "each" {
          for_each = toset(["a"])
          input    = [
            terraform_data.named.output,
            #                    ^^^^^^ LF0126 of one: `terraform_data.named[each.key].output`
            terraform_data.many.output,
            #                   ^^^^^^ LF0126 of one: `terraform_data.many[0].output`
          ]
        }
        "#,
    );
}

#[test]
fn each_count_and_self_stand_where_they_mean_something() {
    check(
        r#"
        resource "terraform_data" "one" {
          input = each.key
          #       ^^^^^^^^ LF0123 the block has no `for_each`
        }
        resource "terraform_data" "counted" {
          count = each.value
          #       ^^^^^^^^^^ LF0123 there is no `each.value` here
          input = [count.index, each.key]
          #                     ^^^^^^^^ LF0123 the block has `count`
        }
        resource "terraform_data" "named" {
          for_each = { a = count.index }
          #                ^^^^^^^^^^^ LF0123 there is no `count.index` here
          input    = [each.key, each.value, count.index, each.vlaue, self.id]
          #                                 ^^^^^^^^^^^ LF0123 the block has `for_each`
          #                                                   ^^^^^ LF0122 did you mean `value`?
          #                                                          ^^^^ LF0123 `postcondition`
          lifecycle {
            postcondition {
              condition     = self.id != self.idd
              #                               ^^^ LF0122 `self` has no attribute `idd`
              error_message = "${each.key}"
            }
          }
        }
        locals {
          a = each.key
          #   ^^^^^^^^ LF0123
          b = path.modul
          #        ^^^^^ LF0122 did you mean `module`?
          c = [path.module, path.root, path.cwd, project.name, environment.name]
        }
        "#,
    );
}

#[test]
fn words_that_are_no_values_alone() {
    check(
        r#"
        resource "terraform_data" "one" {}
        locals {
          a = var
          #   ^^^ LF0127 expected `var.NAME`
          b = data.ssh_facts
          #   ^^^^^^^^^^^^^^ LF0127 expected `data.TYPE.NAME`
          c = terraform_data
          #   ^^^^^^^^^^^^^^ LF0127 expected `TYPE.NAME`
          d = each
          #   ^^^^ LF0127 expected `each.key` or `each.value`
          e = var["a"]
          #   ^^^^^^^^ LF0127
        }
        "#,
    );
}

#[test]
fn what_an_expression_binds_is_no_name_of_the_configuration() {
    check(
        r#"
        locals {
          a = [for k, v in { x = 1 } : "${k}=${v.y}"]
          b = "%{for i in [1]}${i}%{endfor}"
          c = [for v in [1] : w]
          #                   ^ LF0121
          d = v
          #   ^ LF0121
          e = [for var in [{ x = 1 }] : var.x]
        }
        "#,
    );
}

#[test]
fn a_resource_does_not_refer_to_itself() {
    check(
        r#"
        resource "terraform_data" "a" {
          count      = 2
          input      = terraform_data.a[0].id
          #            ^^^^^^^^^^^^^^^^ LF0123 refers to itself
          depends_on = [terraform_data.a]
          #             ^^^^^^^^^^^^^^^^ LF0123
        }
        "#,
    );
}

#[test]
fn deep_expressions_fit_on_a_small_stack() {
    let sum = vec!["1"; 200].join(" + ");
    let deep = format!("{}{sum}{}", "[".repeat(50), "]".repeat(50));
    check(&format!("locals {{\n  a = {deep}\n}}\n"));
}

#[test]
fn dependencies_are_whole_blocks() {
    check(
        r#"
        resource "terraform_data" "a" {
          count = 1
        }
        resource "terraform_data" "b" {
          depends_on = [terraform_data.a, terraform_data.a[0], terraform_data.nope]
          #                                                    ^^^^^^^^^^^^^^^^^^^ LF0121
        }
        output "o" {
          value      = 1
          depends_on = ["terraform_data.a", terraform_data.b.id]
          #             ^^^^^^^^^^^^^^^^^^ LF0128 without quotes
          #                                 ^^^^^^^^^^^^^^^^^^^ LF0128 whole resources
        }
        output "p" {
          value      = 1
          depends_on = terraform_data.b
          #            ^^^^^^^^^^^^^^^^ LF0128 takes a list
        }
        "#,
    );
}
