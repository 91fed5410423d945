//! `--target` and `--exclude`: only a part is looked at.

use landfall_tests::Lab;

const MAIN: &str = r#"
    variable "x" { default = 1 }
    resource "terraform_data" "a" {
      count = 2
      input = var.x
    }
    resource "terraform_data" "b" { input = terraform_data.a[0].output }
    resource "terraform_data" "c" { input = terraform_data.b.output }
    module "m" {
      source = "./m"
      in     = terraform_data.b.output
    }
    output "c" { value = terraform_data.c.output }
"#;

const MODULE: &str = r#"
    variable "in" {}
    resource "terraform_data" "t" { input = var.in }
"#;

fn lab() -> Lab {
    Lab::new(MAIN).file("m/main.hcl", MODULE)
}

/// The steps of a plan from nothing.
async fn check(targets: &[&str], excludes: &[&str], expected: &[&str]) {
    let mut lab = lab();
    lab.options.targets = targets.iter().map(ToString::to_string).collect();
    lab.options.excludes = excludes.iter().map(ToString::to_string).collect();
    let mut planned = lab.planned().await;
    planned.retain(|l| !l.starts_with("output"));
    let expected: Vec<String> = expected.iter().map(|e| format!("create {e}")).collect();
    assert_eq!(planned, expected, "{targets:?} {excludes:?}");
    lab.apply().await;
    lab.options.targets.clear();
    lab.options.excludes.clear();
    lab.apply_whole().await;
}

#[tokio::test]
async fn what_is_named_and_what_it_needs() {
    let [a0, a1, b, c, t] = [
        "terraform_data.a[0]",
        "terraform_data.a[1]",
        "terraform_data.b",
        "terraform_data.c",
        "module.m.terraform_data.t",
    ];
    check(&["terraform_data.b"], &[], &[a0, a1, b]).await;
    check(&["terraform_data.a[1]"], &[], &[a1]).await;
    check(&["module.m"], &[], &[t, a0, a1, b]).await;
    check(&[], &["terraform_data.b"], &[a0, a1]).await;
    check(&[], &["module.m"], &[a0, a1, b, c]).await;
    check(&["terraform_data.c"], &["terraform_data.a[1]"], &[a0, b, c]).await;
}

#[tokio::test]
async fn what_is_not_looked_at_stays() {
    let mut lab = lab();
    lab.apply_whole().await;
    lab.var("x", "2");
    lab.options.targets = vec!["terraform_data.a".into()];
    let both = ["update terraform_data.a[0]", "update terraform_data.a[1]"];
    assert_eq!(lab.planned().await, both);
    lab.write(
        "main.hcl",
        "variable \"x\" {}\nresource \"terraform_data\" \"a\" {}",
    );
    lab.options.targets = vec!["terraform_data.c".into()];
    let planned = lab.planned().await;
    assert!(
        planned.contains(&"delete terraform_data.c".to_string()),
        "{planned:?}"
    );
    assert!(
        !planned
            .iter()
            .any(|l| l.contains("data.b") || l.contains("module")),
        "{planned:?}"
    );
}

#[tokio::test]
async fn destroying_a_part_takes_what_depends_on_it() {
    let mut lab = lab();
    lab.apply_whole().await;
    lab.options.mode = plan::PlanMode::Destroy;
    lab.options.targets = vec!["terraform_data.b".into()];
    assert_eq!(
        lab.planned().await,
        [
            "delete module.m.terraform_data.t",
            "delete terraform_data.b",
            "delete terraform_data.c",
        ]
    );
}

#[tokio::test]
async fn a_name_that_is_none() {
    let mut lab = lab();
    lab.options.targets = vec!["terraform_data.aa".into()];
    let problems = lab.problems().await;
    assert!(problems[0].contains("names nothing"), "{problems:?}");
}
