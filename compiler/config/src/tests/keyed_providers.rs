//! `provider` blocks with `for_each`.

use super::check;

#[test]
fn a_key_stands_where_there_are_several() {
    check(
        r#"
        provider "ssh" {
          for_each = {}
        # ^^^^^^^^ LF0177 needs an `alias`
        }
        provider "ssh" {
          alias    = "by_site"
          for_each = toset(["a"])
        }
        provider "ssh" {
          alias = "one"
        }
        resource "ssh_unit" "fine" {
          for_each = toset(["a"])
          provider = ssh.by_site[each.key]
          host     = {}
          name     = "x"
        }
        resource "ssh_unit" "which" {
          provider = ssh.by_site
          #          ^^^^^^^^^^^ LF0177 a key is missing
          host     = {}
          name     = "x"
        }
        resource "ssh_unit" "one" {
          provider = ssh.one["a"]
          #                  ^^^ LF0177 without keys
          host     = {}
          name     = "x"
        }
        environment "e" {
          target = ssh.by_site["a"]
          #                    ^^^ LF0177 one alone is meant
        }
        "#,
    );
}
