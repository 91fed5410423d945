//! `each.value` that is known after apply: taken from its `for_each` once that is known.

use landfall_tests::Lab;

#[tokio::test]
async fn in_resources_and_in_module_calls() {
    let mut lab = Lab::new(
        r#"
        resource "terraform_data" "host" {
          for_each = toset(["one", "two"])
          input    = each.key
        }
        locals { hosts = { for k, h in terraform_data.host : k => h.id } }
        resource "terraform_data" "file" {
          for_each = local.hosts
          input    = "on ${each.value}"
        }
        module "m" {
          source   = "./m"
          for_each = local.hosts
          host     = each.value
        }
        output "same" {
          value = [for k, h in terraform_data.host : [
            terraform_data.file[k].output == "on ${h.id}", module.m[k].out == h.id]]
        }
        "#,
    )
    .file(
        "m/main.hcl",
        r#"
        variable "host" { type = string }
        resource "terraform_data" "n" { input = var.host }
        output "out" { value = terraform_data.n.output }
        "#,
    );
    lab.apply_whole().await;
    let same = model::show(&lab.state.outputs["same"].value);
    assert_eq!(same, "[[true, true], [true, true]]");
}
