//! Rollouts: batches, gates, canaries, going back, going on.

mod blue_green;
mod clock;
mod resumed;

use landfall_tests::Lab;
use state::RolloutPhase;

/// Services on hosts of their own; `version` rolls.
fn services(rollout: &str) -> Lab {
    Lab::new(&format!(
        r#"
        variable "release" {{ default = "1" }}
        variable "sick" {{
          type    = number
          default = -1
        }}
        resource "sim_service" "s" {{
          count   = 4
          host    = {{ id = "m${{count.index}}", address = "192.0.2.1" }}
          name    = "s"
          version = var.release
          healthy = var.release == "1" || count.index != var.sick
          rollout {{
            min_healthy_time = "10ms"
            healthy_deadline = "100ms"
            {rollout}
          }}
        }}
        resource "terraform_data" "after" {{ input = sim_service.s[*].revision }}
        "#
    ))
}

async fn made(rollout: &str) -> Lab {
    let mut lab = services(rollout);
    lab.apply_whole().await;
    lab.watching.take();
    lab
}

/// How many operations on services were under way at once, at most.
fn most_at_once(lines: &[String]) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for line in lines {
        if line.starts_with("update sim_service") {
            now += 1;
        } else if line.contains("is healthy") {
            now -= 1;
        }
        most = most.max(now);
    }
    most
}

#[tokio::test]
async fn so_many_at_once_each_after_the_gate_of_those_before() {
    for parallel in [1, 3] {
        let mut lab = made(&format!("max_parallel = {parallel}")).await;
        lab.var("release", "2");
        lab.apply_whole().await;
        let lines = lab.watching.take();
        assert_eq!(most_at_once(&lines), parallel, "{lines:#?}");
        let after = lines
            .iter()
            .position(|l| l == "update terraform_data.after")
            .unwrap();
        let healthy = lines
            .iter()
            .rposition(|l| l.contains("is healthy"))
            .unwrap();
        assert!(healthy < after, "{lines:#?}");
        assert!(lab.state.rollouts.is_empty());
    }
}

#[tokio::test]
async fn all_at_once() {
    let mut lab = made(r#"strategy = "all_at_once""#).await;
    lab.var("release", "2");
    lab.apply_whole().await;
    assert_eq!(most_at_once(&lab.watching.take()), 4);
}

#[tokio::test]
async fn canaries_wait_for_somebody_to_promote_them() {
    let mut lab = made("strategy = \"canary\"\n canary = 2\n max_parallel = 2").await;
    lab.var("release", "2");
    let report = lab.apply().await;
    assert!(report.failed.is_empty(), "{report:#?}");
    assert_eq!(report.skipped.len(), 3);
    assert!(
        report.skipped[0].because_of.contains("promote"),
        "{report:#?}"
    );
    let rollout = lab.state.rollouts.values().next().unwrap();
    assert_eq!(rollout.phase, RolloutPhase::AwaitingPromotion);
    assert_eq!((rollout.promoted.len(), rollout.waiting.len()), (2, 2));
    assert_eq!(
        lab.planned().await,
        [
            "update sim_service.s[2]",
            "update sim_service.s[3]",
            "update terraform_data.after"
        ]
    );
    lab.apply_whole().await;
    assert!(lab.state.rollouts.is_empty());
}

#[tokio::test]
async fn canaries_that_promote_themselves() {
    let mut lab = made("strategy = \"canary\"\n auto_promote = true\n max_parallel = 3").await;
    lab.var("release", "2");
    lab.apply_whole().await;
    let lines = lab.watching.take();
    let first = lines.iter().position(|l| l.contains("is healthy")).unwrap();
    let begun = lines[..first]
        .iter()
        .filter(|l| l.starts_with("update sim_service"))
        .count();
    assert_eq!(begun, 1, "{lines:#?}");
    assert_eq!(most_at_once(&lines), 3);
}

#[tokio::test]
async fn a_sick_one_stops_the_rest() {
    let mut lab = made("max_parallel = 1").await;
    lab.var("release", "2");
    lab.var("sick", "1");
    let report = lab.apply().await;
    assert_eq!(
        (report.failed.len(), report.skipped.len()),
        (1, 3),
        "{report:#?}"
    );
    let rollout = lab.state.rollouts.values().next().unwrap();
    assert_eq!(rollout.phase, RolloutPhase::Rolling);
    assert_eq!(lab.attribute("sim_service.s[1]", "version"), r#""2""#);
    assert_eq!(lab.attribute("sim_service.s[2]", "version"), r#""1""#);
    lab.var("sick", "-1");
    lab.apply_whole().await;
    assert!(lab.state.rollouts.is_empty());
}

/// The state's objects without what tells when they were changed, by whom, and how long it took.
fn objects(lab: &Lab) -> Vec<state::Object> {
    let mut objects: Vec<_> = lab
        .state
        .objects
        .values()
        .map(|o| state::Object::clone(o))
        .collect();
    objects.iter_mut().for_each(|o| {
        o.durations = state::Durations::default();
        o.changed_at_ms = 0;
        o.attributes = told(&o.attributes);
    });
    objects.sort_by_key(|o| o.id);
    objects
}

/// The attributes that tell versions apart.
fn told(attributes: &model::Value) -> model::Value {
    let names = [
        "name", "content", "checksum", "version", "revision", "healthy", "input",
    ];
    let get = |n: &&'static str| Some((*n, attributes.get(n)?.clone()));
    model::Value::object(names.iter().filter_map(get))
}

/// Every thing of the world, by its owner.
fn world(lab: &Lab) -> Vec<String> {
    let names = lab.state.objects.values().map(|o| o.address.to_string());
    let names = names.filter(|n| n.contains("sim_"));
    let mut all: Vec<_> = names
        .map(|n| format!("{n} {}", model::show(&told(&lab.thing(&n).attributes))))
        .collect();
    all.sort();
    all
}

#[tokio::test]
async fn a_sick_one_takes_all_of_them_back() {
    let mut lab = made("max_parallel = 2\n auto_revert = true").await;
    let before = (objects(&lab), world(&lab));
    lab.var("release", "2");
    lab.var("sick", "2");
    let report = lab.apply().await;
    assert_eq!(report.failed.len(), 1, "{report:#?}");
    assert_eq!((objects(&lab), world(&lab)), before);
    assert!(lab.state.rollouts.is_empty() && lab.state.open.is_empty());
    lab.var("release", "1");
    assert_eq!(lab.planned().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_interrupted_one_goes_on() {
    let mut lab = made("max_parallel = 1").await;
    lab.var("release", "2");
    let report = lab.apply_until("done update sim_service.s[1]", 1).await;
    assert!(report.interrupted);
    let rollout = lab.state.rollouts.values().next().unwrap();
    assert_eq!(rollout.phase, RolloutPhase::Rolling);
    assert_eq!(rollout.waiting.len(), 2);
    lab.apply_whole().await;
    assert!(lab.state.rollouts.is_empty());
}

/// Five resources on each of three machines, made by a module.
const MODULE: &str = r#"
    variable "index" { type = number }
    variable "release" {}
    variable "sick" { type = number }
    variable "shared" {}
    locals { host = { id = "m${var.index}", address = "192.0.2.1" } }
    resource "sim_record" "user" {
      host    = local.host
      name    = "user"
      content = "app"
    }
    resource "sim_record" "config" {
      count   = 2
      host    = local.host
      name    = "config${count.index}"
      content = "version ${var.release} for ${sim_record.user.checksum} of ${var.shared}"
    }
    resource "sim_record" "unit" {
      host    = local.host
      name    = "unit-${var.release}"
      content = sim_record.config[0].checksum
    }
    resource "sim_service" "app" {
      host    = local.host
      name    = "app"
      version = sim_record.unit.checksum
      healthy = var.release == "1" || var.index != var.sick
    }
    output "revision" { value = sim_service.app.revision }
"#;

fn modules(rollout: &str) -> Lab {
    let main = format!(
        r#"
        variable "release" {{ default = "1" }}
        variable "sick" {{
          type    = number
          default = -1
        }}
        resource "sim_record" "shared" {{
          host    = {{ id = "shared", address = "192.0.2.1" }}
          name    = "shared"
          content = var.release
        }}
        module "web" {{
          source  = "./web"
          count   = 3
          index   = count.index
          release = var.release
          sick    = var.sick
          shared  = sim_record.shared.checksum
          rollout {{
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

#[tokio::test]
async fn a_module_rolls_instance_by_instance() {
    let mut lab = modules("max_parallel = 1");
    lab.apply_whole().await;
    lab.watching.take();
    lab.var("release", "2");
    lab.apply_whole().await;
    let mut lines = lab.watching.take();
    lines.retain(|l| {
        ["create", "update", "delete"]
            .iter()
            .any(|w| l.starts_with(w))
            || l.contains("is healthy")
    });
    assert_eq!(lines[0], "update sim_record.shared");
    assert_eq!(lines.last().unwrap(), "update terraform_data.balancer");
    let instances: Vec<_> = lines
        .iter()
        .filter_map(|l| l.split("module.web[").nth(1)?.chars().next())
        .collect();
    let mut sorted = instances.clone();
    sorted.sort();
    assert_eq!(instances, sorted, "{lines:#?}");
    assert_eq!(instances.len(), 15, "{lines:#?}");
}

#[tokio::test]
async fn a_module_is_taken_back_as_a_whole() {
    for (parallel, sick) in [(1, 0), (1, 2), (2, 1), (3, 2)] {
        let mut lab = modules(&format!("max_parallel = {parallel}\n auto_revert = true"));
        lab.apply_whole().await;
        // What instances share comes first, and is not a part of the rollout.
        lab.edit("content = var.release", "content = \"same\"");
        lab.apply_whole().await;
        let before = world(&lab);
        let attributes = |lab: &Lab| {
            let objects = objects(lab).into_iter();
            let mut all: Vec<_> = objects
                .map(|o| {
                    format!(
                        "{} {} {:?}",
                        o.address,
                        model::show(&o.attributes),
                        o.dependencies
                    )
                })
                .collect();
            all.sort();
            all
        };
        let recorded = attributes(&lab);
        lab.var("release", "2");
        lab.var("sick", &sick.to_string());
        let report = lab.apply().await;
        assert_eq!(report.failed.len(), 1, "{report:#?}");
        assert_eq!(world(&lab), before, "{parallel} {sick}");
        assert_eq!(attributes(&lab), recorded, "{parallel} {sick}");
        lab.var("release", "1");
        assert_eq!(lab.planned().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_module_interrupted_anywhere_goes_on() {
    for at in [
        "done update sim_record.shared",
        "update module.web[0].sim_record.config[1]",
        "done delete module.web[1].sim_record.unit",
        "done update module.web[1].sim_service.app",
    ] {
        let mut lab = modules("max_parallel = 2");
        lab.apply_whole().await;
        lab.var("release", "2");
        let report = lab.apply_until(at, 1).await;
        assert!(report.interrupted, "{at}");
        lab.apply_whole().await;
        assert!(
            lab.state.rollouts.is_empty(),
            "{at}: {:?}",
            lab.state.rollouts
        );
        assert_eq!(lab.things(), 16);
    }
}

#[tokio::test]
async fn what_can_not_be_taken_back_is_not_promised() {
    let mut lab = Lab::new(
        r#"
        variable "x" { default = "1" }
        resource "sim_disk" "d" {
          count = 2
          size  = 1
          kind  = var.x
          rollout { auto_revert = true }
        }
        "#,
    );
    lab.apply_whole().await;
    lab.var("x", "2");
    let problems = lab.problems().await;
    assert!(problems[0].contains("LF0326"), "{problems:?}");
}

#[tokio::test]
async fn a_failure_before_an_instance_begins_changes_none() {
    let mut lab = modules("max_parallel = 3\n auto_revert = true");
    lab.apply_whole().await;
    lab.edit(
        "name    = \"shared\"",
        "name    = \"shared\"\n fail = \"update\"",
    );
    lab.var("release", "2");
    let before = world(&lab);
    let report = lab.apply().await;
    assert_eq!(report.failed.len(), 1, "{report:#?}");
    assert_eq!(world(&lab).len(), before.len());
}

#[tokio::test]
async fn what_depends_on_one_instance_waits_for_all() {
    let mut lab = made("max_parallel = 1").await;
    let one = "\nresource \"terraform_data\" \"one\" { input = sim_service.s[0].revision }";
    lab.write("main.hcl", &format!("{}{one}", lab.text("main.hcl")));
    lab.apply_whole().await;
    lab.watching.take();
    lab.var("release", "2");
    lab.apply_whole().await;
    let lines = lab.watching.take();
    let at = |line: &str| lines.iter().rposition(|l| l.starts_with(line)).unwrap();
    assert!(
        at("update sim_service.s[3]") < at("update terraform_data.one"),
        "{lines:#?}"
    );
}

/// Two machines, of which only halves are made.
async fn half_made(lifecycle: &str) -> Lab {
    let mut lab = Lab::new(&format!(
        r#"
        provider "simulated" {{ partial = 1000 }}
        resource "sim_server" "m" {{
          count = 2
          name  = "m${{count.index}}"
          image = "1"
          {lifecycle}
          rollout {{
            min_healthy_time = "10ms"
            auto_revert      = true
          }}
        }}
        "#
    ));
    lab.apply().await;
    let half = lab.state.objects.values();
    assert!(half.clone().count() > 0 && half.clone().all(|o| o.status == state::Status::Tainted));
    lab.edit("partial = 1000", "partial = 0");
    lab
}

#[tokio::test]
async fn what_was_never_whole_is_nothing_to_go_back_to() {
    let mut lab = half_made("").await;
    // It is replaced though a machine can't be put back.
    lab.apply_whole().await;
    assert_eq!((lab.state.objects.len(), lab.things()), (2, 2));
    assert!(lab.state.rollouts.is_empty());
}

#[tokio::test]
async fn what_is_left_over_is_nothing_to_go_back_to() {
    let mut lab = half_made("lifecycle { create_before_destroy = true }").await;
    let tainted = lab
        .state
        .current
        .keys()
        .next()
        .expect("one was made")
        .clone();
    lab.apply_until(&format!("create {tainted}"), 1).await;
    let left_over = |o: &std::sync::Arc<state::Object>| o.status == state::Status::Deposed;
    assert!(lab.state.objects.values().any(left_over));
    lab.apply_whole().await;
    assert_eq!((lab.state.objects.len(), lab.things()), (2, 2));
    assert!(lab.state.rollouts.is_empty());
}
