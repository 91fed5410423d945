//! Kinds: calls, implementations that serve them, what they give out, and where problems point.

use landfall_tests::lab::Lab;
use model::Value;

/// A kind with two implementations: a note, and two.
const KIND: &str = r#"
kind "memo" {
  doc = "Something to remember."

  implementation "single" { when = !var.twice }
  implementation "double" { when = var.twice }
}

variable "text" {
  type = string
}

variable "twice" {
  type    = bool
  default = false
}

variable "tag" {
  type = list(object({
    name  = string
    value = optional(string, "none")
  }))
  default = []
}

variable "every" {
  type    = duration
  default = "1h"
}

output "said" {
  type = string
}

output "tags" {
  type = list(string)
}
"#;

const SINGLE: &str = r#"
resource "terraform_data" "note" {
  input = var.text
}

output "said" {
  value = terraform_data.note.output
}

output "tags" {
  value = [for tag in var.tag : "${tag.name}=${tag.value}"]
}
"#;

const DOUBLE: &str = r#"
resource "terraform_data" "note" {
  count = 2
  input = "${var.text} ${count.index}"
}

output "said" {
  value = join(", ", terraform_data.note[*].output)
}

output "tags" {
  value = []
}
"#;

fn lab(main: &str) -> Lab {
    let mut lab = Lab::new(main);
    lab.write("kinds/memo/kind.hcl", KIND);
    lab.write("kinds/memo/single/main.hcl", SINGLE);
    lab.write("kinds/memo/double/main.hcl", DOUBLE);
    lab
}

fn output(lab: &Lab, name: &str) -> Value {
    lab.state.outputs[name].value.clone()
}

#[tokio::test]
async fn a_call_makes_what_serves_it() {
    let mut lab = lab(r#"
        memo "a" { text = "milk" }
        memo "b" {
          text  = "eggs"
          twice = true
        }
        output "all" { value = "${memo.a.said}; ${memo.b.said}" }
    "#);
    assert_eq!(
        lab.planned().await,
        [
            "create memo.a.terraform_data.note",
            "create memo.b.terraform_data.note[0]",
            "create memo.b.terraform_data.note[1]",
            "output all",
        ]
    );
    lab.apply_whole().await;
    assert_eq!(output(&lab, "all"), Value::string("milk; eggs 0, eggs 1"));
    assert_eq!(lab.planned().await, Vec::<String>::new());
}
