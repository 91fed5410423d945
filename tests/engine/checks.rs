//! `check` blocks: warnings in plan and apply, never a refusal.

use landfall_tests::Lab;
use plan::Verdict;

/// What plan and apply say of the checks: the plan's warnings and verdicts, then those of apply.
async fn check(main: &str, planned: &[&str], applied: &[&str]) -> Lab {
    let mut lab = Lab::new(main).file("m/main.hcl", MODULE);
    let plan = lab.plan().await;
    assert!(!plan.has_errors(), "{:#?}", plan.problems);
    let mut said: Vec<String> = plan.problems.iter().map(|p| p.details.join(" ")).collect();
    said.extend(
        plan.plan
            .check_blocks
            .iter()
            .map(|c| line(&c.address.to_string(), c.verdict)),
    );
    assert_eq!(said, planned, "in the plan");
    let report = lab.apply_plan(&plan.plan).await;
    assert!(report.is_complete(), "{report:#?}");
    let mut said: Vec<String> = report
        .warnings
        .iter()
        .map(|p| p.details.join(" "))
        .collect();
    said.extend(report.checks.iter().map(|(a, v)| line(&a.to_string(), *v)));
    assert_eq!(said, applied, "in apply");
    lab
}

fn line(address: &str, verdict: Verdict) -> String {
    format!("{address} {}", verdict.word())
}

const MODULE: &str = r#"
    variable "in" {}
    check "inner" {
      assert {
        condition     = var.in == 1
        error_message = "it is ${var.in}"
      }
    }
"#;

#[tokio::test]
async fn what_does_not_hold_is_a_warning() {
    check(
        r#"
        resource "terraform_data" "t" { input = 1 }
        check "c" {
          assert {
            condition     = terraform_data.t.input == 2
            error_message = "not two"
          }
          assert {
            condition     = terraform_data.t.input == 1
            error_message = "not one"
          }
        }
        "#,
        &["not two", "check.c fail"],
        &["not two", "check.c fail"],
    )
    .await;
}

#[tokio::test]
async fn what_is_not_known_yet_is_decided_at_the_end() {
    check(
        r#"
        resource "terraform_data" "t" { input = 1 }
        check "fails" {
          assert {
            condition     = terraform_data.t.id == ""
            error_message = "there is an id"
          }
        }
        check "holds" {
          assert {
            condition     = terraform_data.t.id != ""
            error_message = "there is none"
          }
        }
        "#,
        &["check.fails unknown", "check.holds unknown"],
        &["there is an id", "check.fails fail", "check.holds pass"],
    )
    .await;
}

#[tokio::test]
async fn in_every_instance_of_a_module() {
    check(
        r#"
        module "m" {
          source = "./m"
          count  = 2
          in     = count.index
        }
        resource "terraform_data" "t" {}
        "#,
        &[
            "it is 0",
            "module.m[0].check.inner fail",
            "module.m[1].check.inner pass",
        ],
        &[
            "it is 0",
            "module.m[0].check.inner fail",
            "module.m[1].check.inner pass",
        ],
    )
    .await;
}

const SCOPED: &str = r#"
    resource "terraform_data" "t" { input = "k" }
    check "c" {
      data "sim_lookup" "l" { key = KEY }
      assert {
        condition     = data.sim_lookup.l.value == ""
        error_message = "it is ${data.sim_lookup.l.key}"
      }
    }
"#;

#[tokio::test]
async fn a_scoped_data_source_is_read_in_the_plan_and_at_the_end() {
    let said = ["it is k", "check.c fail"];
    check(&SCOPED.replace("KEY", "\"k\""), &said, &said).await;
    let after = SCOPED.replace("KEY", "terraform_data.t.output");
    check(&after, &["check.c unknown"], &said).await;
}

#[tokio::test]
async fn a_scoped_data_source_that_fails_is_a_warning() {
    let lab = Lab::new(
        r#"
        check "c" {
          data "sim_lookup" "l" { key = "missing" }
          assert {
            condition     = data.sim_lookup.l.value == "x"
            error_message = "never"
          }
        }
        "#,
    );
    let plan = lab.plan().await;
    assert!(!plan.has_errors() && !plan.refused, "{:#?}", plan.problems);
    assert_eq!(plan.problems.len(), 1, "{:#?}", plan.problems);
    assert_eq!(plan.plan.check_blocks[0].verdict, Verdict::Open);
}

#[tokio::test]
async fn nothing_is_checked_on_the_way_out() {
    let mut lab = Lab::new(&SCOPED.replace("KEY", "\"k\""));
    lab.apply().await;
    lab.options.mode = plan::PlanMode::Destroy;
    let plan = lab.plan().await;
    assert!(plan.problems.is_empty() && plan.plan.check_blocks.is_empty());
}
