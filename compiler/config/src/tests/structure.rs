//! Blocks, arguments and labels that do not belong where they stand.

use super::check;

#[test]
fn unknown_blocks_and_habits() {
    check(
        r#"
         terraform {
        #^^^^^^^^^ LF0110 store = & remove the block
           required_version = "1"
         }
         varaible "a" {
        #^^^^^^^^ LF0110 did you mean `variable`?
         }
         check "x" {
        #^^^^^^^^^ LF0170
         }
         region = "eu"
        #^^^^^^ LF0111 locals { region = … }
        "#,
    );
}

#[test]
fn labels() {
    check(
        r#"
         variable {
        #^^^^^^^^ LF0112 `variable` takes one label & variable "NAME" { … }
         }
         resource "terraform_data" {
        #^^^^^^^^^^^^^^^^^^^^^^^^^ LF0112 takes two labels
         }
         output "a" "b" {
        #           ^^^ LF0112 one label too many
           value = 1
         }
         locals "x" {
        #       ^^^ LF0112 takes no label
         }
         variable "1st" {
        #         ^^^^^ LF0112 `1st` is no name
           default = 1
         }
        "#,
    );
}

#[test]
fn names_that_are_taken() {
    check(
        r#"
        variable "count" {
        #        ^^^^^^^ LF0120 cannot be named `count`
          default = 1
        }
        "#,
    );
}

#[test]
fn declared_twice() {
    check(
        r#"
         variable "a" {
           default = 1
         }
         locals {
           x = 1
         }
         resource "terraform_data" "a" {}
         data "ssh_facts" "a" {
           host = {}
         }
         output "a" {
           value = 1
         }
         provider "ssh" {}
         --- other.hcl
         variable "a" {
        #^^^^^^^^^^^^ LF0116 the variable `a` is declared twice & declared first
           default = 1
         }
         locals {
           x = var.nope
          #^ LF0116 the local value `x`
          #        ^^^^ LF0121
         }
        "#,
    );
    check(
        r#"
         resource "terraform_data" "a" {}
         resource "terraform_data" "a" {}
        #^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ LF0116 the resource `terraform_data.a`
         output "a" {
           value = 1
         }
         output "a" {
        #^^^^^^^^^^ LF0116
           value = 1
         }
         provider "ssh" {}
         provider "ssh" {
           alias = "eu"
         }
         provider "ssh" {
        #^^^^^^^^^^^^^^ LF0116 the provider configuration `ssh.eu`
           alias = "eu"
         }
         project "a" {}
         project "b" {}
        #^^^^^^^^^^^ LF0116
         environment "a" {}
         environment "a" {}
        #^^^^^^^^^^^^^^^ LF0116
        "#,
    );
}

#[test]
fn arguments_of_general_blocks() {
    check(
        r#"
         variable "a" {
           defualt = 1
        #  ^^^^^^^ LF0113 a variable has no argument `defualt` & did you mean `default`?
           default = 2
           validation {
          #^^^^^^^^^^ LF0114 `validation` lacks `error_message`
             condition = true
           }
           type {
          #^^^^ LF0118 `type` is an argument
           }
         }
         output "a" {
        #^^^^^^^^^^ LF0114 an output lacks `value`
           precondition = 1
        #  ^^^^^^^^^^^^ LF0118 `precondition` is a block
         }
        "#,
    );
}

#[test]
fn count_and_for_each_exclude_each_other() {
    check(
        r#"
        resource "terraform_data" "a" {
          count    = 1
          for_each = {}
        # ^^^^^^^^ LF0139 exclude each other
        }
        resource "terraform_data" "b" {
          rollout {
        # ^^^^^^^ LF0139 neither `count` nor `for_each`
          }
        }
        "#,
    );
}
