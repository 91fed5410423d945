//! Values that are known after apply, on their way through the configuration.

use landfall_tests::Lab;

/// Applies from nothing, and gives an output.
async fn output(main: &str, module: &str, name: &str) -> String {
    let mut lab = Lab::new(main)
        .file("m/main.hcl", module)
        .file("n/main.hcl", INNER);
    lab.apply_whole().await;
    model::show(&lab.state.outputs[name].value)
}

const INNER: &str = r#"
    variable "in" {}
    locals { through = "<${var.in}>" }
    resource "terraform_data" "n" { input = local.through }
    output "out" { value = terraform_data.n.output }
"#;

#[tokio::test]
async fn through_locals_and_for_expressions() {
    let main = r#"
        resource "sim_disk" "d" {
          for_each = toset(["a", "b"])
          size     = 1
        }
        locals {
          ids   = { for k, d in sim_disk.d : k => startswith(d.id, "sim-") }
          both  = alltrue(values(local.ids))
        }
        resource "terraform_data" "t" { input = { ids = local.ids, both = local.both } }
        output "out" { value = terraform_data.t.output }
    "#;
    let expected = r#"{ both = true, ids = { a = true, b = true } }"#;
    assert_eq!(output(main, "", "out").await, expected);
}

#[tokio::test]
async fn through_modules_in_modules() {
    let main = r#"
        resource "sim_service" "s" {
          host = { address = "192.0.2.1" }
          name = "s"
        }
        module "m" {
          source   = "./m"
          for_each = { x = 1, y = 2 }
          in       = [each.key, sim_service.s.revision != ""]
        }
        output "out" { value = { for k, m in module.m : k => m.out } }
    "#;
    let module = r#"
        variable "in" { type = tuple([string, bool]) }
        module "n" {
          source = "../n"
          count  = 2
          in     = "${count.index} ${var.in[0]} ${var.in[1]}"
        }
        output "out" { value = module.n[*].out }
    "#;
    let expected = r#"{ x = ["<0 x true>", "<1 x true>"], y = ["<0 y true>", "<1 y true>"] }"#;
    assert_eq!(output(main, module, "out").await, expected);
}

#[tokio::test]
async fn each_and_count_in_what_is_finished_later() {
    let main = r#"
        resource "sim_disk" "d" { size = 1 }
        resource "terraform_data" "t" {
          for_each = { a = 1, b = 2 }
          input    = "${each.key}${each.value}${sim_disk.d.id != "" ? "!" : "?"}"
        }
        output "out" { value = { for k, t in terraform_data.t : k => t.output } }
    "#;
    assert_eq!(output(main, "", "out").await, r#"{ a = "a1!", b = "b2!" }"#);
}

#[tokio::test]
async fn what_is_known_of_it_decides() {
    let main = r#"
        resource "sim_disk" "d" {
          count = 2
          size  = 1
        }
        locals { object = { known = 3, unknown = sim_disk.d[0].id } }
        resource "terraform_data" "many" {
          count = length(sim_disk.d) + local.object.known
        }
        resource "terraform_data" "each" {
          for_each = { for i, d in sim_disk.d : "disk-${i}" => d.id }
        }
        output "out" { value = [length(terraform_data.many), keys(terraform_data.each)] }
    "#;
    assert_eq!(
        output(main, "", "out").await,
        r#"[5, ["disk-0", "disk-1"]]"#
    );
}

#[tokio::test]
async fn an_unknown_that_comes_out_as_before_changes_nothing() {
    let mut lab = Lab::new(
        r#"
        variable "v" { default = "1" }
        resource "sim_service" "s" {
          host    = { address = "192.0.2.1" }
          name    = "s"
          version = var.v
        }
        resource "terraform_data" "t" { input = sim_service.s.revision != "" }
        resource "terraform_data" "u" { input = sim_service.s.revision }
        "#,
    );
    lab.apply_whole().await;
    lab.began();
    lab.var("v", "2");
    assert_eq!(
        lab.planned().await,
        [
            "update sim_service.s",
            "update terraform_data.t",
            "update terraform_data.u"
        ]
    );
    lab.apply_whole().await;
    assert_eq!(
        lab.began(),
        ["update sim_service.s", "update terraform_data.u"]
    );
}

#[tokio::test]
async fn reasons_say_what_is_upstream() {
    let mut lab = Lab::new(
        r#"
        variable "v" { default = "1" }
        resource "sim_service" "s" {
          host    = { address = "192.0.2.1" }
          name    = "s"
          version = var.v
        }
        resource "terraform_data" "u" { input = sim_service.s.revision }
        "#,
    );
    lab.apply_whole().await;
    lab.var("v", "2");
    let plan = lab.plan().await.plan;
    let reasons: Vec<_> = plan
        .steps
        .iter()
        .map(|s| format!("{:?}", s.reasons))
        .collect();
    assert!(
        reasons[0].contains("Configured") && reasons[0].contains("version"),
        "{reasons:?}"
    );
    assert!(!reasons[0].contains("Upstream"), "{reasons:?}");
    assert!(
        reasons[1].contains("Upstream") && reasons[1].contains("sim_service"),
        "{reasons:?}"
    );
    assert!(!reasons[1].contains("Configured"), "{reasons:?}");
}
