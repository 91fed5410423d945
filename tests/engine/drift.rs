//! What others changed: found, shown, mended, or only recorded.

use driver::Refresh;
use landfall_tests::Lab;
use plan::{PlanMode, Reason};

const MAIN: &str = r#"
    variable "size" { default = 1 }
    resource "sim_disk" "d" { size = var.size }
    resource "sim_bucket" "b" { name = "b" }
    resource "terraform_data" "t" { input = sim_disk.d.id }
    output "size" { value = sim_disk.d.size }
"#;

async fn made() -> Lab {
    let mut lab = Lab::new(MAIN);
    lab.apply_whole().await;
    lab.began();
    lab
}

#[tokio::test]
async fn a_change_is_mended() {
    let mut lab = made().await;
    lab.change_outside("sim_bucket.b", "public", true);
    let plan = lab.plan().await.plan;
    assert_eq!(plan.steps[0].reasons, [Reason::Drifted]);
    assert_eq!(
        lab.planned().await,
        ["drift sim_bucket.b", "update sim_bucket.b"]
    );
    lab.apply_whole().await;
    assert_eq!(
        lab.thing("sim_bucket.b").attributes.get("public"),
        Some(&false.into())
    );
}

#[tokio::test]
async fn drift_and_another_wish_are_told_apart() {
    let mut lab = made().await;
    lab.change_outside("sim_disk.d", "size", 5);
    lab.var("size", "7");
    let plan = lab.plan().await.plan;
    assert!(
        matches!(&plan.steps[0].reasons[..], [Reason::Configured(_)]),
        "{:?}",
        plan.steps[0].reasons
    );
    lab.apply_whole().await;
}

#[tokio::test]
async fn what_others_changed_to_what_is_wanted_is_only_recorded() {
    let mut lab = made().await;
    lab.change_outside("sim_disk.d", "size", 5);
    lab.var("size", "5");
    assert_eq!(lab.planned().await, ["drift sim_disk.d", "output size"]);
    lab.apply_whole().await;
    assert_eq!(lab.began(), Vec::<String>::new());
}

#[tokio::test]
async fn what_vanished_is_made_again() {
    let mut lab = made().await;
    lab.end_outside("sim_disk.d");
    let plan = lab.plan().await.plan;
    assert_eq!(plan.steps[0].reasons, [Reason::Vanished]);
    assert_eq!(
        lab.planned().await,
        [
            "create sim_disk.d",
            "drift sim_disk.d",
            "update terraform_data.t"
        ]
    );
    lab.apply_whole().await;
    assert_eq!(lab.things(), 2);
}

#[tokio::test]
async fn what_vanished_and_is_not_wanted_is_only_recorded() {
    let mut lab = made().await;
    lab.end_outside("sim_bucket.b");
    lab.edit(r#"resource "sim_bucket" "b" { name = "b" }"#, "");
    assert_eq!(lab.planned().await, ["drift sim_bucket.b"]);
    lab.apply_whole().await;
    assert_eq!(lab.state.objects.len(), 2);
}

#[tokio::test]
async fn refresh_only_records_and_changes_nothing() {
    let mut lab = made().await;
    lab.change_outside("sim_disk.d", "size", 5);
    lab.end_outside("sim_bucket.b");
    lab.options.mode = PlanMode::RefreshOnly;
    assert_eq!(
        lab.planned().await,
        ["drift sim_bucket.b", "drift sim_disk.d", "output size"]
    );
    lab.apply_whole().await;
    assert_eq!(lab.began(), Vec::<String>::new());
    assert_eq!(lab.attribute("sim_disk.d", "size"), "5");
    assert_eq!(model::show(&lab.state.outputs["size"].value), "5");
    lab.options.mode = PlanMode::Apply;
    assert_eq!(
        lab.planned().await,
        [
            "create sim_bucket.b",
            "output size",
            "replace sim_disk.d",
            "update terraform_data.t"
        ]
    );
}

#[tokio::test]
async fn refresh_only_looks_at_what_has_no_block_too() {
    let mut lab = made().await;
    lab.change_outside("sim_bucket.b", "public", true);
    lab.edit(r#"resource "sim_bucket" "b" { name = "b" }"#, "");
    lab.options.mode = PlanMode::RefreshOnly;
    assert_eq!(lab.planned().await, ["drift sim_bucket.b"]);
}

#[tokio::test]
async fn how_much_is_read() {
    let mut lab = made().await;
    lab.change_outside("sim_disk.d", "size", 5);
    lab.options.refresh = Refresh::None;
    assert_eq!(lab.planned().await, Vec::<String>::new());
    lab.options.refresh = Refresh::Touched;
    assert_eq!(lab.planned().await, Vec::<String>::new());
    let planned = lab.plan().await.plan;
    assert_eq!(planned.unread.objects, 2);
    lab.edit(r#"{ name = "b" }"#, "{\nname = \"b\"\npublic = true\n}");
    lab.change_outside("sim_bucket.b", "public", true);
    assert_eq!(lab.planned().await, ["drift sim_bucket.b"]);
    lab.options.refresh = Refresh::Bulk;
    assert_eq!(
        lab.planned().await,
        [
            "drift sim_bucket.b",
            "drift sim_disk.d",
            "replace sim_disk.d",
            "update terraform_data.t"
        ]
    );
}

#[tokio::test]
async fn what_is_read_singly_is_read_with_all() {
    let mut lab = made().await;
    lab.change_outside("sim_bucket.b", "policy", "other");
    assert_eq!(lab.planned().await, Vec::<String>::new());
    lab.options.refresh = Refresh::All;
    assert_eq!(
        lab.planned().await,
        ["drift sim_bucket.b", "update sim_bucket.b"]
    );
    lab.apply_whole().await;
}

#[tokio::test]
async fn destroying_what_is_gone_already() {
    let mut lab = made().await;
    lab.end_outside("sim_disk.d");
    lab.options.mode = PlanMode::Destroy;
    lab.apply_whole().await;
    assert_eq!(
        (
            lab.things(),
            lab.state.objects.len(),
            lab.state.outputs.len()
        ),
        (0, 0, 0)
    );
}

#[tokio::test]
async fn a_provider_that_left_the_configuration_is_still_asked() {
    let mut lab = Lab::new(
        r#"
        provider "simulated" {
          alias  = "there"
          region = "there"
        }
        resource "sim_disk" "d" {
          provider = simulated.there
          size     = 1
        }
        "#,
    );
    lab.apply_whole().await;
    lab.write("main.hcl", "");
    lab.apply_whole().await;
    assert_eq!(lab.things(), 0);
}

#[tokio::test]
async fn another_region_is_another_object() {
    let mut lab = Lab::new(
        r#"
        provider "simulated" { region = "here" }
        resource "sim_disk" "d" { size = 1 }
        "#,
    );
    lab.apply_whole().await;
    lab.edit(r#"region = "here""#, r#"region = "there""#);
    let planned = lab.plan().await;
    assert!(!planned.has_errors(), "{:?}", planned.problems);
    assert_eq!(lab.planned().await, ["replace sim_disk.d"]);
    lab.apply_whole().await;
    assert_eq!(lab.things(), 1);
    assert_eq!(lab.thing("sim_disk.d").region, "there");
}

#[tokio::test]
async fn what_left_together_with_its_region_is_ended_where_it_is() {
    let mut lab = Lab::new(
        r#"
        provider "simulated" { region = "here" }
        resource "sim_disk" "d" {
          size = 1
          fail = "delete"
        }
        resource "sim_bucket" "b" { name = "b" }
        "#,
    );
    lab.apply_whole().await;
    lab.write("main.hcl", r#"provider "simulated" { region = "there" }"#);
    assert_eq!(
        lab.planned().await,
        ["delete sim_bucket.b", "delete sim_disk.d"]
    );
    // What could not be ended is still looked for there, and not taken as gone.
    assert_eq!(lab.apply().await.failed.len(), 1);
    assert_eq!(lab.planned().await, ["delete sim_disk.d"]);
}
