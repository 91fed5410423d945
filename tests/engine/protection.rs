//! Protection: recorded on the object, lifted only in a step of its own.

use landfall_tests::Lab;

const DISK: &str = r#"
    variable "kind" { default = "1" }
    resource "sim_disk" "d" {
      size = 1
      kind = var.kind
      lifecycle { prevent_destroy = true }
    }
"#;

async fn made(main: &str) -> Lab {
    let mut lab = Lab::new(main);
    lab.apply_whole().await;
    lab
}

async fn refused(lab: &Lab) {
    let problems = lab.problems().await;
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].contains("protected"), "{problems:#?}");
}

#[tokio::test]
async fn it_outlives_its_block() {
    let mut lab = made(DISK).await;
    lab.write("main.hcl", "");
    refused(&lab).await;
}

#[tokio::test]
async fn neither_replaced_nor_destroyed() {
    let mut lab = made(DISK).await;
    lab.var("kind", "2");
    refused(&lab).await;
    lab.var("kind", "1");
    lab.options.mode = plan::PlanMode::Destroy;
    refused(&lab).await;
}

#[tokio::test]
async fn lifting_is_a_step_of_its_own() {
    let mut lab = made(DISK).await;
    lab.var("kind", "2");
    lab.edit("prevent_destroy = true", "prevent_destroy = false");
    refused(&lab).await;
    lab.var("kind", "1");
    assert_eq!(lab.planned().await, ["record sim_disk.d"]);
    lab.apply_whole().await;
    lab.var("kind", "2");
    assert_eq!(lab.planned().await, ["replace sim_disk.d"]);
    lab.apply_whole().await;
}

#[tokio::test]
async fn a_new_protection_is_recorded() {
    let mut lab = made(&DISK.replace("prevent_destroy = true", "")).await;
    lab.edit("lifecycle {  }", "lifecycle { prevent_destroy = true }");
    assert_eq!(lab.planned().await, ["record sim_disk.d"]);
    lab.apply_whole().await;
    lab.write("main.hcl", "");
    refused(&lab).await;
}

#[tokio::test]
async fn beside_a_change_it_is_set_and_lifted_too() {
    let mut lab = made(&DISK.replace("prevent_destroy = true", "")).await;
    lab.edit("lifecycle {  }", "lifecycle { prevent_destroy = true }");
    lab.edit("size = 1", "size = 2");
    assert_eq!(lab.planned().await, ["update sim_disk.d"]);
    lab.apply_whole().await;
    lab.edit("prevent_destroy = true", "");
    lab.edit("size = 2", "size = 3");
    let plan = lab.plan().await.plan;
    assert!(
        plan.steps[0]
            .reasons
            .contains(&plan::Reason::ProtectionLifted)
    );
    lab.apply_whole().await;
    lab.write("main.hcl", "");
    lab.apply_whole().await;
    assert_eq!(lab.things(), 0);
}

#[tokio::test]
async fn a_protected_environment_keeps_what_holds_data() {
    let main = r#"
        environment "production" { protected = true }
        resource "sim_disk" "d" { size = 1 }
        resource "sim_token" "t" {}
    "#;
    let mut lab = made(main).await;
    lab.edit("resource \"sim_token\" \"t\" {}", "");
    assert_eq!(lab.planned().await, ["delete sim_token.t"]);
    lab.edit("resource \"sim_disk\" \"d\" { size = 1 }", "");
    refused(&lab).await;
    lab.edit("protected = true", "protected = false");
    // What is recorded still says so: only a block without protection lifts it.
    refused(&lab).await;
    lab.write(
        "main.hcl",
        r#"
        environment "production" {}
        resource "sim_disk" "d" { size = 1 }
        "#,
    );
    assert_eq!(
        lab.planned().await,
        ["delete sim_token.t", "record sim_disk.d"]
    );
    lab.apply_whole().await;
    lab.write("main.hcl", "environment \"production\" {}");
    lab.apply_whole().await;
    assert_eq!(lab.things(), 0);
}
