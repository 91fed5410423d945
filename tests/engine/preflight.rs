//! What is seen to fail before the first change fails at once; the rest goes on.

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

fn failed(report: &driver::Report) -> Vec<String> {
    let failed = report.failed.iter().map(|f| f.address.to_string());
    failed.collect()
}

#[tokio::test]
async fn all_problems_are_told_and_the_rest_goes_on() {
    let mut lab = Lab::new(TWO_OF_THREE);
    let report = lab.apply().await;
    let both = [r#"sim_disk.bad["a"]"#, r#"sim_disk.bad["b"]"#];
    assert_eq!(failed(&report), both);
    let skipped: Vec<_> = report.skipped.iter().map(|s| &*s.because_of).collect();
    assert_eq!(skipped, [both[0]]);
    assert_eq!(lab.things(), 1);
    lab.var("fail", "delete");
    lab.apply_whole().await;
    assert_eq!(lab.things(), 3);
}

#[tokio::test]
async fn what_will_not_be_replaced_is_not_deleted() {
    let mut lab = Lab::new(
        r#"
        variable "n" { default = "1" }
        variable "fail" { default = "delete" }
        resource "sim_disk" "base" {
          size = 1
          fail = var.fail
          lifecycle { replace_triggered_by = [terraform_data.n] }
        }
        resource "sim_disk" "on" {
          size = 1
          lifecycle { replace_triggered_by = [sim_disk.base] }
          depends_on = [sim_disk.base]
        }
        resource "terraform_data" "n" { input = var.n }
        "#,
    );
    lab.apply_whole().await;
    let before = lab.state.objects.len();
    lab.watching.take();
    lab.var("n", "2");
    lab.var("fail", "preflight");
    let report = lab.apply().await;
    assert_eq!(failed(&report), ["sim_disk.base"]);
    let told = lab.watching.take();
    assert!(!told.iter().any(|l| l.contains("delete")), "{told:#?}");
    assert_eq!((lab.things(), lab.state.objects.len()), (2, before));
    assert!(
        told.iter()
            .any(|l| l.contains("done update terraform_data.n")),
        "{told:#?}"
    );
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
    let mut lab = Lab::new("resource \"sim_disk\" \"a\" {\n size = 1\n fail = \"preflight\"\n}");
    let plan = lab.plan().await.plan;
    let report = lab.apply_saved(&plan, Some("p".into())).await;
    assert_eq!(report.done, [], "{report:#?}");
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
    let report = lab.apply().await;
    assert_eq!(
        failed(&report),
        ["sim_record.r"],
        "now it stands on what is there"
    );
}
