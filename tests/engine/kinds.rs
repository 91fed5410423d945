//! Kinds: calls, implementations that serve them, what they give out, and where problems point.

mod moved;
mod switched;

use landfall_tests::lab::Lab;
use model::{Type, Value};

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

/// Machines that hold services, for kinds that take instances of kinds.
const FLEET: &str = r#"
kind "box" {
  implementation "made" {}
}

variable "size" {
  type    = number
  default = 1
}

output "host" {
  type = any
}

output "name" {
  type = string
}
"#;

const MADE: &str = r#"
resource "sim_server" "this" {
  name  = "s${var.size}"
  image = "a"
  size  = var.size
}

output "host" {
  value = sim_server.this.host
}

output "name" {
  value = sim_server.this.name
}
"#;

const SERVICE: &str = r#"
kind "service" {
  implementation "one" { when = length(var.on) == 1 }
  implementation "many" { when = length(var.on) > 1 }
}

variable "on" {
  type = list(kind.box)
}

variable "mode" {
  type    = enum("calm", "wild")
  default = "calm"
}

output "count" {
  type = number
}
"#;

const MANY: &str = r#"
resource "sim_service" "this" {
  count       = length(var.on)
  host        = var.on[count.index].host
  name        = "web"
  environment = { MODE = var.mode }
}

output "count" {
  value = length(sim_service.this)
}
"#;

fn fleet(main: &str) -> Lab {
    let mut lab = Lab::new(main);
    lab.write("std:box/kind.hcl", FLEET);
    lab.write("std:box/made/main.hcl", MADE);
    lab.write("kinds/service/kind.hcl", SERVICE);
    for implementation in ["one", "many"] {
        lab.write(&format!("kinds/service/{implementation}/main.hcl"), MANY);
    }
    lab
}

#[tokio::test]
async fn instances_of_a_kind_are_values() {
    for (boxes, on, expected) in [
        ("", "box.b", 1),
        ("", "[box.b, box.b]", 2),
        ("count = 2\n size = count.index + 1", "box.b", 2),
        ("count = 2\n size = count.index + 1", "box.b[1]", 1),
        (
            "for_each = { x = 1, y = 2 }\n size = each.value",
            "box.b",
            2,
        ),
        (
            "for_each = { x = 1, y = 2 }\n size = each.value",
            "box.b[\"y\"]",
            1,
        ),
    ] {
        let mut lab = fleet(&format!(
            "box \"b\" {{\n {boxes}\n }}\n service \"s\" {{ on = {on} }}\n \
             output \"n\" {{ value = service.s.count }}"
        ));
        if boxes.is_empty() && expected == 2 {
            // Twice the same place on one machine.
            continue;
        }
        lab.apply_whole().await;
        assert_eq!(output(&lab, "n"), Value::int(expected), "{boxes} {on}");
        assert_eq!(lab.planned().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn calls_have_instances_and_labels_of_any_text() {
    let mut lab = lab(r#"
        memo "the shop" {
          for_each = { "a.b" = "milk", c = "eggs" }
          text     = each.value
          tag { name = each.key }
          dynamic "tag" {
            for_each = [each.value]
            content {
              name  = "v"
              value = tag.value
            }
          }
        }
        output "said" { value = { for key, memo in memo["the shop"] : key => memo.said } }
        output "tags" { value = memo["the shop"]["c"].tags }
    "#);
    lab.apply_whole().await;
    let addresses: Vec<String> = lab.state.current.keys().map(ToString::to_string).collect();
    assert_eq!(
        addresses,
        [
            r#"memo["the shop"]["a.b"].terraform_data.note"#,
            r#"memo["the shop"]["c"].terraform_data.note"#,
        ]
    );
    assert_eq!(
        output(&lab, "tags"),
        Value::list(Type::String, vec!["c=none".into(), "v=eggs".into()])
    );
    assert_eq!(lab.planned().await, Vec::<String>::new());
    lab.options.targets = vec![r#"memo["the shop"]["c"]"#.into()];
    lab.edit("eggs", "cream");
    lab.edit("milk", "whey");
    assert_eq!(
        lab.planned().await,
        [
            "output said",
            "output tags",
            r#"update memo["the shop"]["c"].terraform_data.note"#,
        ]
    );
}

#[tokio::test]
async fn what_is_given_out_later_is_known_at_the_end() {
    let mut lab = fleet(
        r#"
        box "b" {}
        service "s" { on = box.b }
        resource "terraform_data" "after" { input = "${box.b.name} ${box.b.host.address}" }
        output "address" { value = box.b.host.address }
        "#,
    );
    lab.apply_whole().await;
    assert!(matches!(output(&lab, "address"), Value::String(_)));
    assert_eq!(lab.planned().await, Vec::<String>::new());
    let depends = |address: &str| {
        let object = lab.state.at(&address.parse().unwrap()).unwrap();
        object
            .dependencies
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(depends("terraform_data.after"), ["box.b.sim_server.this"]);
    assert_eq!(
        depends("service.s.sim_service.this[0]"),
        ["box.b.sim_server.this"]
    );
}

#[tokio::test]
async fn problems_inside_point_to_the_call_first() {
    let lab = fleet(
        r#"
        box "b" {}
        service "s" { on = [] }
        "#,
    );
    let problems = lab.problems().await;
    assert!(problems[0].contains("LF0331"), "{problems:?}");
    let planned = lab.plan().await;
    let problem = &planned.problems[0];
    let label = problem.labels.iter().find(|l| l.primary).unwrap();
    assert_eq!(label.text, "in this call of `service`");
    // Each condition that does not hold is a further place.
    assert_eq!(
        problem
            .labels
            .iter()
            .filter(|l| l.text == "does not hold")
            .count(),
        2
    );
}

#[tokio::test]
async fn which_one_serves_is_known_in_the_plan() {
    let mut lab = lab(r#"
        resource "sim_token" "t" { length = 8 }
        memo "a" {
          text  = "x"
          twice = length(sim_token.t.id) > 5
        }
    "#);
    let problems = lab.problems().await;
    assert!(problems[0].contains("LF0332"), "{problems:?}");
    lab.edit("length(sim_token.t.id) > 5", "sim_token.t.length > 5");
    lab.apply_whole().await;
}

#[tokio::test]
async fn values_have_the_meaning_that_the_kind_asks_for() {
    for (line, expected) in [
        ("every = \"90m\"", None),
        ("every = \"often\"", Some("`every` has the wrong type")),
    ] {
        let lab = lab(&format!("memo \"a\" {{\n text = \"x\"\n {line}\n }}"));
        let (loaded, problems) = lab.load();
        match expected {
            None => assert!(loaded.is_some(), "{problems:?}"),
            Some(words) => assert!(problems[0].contains(words), "{problems:?}"),
        }
    }
    let mut lab = fleet(
        "variable \"mode\" { default = \"wild\" }\nbox \"b\" {}\nservice \"s\" {\n on = box.b\n mode = var.mode\n}",
    );
    lab.var("mode", "tame");
    let problems = lab.problems().await;
    assert!(problems[0].contains("LF0307"), "{problems:?}");
}

#[tokio::test]
async fn a_kind_is_rolled_out() {
    let mut lab = fleet(
        r#"
        variable "mode" { default = "calm" }
        box "b" {
          count = 3
          size  = count.index + 1
        }
        service "s" {
          count = 3
          on    = box.b[count.index]
          mode  = var.mode
          rollout {
            max_parallel     = 1
            min_healthy_time = "10ms"
          }
        }
        "#,
    );
    lab.apply_whole().await;
    lab.watching.take();
    lab.var("mode", "wild");
    lab.apply_whole().await;
    let updates: Vec<String> = lab
        .began()
        .into_iter()
        .filter(|l| l.contains("update"))
        .collect();
    assert_eq!(
        updates,
        (0..3)
            .map(|i| format!("update service.s[{i}].sim_service.this[0]"))
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn kinds_are_served_on_their_target() {
    let main = r#"
        provider "simulated" {
          alias  = "far"
          region = "far"
        }
        box "near" {}
        box "far" {
          size   = 2
          target = simulated.far
        }
    "#;
    let mut lab = fleet(main);
    lab.write("std:box/made/main.hcl", &MADE.replace("name  = \"s${var.size}\"", "name  = \"${target.provider == null ? \"none\" : target.provider}-${target.alias == null ? \"none\" : target.alias}\""));
    lab.apply_whole().await;
    let provider = |address: &str| {
        let object = lab.state.at(&address.parse().unwrap()).unwrap();
        let name = object
            .attributes
            .get("name")
            .and_then(|v| v.as_str().map(String::from));
        (object.provider.0.to_string(), name.unwrap_or_default())
    };
    assert_eq!(
        provider("box.near.sim_server.this"),
        ("simulated".into(), "none-none".into())
    );
    assert_eq!(
        provider("box.far.sim_server.this"),
        ("simulated.far".into(), "simulated-far".into())
    );
}
