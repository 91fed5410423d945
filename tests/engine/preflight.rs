//! What is seen to fail before the first change keeps the whole run from beginning.

use landfall_tests::Lab;

const TWO_OF_THREE: &str = r#"
variable "fail" { default = "preflight" }
resource "sim_disk" "fine" { size = 1 }
resource "sim_disk" "bad" {
  for_each = { a = 1, b = 2 }
  size     = 1
  fail     = var.fail
}
resource "terraform_data" "behind" { input = sim_disk.bad["a"].id }
output "fine" { value = sim_disk.fine.id }
"#;

#[tokio::test]
async fn nothing_is_touched_and_all_problems_are_told() {
    let mut lab = Lab::new(TWO_OF_THREE);
    let before = lab.state.clone();
    let report = lab.apply().await;
    assert!(report.foreseen && !report.is_complete(), "{report:#?}");
    let failed: Vec<_> = report
        .failed
        .iter()
        .map(|f| f.address.to_string())
        .collect();
    assert_eq!(failed, [r#"sim_disk.bad["a"]"#, r#"sim_disk.bad["b"]"#]);
    assert_eq!(report.skipped.len(), 2, "{report:#?}");
    assert!(
        report
            .skipped
            .iter()
            .all(|s| s.because_of.contains("before the first change"))
    );
    assert_eq!((lab.things(), &lab.state), (0, &before));
    lab.var("fail", "delete");
    lab.apply_whole().await;
    assert_eq!(lab.things(), 3);
}

#[tokio::test]
async fn updates_and_deletes_are_asked_about_too() {
    let mut lab = Lab::new(TWO_OF_THREE);
    lab.var("fail", "delete");
    lab.apply_whole().await;
    let whole = lab.state.clone();
    lab.var("fail", "preflight");
    let report = lab.apply().await;
    assert_eq!(report.failed.len(), 2, "{report:#?}");
    assert_eq!(lab.state, whole);
}

#[tokio::test]
async fn a_saved_plan_that_was_refused_is_not_used_up() {
    let mut lab = Lab::new(TWO_OF_THREE);
    let plan = lab.plan().await.plan;
    let report = lab.apply_saved(&plan, Some("p".into())).await;
    assert!(report.foreseen, "{report:#?}");
    assert!(
        lab.state.applied_plans.is_empty(),
        "{:?}",
        lab.state.applied_plans
    );
}

#[tokio::test]
async fn what_stands_on_a_machine_that_changes_in_the_same_run_is_not_asked_about() {
    let mut lab = Lab::new(
        r#"
        variable "size" { default = 1 }
        variable "content" { default = "c" }
        resource "sim_server" "m" {
          name  = "m"
          image = "1"
          size  = var.size
        }
        resource "sim_record" "r" {
          host    = sim_server.m.host
          name    = "r"
          content = var.content
          fail    = "preflight"
        }
        "#,
    );
    lab.apply_whole().await;
    lab.var("size", "2");
    lab.var("content", "d");
    lab.apply_whole().await;
    lab.var("content", "e");
    assert!(lab.apply().await.foreseen, "now it stands on what is there");
}
