//! Later stages: what can't be expanded yet waits, and the next apply goes on with it.

use landfall_tests::Lab;

/// The first plan, and that two applies are enough.
async fn two_stages(main: &str, module: &str, first: &[&str], second: &[&str]) {
    let mut lab = Lab::new(main).file("m/main.hcl", module);
    assert_eq!(lab.planned().await, first);
    assert!(lab.apply().await.is_complete());
    assert_eq!(lab.planned().await, second);
    lab.apply_whole().await;
    lab.options.mode = plan::PlanMode::Destroy;
    lab.apply().await;
    assert_eq!((lab.things(), lab.state.objects.len()), (0, 0));
}

#[tokio::test]
async fn count_and_what_depends_on_it() {
    let main = r#"
        resource "sim_disk" "d" { size = 1 }
        resource "terraform_data" "many" { count = length(sim_disk.d.id) > 3 ? 2 : 1 }
        resource "terraform_data" "of_many" { input = length(terraform_data.many) }
        resource "terraform_data" "after" { depends_on = [terraform_data.many] }
        resource "terraform_data" "apart" { input = 1 }
        output "n" { value = length(terraform_data.many) }
    "#;
    two_stages(
        main,
        "",
        &[
            "create sim_disk.d",
            "create terraform_data.apart",
            "later terraform_data.after",
            "later terraform_data.many",
            "later terraform_data.of_many",
            "output n",
        ],
        &[
            "create terraform_data.after",
            "create terraform_data.many[0]",
            "create terraform_data.many[1]",
            "create terraform_data.of_many",
            "output n",
        ],
    )
    .await;
}

#[tokio::test]
async fn modules_and_what_they_give_out() {
    let main = r#"
        resource "sim_disk" "d" { size = 1 }
        module "m" {
          source   = "./m"
          for_each = toset([sim_disk.d.id])
          in       = each.key
        }
        locals { outs = [for m in module.m : m.plain] }
        resource "terraform_data" "t" { input = local.outs }
    "#;
    let module = r#"
        variable "in" {}
        resource "terraform_data" "x" { input = var.in }
        output "plain" { value = "${var.in}!" }
    "#;
    let mut lab = Lab::new(main).file("m/main.hcl", module);
    assert_eq!(
        lab.planned().await,
        [
            "create sim_disk.d",
            "later module.m",
            "later terraform_data.t"
        ]
    );
    assert!(lab.apply().await.is_complete());
    lab.apply_whole().await;
    assert_eq!(lab.state.objects.len(), 3);
}

#[tokio::test]
async fn a_provider_that_is_not_known_yet() {
    two_stages(
        r#"
        resource "sim_disk" "d" { size = 1 }
        provider "simulated" {
          alias  = "other"
          region = sim_disk.d.id
        }
        resource "sim_disk" "e" {
          provider = simulated.other
          size     = 1
        }
        data "sim_lookup" "l" {
          provider = simulated.other
          key      = "k"
        }
        resource "terraform_data" "t" { input = [sim_disk.e.id, data.sim_lookup.l.value] }
        "#,
        "",
        &[
            "create sim_disk.d",
            "later data.sim_lookup.l",
            "later sim_disk.e",
            "later terraform_data.t",
        ],
        &["create sim_disk.e", "create terraform_data.t"],
    )
    .await;
}

#[tokio::test]
async fn what_was_there_before_stays_meanwhile() {
    let mut lab = Lab::new(
        r#"
        variable "v" { default = "1" }
        resource "sim_service" "s" {
          host    = { address = "192.0.2.1" }
          name    = "s"
          version = var.v
        }
        resource "terraform_data" "t" {
          for_each = toset([sim_service.s.revision])
        }
        "#,
    );
    lab.apply().await;
    lab.apply_whole().await;
    lab.var("v", "2");
    assert_eq!(
        lab.planned().await,
        ["later terraform_data.t", "update sim_service.s"]
    );
    lab.apply().await;
    assert_eq!(lab.state.objects.len(), 2);
    lab.apply_whole().await;
    assert_eq!(lab.state.objects.len(), 2);
}
