//! A rollout that was recorded: resumed, promoted, taken back, superseded or forgotten, and the
//! plan says which.

use super::{made, modules, objects, world};
use landfall_tests::Lab;
use plan::Begins;
use state::RolloutPhase;

/// What the next plan makes of what is recorded.
async fn begins(lab: &Lab) -> Vec<Begins> {
    let planned = lab.plan().await;
    assert!(!planned.has_errors(), "{:#?}", planned.problems);
    planned.plan.rollouts.iter().map(|r| r.begins).collect()
}

fn position(lines: &[String], what: &str) -> usize {
    lines
        .iter()
        .position(|l| l.contains(what))
        .unwrap_or_else(|| panic!("{what:?} is not in {lines:#?}"))
}

fn phase(lab: &Lab) -> Option<RolloutPhase> {
    lab.state.rollouts.values().next().map(|r| r.phase)
}

#[tokio::test]
async fn what_was_changed_and_not_gated_is_gated_before_it_goes_on() {
    for (at, next) in [
        (1, "update sim_service.s[2]"),
        (3, "update terraform_data.after"),
    ] {
        let mut lab = made("max_parallel = 1").await;
        lab.var("release", "2");
        lab.apply_until(&format!("done update sim_service.s[{at}]"), 2)
            .await;
        assert_eq!(phase(&lab), Some(RolloutPhase::Rolling));
        assert_eq!(begins(&lab).await, [Begins::Resumes]);
        lab.watching.take();
        lab.apply_whole().await;
        let lines = lab.watching.take();
        let healthy = position(&lines, &format!("instance [{at}] is healthy"));
        assert!(healthy < position(&lines, next), "{lines:#?}");
        assert_eq!(phase(&lab), None);
    }
}

#[tokio::test]
async fn one_that_is_sick_by_then_stops_it() {
    for auto_revert in [false, true] {
        let mut lab = made(&format!("auto_revert = {auto_revert}")).await;
        let before = (objects(&lab), world(&lab));
        lab.edit(
            "healthy = var.release == \"1\" || count.index != var.sick",
            "",
        );
        lab.apply().await;
        lab.var("release", "2");
        lab.edit(
            "version = var.release",
            "version = var.release\n healthy_after_ms = var.release == \"1\" ? 0 : 600000",
        );
        lab.apply_until("done update sim_service.s[1]", 2).await;
        let report = lab.apply().await;
        assert_eq!(report.failed.len(), 1, "{report:#?}");
        assert_eq!(lab.attribute("sim_service.s[3]", "version"), "\"1\"");
        match auto_revert {
            // All of it, what an earlier run changed included.
            true => assert_eq!((objects(&lab), world(&lab)), before),
            false => assert_eq!(phase(&lab), Some(RolloutPhase::Rolling)),
        }
    }
}

#[tokio::test]
async fn killed_anywhere_it_is_made_whole_or_taken_back_as_a_whole() {
    let (mut kills, mut at) = (0, 0);
    loop {
        let mut lab = modules("max_parallel = 2\n auto_revert = true");
        lab.apply_whole().await;
        lab.watching.take();
        lab.edit("content = var.release", "content = \"same\"");
        lab.apply_whole().await;
        let before = world(&lab);
        lab.var("release", "2");
        lab.var("sick", "2");
        // The first run tells what there is to be killed at.
        if at == 0 {
            at = 1;
        }
        let lines = told(&at_all().await);
        let Some(line) = lines.get(at - 1) else { break };
        lab.apply_until(line, 2).await;
        kills += 1;
        for _ in 0..4 {
            let report = lab.apply().await;
            let reverted = !report.failed.is_empty() && lab.state.rollouts.is_empty();
            if reverted || report.is_complete() {
                break;
            }
        }
        assert!(
            lab.state.rollouts.is_empty(),
            "{line}: {:?}",
            lab.state.rollouts
        );
        assert_eq!(world(&lab), before, "{line}");
        lab.var("release", "1");
        assert_eq!(lab.planned().await, Vec::<String>::new(), "{line}");
        at += 3;
    }
    assert!(kills > 5, "{kills}");
}

/// Everything that a run tells which fails and goes back.
async fn at_all() -> Vec<String> {
    let mut lab = modules("max_parallel = 2\n auto_revert = true");
    lab.edit("content = var.release", "content = \"same\"");
    lab.apply_whole().await;
    lab.watching.take();
    lab.var("release", "2");
    lab.var("sick", "2");
    lab.apply().await;
    lab.watching.take()
}

/// The operations, each once.
fn told(lines: &[String]) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    let operations = lines.iter().filter(|l| {
        ["create", "update", "delete", "done"]
            .iter()
            .any(|w| l.starts_with(w))
            || l.contains("going back")
    });
    operations
        .filter(|l| seen.insert(l.to_string()))
        .cloned()
        .collect()
}

#[tokio::test]
async fn one_that_goes_back_does_so_to_the_end() {
    let mut lab = made("max_parallel = 2\n auto_revert = true").await;
    let before = (objects(&lab), world(&lab));
    lab.var("release", "2");
    lab.var("sick", "2");
    let going =
        "Rollout { of: \"sim_service.s\", message: \"going back to what was there before\" }";
    lab.apply_until(going, 1).await;
    assert_eq!(phase(&lab), Some(RolloutPhase::Reverting));
    assert_eq!(begins(&lab).await, [Begins::Reverts]);
    assert_eq!(lab.planned().await, ["later everything else"]);
    let report = lab.apply().await;
    assert!(report.is_complete(), "{report:#?}");
    assert_eq!((objects(&lab), world(&lab)), before);
    assert_eq!(begins(&lab).await, [Begins::Anew]);
}

#[tokio::test]
async fn what_is_changed_in_the_middle_supersedes_it() {
    let canary = "strategy = \"canary\"\n canary = 2\n max_parallel = 2";
    let mut lab = made(canary).await;
    lab.var("release", "2");
    lab.apply().await;
    assert_eq!(phase(&lab), Some(RolloutPhase::AwaitingPromotion));
    assert_eq!(begins(&lab).await, [Begins::Promotes]);
    lab.var("release", "3");
    assert_eq!(begins(&lab).await, [Begins::Supersedes]);
    // What is other now is tried first again, and promoted by nobody.
    let report = lab.apply().await;
    assert!(report.failed.is_empty(), "{report:#?}");
    assert_eq!(phase(&lab), Some(RolloutPhase::AwaitingPromotion));
    assert_eq!(lab.attribute("sim_service.s[1]", "version"), "\"3\"");
    assert_eq!(lab.attribute("sim_service.s[2]", "version"), "\"1\"");
    lab.apply_whole().await;
    assert_eq!(lab.attribute("sim_service.s[2]", "version"), "\"3\"");
    assert_eq!(phase(&lab), None);
}

#[tokio::test]
async fn what_only_waiting_ones_are_to_become_is_tried_first_too() {
    let canary = "strategy = \"canary\"\n canary = 2\n max_parallel = 2";
    let mut lab = made(canary).await;
    lab.var("release", "2");
    lab.apply().await;
    assert_eq!(begins(&lab).await, [Begins::Promotes]);
    // Something else in the configuration is nothing to them.
    let more = format!("{}\noutput \"o\" {{ value = 1 }}", lab.text("main.hcl"));
    lab.write("main.hcl", &more);
    assert_eq!(begins(&lab).await, [Begins::Promotes]);
    lab.edit(
        "version = var.release",
        "version = count.index > 1 ? \"3\" : var.release",
    );
    assert_eq!(begins(&lab).await, [Begins::Supersedes]);
    lab.apply().await;
    lab.apply_whole().await;
    assert_eq!(lab.attribute("sim_service.s[3]", "version"), "\"3\"");
    assert_eq!(lab.attribute("sim_service.s[0]", "version"), "\"2\"");
    assert_eq!(phase(&lab), None);
}

#[tokio::test]
async fn one_that_supersedes_goes_back_to_what_was_whole() {
    let mut lab = made("max_parallel = 1\n auto_revert = true").await;
    let before = (objects(&lab), world(&lab));
    lab.var("release", "2");
    lab.apply_until("done update sim_service.s[1]", 1).await;
    lab.var("release", "3");
    lab.var("sick", "2");
    assert_eq!(begins(&lab).await, [Begins::Supersedes]);
    let report = lab.apply().await;
    assert_eq!(report.failed.len(), 1, "{report:#?}");
    assert_eq!((objects(&lab), world(&lab)), before);
}

#[tokio::test]
async fn going_back_by_hand_is_a_rollout_too() {
    let mut lab = made("max_parallel = 1").await;
    lab.var("release", "2");
    lab.apply_until("done update sim_service.s[1]", 1).await;
    lab.var("release", "1");
    assert_eq!(begins(&lab).await, [Begins::Supersedes]);
    lab.apply_whole().await;
    assert_eq!(phase(&lab), None);
}

#[tokio::test]
async fn one_without_a_block_is_forgotten() {
    let mut lab = made("max_parallel = 1").await;
    lab.var("release", "2");
    lab.apply_until("done update sim_service.s[1]", 1).await;
    lab.write(
        "main.hcl",
        r#"
        variable "release" {}
        resource "sim_service" "s" {
          count   = 4
          host    = { id = "m${count.index}", address = "192.0.2.1" }
          name    = "s"
          version = "2"
        }
        "#,
    );
    assert_eq!(begins(&lab).await, [Begins::Forgets]);
    lab.apply().await;
    assert_eq!(phase(&lab), None);
}

#[tokio::test]
async fn one_that_goes_back_promises_nothing_more() {
    let web = r#"
        variable "index" { type = number }
        variable "release" {}
        resource "sim_server" "m" {
          name  = "m${var.index}"
          image = "1"
        }
        resource "sim_service" "app" {
          host    = sim_server.m.host
          name    = "app"
          version = var.release
          healthy = var.release == "1" || var.index != 1
        }
    "#;
    let main = r#"
        variable "release" { default = "1" }
        module "web" {
          source  = "./web"
          count   = 2
          index   = count.index
          release = var.release
          rollout {
            min_healthy_time = "10ms"
            healthy_deadline = "100ms"
            auto_revert      = true
          }
        }
    "#;
    let mut lab = Lab::new(main).file("web/main.hcl", web);
    lab.apply_whole().await;
    lab.var("release", "2");
    let going = "Rollout { of: \"module.web\", message: \"going back to what was there before\" }";
    lab.apply_until(going, 1).await;
    assert_eq!(phase(&lab), Some(RolloutPhase::Reverting));
    // Somebody makes another machine of it, which could not be put back.
    lab.change_outside("module.web[0].sim_server.m", "image", "2");
    assert_eq!(begins(&lab).await, [Begins::Reverts]);
    let report = lab.apply().await;
    assert!(report.is_complete(), "{report:#?}");
    assert_eq!(phase(&lab), None);
    let version = lab.attribute("module.web[1].sim_service.app", "version");
    assert_eq!(version, "\"1\"");
}
