//! Outputs: what is recorded of them, and when.

use landfall_tests::Lab;

#[tokio::test]
async fn they_come_change_and_go() {
    let mut lab = Lab::new(
        r#"
        variable "x" {
          type    = number
          default = 1
        }
        resource "terraform_data" "t" { input = var.x }
        output "a" { value = terraform_data.t.output }
        output "b" { value = null }
        output "c" { value = [var.x, null] }
        "#,
    );
    assert_eq!(
        lab.planned().await,
        ["create terraform_data.t", "output a", "output c"]
    );
    lab.apply_whole().await;
    lab.var("x", "2");
    assert_eq!(
        lab.planned().await,
        ["output a", "output c", "update terraform_data.t"]
    );
    lab.apply_whole().await;
    assert_eq!(model::show(&lab.state.outputs["a"].value), "2");
    lab.edit("output \"a\" { value = terraform_data.t.output }", "");
    assert_eq!(lab.planned().await, ["output a"]);
    lab.apply_whole().await;
    assert!(!lab.state.outputs.contains_key("a"));
}

#[tokio::test]
async fn a_sensitive_one_has_to_say_so() {
    let mut lab = Lab::new(
        r#"
        resource "random_password" "p" { length = 8 }
        output "p" { value = "x-${random_password.p.result}" }
        "#,
    );
    assert!(lab.problems().await[0].contains("sensitive"));
    lab.edit("}\"", "}\"\nsensitive = true\n");
    lab.edit("{ value", "{\nvalue");
    lab.apply_whole().await;
    let output = &lab.state.outputs["p"];
    assert!(output.sensitive);
    assert_eq!(model::show(&output.value), "(sensitive)");
}

#[tokio::test]
async fn of_modules_and_with_keys() {
    let mut lab = Lab::new(
        r#"
        module "m" {
          source = "./m"
          count  = 2
          n      = count.index
        }
        output "all" { value = module.m[*].id }
        output "one" { value = length(module.m[1].id) > 1 }
        "#,
    )
    .file(
        "m/main.hcl",
        r#"
        variable "n" {}
        resource "terraform_data" "t" { input = var.n }
        output "id" { value = terraform_data.t.id }
        "#,
    );
    lab.apply_whole().await;
    assert_eq!(model::show(&lab.state.outputs["one"].value), "true");
    // One less: what is recorded of the dependencies stays right.
    lab.edit("count  = 2", "count  = 1");
    lab.edit("module.m[1]", "module.m[0]");
    lab.apply_whole().await;
}

#[tokio::test]
async fn of_what_failed_they_stay_as_they_were() {
    let mut lab = Lab::new(
        r#"
        variable "size" { default = 1 }
        resource "sim_disk" "d" {
          size = var.size
          fail = "update"
        }
        output "size" { value = sim_disk.d.size }
        output "twice" { value = length(sim_disk.d.id) > 0 ? sim_disk.d.size * 2 : 0 }
        "#,
    );
    lab.apply_whole().await;
    lab.var("size", "2");
    lab.apply().await;
    assert_eq!(model::show(&lab.state.outputs["size"].value), "1");
    assert_eq!(model::show(&lab.state.outputs["twice"].value), "2");
}
