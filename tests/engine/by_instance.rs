//! Dependencies by instance: what refers to one instance of a block waits for that one, is left
//! out with it, is skipped with it, and goes before it.

use landfall_tests::Lab;
use plan::{Action, Plan, StepId};
use std::collections::BTreeSet;

/// Chains of three, by name.
const CHAINS: &str = r#"
    variable "v" { default = "1" }
    variable "fail" {
      type    = string
      default = null
    }
    variable "names" { default = ["a", "b", "c"] }
    resource "sim_disk" "low" {
      for_each = toset(var.names)
      size     = 1
      kind     = "${each.key}${var.v}"
      fail     = each.key == "b" ? var.fail : null
    }
    resource "terraform_data" "mid" {
      for_each = toset(var.names)
      input    = sim_disk.low[each.key].kind
    }
    resource "terraform_data" "top" {
      for_each = toset(var.names)
      input    = terraform_data.mid[each.key].output
    }
    resource "terraform_data" "all" { input = [for m in terraform_data.mid : m.output] }
"#;

/// What an object is recorded to depend on.
fn check_recorded(lab: &Lab, address: &str, expected: &[&str]) {
    let object = lab.state.at(&address.parse().unwrap()).unwrap();
    let found: Vec<String> = object.dependencies.iter().map(|d| d.to_string()).collect();
    assert_eq!(found, expected, "{address}");
}

async fn recorded(main: &str, files: &[(&str, &str)], address: &str, expected: &[&str]) {
    let mut lab = Lab::new(main);
    for (path, text) in files {
        lab = lab.file(path, text);
    }
    lab.apply_whole().await;
    check_recorded(&lab, address, expected);
}

/// What a step waits for, looking through barriers.
fn waits(plan: &Plan, action: Action, address: &str) -> Vec<String> {
    let is = |id: &StepId| {
        let step = &plan.steps[*id];
        step.action == action && step.address.to_string() == address
    };
    let mut open: Vec<StepId> = (0..plan.steps.len()).filter(is).collect();
    assert_eq!(open.len(), 1, "{address}");
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        for before in &plan.steps[id].waits_for {
            match plan.steps[*before].action {
                Action::Barrier => open.push(*before),
                action => drop(found.insert((action.word(), *before))),
            }
        }
    }
    let line = |(word, id): (&str, StepId)| format!("{word} {}", plan.steps[id].address);
    found.into_iter().map(line).collect()
}

#[tokio::test]
async fn what_is_recorded_names_the_instance() {
    let mut lab = Lab::new(CHAINS);
    lab.apply_whole().await;
    check_recorded(&lab, "terraform_data.mid[\"a\"]", &["sim_disk.low[\"a\"]"]);
    check_recorded(
        &lab,
        "terraform_data.top[\"c\"]",
        &["terraform_data.mid[\"c\"]"],
    );
    check_recorded(&lab, "terraform_data.all", &["terraform_data.mid"]);
}

#[tokio::test]
async fn an_instance_waits_for_its_own_alone() {
    let mut lab = Lab::new(CHAINS);
    let plan = lab.plan().await.plan;
    let top = waits(&plan, Action::Create, "terraform_data.top[\"b\"]");
    assert_eq!(top, ["create terraform_data.mid[\"b\"]"]);
    assert_eq!(waits(&plan, Action::Create, "terraform_data.all").len(), 3);
    lab.apply_whole().await;
    lab.options.mode = plan::PlanMode::Destroy;
    let plan = lab.plan().await.plan;
    let low = waits(&plan, Action::Delete, "sim_disk.low[\"b\"]");
    assert_eq!(low, ["delete terraform_data.mid[\"b\"]"]);
    let mid = waits(&plan, Action::Delete, "terraform_data.mid[\"a\"]");
    let expected = [
        "delete terraform_data.top[\"a\"]",
        "delete terraform_data.all",
    ];
    assert_eq!(
        BTreeSet::from_iter(mid),
        BTreeSet::from(expected.map(String::from))
    );
}

#[tokio::test]
async fn a_failure_skips_its_own_chain() {
    let mut lab = Lab::new(CHAINS);
    lab.var("fail", "create");
    let report = lab.apply().await;
    let skipped: BTreeSet<(String, String)> = report
        .skipped
        .iter()
        .map(|s| (s.address.to_string(), s.because_of.clone()))
        .collect();
    let because = |address: &str| (address.to_string(), "sim_disk.low[\"b\"]".to_string());
    let expected = [
        because("terraform_data.all"),
        because("terraform_data.mid[\"b\"]"),
        because("terraform_data.top[\"b\"]"),
    ];
    assert_eq!(skipped, BTreeSet::from(expected));
    assert_eq!(
        lab.attribute("terraform_data.top[\"c\"]", "output"),
        "\"c1\""
    );
    lab.var("fail", "update");
    lab.apply_whole().await;
}

#[tokio::test]
async fn an_instance_that_goes_takes_its_own_along() {
    let mut lab = Lab::new(CHAINS);
    lab.apply_whole().await;
    lab.edit("[\"a\", \"b\", \"c\"]", "[\"a\", \"c\"]");
    let plan = lab.plan().await.plan;
    let low = waits(&plan, Action::Delete, "sim_disk.low[\"b\"]");
    assert!(
        low.contains(&"delete terraform_data.mid[\"b\"]".to_string()),
        "{low:?}"
    );
    lab.apply_whole().await;
}

const MACHINES: &str = r#"
    variable "v" { default = "1" }
    locals { names = toset(["a", "b", "c"]) }
    resource "sim_server" "m" {
      for_each = local.names
      name     = each.key
      image    = "1"
      lifecycle { ignore_changes = [running] }
    }
    resource "sim_record" "r" {
      for_each = local.names
      host     = sim_server.m[each.key].host
      name     = "r"
      content  = var.v
    }
    resource "terraform_data" "behind" {
      for_each = local.names
      input    = sim_record.r[each.key].content
    }
    resource "terraform_data" "chained" {
      for_each = sim_record.r
      input    = each.value.content
    }
    module "m" {
      source   = "./m"
      for_each = local.names
      content  = sim_record.r[each.key].content
    }
    resource "terraform_data" "of_m" {
      for_each = local.names
      input    = module.m[each.key].out
    }
"#;
const INNER: &str = r#"
    variable "content" {}
    locals { content = "<${var.content}>" }
    resource "terraform_data" "in" { input = local.content }
    output "out" { value = terraform_data.in.output }
"#;

#[tokio::test]
async fn a_host_that_is_down_leaves_its_own_chain_out() {
    let mut lab = Lab::new(MACHINES).file("m/main.hcl", INNER);
    lab.apply_whole().await;
    lab.change_outside("sim_server.m[\"b\"]", "running", false);
    lab.var("v", "2");
    let plan = lab.plan().await.plan;
    let left: BTreeSet<&str> = plan.left_out.iter().map(|l| &*l.what).collect();
    let expected = [
        "sim_record.r[\"b\"]",
        "terraform_data.behind[\"b\"]",
        "terraform_data.chained[\"b\"]",
        "module.m[\"b\"].terraform_data.in",
        "terraform_data.of_m[\"b\"]",
    ];
    assert_eq!(left, BTreeSet::from(expected));
    let report = lab.apply_plan(&plan).await;
    assert!(report.is_complete(), "{report:#?}");
    for chain in ["a", "c"] {
        let of_m = format!("terraform_data.of_m[\"{chain}\"]");
        assert_eq!(lab.attribute(&of_m, "output"), "\"<2>\"");
    }
    assert_eq!(
        lab.attribute("terraform_data.of_m[\"b\"]", "output"),
        "\"<1>\""
    );
    lab.change_outside("sim_server.m[\"b\"]", "running", true);
    lab.apply_whole().await;
}

#[tokio::test]
async fn only_what_one_that_is_left_out_needs_stays() {
    let machines = r#"
        resource "sim_server" "m" {
          for_each = toset(["a", "b", "c"])
          name     = each.key
          image    = "1"
          lifecycle { ignore_changes = [running] }
        }
        resource "sim_record" "r" {
          for_each = toset(var.names)
          host     = sim_server.m[each.key].host
          name     = "r"
          content  = sim_disk.low[each.key].id
        }
    "#;
    let mut lab = Lab::new(&format!("{CHAINS}{machines}"));
    lab.apply_whole().await;
    lab.change_outside("sim_server.m[\"b\"]", "running", false);
    lab.edit("[\"a\", \"b\", \"c\"]", "[\"a\"]");
    let plan = lab.plan().await.plan;
    let left: BTreeSet<&str> = plan.left_out.iter().map(|l| &*l.what).collect();
    let expected = [
        "sim_record.r[\"b\"]",
        "sim_disk.low[\"b\"]",
        "terraform_data.mid[\"b\"]",
        "terraform_data.top[\"b\"]",
    ];
    assert_eq!(left, BTreeSet::from(expected));
    let record = waits(&plan, Action::Delete, "sim_disk.low[\"c\"]");
    assert!(record.contains(&"delete sim_record.r[\"c\"]".to_string()));
    let report = lab.apply_plan(&plan).await;
    assert!(report.is_complete(), "{report:#?}");
}

#[tokio::test]
async fn every_way_to_name_an_instance() {
    let one = |body: &str| {
        format!(
            r#"
            resource "terraform_data" "n" {{
              for_each = toset(["a", "b"])
              input    = each.key
            }}
            resource "terraform_data" "c" {{
              count = 3
              input = count.index
            }}
            {body}
            "#
        )
    };
    let x = "terraform_data.x";
    let cases: [(&str, &[&str]); 9] = [
        (
            r#"input = terraform_data.n["a"].id"#,
            &["terraform_data.n[\"a\"]"],
        ),
        ("input = terraform_data.c[1].id", &["terraform_data.c[1]"]),
        (
            "input = terraform_data.c[\"1\"].id",
            &["terraform_data.c[1]"],
        ),
        (
            r#"input = terraform_data.n[join("", ["a"])].id"#,
            &["terraform_data.n[\"a\"]"],
        ),
        (
            r#"input = [terraform_data.c[0].id, terraform_data.c[2].id]"#,
            &["terraform_data.c[0]", "terraform_data.c[2]"],
        ),
        (
            "input = [terraform_data.c[0].id, terraform_data.c[*].id]",
            &["terraform_data.c"],
        ),
        (
            r#"input = [for k in ["a"] : terraform_data.n[k].id]"#,
            &["terraform_data.n"],
        ),
        (
            "input = terraform_data.n[terraform_data.c[1].id == \"\" ? \"a\" : \"b\"].id",
            &["terraform_data.c[1]", "terraform_data.n"],
        ),
        (
            r#"input = try(terraform_data.n["no"].id, 1)"#,
            &["terraform_data.n"],
        ),
    ];
    for (body, expected) in cases {
        let block = format!("resource \"terraform_data\" \"x\" {{\n{body}\n}}");
        recorded(&one(&block), &[], x, expected).await;
    }
    let local = r#"
        locals { a = terraform_data.n["b"].id }
        resource "terraform_data" "x" { input = local.a }
    "#;
    recorded(&one(local), &[], x, &["terraform_data.n[\"b\"]"]).await;
    let each_value = r#"
        resource "terraform_data" "x" {
          for_each = { p = { at = "a" }, q = { at = "b" } }
          input    = terraform_data.n[each.value.at].id
        }
    "#;
    recorded(
        &one(each_value),
        &[],
        "terraform_data.x[\"q\"]",
        &["terraform_data.n[\"b\"]"],
    )
    .await;
    let data = r#"
        data "sim_lookup" "l" {
          count = 2
          key   = "k${terraform_data.c[count.index].output}"
        }
        resource "terraform_data" "x" { input = data.sim_lookup.l[1].value }
    "#;
    recorded(&one(data), &[], x, &["terraform_data.c[1]"]).await;
}

#[tokio::test]
async fn modules_are_seen_through() {
    let main = r#"
        module "m" {
          source   = "./m"
          for_each = toset(["a", "b"])
          content  = each.key
        }
        resource "terraform_data" "one" { input = module.m["b"].out }
        resource "terraform_data" "all" { input = [for m in module.m : m.out] }
        module "n" {
          source  = "./m"
          content = module.m["a"].out
        }
    "#;
    let files = [("m/main.hcl", INNER)];
    let a = "module.m[\"a\"].terraform_data.in";
    let b = "module.m[\"b\"].terraform_data.in";
    for (address, expected) in [
        ("terraform_data.one", &[b][..]),
        ("terraform_data.all", &[a, b]),
        ("module.n.terraform_data.in", &[a]),
    ] {
        recorded(main, &files, address, expected).await;
    }
}

#[tokio::test]
async fn an_instance_that_is_moved_is_still_depended_on() {
    let mut lab = Lab::new(CHAINS);
    lab.apply_whole().await;
    lab.edit("sim_disk\" \"low\"", "sim_disk\" \"deep\"");
    lab.edit("sim_disk.low", "sim_disk.deep");
    let moved = format!(
        "{}\nmoved {{\n  from = sim_disk.low\n  to = sim_disk.deep\n}}",
        lab.text("main.hcl")
    );
    lab.write("main.hcl", &moved);
    let report = lab.apply_whole().await;
    assert!(report.done.is_empty(), "{:?}", report.done);
    check_recorded(&lab, "terraform_data.mid[\"a\"]", &["sim_disk.deep[\"a\"]"]);
}

#[tokio::test]
async fn parts_that_go_round_are_found_whatever_the_key() {
    let lab = Lab::new(
        r#"
        resource "terraform_data" "a" {
          for_each = toset(["x", "y"])
          input    = terraform_data.b["x"].id
        }
        resource "terraform_data" "b" {
          for_each = toset(["x", "y"])
          input    = terraform_data.a["y"].id
        }
        "#,
    );
    let (_, problems) = lab.load();
    assert!(
        problems.iter().any(|p| p.contains("circle")),
        "{problems:?}"
    );
}
