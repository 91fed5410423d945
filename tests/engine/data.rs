//! Data sources: read for the plan, or in apply at their place.

use landfall_tests::Lab;

#[tokio::test]
async fn known_arguments_are_read_for_the_plan() {
    let mut lab = Lab::new(
        r#"
        data "sim_lookup" "a" { key = "k" }
        data "sim_lookup" "b" { key = data.sim_lookup.a.value }
        resource "terraform_data" "t" {
          for_each = toset(data.sim_lookup.b.items)
          input    = data.sim_lookup.b.value
        }
        "#,
    );
    let planned = lab.plan().await;
    assert_eq!(planned.rounds, 2);
    assert!(planned.plan.later.is_empty());
    lab.apply_whole().await;
    assert_eq!(lab.state.objects.len(), 1);
}

#[tokio::test]
async fn unknown_arguments_are_read_in_apply_before_what_uses_them() {
    let mut lab = Lab::new(
        r#"
        resource "sim_disk" "d" { size = 1 }
        data "sim_lookup" "a" { key = sim_disk.d.id }
        data "sim_lookup" "b" { key = data.sim_lookup.a.value }
        resource "terraform_data" "t" { input = "${data.sim_lookup.a.value} ${data.sim_lookup.b.value}" }
        resource "terraform_data" "u" { input = terraform_data.t.output }
        output "o" { value = data.sim_lookup.b.value }
        "#,
    );
    assert_eq!(
        lab.planned().await,
        [
            "create sim_disk.d",
            "create terraform_data.t",
            "create terraform_data.u",
            "output o",
            "read data.sim_lookup.a",
            "read data.sim_lookup.b",
        ]
    );
    lab.apply_whole().await;
    assert!(lab.attribute("terraform_data.u", "output").contains("sim-"));
}

#[tokio::test]
async fn behind_a_pending_change_they_are_read_in_apply() {
    let mut lab = Lab::new(
        r#"
        variable "size" { default = 1 }
        resource "sim_disk" "d" { size = var.size }
        data "sim_lookup" "a" {
          key        = "k"
          depends_on = [sim_disk.d]
        }
        resource "terraform_data" "t" { input = data.sim_lookup.a.value }
        "#,
    );
    lab.apply_whole().await;
    lab.var("size", "2");
    assert_eq!(
        lab.planned().await,
        [
            "read data.sim_lookup.a",
            "update sim_disk.d",
            "update terraform_data.t"
        ]
    );
    lab.began();
    lab.apply_whole().await;
    assert_eq!(lab.began(), ["update sim_disk.d"]);
}

#[tokio::test]
async fn what_is_not_there_is_said_at_its_place() {
    let lab = Lab::new(r#"data "sim_lookup" "a" { key = "missing" }"#);
    let problems = lab.problems().await;
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("missing"), "{problems:?}");
}

#[tokio::test]
async fn in_apply_it_stops_only_what_uses_it() {
    let mut lab = Lab::new(
        r#"
        resource "terraform_data" "a" { input = "missing" }
        data "sim_lookup" "l" { key = terraform_data.a.id != "" ? "missing" : "" }
        resource "terraform_data" "t" { input = data.sim_lookup.l.value }
        resource "terraform_data" "u" { input = terraform_data.a.id }
        "#,
    );
    let report = lab.apply().await;
    assert_eq!(
        (report.failed.len(), report.skipped.len()),
        (1, 1),
        "{report:#?}"
    );
    assert_eq!(lab.state.objects.len(), 2);
}

#[tokio::test]
async fn destroying_reads_what_providers_need_and_nothing_in_apply() {
    let mut lab = Lab::new(
        r#"
        data "sim_lookup" "where" { key = "k" }
        provider "simulated" {
          alias  = "there"
          region = data.sim_lookup.where.value
        }
        resource "sim_disk" "d" {
          provider = simulated.there
          size     = 1
        }
        data "sim_lookup" "after" { key = sim_disk.d.id }
        "#,
    );
    lab.apply_whole().await;
    lab.options.mode = plan::PlanMode::Destroy;
    assert_eq!(lab.planned().await, ["delete sim_disk.d"]);
    lab.apply_whole().await;
    assert_eq!(lab.things(), 0);
}
