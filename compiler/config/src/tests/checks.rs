//! `check` blocks.

use super::{check, config};

#[test]
fn a_check_with_a_data_source_of_its_own() {
    let config = config(
        r#"
        check "health" {
          data "ssh_facts" "h" {
            host = {}
          }
          assert {
            condition     = data.ssh_facts.h.os == "linux"
            error_message = "It is ${data.ssh_facts.h.os}."
          }
          assert {
            condition     = true
            error_message = "Never."
          }
        }
        "#,
    );
    let check = &config.modules[0].checks["health"];
    assert_eq!(check.assertions.len(), 2);
    assert!(check.data.is_some());
    assert!(config.modules[0].resources.is_empty());
}

#[test]
fn what_a_check_may_not_say() {
    check(
        r#"

         check "nothing" {
        #^^^^^^^^^^^^^^^ LF0170 nothing is checked here
        }
        check "much" {
          data "ssh_facts" "one" {
            host  = {}
            count = 2
          # ^^^^^ LF0170 no meaning
            lifecycle {
          # ^^^^^^^^^ LF0170
            }
          }
          data "ssh_facts" "two" {
        # ^^^^^^^^^^^^^^^^^^^^^^ LF0170 of its own at most
            host = {}
          }
          assert {
            condition     = "x"
            #               ^^^ LF0130
            error_message = ""
          }
        }
         check "much" {
        #^^^^^^^^^^^^ LF0116
          assert {
        # ^^^^^^ LF0114 error_message
            condition = true
          }
        }
        "#,
    );
}

#[test]
fn a_scoped_data_source_is_seen_inside_only() {
    check(
        r#"
        data "ssh_facts" "h" { host = {} }
        check "a" {
          data "ssh_facts" "h" { host = {} }
        # ^^^^^^^^^^^^^^^^^^^^ LF0116 declared twice
          assert {
            condition     = true
            error_message = ""
          }
        }
        check "b" {
          data "ssh_facts" "own" { host = {} }
          assert {
            condition     = data.ssh_facts.own.oss == ""
            #                                  ^^^ LF0122
            error_message = ""
          }
        }
        check "c" {
          assert {
            condition     = data.ssh_facts.own.os == ""
            #               ^^^^^^^^^^^^^^^^^^ LF0171 inside of the check `b`
            error_message = ""
          }
        }
        output "o" { value = data.ssh_facts.own.os }
        #                    ^^^^^^^^^^^^^^^^^^ LF0171
        "#,
    );
}
