//! Preconditions, postconditions and validations: decided at plan, or in apply at their place.

use landfall_tests::Lab;

/// What a plan says where the condition is refused.
async fn refused(main: &str, code: &str) {
    let lab = Lab::new(main).file("m/main.hcl", MODULE);
    let planned = lab.plan().await;
    let codes: Vec<_> = planned.problems.iter().map(|p| p.code).collect();
    assert_eq!(codes, [code], "{:#?}", planned.problems);
}

/// What apply says where only it can decide: which failed, which were skipped, how many objects
/// there are afterwards.
async fn refused_in_apply(main: &str, failed: &[&str], skipped: &[&str], objects: usize) {
    let mut lab = Lab::new(main).file("m/main.hcl", MODULE);
    let report = lab.apply().await;
    let names = |a: Vec<&model::Address>| a.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        names(report.failed.iter().map(|f| &f.address).collect()),
        failed
    );
    assert_eq!(
        names(report.skipped.iter().map(|f| &f.address).collect()),
        skipped
    );
    let said = report.failed[0].problem.details.join(" ");
    assert!(said.contains("it is wrong"), "{said}");
    assert_eq!(lab.state.objects.len(), objects);
}

const MODULE: &str = r#"
    variable "in" {
      validation {
        condition     = length(var.in) < 3
        error_message = "it is wrong"
      }
    }
    resource "terraform_data" "t" { input = var.in }
    output "out" { value = terraform_data.t.output }
"#;

#[tokio::test]
async fn of_resources() {
    let on = |condition: &str, kind: &str| {
        format!(
            r#"resource "terraform_data" "t" {{
                 input = 1
                 lifecycle {{
                   {kind} {{
                     condition     = {condition}
                     error_message = "it is wrong"
                   }}
                 }}
               }}"#
        )
    };
    refused(&on("1 == 2", "precondition"), "LF0310").await;
    refused(&on("self.output == 2", "postcondition"), "LF0319").await;
    let mut lab = Lab::new(&on(r#"self.id != """#, "postcondition"));
    lab.apply_whole().await;
    refused_in_apply(
        &on(r#"self.id == """#, "postcondition"),
        &["terraform_data.t"],
        &[],
        1,
    )
    .await;
}

#[tokio::test]
async fn a_refused_object_is_recorded_and_what_depends_on_it_waits() {
    refused_in_apply(
        r#"
        resource "terraform_data" "t" {
          lifecycle {
            postcondition {
              condition     = self.id == ""
              error_message = "it is wrong"
            }
          }
        }
        resource "terraform_data" "u" { input = terraform_data.t.id }
        "#,
        &["terraform_data.t"],
        &["terraform_data.u"],
        1,
    )
    .await;
}

#[tokio::test]
async fn a_precondition_on_what_is_not_known_yet_stops_the_step() {
    refused_in_apply(
        r#"
        resource "terraform_data" "t" {}
        resource "terraform_data" "u" {
          lifecycle {
            precondition {
              condition     = terraform_data.t.id == ""
              error_message = "it is wrong ${terraform_data.t.id}"
            }
          }
        }
        "#,
        &["terraform_data.u"],
        &[],
        1,
    )
    .await;
}

#[tokio::test]
async fn of_data_sources() {
    let on = |key: &str, condition: &str| {
        format!(
            r#"
            resource "terraform_data" "t" {{}}
            data "sim_lookup" "l" {{
              key = {key}
              lifecycle {{
                postcondition {{
                  condition     = {condition}
                  error_message = "it is wrong"
                }}
              }}
            }}
            resource "terraform_data" "u" {{ input = data.sim_lookup.l.value }}
            "#
        )
    };
    refused(&on("\"k\"", "self.value == \"\""), "LF0319").await;
    refused_in_apply(
        &on("terraform_data.t.id", "self.value == \"\""),
        &["data.sim_lookup.l"],
        &["terraform_data.u"],
        1,
    )
    .await;
}

#[tokio::test]
async fn of_variables() {
    let root = r#"
        variable "x" {
          default = "abc"
          validation {
            condition     = length(var.x) < 3
            error_message = "it is wrong"
          }
        }
    "#;
    refused(root, "LF0308").await;
    let module = |value: &str| {
        format!(
            r#"module "m" {{
        source = "./m"
        in     = {value}
    }}"#
        )
    };
    refused(&module("\"abc\""), "LF0308").await;
    let unknown = format!(
        "resource \"terraform_data\" \"o\" {{}}\n{}",
        module("terraform_data.o.id")
    );
    refused_in_apply(&unknown, &["module.m.terraform_data.t"], &[], 1).await;
}

#[tokio::test]
async fn of_outputs() {
    let on = |condition: &str| {
        format!(
            r#"
            resource "terraform_data" "t" {{}}
            output "o" {{
              value = terraform_data.t.id
              precondition {{
                condition     = {condition}
                error_message = "it is wrong"
              }}
            }}
            "#
        )
    };
    refused(&on("1 == 2"), "LF0310").await;
    refused_in_apply(&on("terraform_data.t.id == \"\""), &["output.o"], &[], 1).await;
}

#[tokio::test]
async fn destroying_asks_for_none_of_them() {
    let mut lab = Lab::new(
        r#"
        variable "ok" { default = true }
        resource "terraform_data" "t" {
          lifecycle {
            precondition {
              condition     = var.ok
              error_message = "it is wrong"
            }
          }
        }
        output "o" {
          value = 1
          precondition {
            condition     = var.ok
            error_message = "it is wrong"
          }
        }
        "#,
    );
    lab.apply_whole().await;
    lab.var("ok", "false");
    lab.options.mode = plan::PlanMode::Destroy;
    lab.apply_whole().await;
}

/// Something that is replaced, old before new, under a condition on something new.
const REPLACED: &str = r#"
    variable "v" { default = "1" }
    resource "sim_disk" "new" {
      count = var.v == "1" ? 0 : 1
      size  = 1
    }
    resource "sim_disk" "d" {
      size = 1
      kind = "d${var.v}"
      lifecycle {
        precondition {
          condition     = CONDITION
          error_message = "it is wrong"
        }
      }
    }
    resource "terraform_data" "behind" { input = sim_disk.d.id }
"#;

#[tokio::test]
async fn nothing_goes_before_the_condition_on_what_takes_its_place() {
    for (condition, in_plan, holds) in [
        (r#"var.v == "1""#, true, false),
        (r#"var.v == "1" || sim_disk.new[0].id == "x""#, false, false),
        (r#"var.v == "1" || sim_disk.new[0].id != "x""#, false, true),
    ] {
        let mut lab = Lab::new(&REPLACED.replace("CONDITION", condition));
        lab.apply_whole().await;
        let id = lab.attribute("sim_disk.d", "id");
        lab.var("v", "2");
        let planned = lab.plan().await;
        assert_eq!(planned.has_errors(), in_plan, "{condition}");
        if !in_plan {
            let report = lab.apply_plan(&planned.plan).await;
            assert_eq!(report.is_complete(), holds, "{condition} {report:#?}");
        }
        let stays = lab.attribute("sim_disk.d", "id") == id;
        assert_eq!(stays, !holds, "{condition}");
        assert_eq!(lab.things(), if in_plan { 1 } else { 2 }, "{condition}");
    }
}
