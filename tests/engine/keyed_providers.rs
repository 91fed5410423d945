//! `provider` blocks with `for_each`, and what goes through which of their configurations.

use landfall_tests::Lab;

const REGIONS: &str = r#"
    variable "regions" {
      type    = list(string)
      default = ["eu", "us"]
    }
    provider "simulated" {
      alias    = "by_region"
      for_each = toset(var.regions)
      region   = each.value
    }
"#;

fn lab(rest: &str) -> Lab {
    Lab::new(&(REGIONS.to_string() + rest))
        .file(
            "m/main.hcl",
            r#"
        variable "name" {}
        resource "sim_bucket" "b" { name = var.name }
        module "deeper" {
          source = "./deeper"
          name   = "${var.name}-deeper"
        }
        "#,
        )
        .file(
            "m/deeper/main.hcl",
            r#"
        variable "name" {}
        resource "sim_bucket" "b" { name = var.name }
        "#,
        )
}

fn region(lab: &Lab, address: &str) -> String {
    lab.thing(address).region
}

#[tokio::test]
async fn each_instance_goes_through_its_own() {
    let mut lab = lab(r#"
        resource "sim_bucket" "b" {
          for_each = toset(var.regions)
          provider = simulated.by_region[each.key]
          name     = "b-${each.key}"
        }
        "#);
    lab.apply_whole().await;
    assert_eq!(region(&lab, r#"sim_bucket.b["eu"]"#), "eu");
    assert_eq!(region(&lab, r#"sim_bucket.b["us"]"#), "us");

    // What leaves together with its configuration is ended through the recorded one.
    lab.var("regions", r#"["eu"]"#);
    assert_eq!(lab.planned().await, [r#"delete sim_bucket.b["us"]"#]);
    lab.apply_whole().await;
    assert_eq!(lab.things(), 1);
}

#[tokio::test]
async fn modules_get_one_of_them() {
    let mut lab = lab(r#"
        module "m" {
          source    = "./m"
          for_each  = toset(var.regions)
          name      = each.key
          providers = { simulated = simulated.by_region[each.key] }
        }
        "#);
    lab.apply_whole().await;
    for key in ["eu", "us"] {
        let module = format!("module.m[{key:?}]");
        assert_eq!(region(&lab, &format!("{module}.sim_bucket.b")), key);
        assert_eq!(
            region(&lab, &format!("{module}.module.deeper.sim_bucket.b")),
            key
        );
    }
}

#[tokio::test]
async fn a_key_that_is_not_there_is_told() {
    let lab = lab(r#"
        resource "sim_bucket" "b" {
          provider = simulated.by_region["asia"]
          name     = "b"
        }
        "#);
    let problems = lab.plan().await.problems;
    assert_eq!(problems[0].code, "LF0363", "{problems:#?}");
    let help = problems[0].help.as_deref().unwrap_or_default();
    assert!(help.contains("eu") && help.contains("us"), "{help}");
}

#[tokio::test]
async fn what_is_known_after_apply_comes_later() {
    let mut lab = lab(r#"
        resource "terraform_data" "t" {}
        provider "simulated" {
          alias    = "late"
          for_each = toset([terraform_data.t.id])
          region   = each.value
        }
        resource "sim_bucket" "b" {
          provider = simulated.late[terraform_data.t.id]
          name     = "b"
        }
        "#);
    let planned = lab.planned().await;
    assert_eq!(planned, ["create terraform_data.t", "later sim_bucket.b"]);
    lab.apply().await;
    lab.apply_whole().await;
}
