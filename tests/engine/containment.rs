//! What lives on a machine: goes with it, moves with its id, carries its weight.

use landfall_tests::Lab;
use plan::Action;

const MACHINE: &str = r#"
    variable "image" { default = "1" }
    variable "size" { default = 1 }
    resource "sim_server" "m" {
      name  = "m"
      image = var.image
      size  = var.size
    }
    resource "sim_record" "r" {
      count   = 2
      host    = sim_server.m.host
      name    = "r${count.index}"
      content = "c"
    }
    resource "sim_service" "s" {
      host       = sim_server.m.host
      name       = "s"
      depends_on = [sim_record.r]
    }
    resource "sim_member" "l" {
      host = sim_server.m.host
      name = "l"
    }
    resource "sim_disk" "apart" { size = 1 }
"#;

async fn made(main: &str) -> Lab {
    let mut lab = Lab::new(main);
    lab.apply_whole().await;
    lab.began();
    lab
}

#[tokio::test]
async fn contents_go_with_their_machine_without_deletes() {
    let mut lab = made(MACHINE).await;
    lab.write("main.hcl", r#"resource "sim_disk" "apart" { size = 1 }"#);
    assert_eq!(
        lab.planned().await,
        [
            "delete sim_member.l",
            "delete sim_server.m",
            "goes with its machine sim_record.r[0]",
            "goes with its machine sim_record.r[1]",
            "goes with its machine sim_service.s",
        ]
    );
    lab.apply_whole().await;
    assert_eq!(lab.began(), ["delete sim_member.l", "delete sim_server.m"]);
    assert_eq!((lab.things(), lab.state.objects.len()), (1, 1));
    assert_eq!(lab.simulated.world().report().went_along, 3);
}

#[tokio::test]
async fn destroy_does_the_same() {
    let mut lab = made(MACHINE).await;
    lab.options.mode = plan::PlanMode::Destroy;
    lab.apply_whole().await;
    let began = lab.began();
    assert_eq!(began.len(), 3, "{began:?}");
    assert_eq!((lab.things(), lab.state.objects.len()), (0, 0));
}

#[tokio::test]
async fn a_replaced_machine_gets_its_contents_again() {
    let mut lab = made(MACHINE).await;
    lab.var("image", "2");
    assert_eq!(
        lab.planned().await,
        [
            "replace sim_member.l",
            "replace sim_record.r[0]",
            "replace sim_record.r[1]",
            "replace sim_server.m",
            "replace sim_service.s",
        ]
    );
    lab.apply_whole().await;
    let began = lab.began();
    assert_eq!(
        began[..3],
        [
            "delete sim_member.l",
            "delete sim_server.m",
            "create sim_server.m"
        ]
    );
    assert!(!began.contains(&"delete sim_service.s".to_string()));
    assert_eq!(lab.things(), 6);
}

#[tokio::test]
async fn a_machine_that_is_made_before_the_old_one_goes() {
    let lifecycle = "size  = var.size\n lifecycle { create_before_destroy = true }";
    let mut lab = made(&MACHINE.replace("size  = var.size", lifecycle)).await;
    lab.var("image", "2");
    lab.apply_whole().await;
    let began = lab.began();
    assert_eq!(began[0], "create sim_server.m", "{began:?}");
    assert_eq!(began.last().unwrap(), "delete sim_server.m", "{began:?}");
    assert_eq!((lab.things(), lab.state.objects.len()), (6, 6));
}

#[tokio::test]
async fn another_address_of_the_same_machine_is_only_recorded() {
    let main = r#"
        variable "address" { default = "192.0.2.1" }
        resource "sim_record" "r" {
          host    = { id = "m", address = var.address }
          name    = "r"
          content = "c"
        }
    "#;
    let mut lab = made(main).await;
    lab.var("address", "192.0.2.2");
    assert_eq!(lab.planned().await, ["record sim_record.r"]);
    lab.apply_whole().await;
    assert!(lab.attribute("sim_record.r", "host").contains("192.0.2.2"));
    assert_eq!(lab.began(), Vec::<String>::new());
    // Another id is another machine.
    lab.edit(r#"id = "m""#, r#"id = "n""#);
    assert_eq!(lab.planned().await, ["replace sim_record.r"]);
    lab.apply_whole().await;
}

#[tokio::test]
async fn a_resized_machine_keeps_its_contents() {
    let mut lab = made(MACHINE).await;
    lab.var("size", "2");
    assert_eq!(lab.planned().await, ["update sim_server.m"]);
    lab.apply_whole().await;
}

#[tokio::test]
async fn the_machine_carries_effects_and_protection_of_its_contents() {
    let protect = "content = \"c\"\n lifecycle { prevent_destroy = true }";
    let mut lab = made(&MACHINE.replace("content = \"c\"", protect)).await;
    for how in ["image", "gone"] {
        match how {
            "image" => lab.var("image", "2"),
            _ => lab.write("main.hcl", "variable \"image\" {}"),
        }
        let problems = lab.problems().await;
        assert_eq!(problems.len(), 2, "{how}: {problems:#?}");
        assert!(
            problems.iter().all(|p| p.contains("protected")),
            "{problems:#?}"
        );
    }
}

#[tokio::test]
async fn a_machine_with_a_command_on_it_is_not_taken_back() {
    let command = r#"
        resource "sim_command" "c" {
          host = sim_server.m.host
          name = "c"
        }
    "#;
    let mut lab = made(&format!("{MACHINE}{command}")).await;
    lab.write("main.hcl", "");
    let plan = lab.plan().await.plan;
    let machine = plan
        .steps
        .iter()
        .find(|s| s.action == Action::Delete && &**s.address.ty() == "sim_server");
    assert_eq!(machine.unwrap().effects, [model::Effect::Irreversible]);
}

#[tokio::test]
async fn what_can_not_be_reached_is_an_error_once_a_machine() {
    let mut lab = made(MACHINE).await;
    lab.change_outside("sim_server.m", "running", false);
    lab.edit("size  = var.size", "size  = var.size\n running = false");
    let problems = lab.problems().await;
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].contains("stopped"), "{problems:#?}");
    // Told to forget, what is on it is made again, and that fails in apply or not: its business.
    lab.options.forget_unreachable = true;
    let planned = lab.planned().await;
    assert!(
        planned.contains(&"drift sim_record.r[0]".to_string()),
        "{planned:#?}"
    );
    lab.write(
        "main.hcl",
        r#"
        resource "sim_server" "m" {
          name    = "m"
          image   = "1"
          running = false
        }
    "#,
    );
    lab.apply_whole().await;
    assert_eq!(lab.state.objects.len(), 1);
}

#[tokio::test]
async fn a_stopped_machine_that_this_plan_starts_is_no_error() {
    let mut lab = made(MACHINE).await;
    lab.change_outside("sim_server.m", "running", false);
    assert_eq!(
        lab.planned().await,
        ["drift sim_server.m", "update sim_server.m"]
    );
    lab.apply_whole().await;
}

/// The machine's image hangs on what turns out to be the same as before.
const PERHAPS: &str = r#"
    variable "v" { default = "1" }
    resource "sim_service" "other" {
      host    = { address = "192.0.2.9" }
      name    = "other"
      version = var.v
    }
    resource "sim_server" "m" {
      name  = "m"
      image = sim_service.other.revision != "" ? "same" : "other"
    }
    resource "sim_record" "r" {
      host    = sim_server.m.host
      name    = "r"
      content = "v${var.v}"
    }
    resource "sim_record" "gone" {
      host    = sim_server.m.host
      name    = "gone"
      content = "c"
    }
"#;

#[tokio::test]
async fn what_is_on_a_machine_that_stays_after_all_stays_too() {
    let mut lab = made(PERHAPS).await;
    lab.var("v", "2");
    let gone = &PERHAPS[PERHAPS.find("resource \"sim_record\" \"gone\"").unwrap()..];
    lab.edit(gone, "");
    assert_eq!(
        lab.planned().await,
        [
            "goes with its machine sim_record.gone",
            "replace sim_record.r",
            "replace sim_server.m",
            "update sim_service.other",
        ]
    );
    lab.apply_whole().await;
    let mut began = lab.began();
    began.sort();
    assert_eq!(
        began,
        [
            "delete sim_record.gone",
            "update sim_record.r",
            "update sim_service.other"
        ]
    );
    assert_eq!((lab.things(), lab.state.objects.len()), (3, 3));
}

#[tokio::test]
async fn what_stands_there_already_is_adopted_or_refused() {
    let record = |name: &str, more: &str| {
        format!(
            r#"resource "sim_record" "{name}" {{
                 host = {{ id = "m", address = "192.0.2.1" }}
                 name = "place"
                 {more}
               }}"#
        )
    };
    let mut lab = made(&record("a", r#"content = "1""#)).await;
    lab.state = Lab::new("").state;
    lab.write("main.hcl", &record("b", r#"content = "1""#));
    assert_eq!(lab.planned().await, ["adopt sim_record.b"]);
    lab.write("main.hcl", &record("b", r#"content = "2""#));
    let problems = lab.problems().await;
    assert!(problems[0].contains("stands at this place"), "{problems:?}");
    lab.write(
        "main.hcl",
        &record("b", "content = \"2\"\n existing = \"adopt\""),
    );
    let plan = lab.plan().await.plan;
    assert_eq!(plan.effects(), [model::Effect::TakesOver]);
    lab.apply_whole().await;
    assert_eq!(lab.things(), 1);
}
