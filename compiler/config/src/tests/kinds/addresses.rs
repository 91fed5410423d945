//! Calls of kinds in `moved`, `removed` and `import`.

use super::super::check;
use super::note;

#[test]
fn moves_name_calls_of_kinds() {
    check(&note(
        r#"
        note "b" { text = "x" }
        moved {
          from = note.a
          to   = note.b
        }
        moved {
          from = module.old
          to   = note["c d"]
        }
        moved {
          from = note.e.terraform_data.x
          to   = note.b.terraform_data.x
        }
        moved {
          from = gone.f
          to   = note["g h"]
        }
        moved {
          from = gone["i j"]["k"].gone.l.terraform_data.x[0]
          to   = terraform_data.x
        }
        removed {
          from = gone.m
        }
        removed {
          from = gone["n o"]
        }"#,
        "",
    ));
}

#[test]
fn a_call_stays_a_call() {
    check(&note(
        r#"
        note "b" { text = "x" }
        moved {
          from = terraform_data.a
          to   = note.b
          #      ^^^^^^ LF0129 a resource moves to a resource
        }
        moved {
          from = note
          #      ^^^^ LF0129 this is no address
          to   = note.c
        }
        removed {
          from = note.b
          #      ^^^^^^ LF0129 what is removed is still declared
        }"#,
        "",
    ));
}

#[test]
fn imports_name_calls_of_kinds() {
    check(&note(
        r#"
        note "b" { text = "x" }
        note "c d" {
          for_each = toset(["k"])
          text     = "x"
        }
        import {
          to = note.b.terraform_data.page
          id = "1"
        }
        import {
          to = note["c d"]["k"].terraform_data.page
          id = "1"
        }
        import {
          to = note.b.other.o.terraform_data.page
          id = "1"
        }
        import {
          to = note.x.terraform_data.page
          #    ^^^^^^^^^^^^^^^^^^^^^^^^^^ LF0174 nothing is declared at `note.x`
          id = "1"
        }
        import {
          to = note.b.terraform_data.pgae
          #    ^^^^^^^^^^^^^^^^^^^^^^^^^^ LF0174 nothing is declared at & did you mean `page`?
          id = "1"
        }
        import {
          to = note.b
          #    ^^^^^^ LF0173 names no instance of a resource
          id = "1"
        }"#,
        r#"
        resource "terraform_data" "page" {}
        other "o" {}
        --- kinds/other/kind.hcl
        kind "other" {
          implementation "i" {}
        }
        --- kinds/other/i/main.hcl
        resource "terraform_data" "page" {}
        "#,
    ));
}
