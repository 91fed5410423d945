//! `import`: what exists outside comes under management, by an id.

use landfall_tests::Lab;
use landfall_tests::lab::steps;
use plan::{Action, Reason};

/// A world with a bucket and a disk that nobody manages.
async fn lab(main: &str) -> Lab {
    let mut lab = Lab::new(
        r#"
        resource "sim_bucket" "b" { name = "old" }
        resource "sim_disk" "d" { size = 5 }
        "#,
    )
    .file(
        "m/main.hcl",
        r#"
        resource "sim_bucket" "inner" {
          for_each = toset(["old"])
          name     = each.key
        }
        "#,
    );
    lab.apply_whole().await;
    let disk = lab.let_go("sim_disk.d");
    lab.let_go("sim_bucket.b");
    let id = disk.attributes.get("id").and_then(model::Value::as_str);
    lab.write("main.hcl", &main.replace("DISK", id.expect("it has an id")));
    lab
}

/// The plan's steps or problems, a line each.
async fn check(main: &str, expected: &[&str]) {
    let lab = lab(main).await;
    let mut lines = lab.planned().await;
    lines.retain(|l| !l.starts_with("output"));
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.contains(expected), "{line} is not {expected}");
    }
}

#[tokio::test]
async fn what_is_as_its_block_says_is_only_taken_in() {
    let mut lab = lab(r#"
        import {
          to = sim_bucket.b
          id = "old"
        }
        resource "sim_bucket" "b" { name = "old" }
        "#)
    .await;
    let plan = lab.plan().await.plan;
    assert_eq!(steps(&plan), ["import sim_bucket.b"]);
    let named = Reason::Imported(Some("old".into()));
    assert_eq!(plan.steps[0].reasons, [named]);
    let things = lab.things();
    let report = lab.apply_whole().await;
    assert_eq!(report.done[0].1, Action::Import);
    assert_eq!(lab.things(), things);
    // It is ours from now on, and goes with everything else.
    assert_eq!(lab.attribute("sim_bucket.b", "name"), "\"old\"");
    assert!(lab.thing("sim_bucket.b").owner.is_some());
}

#[tokio::test]
async fn what_differs_is_changed() {
    let mut lab = lab(r#"
        import {
          to = sim_disk.d
          id = "DISK"
        }
        resource "sim_disk" "d" { size = 9 }
        output "size" { value = sim_disk.d.size }
        "#)
    .await;
    lab.apply_whole().await;
    assert_eq!(lab.attribute("sim_disk.d", "size"), "9");
    let there = lab.thing("sim_disk.d");
    assert_eq!(there.attributes.get("size"), Some(&9.into()));
}

#[tokio::test]
async fn many_into_a_module() {
    let mut lab = lab(r#"
        variable "names" { default = ["old"] }
        import {
          for_each = toset(var.names)
          to       = module.m.sim_bucket.inner[each.key]
          id       = each.value
        }
        module "m" { source = "./m" }
        "#)
    .await;
    assert_eq!(
        lab.planned().await,
        [r#"import module.m.sim_bucket.inner["old"]"#]
    );
    lab.apply_whole().await;
}

#[tokio::test]
async fn builtin_types_come_by_their_values() {
    let mut lab = Lab::new(
        r#"
        variable "password" {
          default   = "hunter2!"
          sensitive = true
        }
        import {
          to = random_password.p
          id = var.password
        }
        resource "random_password" "p" { length = 8 }
        import {
          to = terraform_data.t
          id = "abc"
        }
        resource "terraform_data" "t" { input = 3 }
        output "p" {
          value     = random_password.p.result
          sensitive = true
        }
        "#,
    );
    let plan = lab.plan().await.plan;
    assert!(!format!("{:?}", plan.steps).contains("hunter2"));
    let password = plan
        .steps
        .iter()
        .find(|s| &**s.address.ty() == "random_password");
    assert_eq!(password.unwrap().reasons[0], Reason::Imported(None));
    lab.apply_whole().await;
    let output = lab.state.outputs["p"].value.expose();
    assert_eq!(output.as_str(), Some("hunter2!"));
    assert_eq!(lab.attribute("terraform_data.t", "id"), "\"abc\"");
    assert_eq!(lab.attribute("terraform_data.t", "output"), "3");
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let import = |id: &str, block: &str| {
        format!(
            "import {{\n to = sim_bucket.b\n id = {id}\n}}\nresource \"sim_bucket\" \"b\" {block}\n"
        )
    };
    let old = r#"{ name = "old" }"#;
    check(
        &import("\"nope\"", old),
        &["there is no `sim_bucket` of the id"],
    )
    .await;
    check(&import("\"\"", old), &["LF0351", "create"]).await;
    check(&import("null", old), &["LF0351", "create"]).await;
    check(&import("\"old\"", r#"{ name = "new" }"#), &["LF0356"]).await;
    let instance = "{\n count = 1\n name = \"old\"\n}";
    check(
        &import("\"old\"", instance),
        &["LF0353", "create sim_bucket.b[0]"],
    )
    .await;
    let twice = import("\"old\"", old) + "import {\n to = sim_bucket.b\n id = \"old\"\n}\n";
    check(&twice, &["LF0350"]).await;
    let unknown = import("terraform_data.t.id", old) + "resource \"terraform_data\" \"t\" {}\n";
    check(
        &unknown,
        &["LF0352", "create sim_bucket.b", "create terraform_data.t"],
    )
    .await;
}

#[tokio::test]
async fn what_is_managed_is_not_imported_elsewhere() {
    let mut lab = Lab::new(r#"resource "sim_bucket" "b" { name = "x" }"#);
    lab.apply_whole().await;
    let main = lab.text("main.hcl");
    lab.write(
        "main.hcl",
        &(main
            + r#"
        import {
          to = sim_bucket.c
          id = "x"
        }
        resource "sim_bucket" "c" { name = "x" }
        "#),
    );
    let problems = lab.plan().await.problems;
    assert_eq!(problems[0].code, "LF0355", "{problems:#?}");
    assert_eq!(problems[0].details, ["sim_bucket.b is this object already"]);
}

#[tokio::test]
async fn what_was_forgotten_comes_back_as_the_same_object() {
    let mut lab = Lab::new(r#"resource "sim_bucket" "b" { name = "x" }"#);
    lab.apply_whole().await;
    let id = lab.state.objects.keys().next().copied();
    lab.forget("sim_bucket.b");
    let main = lab.text("main.hcl") + "\nimport {\n to = sim_bucket.b\n id = \"x\"\n}\n";
    lab.write("main.hcl", &main);
    lab.apply_whole().await;
    assert_eq!(lab.state.objects.keys().next().copied(), id);
    assert_eq!(lab.things(), 1);
}

#[tokio::test]
async fn an_import_that_is_done_says_nothing_more() {
    let mut lab = lab(r#"
        import {
          to = sim_bucket.b
          id = "old"
        }
        resource "sim_bucket" "b" { name = "old" }
        "#)
    .await;
    lab.apply_whole().await;
    lab.options.mode = plan::PlanMode::Destroy;
    assert_eq!(lab.planned().await, ["delete sim_bucket.b"]);
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_import_leaves_nothing_wrong() {
    for (rate, why) in [
        ("lost = 1000", "an answer is lost"),
        ("errors = 1000", "never done"),
    ] {
        let mut lab = lab(r#"
            provider "simulated" { RATE }
            import {
              to = sim_bucket.b
              id = "old"
            }
            resource "sim_bucket" "b" {
              name   = "old"
              public = true
            }
            "#)
        .await;
        lab.edit("RATE", rate);
        let report = lab.apply().await;
        assert_eq!(
            report.failed.len() + report.unclear.len(),
            usize::from(rate != "lost = 1000"),
            "{why}"
        );
        lab.edit(rate, "");
        lab.apply_whole().await;
        assert_eq!(lab.things(), 2, "{why}");
        assert_eq!(lab.attribute("sim_bucket.b", "public"), "true", "{why}");
    }
}

#[tokio::test]
async fn a_sensitive_id_is_not_told() {
    for (attribute, code) in [("sensitive", "LF0354"), ("ephemeral", "LF0360")] {
        let lab = Lab::new(&format!(
            r#"
            variable "id" {{
              default = "hunter2!"
              {attribute} = true
            }}
            import {{
              to = random_id.i
              id = var.id
            }}
            resource "random_id" "i" {{ byte_length = 4 }}
            "#
        ));
        let problems = lab.plan().await.problems;
        assert_eq!(problems[0].code, code, "{problems:#?}");
        assert!(
            !format!("{problems:?}").contains("hunter2"),
            "{problems:#?}"
        );
    }
}
