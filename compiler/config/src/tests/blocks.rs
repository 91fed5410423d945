//! `lifecycle`, `moved`, `removed`, conditions.

use super::{check, config};
use crate::MovedAddress;

#[test]
fn lifecycle() {
    check(
        r#"
        resource "ssh_file" "x" {
          host    = {}
          path    = "a"
          content = ""
          lifecycle {
            prevent_destory       = true
          # ^^^^^^^^^^^^^^^ LF0113 did you mean `prevent_destroy`?
            create_before_destroy = path.root
            #                       ^^^^^^^^^ LF0133
            ignore_changes        = [cotnent, tags["a"], "mode"]
            #                        ^^^^^^^ LF0122 did you mean `content`?
            #                                            ^^^^^^ LF0128 without quotes
            replace_triggered_by  = [ssh_unit.u, "x", path.root, ssh_unit.nope]
            #                                    ^^^ LF0128
            #                                         ^^^^^^^^^ LF0128
            #                                                    ^^^^^^^^^^^^^ LF0121
            precondition {
              condition     = "maybe"
              #               ^^^^^^^ LF0130 a bool required
              error_message = ""
            }
          }
          lifecycle {
        # ^^^^^^^^^ LF0117
          }
        }
        resource "ssh_unit" "u" {
          host = {}
          name = "x"
          lifecycle {
            ignore_changes = all
          }
        }
        data "ssh_facts" "h" {
          host = {}
          lifecycle {
            prevent_destroy = true
          # ^^^^^^^^^^^^^^^ LF0113 no meaning in a data source
            postcondition {
              condition     = self.os != ""
              error_message = "No system."
            }
          }
          rollout {
        # ^^^^^^^ LF0113
          }
        }
        "#,
    );
}

#[test]
fn moved_and_removed() {
    check(
        r#"
        resource "terraform_data" "a" {}
        resource "terraform_data" "b" {}
        moved {
          from = terraform_data.old
          to   = terraform_data.a
        }
        moved {
      # ^^^^^ LF0129 this moves twice
          from = terraform_data.old
          to   = terraform_data.b
        }
        moved {
          from = terraform_data.b
          #      ^^^^^^^^^^^^^^^^ LF0129 what moves away is still declared
          to   = terraform_data.c
        }
        moved {
          from = terraform_data.x
          to   = module.m
          #      ^^^^^^^^ LF0129 a module call to a module call
        }
        moved {
      # ^^^^^ LF0129 the same
          from = terraform_data.x
          to   = terraform_data.x
        }
        moved {
      # ^^^^^ LF0114 lacks `to`
          from = "terraform_data.x"
          #      ^^^^^^^^^^^^^^^^^^ LF0129 this is no address
        }
        removed {
          from = terraform_data.a
          #      ^^^^^^^^^^^^^^^^ LF0129 what is removed is still declared
          lifecycle {
            destroy = maybe
            #         ^^^^^ LF0133
          }
        }
        "#,
    );
}

#[test]
fn addresses_come_out() {
    let config = config(
        r#"
        moved {
          from = terraform_data.old[0]
          to   = module.m["k"].terraform_data.new
        }
        moved {
          from = module.a
          to   = module.b["x"]
        }
        removed {
          from = terraform_data.gone
          lifecycle {
            destroy = false
          }
        }
        "#,
    );
    let show = |address: &MovedAddress| match address {
        MovedAddress::Resource(address) => address.to_string(),
        MovedAddress::Module(path) => path.to_string(),
    };
    let moved: Vec<_> = config.modules[0]
        .moved
        .iter()
        .map(|m| (show(&m.from), show(&m.to)))
        .collect();
    let expected = [
        (
            "terraform_data.old[0]",
            "module.m[\"k\"].terraform_data.new",
        ),
        ("module.a", "module.b[\"x\"]"),
    ];
    assert_eq!(moved, expected.map(|(a, b)| (a.to_string(), b.to_string())));
    let removed = &config.modules[0].removed[0];
    assert_eq!(
        (show(&removed.from).as_str(), removed.destroy),
        ("terraform_data.gone", false)
    );
}

#[test]
fn moves_that_meet_or_come_back() {
    check(
        r#"
        moved {
          from = ssh_unit.a["x"]
          to   = ssh_unit.a["y"]
        }
         moved {
        #^^^^^ LF0129 closes the circle
          from = ssh_unit.a["y"]
          to   = ssh_unit.a["x"]
        }
        moved {
          from = ssh_unit.b
          to   = ssh_unit.c
        }
         moved {
        #^^^^^ LF0129 two things move to one address
          from = ssh_unit.d
          to   = ssh_unit.c
        }
        "#,
    );
}
