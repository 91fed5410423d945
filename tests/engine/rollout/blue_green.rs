//! Blue-green: all new ones beside the old ones, gated, promoted; then the old ones go.

use super::{objects, world};
use landfall_tests::Lab;
use plan::Begins;
use state::RolloutPhase;

const MODULE: &str = r#"
    variable "index" { type = number }
    variable "release" {}
    variable "sick" { type = number }
    resource "sim_server" "m" {
      name  = "m${var.index}"
      image = var.release
      lifecycle { create_before_destroy = true }
    }
    resource "sim_service" "app" {
      host    = sim_server.m.host
      name    = "app"
      version = var.release
      healthy = var.release == "1" || var.index != var.sick
    }
    output "revision" { value = sim_service.app.revision }
"#;

fn machines(rollout: &str) -> Lab {
    let main = format!(
        r#"
        variable "release" {{ default = "1" }}
        variable "sick" {{
          type    = number
          default = -1
        }}
        module "web" {{
          source  = "./web"
          count   = 2
          index   = count.index
          release = var.release
          sick    = var.sick
          rollout {{
            strategy         = "blue_green"
            min_healthy_time = "10ms"
            healthy_deadline = "100ms"
            {rollout}
          }}
        }}
        resource "terraform_data" "balancer" {{ input = module.web[*].revision }}
        "#
    );
    Lab::new(&main).file("web/main.hcl", MODULE)
}

async fn made(rollout: &str) -> Lab {
    let mut lab = machines(rollout);
    lab.apply_whole().await;
    lab.watching.take();
    lab.var("release", "2");
    lab
}

fn count(lines: &[String], what: &str) -> usize {
    lines.iter().filter(|l| l.contains(what)).count()
}

#[tokio::test]
async fn all_new_ones_stand_beside_the_old_ones_until_they_are_promoted() {
    let mut lab = made("").await;
    let report = lab.apply().await;
    assert!(report.failed.is_empty(), "{report:#?}");
    let skipped = &report.skipped;
    assert!(
        skipped.iter().all(|s| s.because_of.contains("promote")),
        "{skipped:#?}"
    );
    let lines = lab.watching.take();
    assert_eq!(count(&lines, "is healthy"), 2, "{lines:#?}");
    assert_eq!(lines.iter().filter(|l| l.starts_with("delete")).count(), 0);
    assert_eq!(lines.iter().filter(|l| l.starts_with("update")).count(), 0);
    assert_eq!(lab.things(), 8);
    let rollout = lab.state.rollouts.values().next().unwrap();
    assert_eq!(rollout.phase, RolloutPhase::AwaitingPromotion);
    assert_eq!(rollout.promoted.len(), 2);
    let planned = lab.plan().await.plan;
    assert_eq!(planned.rollouts[0].begins, Begins::Promotes);

    lab.apply_whole().await;
    let lines = lab.watching.take();
    let switched = lines
        .iter()
        .position(|l| l == "done update terraform_data.balancer");
    let ended = lines.iter().position(|l| l.starts_with("delete"));
    assert!(switched.is_some() && switched < ended, "{lines:#?}");
    assert_eq!(lab.things(), 4);
    assert!(lab.state.rollouts.is_empty());
}

#[tokio::test]
async fn they_may_promote_themselves() {
    let mut lab = made("auto_promote = true").await;
    lab.apply_whole().await;
    let lines = lab.watching.take();
    let last = lines
        .iter()
        .rposition(|l| l.contains("is healthy"))
        .unwrap();
    let switched = lines
        .iter()
        .position(|l| l == "update terraform_data.balancer");
    let ended = lines.iter().position(|l| l.starts_with("delete"));
    assert!(Some(last) < switched && switched < ended, "{lines:#?}");
    assert_eq!(lab.things(), 4);
    assert!(lab.state.rollouts.is_empty());
}

#[tokio::test]
async fn a_sick_one_leaves_the_old_ones_where_they_are() {
    for auto_revert in [false, true] {
        let mut lab = made(&format!(
            "auto_promote = true\n auto_revert = {auto_revert}"
        ))
        .await;
        let before = (objects(&lab), world(&lab));
        lab.var("sick", "1");
        let report = lab.apply().await;
        assert_eq!(report.failed.len(), 1, "{report:#?}");
        assert_eq!(lab.things(), if auto_revert { 4 } else { 8 });
        match auto_revert {
            true => assert_eq!((objects(&lab), world(&lab)), before),
            // Well again, it goes on.
            false => lab.var("sick", "-1"),
        }
        if !auto_revert {
            lab.apply_whole().await;
            assert_eq!(lab.things(), 4);
        }
    }
}

#[tokio::test]
async fn killed_anywhere_it_goes_on() {
    let mut first = made("auto_promote = true").await;
    first.apply().await;
    let lines = first.watching.take();
    for line in lines.iter().step_by(2) {
        let mut lab = made("auto_promote = true").await;
        lab.apply_until(line, 2).await;
        lab.apply_whole().await;
        let lines = lab.watching.take();
        let last = lines.iter().rposition(|l| l.contains("is healthy"));
        let ended = lines.iter().position(|l| l.starts_with("delete"));
        assert!(last < ended, "{line}: {lines:#?}");
        assert_eq!(lab.things(), 4, "{line}");
        assert!(lab.state.rollouts.is_empty(), "{line}");
    }
}

/// What a change of `x` comes to.
async fn refused(resource: &str) -> String {
    let mut lab = Lab::new(&format!(
        r#"
        variable "x" {{ default = "1" }}
        resource {resource}
          count = 2
          rollout {{ strategy = "blue_green" }}
        }}
        "#
    ));
    lab.apply_whole().await;
    lab.var("x", "2");
    let planned = lab.plan().await;
    planned
        .problems
        .iter()
        .map(|p| format!("{p} {:?}", p.details))
        .collect()
}

#[tokio::test]
async fn what_can_not_stand_side_by_side_is_refused_by_name() {
    let host = r#"host = { id = "m", address = "192.0.2.1" }"#;
    let first = "lifecycle { create_before_destroy = true }";
    let table = [
        (
            format!(
                "\"sim_service\" \"s\" {{\n {host}\n name = \"s${{count.index}}\"\n version = var.x\n"
            ),
            "`version` of `sim_service` changes in place",
        ),
        (
            "\"sim_server\" \"s\" {\n name = \"s\"\n image = var.x\n".to_string(),
            "its `sim_server` is deleted before the new one is made",
        ),
        (
            format!(
                "\"sim_record\" \"s\" {{\n {host}\n name = \"s${{count.index}}\"\n content = \"c\"\n {}\n",
                "lifecycle {\n create_before_destroy = true\n replace_triggered_by = [terraform_data.x]\n }"
            ),
            "two `sim_record` can't stand side by side with the same `name`",
        ),
    ];
    for (resource, expected) in table {
        let resource = match resource.contains("terraform_data.x") {
            true => {
                format!("\"terraform_data\" \"x\" {{\n input = var.x\n }}\n resource {resource}")
            }
            false => resource,
        };
        let told = refused(&resource).await;
        assert!(told.contains("LF0327") && told.contains(expected), "{told}");
    }
    let fine = format!("\"sim_server\" \"s\" {{\n name = \"s\"\n image = var.x\n {first}\n");
    assert_eq!(refused(&fine).await, "");
}
