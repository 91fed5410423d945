//! Failures: what stops, what goes on, what the next run makes of it.

use landfall_tests::Lab;
use state::Status;

#[tokio::test]
async fn only_what_depends_on_it_stops() {
    let mut lab = Lab::new(
        r#"
        variable "fail" { default = "create" }
        resource "sim_disk" "a" {
          size = 1
          fail = var.fail
        }
        resource "terraform_data" "b" { input = sim_disk.a.id }
        resource "terraform_data" "c" { input = terraform_data.b.id }
        resource "sim_disk" "x" { size = 1 }
        resource "terraform_data" "y" { input = sim_disk.x.id }
        output "b" { value = terraform_data.b.id }
        output "y" { value = terraform_data.y.id }
        "#,
    );
    let report = lab.apply().await;
    assert_eq!(
        (report.failed.len(), report.skipped.len()),
        (1, 2),
        "{report:#?}"
    );
    assert_eq!(report.skipped[0].because_of, "sim_disk.a");
    assert_eq!(lab.state.objects.len(), 2);
    assert_eq!(
        lab.state.outputs.keys().map(|k| &**k).collect::<Vec<_>>(),
        ["y"]
    );
    lab.var("fail", "update");
    lab.apply_whole().await;
}

#[tokio::test]
async fn what_was_made_half_way_is_recorded_so() {
    let mut lab = Lab::new(
        r#"
        provider "simulated" { partial = 1000 }
        resource "sim_disk" "a" { size = 1 }
        "#,
    );
    lab.apply().await;
    let object = lab.state.objects.values().next().unwrap();
    assert_eq!(object.status, Status::Tainted);
    assert!(lab.state.open.is_empty());
}

#[tokio::test(start_paused = true)]
async fn throttled_requests_are_sent_again() {
    let mut lab = Lab::new(
        r#"
        provider "simulated" {
          throttled      = 500
          errors         = 200
          retry_after_ms = 100
        }
        resource "sim_disk" "a" {
          count = 20
          size  = 1
        }
        "#,
    );
    let report = lab.apply().await;
    let retries = lab
        .watching
        .lines()
        .iter()
        .filter(|l| l.starts_with("Retry"))
        .count();
    assert!(retries > 5, "{retries}");
    // Eight times in a row is not impossible, but no more than a few are that unlucky.
    assert!(report.failed.len() < 8, "{report:#?}");
    assert_eq!(lab.things(), 20 - report.failed.len());
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_settled_in_the_same_run_and_what_waits_goes_on() {
    let mut lab = Lab::new(
        r#"
        variable "size" { default = 1 }
        provider "simulated" { lost = 1000 }
        resource "sim_disk" "a" { size = var.size }
        resource "sim_disk" "b" {
          size = var.size
          kind = sim_disk.a.id
        }
        resource "terraform_data" "c" { input = sim_disk.b.id }
        output "c" { value = terraform_data.c.output }
        "#,
    );
    for size in ["1", "2"] {
        lab.var("size", size);
        lab.apply_whole().await;
    }
    lab.write(
        "main.hcl",
        "variable \"size\" {}\nprovider \"simulated\" { lost = 1000 }",
    );
    lab.apply_whole().await;
    let report = lab.simulated.world().report();
    assert_eq!(
        (report.creations, report.updates, report.deletions),
        (2, 2, 2)
    );
    assert_eq!(report.duplicates, 0);
}

#[tokio::test(start_paused = true)]
async fn a_command_of_unknown_end_is_reported_and_never_run_again() {
    let mut lab = Lab::new(
        r#"
        provider "simulated" { unclear = 1000 }
        resource "sim_command" "a" { name = "a" }
        resource "terraform_data" "b" { input = sim_command.a.output }
        "#,
    );
    for _ in 0..3 {
        let report = lab.apply().await;
        assert!(!report.is_complete());
        assert_eq!(lab.simulated.world().report().runs["a"], 1);
    }
}

const SLOW: &str = r#"
    resource "sim_disk" "a" {
      size     = 1
      delay_ms = 50
    }
    resource "sim_disk" "b" {
      size = 1
      kind = sim_disk.a.id
    }
    output "b" { value = sim_disk.b.size }
"#;

#[tokio::test]
async fn told_to_end_it_finishes_what_is_under_way() {
    let mut lab = Lab::new(SLOW);
    let report = lab.apply_until("create sim_disk.a", 1).await;
    assert!(
        report.interrupted && report.failed.is_empty(),
        "{report:#?}"
    );
    assert_eq!(report.skipped[0].because_of, "it was interrupted");
    assert!(lab.state.open.is_empty());
    assert_eq!(lab.state.objects.len(), 1);
    lab.apply_whole().await;
    assert_eq!(lab.things(), 2);
}

#[tokio::test]
async fn told_to_stop_now_it_leaves_the_rest_to_the_log() {
    let mut lab = Lab::new(SLOW);
    let report = lab.apply_until("create sim_disk.a", 2).await;
    assert!(report.interrupted);
    assert_eq!(report.unclear.len(), 1, "{report:#?}");
    assert_eq!(lab.state.open.len(), 1);
    // The request goes its way: it is there, or is not, when the next run asks.
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    lab.apply().await;
    assert!(lab.state.open.is_empty());
    assert_eq!(lab.planned().await, Vec::<String>::new());
    let report = lab.simulated.world().report();
    assert_eq!((report.things.len(), report.duplicates), (2, 0));
}

#[tokio::test]
async fn a_replacement_that_stops_between_its_halves_is_continued() {
    for first in ["", "lifecycle { create_before_destroy = true }"] {
        let mut lab = Lab::new(&format!(
            r#"
            variable "x" {{ default = "1" }}
            resource "sim_disk" "a" {{
              size = 1
              kind = var.x
              {first}
            }}
            "#
        ));
        lab.apply_whole().await;
        lab.var("x", "2");
        let half = if first.is_empty() { "delete" } else { "create" };
        lab.apply_until(&format!("{half} sim_disk.a"), 1).await;
        let expected = match first {
            "" => "create sim_disk.a",
            _ => "delete sim_disk.a",
        };
        assert_eq!(lab.planned().await, [expected]);
        lab.apply_whole().await;
        assert_eq!((lab.things(), lab.state.objects.len()), (1, 1));
    }
}

#[tokio::test]
async fn what_half_made_things_lack_says_nothing() {
    let mut lab = Lab::new(
        r#"
        resource "sim_server" "m" {
          for_each = toset(["a"])
          name     = each.key
          image    = "1"
        }
        resource "sim_record" "r" {
          for_each = { for name, m in sim_server.m : name => m.host }
          host     = each.value
          name     = "r"
          content  = "c"
        }
        "#,
    );
    lab.apply_until("done create sim_server.m[\"a\"]", 1).await;
    // As a machine is recorded that was killed before it had an address.
    let mut object = state::Object::clone(lab.state.objects.values().next().unwrap());
    let host = object.attributes.get("host").unwrap().ty();
    object.attributes = object.attributes.with("host", model::Value::Null(host));
    object.status = Status::Tainted;
    let event = state::Event::Put(Box::new(object));
    lab.state.apply(&event, 0).unwrap();
    lab.apply_whole().await;
    assert_eq!(lab.things(), 2);
}
