//! Kinds: their interfaces, what implements them, and their calls.

mod addresses;
mod uncalled;

use super::{check, config};
use model::{CallName, Type};

/// A project that calls the kind `note`, beside other files.
fn note(main: &str, more: &str) -> String {
    format!(
        r#"{main}
        --- kinds/note/kind.hcl
        kind "note" {{
          implementation "plain" {{}}
        }}
        variable "text" {{
          type = string
        }}
        variable "line" {{
          type    = list(object({{ name = string, size = optional(number, 1) }}))
          default = []
        }}
        variable "page" {{
          type    = map(object({{ title = string }}))
          default = {{}}
        }}
        variable "look" {{
          type    = object({{ colour = string, frame = optional(object({{ width = number }})) }})
          default = null
        }}
        output "said" {{
          type = string
        }}
        --- kinds/note/plain/main.hcl
        output "said" {{
          value = var.text
        }}
        {more}"#
    )
}

#[test]
fn a_call_sets_variables_by_arguments_and_blocks() {
    let config = config(&note(
        r#"
        note "a" {
          text = "x"
          line { name = "one" }
          line {
            name = "two"
            size = 2
          }
          dynamic "line" {
            for_each = ["three"]
            content { name = line.value }
          }
          page "first" { title = "t" }
          look {
            colour = "red"
            frame { width = 3 }
          }
        }
        note "not a name" {
          text  = note.a.said
          count = 2
        }
        output "o" {
          value = [note.a.said, note["not a name"][0].said, note["not a name"][*].said, note["a"].said]
        }"#,
        "",
    ));
    let calls: Vec<String> = config.modules[0]
        .calls
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(calls, ["note.a", "note[\"not a name\"]"]);
    let call = &config.modules[0].calls[&CallName::of("note", "a")];
    let given: Vec<&str> = call.inputs.keys().map(|n| &**n).collect();
    assert_eq!(given, ["text", "line", "page", "look"]);
    let interface = &config.modules[call.module];
    let kind = interface.kind.as_ref().unwrap();
    assert_eq!((&*kind.name, kind.implementations.len()), ("note", 1));
    let plain = &config.modules[kind.implementations["plain"].module];
    assert_eq!(plain.variables.len(), interface.variables.len());
    assert_eq!(plain.outputs["said"].ty, Type::String);
}

#[test]
fn calls_and_what_is_wrong_in_them() {
    check(&note(
        r#"
        note "a" {
      # ^^^^^^^^ LF0106 the kind `note` needs `text`
        }
        note {
      # ^^^^ LF0112 a call of the kind `note` has one label
          text = "x"
        }
        note "b" {
          text  = "x"
          txet  = "y"
        # ^^^^ LF0113 the kind `note` has no argument `txet` & did you mean `text`?
          page  = "z"
          #       ^^^ LF0130 `page` has the wrong type
          line { size = 1 }
        # ^^^^ LF0114 the block `line` lacks `name`
          lnie { name = "x" }
        # ^^^^ LF0113 the kind `note` has no block `lnie` & did you mean `line`?
          look { colour = "red" }
          look { colour = "blue" }
        # ^^^^ LF0117 once more
        }
        note "c" {
          text = "x"
          line = []
          line { name = "x" }
        # ^^^^ LF0117 `line` is given twice
        }
        note "c" {
      # ^^^^^^^^ LF0116 `note.c` is declared twice
          text = "x"
        }
        ntoe "d" {}
      # ^^^^ LF0110 there is no block `ntoe` & did you mean `note`?
        output "o" {
          value = [note.a.sad, note.x.said, note.a["k"].said, note]
          #               ^^^ LF0122 `note.a` has no output `sad` & did you mean `said`?
          #                    ^^^^^^ LF0121 x
          #                                        ^^^ LF0126 without instances
          #                                                   ^^^^ LF0127 note.NAME
        }"#,
        "",
    ));
}

#[test]
fn an_interface_and_what_is_wrong_in_it() {
    check(
        r#"
        thing "a" {}
        --- kinds/thing/kind.hcl
        kind "thing" {
          implementation "one" { when = var.x }
          implementation "two" {}
          implementation "three" {}
        # ^^^^^^^^^^^^^^^^^^^^^^ LF0155 never serves
          implementation "two" {}
        # ^^^^^^^^^^^^^^^^^^^^ LF0116 the implementation `two` is declared twice
          implementation "zero" {}
          #              ^^^^^^ LF0101 there is no directory `kinds/thing/zero` & write what it makes into `kinds/thing/zero/main.hcl`
        }
        variable "x" {
          type    = bool
          default = true
        }
        output "a" {
      # ^^^^^^^^^^ LF0156 `kinds/thing/two` lacks the output `a`
          type = string
        }
        output "b" {
      # ^^^^^^^^^^ LF0156 the output `b` of a kind has no type
        }
        output "c" {
          type  = string
          value = "x"
        # ^^^^^ LF0156 has no value in the interface
        }
        locals {
      # ^^^^^^ LF0153 does not belong in the interface
          y = 1
        }
        --- kinds/thing/one/main.hcl
        variable "z" {
      # ^^^^^^^^^^^^ LF0153 an implementation has the variables of its kind
        }
        output "a" { value = var.x }
        output "b" { value = local.q }
        #                          ^ LF0121 there is no local value `q`
        output "c" { value = 1 }
        output "d" { value = 1 }
        #      ^^^ LF0156 the kind does not give out `d`
        --- kinds/thing/two/main.hcl
        output "b" { value = 1 }
        output "c" { value = 1 }
        --- kinds/thing/three/main.hcl
        output "a" { value = 1 }
        output "b" { value = 1 }
        output "c" {
          value = 1
          type  = string
        # ^^^^ LF0156 declared by a kind's interface
        }
        "#,
    );
}

#[test]
fn a_kind_has_its_directory() {
    check(
        r#"
        kind "here" {
      # ^^^^^^^^^^^ LF0153 stands in a kind's own directory
        }
        one "a" {}
        two "a" {}
        three "a" {}
        module "m" {
          source = "./kinds/two/x"
          #        ^^^^^^^^^^^^^^^ LF0150 is part of a kind
        }
        --- kinds/one/kind.hcl
        kind "uno" {
        #    ^^^^^ LF0154 a kind is called as its directory is: `one`
          implementation "x" {}
        }
        --- kinds/one/x/main.hcl
        --- kinds/two/kind.hcl
        kind "two" {
          implementation "x" {}
        }
        --- kinds/two/x/main.hcl
        --- kinds/three/kind.hcl
        kind "three" {
      # ^^^^^^^^^^^^ LF0154 nothing implements this kind
        }
        "#,
    );
}

#[test]
fn types_of_instances() {
    check(&note(
        r#"
        note "a" { text = "x" }
        note "two" {
          text  = "x"
          count = 2
        }
        reader "one" {
          of  = note.a
          all = note.a
        }
        reader "all" {
          of  = note.two[0]
          all = note.two
        }
        reader "wrong" {
          of  = "x"
          #     ^^^ LF0130 an instance of the kind `note` required
          all = [note.a, note.two[1]]
        }
        reader "other" {
          of = reader.one
          #    ^^^^^^^^^^ LF0130 an instance of the kind `note` required
          all = reader.one
          #     ^^^^^^^^^^ LF0130 instances of the kind `note` required
        }"#,
        r#"
        --- kinds/reader/kind.hcl
        kind "reader" {
          implementation "any" {}
        }
        variable "of" {
          type = kind.note
        }
        variable "all" {
          type    = list(kind.note)
          default = []
        }
        variable "none" {
          type    = kind.nothing
          #              ^^^^^^^ LF0151 there is no kind `nothing`
          default = null
        }
        output "first" { type = kind.note }
        --- kinds/reader/any/main.hcl
        output "first" { value = var.all[0] }
        "#,
    ));
}

#[test]
fn kinds_make_no_circle() {
    check(
        r#"
        a "x" {}
        --- kinds/a/kind.hcl
        kind "a" {
          implementation "i" {}
        }
        output "o" { type = kind.b }
        --- kinds/a/i/main.hcl
        b "y" {}
        output "o" { value = b.y }
        --- kinds/b/kind.hcl
        kind "b" {
          implementation "i" {}
        }
        output "o" { type = kind.a }
        #                        ^ LF0152 the types of kinds make a circle & `a` gives out `b` gives out `a`
        --- kinds/b/i/main.hcl
        a "z" {}
      # ^^^^^ LF0104 the kind `a` calls the kind `b` calls the kind `a`
        output "o" { value = a.z }
        "#,
    );
}

#[test]
fn the_library_is_like_a_projects_own_kinds() {
    let library = note("note \"a\" { text = \"x\" }", "").replace("kinds/note", "std:note");
    let from_library = config(&library);
    assert_eq!(from_library.modules[1].directory, "std:note");
    // A project's own kind comes first.
    let both = note(
        "note \"a\" { text = \"x\" }",
        "--- std:note/kind.hcl\n kind \"other\" {}",
    );
    assert_eq!(config(&both).modules[1].directory, "kinds/note");
}
