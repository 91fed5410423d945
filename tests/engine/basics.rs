//! Create, change, replace, delete; and nothing to do afterwards.

use landfall_tests::Lab;

const TWO: &str = r#"
    variable "size" {
      type    = number
      default = 1
    }
    resource "terraform_data" "a" {
      input = { size = var.size }
    }
    resource "terraform_data" "b" {
      input            = "b of ${terraform_data.a.output.size}"
      triggers_replace = terraform_data.a.id
    }
    output "b" { value = terraform_data.b.output }
"#;

#[tokio::test]
async fn made_once_and_then_nothing_to_do() {
    let mut lab = Lab::new(TWO);
    assert_eq!(
        lab.planned().await,
        [
            "create terraform_data.a",
            "create terraform_data.b",
            "output b"
        ]
    );
    lab.apply_whole().await;
    assert_eq!(lab.attribute("terraform_data.b", "output"), r#""b of 1""#);
    let output = &lab.state.outputs["b"].value;
    assert_eq!(model::show(output), r#""b of 1""#);
}

#[tokio::test]
async fn a_change_goes_through_what_depends_on_it() {
    let mut lab = Lab::new(TWO);
    lab.apply_whole().await;
    lab.var("size", "2");
    assert_eq!(
        lab.planned().await,
        [
            "output b",
            "update terraform_data.a",
            "update terraform_data.b"
        ]
    );
    lab.apply_whole().await;
    assert_eq!(lab.attribute("terraform_data.b", "output"), r#""b of 2""#);
}

#[tokio::test]
async fn what_left_the_configuration_goes_dependents_first() {
    let mut lab = Lab::new(TWO);
    lab.apply_whole().await;
    lab.write("main.hcl", "");
    lab.apply_whole().await;
    let lines = lab.watching.lines();
    let deletes: Vec<_> = lines.iter().filter(|l| l.starts_with("delete")).collect();
    assert_eq!(
        deletes,
        ["delete terraform_data.b", "delete terraform_data.a"]
    );
    assert!(lab.state.objects.is_empty());
}

#[tokio::test]
async fn count_and_for_each_and_modules() {
    let mut lab = Lab::new(
        r#"
        resource "terraform_data" "many" {
          count = 3
          input = count.index
        }
        module "m" {
          source   = "./m"
          for_each = { x = 1, y = 2 }
          base     = each.value + length(terraform_data.many)
        }
        output "sums" { value = { for k, v in module.m : k => v.sum } }
        "#,
    )
    .file(
        "m/main.hcl",
        r#"
        variable "base" { type = number }
        resource "terraform_data" "n" { input = var.base * 10 }
        output "sum" { value = terraform_data.n.output }
        "#,
    );
    lab.apply_whole().await;
    assert_eq!(lab.attribute("terraform_data.many[2]", "output"), "2");
    assert_eq!(
        model::show(&lab.state.outputs["sums"].value),
        "{ x = 40, y = 50 }"
    );
}

#[tokio::test]
async fn a_secret_is_one_everywhere() {
    let mut lab = Lab::new(
        r#"
        resource "random_password" "p" { length = 20 }
        resource "terraform_data" "file" { input = "user=app\npassword=${random_password.p.result}\n" }
        "#,
    );
    lab.apply_whole().await;
    assert_eq!(
        lab.attribute("terraform_data.file", "output"),
        r#""user=app\npassword=(sensitive)\n""#
    );
}
