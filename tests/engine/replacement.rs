//! Replacements: in which order, with what around them, and after half of one.

use landfall_tests::Lab;
use plan::Reason;

/// A chain: c on b on a; another `x` replaces a.
fn chain(lifecycle_of_c: &str) -> Lab {
    Lab::new(&format!(
        r#"
        variable "x" {{ default = "1" }}
        resource "sim_disk" "a" {{
          size = 1
          kind = var.x
        }}
        resource "sim_disk" "b" {{
          size = 1
          kind = sim_disk.a.id
        }}
        resource "sim_disk" "c" {{
          size = 1
          kind = sim_disk.b.id
          {lifecycle_of_c}
        }}
        "#
    ))
}

async fn replaced(lab: &mut Lab) -> Vec<String> {
    lab.apply_whole().await;
    lab.began();
    lab.var("x", "2");
    lab.apply_whole().await;
    assert_eq!(lab.things(), 3);
    lab.began()
}

#[tokio::test]
async fn the_old_ones_go_first_dependents_before_what_they_depend_on() {
    let began = replaced(&mut chain("")).await;
    assert_eq!(
        began,
        [
            "delete sim_disk.c",
            "delete sim_disk.b",
            "delete sim_disk.a",
            "create sim_disk.a",
            "create sim_disk.b",
            "create sim_disk.c",
        ]
    );
}

#[tokio::test]
async fn create_before_destroy_holds_for_what_it_depends_on_too() {
    let began = replaced(&mut chain("lifecycle { create_before_destroy = true }")).await;
    assert_eq!(
        began,
        [
            "create sim_disk.a",
            "create sim_disk.b",
            "create sim_disk.c",
            "delete sim_disk.c",
            "delete sim_disk.b",
            "delete sim_disk.a",
        ]
    );
}

#[tokio::test]
async fn what_is_only_updated_is_updated_between_the_new_one_and_the_end_of_the_old_one() {
    let mut lab = Lab::new(
        r#"
        variable "x" { default = "1" }
        resource "sim_disk" "a" {
          size = 1
          kind = var.x
          lifecycle { create_before_destroy = true }
        }
        resource "terraform_data" "b" { input = sim_disk.a.id }
        "#,
    );
    lab.apply_whole().await;
    lab.began();
    lab.var("x", "2");
    lab.apply_whole().await;
    assert_eq!(
        lab.began(),
        [
            "create sim_disk.a",
            "update terraform_data.b",
            "delete sim_disk.a"
        ]
    );
}

#[tokio::test]
async fn dependents_that_stay_keep_depending_on_what_was_replaced() {
    let mut lab = Lab::new(
        r#"
        variable "x" { default = "1" }
        resource "sim_disk" "a" {
          size = 1
          kind = var.x
        }
        resource "sim_disk" "b" {
          size       = 1
          depends_on = [sim_disk.a]
        }
        "#,
    );
    lab.apply_whole().await;
    lab.var("x", "2");
    lab.apply_whole().await;
    lab.began();
    lab.write("main.hcl", "variable \"x\" {}");
    lab.apply_whole().await;
    assert_eq!(lab.began(), ["delete sim_disk.b", "delete sim_disk.a"]);
}

#[tokio::test]
async fn an_old_one_that_could_not_be_deleted_is_deleted_next() {
    let mut lab = Lab::new(
        r#"
        variable "fail" { default = "delete" }
        resource "sim_disk" "a" {
          size = 1
          kind = var.fail
          fail = var.fail == "delete" ? "delete" : null
          lifecycle { create_before_destroy = true }
        }
        "#,
    );
    lab.apply_whole().await;
    lab.var("fail", "no");
    let report = lab.apply().await;
    assert_eq!(report.failed.len(), 1, "{report:#?}");
    let planned = lab.plan().await.plan;
    assert_eq!(landfall_tests::lab::steps(&planned), ["delete sim_disk.a"]);
    assert_eq!(planned.steps[0].reasons, [Reason::Deposed]);
    assert_eq!(lab.things(), 2);
    // Once it lets itself be deleted, nothing is left of it.
    let deposed = lab.state.deposed.values().flatten().next().copied();
    let mut old = state::Object::clone(&lab.state.objects[&deposed.unwrap()]);
    old.attributes = old.attributes.with("fail", model::Value::NULL);
    lab.state
        .apply(&state::Event::Put(Box::new(old)), 0)
        .unwrap();
    lab.options.refresh = driver::Refresh::None;
    lab.apply_whole().await;
    assert_eq!((lab.things(), lab.state.objects.len()), (1, 1));
}

#[tokio::test]
async fn what_was_made_half_way_is_replaced() {
    let mut lab = Lab::new(
        r#"
        variable "partial" { default = 1000 }
        provider "simulated" { partial = var.partial }
        resource "sim_disk" "a" { size = 1 }
        resource "terraform_data" "b" { input = sim_disk.a.id }
        "#,
    );
    let report = lab.apply().await;
    assert_eq!((report.failed.len(), report.skipped.len()), (1, 1));
    lab.var("partial", "0");
    assert_eq!(
        lab.planned().await,
        ["create terraform_data.b", "replace sim_disk.a"]
    );
    lab.apply_whole().await;
    assert_eq!(lab.things(), 1);
}

#[tokio::test]
async fn the_user_asks_for_it() {
    let mut lab = chain("");
    lab.apply_whole().await;
    lab.options.replaces = vec!["sim_disk.c".parse().unwrap()];
    assert_eq!(lab.planned().await, ["replace sim_disk.c"]);
}

fn triggered(by: &str) -> Lab {
    Lab::new(&format!(
        r#"
        variable "x" {{ default = "1" }}
        variable "y" {{ default = "1" }}
        resource "terraform_data" "a" {{
          count = 2
          input = {{ x = var.x, i = count.index == 1 ? var.y : "" }}
        }}
        resource "terraform_data" "b" {{
          count = 2
          lifecycle {{ replace_triggered_by = [{by}] }}
        }}
        "#
    ))
}

/// What is replaced after `name` became 2.
async fn triggers(by: &str, name: &str, expected: &[&str]) {
    let mut lab = triggered(by);
    lab.apply_whole().await;
    lab.var(name, "2");
    let mut replaced = lab.planned().await;
    replaced.retain(|l| l.starts_with("replace"));
    assert_eq!(replaced, expected, "{by} {name}");
    lab.apply_whole().await;
}

#[tokio::test]
async fn triggered_by_another_resource() {
    let (b0, b1) = ("replace terraform_data.b[0]", "replace terraform_data.b[1]");
    triggers("terraform_data.a", "y", &[b0, b1]).await;
    triggers("terraform_data.a[0]", "y", &[]).await;
    triggers("terraform_data.a[count.index]", "y", &[b1]).await;
    triggers("terraform_data.a[1].input.x", "y", &[]).await;
    triggers("terraform_data.a[1].input.x", "x", &[b0, b1]).await;
    triggers("terraform_data.a[1].id", "x", &[]).await;
}

/// b's `kind` hangs on what a's change comes to: `keep` makes it the same as before.
fn conditional(first: bool) -> Lab {
    let lifecycle = match first {
        true => "lifecycle { create_before_destroy = true }",
        false => "",
    };
    Lab::new(&format!(
        r#"
        variable "x" {{ default = "1" }}
        variable "size" {{ default = 1 }}
        resource "sim_service" "a" {{
          host    = {{ address = "192.0.2.1" }}
          name    = "a"
          version = var.x
        }}
        resource "sim_disk" "b" {{
          size = var.size
          kind = sim_service.a.revision != "" ? "same" : "other"
          {lifecycle}
        }}
        "#
    ))
}

async fn stays(first: bool) {
    let mut lab = conditional(first);
    lab.apply_whole().await;
    let id = lab.attribute("sim_disk.b", "id");
    lab.began();
    lab.var("x", "2");
    lab.var("size", "2");
    let planned = lab.planned().await;
    assert_eq!(planned, ["replace sim_disk.b", "update sim_service.a"]);
    lab.apply_whole().await;
    assert_eq!(lab.began(), ["update sim_service.a", "update sim_disk.b"]);
    assert_eq!(lab.attribute("sim_disk.b", "id"), id);
    assert_eq!(lab.attribute("sim_disk.b", "size"), "2");
}

#[tokio::test]
async fn a_replacement_that_turns_out_not_to_be_needed_is_an_update() {
    stays(false).await;
    stays(true).await;
}

#[tokio::test]
async fn effects_are_those_of_what_changes() {
    let mut lab = Lab::new(
        r#"
        variable "x" { default = "1" }
        variable "size" { default = 1 }
        resource "sim_server" "a" {
          name  = "a"
          image = var.x
          size  = var.size
        }
        resource "sim_disk" "d" {
          size = 1
          kind = var.x
        }
        resource "random_password" "p" {
          length  = 8
          keepers = { x = var.x }
        }
        "#,
    );
    assert_eq!(effects(&lab).await, "");
    lab.apply_whole().await;
    lab.var("size", "2");
    assert_eq!(effects(&lab).await, "downtime, restarts");
    lab.var("size", "1");
    lab.var("x", "2");
    assert_eq!(
        effects(&lab).await,
        "destroys data, replaces, rotates secret"
    );
}

async fn effects(lab: &Lab) -> String {
    let effects = lab.plan().await.plan.effects();
    effects
        .iter()
        .map(|e| e.word())
        .collect::<Vec<_>>()
        .join(", ")
}

#[tokio::test]
async fn a_decision_that_would_wait_for_its_own_delete_is_not_waited_for() {
    let mut lab = Lab::new(
        r#"
        resource "sim_token" "a" { length = 8 }
        resource "terraform_data" "b" { input = sim_token.a.id }
        resource "sim_token" "c" { length = length(terraform_data.b.id) > 0 ? 9 : 8 }
        "#,
    );
    lab.apply_whole().await;
    lab.write(
        "main.hcl",
        r#"
        resource "sim_token" "a" { length = 9 }
        resource "sim_token" "b" { wrap = sim_token.a.id }
        resource "sim_token" "c" { length = length(sim_token.b.id) > 0 ? 9 : 8 }
        "#,
    );
    lab.apply_whole().await;
    assert_eq!(lab.things(), 3);
}

/// From one configuration to another whose orders contradict each other in part.
async fn goes_over(first: &str, second: &str, things: usize) {
    let mut lab = Lab::new(first);
    lab.apply_whole().await;
    lab.write("main.hcl", second);
    lab.apply_whole().await;
    assert_eq!(lab.things(), things);
}

#[tokio::test]
async fn dependencies_that_turn_round_make_no_knot() {
    // Made first, and let go of what has to go first; another one needs the new ones of both.
    goes_over(
        r#"
        resource "sim_disk" "d" { size = 3 }
        resource "sim_token" "s" {
          length     = 8
          depends_on = [sim_disk.d]
        }
        "#,
        r#"
        resource "sim_disk" "d" { size = 2 }
        resource "sim_token" "s" {
          length = 9
          lifecycle { create_before_destroy = true }
        }
        resource "terraform_data" "t" { input = [sim_disk.d.id, sim_token.s.id] }
        "#,
        2,
    )
    .await;
    // What is in the middle leaves, and the two ends meet.
    goes_over(
        r#"
        resource "sim_disk" "d" { size = 3 }
        resource "sim_token" "s" { wrap = sim_disk.d.id }
        resource "terraform_data" "t" { input = sim_token.s.id }
        "#,
        r#"
        resource "sim_disk" "d" { size = 2 }
        resource "terraform_data" "t" { input = sim_disk.d.id }
        "#,
        1,
    )
    .await;
    // The one that depended is the one that is depended on.
    goes_over(
        r#"
        resource "sim_token" "a" { length = 8 }
        resource "sim_token" "b" { length = length(sim_token.a.id) > 0 ? 8 : 9 }
        "#,
        r#"
        resource "sim_token" "a" { length = length(sim_token.b.id) > 0 ? 9 : 8 }
        resource "sim_token" "b" { length = 9 }
        "#,
        2,
    )
    .await;
}
