//! `ephemeral` blocks, variables and outputs.

use super::{check, config};
use model::Mode;

#[test]
fn an_ephemeral_resource_is_known_by_a_word_of_its_own() {
    let config = config(
        r#"
        ephemeral "random_password" "p" { length = 1 }
        locals { l = ephemeral.random_password.p.result }
        "#,
    );
    let (mode, ..) = config.modules[0].resources.keys().next().unwrap();
    assert_eq!(*mode, Mode::Ephemeral);
}

#[test]
fn what_is_wrong_with_ephemeral_blocks() {
    check(
        r#"
        ephemeral "random_pasword" "p" {}
        #         ^^^^^^^^^^^^^^^^ LF0124 did you mean `random_password`?
        ephemeral "random_password" "q" {
          lenght = 1
        # ^^^^^^ LF0113 did you mean `length`?
          lifecycle {
            prevent_destroy = true
          # ^^^^^^^^^^^^^^^ LF0113
          }
        }
        locals {
          a = ephemeral.random_password.nope.result
          #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ LF0121 there are: `q`
          b = ephemeral.random_password.q.reslut
          #                               ^^^^^^ LF0122 did you mean `result`?
        }
         output "o" {
        #^^^^^^^^^^ LF0176
          value     = 1
          ephemeral = true
        }
        "#,
    );
}
