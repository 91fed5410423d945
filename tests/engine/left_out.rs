//! Partial plans: what can't be looked at, what depends on it and what it depends on stay as
//! they are; the rest is planned and carried out.

use landfall_tests::Lab;
use landfall_tests::lab::steps;
use plan::PlanMode;

/// A machine that nothing starts again, something on it, something behind that, and others.
const MAIN: &str = r#"
    variable "v" { default = "1" }
    resource "sim_disk" "under" {
      size = 1
      kind = var.v
    }
    resource "terraform_data" "beside" { input = sim_disk.under.id }
    resource "sim_server" "m" {
      name  = "m"
      image = "1"
      lifecycle { ignore_changes = [running] }
    }
    resource "sim_record" "r" {
      host       = sim_server.m.host
      name       = "r"
      content    = var.v
      depends_on = [sim_disk.under]
    }
    resource "terraform_data" "behind" { input = sim_record.r.content }
    resource "terraform_data" "apart" { input = var.v }
    output "apart" { value = terraform_data.apart.output }
    output "behind" { value = "${terraform_data.behind.output} ${var.v}" }
"#;

async fn silent(main: &str) -> Lab {
    let mut lab = Lab::new(main);
    lab.apply_whole().await;
    lab.change_outside("sim_server.m", "running", false);
    lab.began();
    lab
}

/// What is planned, and what is left out with the reason.
async fn check(lab: &Lab, planned: &[&str], left_out: &[(&str, &str)]) {
    let plan = lab.plan().await;
    assert!(!plan.refused && plan.has_errors(), "{:#?}", plan.problems);
    let mut found = steps(&plan.plan);
    found.retain(|l| !l.starts_with("drift"));
    assert_eq!(found, planned);
    let mut found: Vec<_> = plan
        .plan
        .left_out
        .iter()
        .map(|l| (l.what.clone(), l.why()))
        .collect();
    found.sort();
    let expected: Vec<_> = left_out
        .iter()
        .map(|(w, y)| (w.to_string(), y.to_string()))
        .collect();
    assert_eq!(found, expected);
}

/// Of [`MAIN`], what stands on the silent machine and what is behind is left out.
async fn check_apart(lab: &Lab) {
    let (down, needs) = (down(lab), "it depends on");
    let on_r = format!("{needs} sim_record.r: {down}");
    let on_b = format!("{needs} terraform_data.behind: {down}");
    let on_u = format!("{needs} sim_disk.under: {down}");
    let by_r = format!("sim_record.r depends on it: {down}");
    let left_out = [
        ("output.behind", on_b.as_str()),
        ("sim_disk.under", &by_r),
        ("sim_record.r", &down),
        ("terraform_data.behind", &on_r),
        ("terraform_data.beside", &on_u),
    ];
    let planned = ["output apart", "update terraform_data.apart"];
    check(lab, &planned, &left_out).await;
}

fn down(lab: &Lab) -> String {
    let thing = lab.thing("sim_server.m");
    let address = thing.attributes.get("host").and_then(|h| h.get("address"));
    let address = address.and_then(model::Value::as_str).unwrap();
    format!("host {address} can't be reached")
}

#[tokio::test]
async fn what_is_on_a_silent_host_and_what_is_behind_stays() {
    let mut lab = silent(MAIN).await;
    lab.var("v", "2");
    check_apart(&lab).await;
    let problems = lab.problems().await;
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].contains("stopped"), "{problems:#?}");
    let plan = lab.plan().await.plan;
    assert!(lab.apply_plan(&plan).await.is_complete());
    assert_eq!(lab.began(), ["update terraform_data.apart"]);
    // Once it answers, the rest follows.
    lab.change_outside("sim_server.m", "running", true);
    lab.apply_whole().await;
    assert_eq!(lab.attribute("sim_record.r", "content"), "\"2\"");
}

#[tokio::test]
async fn what_is_new_on_a_silent_host_is_not_made() {
    let mut lab = silent(MAIN).await;
    let down = down(&lab);
    let new = r#"
        resource "sim_command" "new" {
          host = sim_server.m.host
          name = "new"
        }
        resource "terraform_data" "new" { input = 1 }
    "#;
    lab.write("main.hcl", &format!("{MAIN}{new}"));
    let behind = format!("it depends on sim_record.r: {down}");
    let left_out = [
        ("sim_command.new", down.as_str()),
        ("sim_record.r", &down),
        ("terraform_data.behind", &behind),
    ];
    check(&lab, &["create terraform_data.new"], &left_out).await;
}

#[tokio::test]
async fn a_data_source_that_fails_keeps_what_hangs_on_it_out() {
    let lab = Lab::new(
        r#"
        data "sim_lookup" "l" { key = "missing" }
        resource "terraform_data" "many" { count = length(data.sim_lookup.l.items) }
        resource "terraform_data" "of_many" { input = length(terraform_data.many) }
        module "m" {
          source   = "./m"
          for_each = toset(data.sim_lookup.l.items)
        }
        resource "terraform_data" "of_m" { input = module.m }
        resource "terraform_data" "apart" {}
        output "l" { value = data.sim_lookup.l.value }
        "#,
    )
    .file(
        "m/main.hcl",
        "resource \"terraform_data\" \"t\" {}\noutput \"o\" { value = terraform_data.t.id }",
    );
    let (down, on) = ("data.sim_lookup.l can't be read", "it depends on");
    let on_l = format!("{on} data.sim_lookup.l: {down}");
    let on_many = format!("{on} terraform_data.many: {down}");
    let left_out = [
        ("data.sim_lookup.l", down),
        ("module.m", &on_l),
        ("output.l", &on_l),
        ("terraform_data.many", &on_l),
        ("terraform_data.of_m", &on_l),
        ("terraform_data.of_many", &on_many),
    ];
    check(&lab, &["create terraform_data.apart"], &left_out).await;
    assert!(lab.plan().await.plan.later.is_empty());
}

#[tokio::test]
async fn a_connection_that_can_not_be_made() {
    let main = r#"
        variable "world" { default = null }
        provider "simulated" {
          alias = "there"
          world = var.world
        }
        resource "sim_disk" "there" {
          provider = simulated.there
          size     = 1
        }
        resource "sim_disk" "here" { size = 1 }
    "#;
    let mut lab = Lab::new(main);
    lab.apply_whole().await;
    lab.var("world", "nowhere");
    let new = r#"
        resource "sim_disk" "new" {
          provider = simulated.there
          size     = 1
        }
        resource "sim_disk" "new_here" { size = 1 }
    "#;
    lab.write("main.hcl", &format!("{main}{new}"));
    let down = "provider simulated.there can't be reached";
    let left_out = [("sim_disk.new", down), ("sim_disk.there", down)];
    check(&lab, &["create sim_disk.new_here"], &left_out).await;
    assert_eq!(lab.problems().await.len(), 1);
}

#[tokio::test]
async fn what_is_removed_and_silent_stays_with_what_it_needs() {
    let mut lab = silent(MAIN).await;
    let (from, to) = (
        MAIN.find("resource \"sim_server\"").unwrap(),
        MAIN.find("resource \"sim_record\"").unwrap(),
    );
    lab.write("main.hcl", &MAIN[from..to]);
    let plan = lab.plan().await;
    assert!(!plan.refused, "{:#?}", plan.problems);
    let help = plan.problems[0].help.clone().unwrap();
    assert!(help.contains("--forget-unreachable"), "{help}");
    assert!(lab.apply_plan(&plan.plan).await.is_complete());
    assert_eq!(lab.began(), ["delete terraform_data.apart"]);
    lab.options.forget_unreachable = true;
    lab.apply().await;
    // The machine, and what was forgotten on it.
    assert_eq!((lab.things(), lab.state.objects.len()), (2, 1));
}

#[tokio::test]
async fn destroying_leaves_what_is_silent_with_what_it_needs() {
    let mut lab = Lab::new(
        r#"
        variable "broken" { default = 0 }
        provider "simulated" {
          alias       = "there"
          read_errors = var.broken
        }
        resource "sim_disk" "needed" { size = 1 }
        resource "sim_bucket" "silent" {
          provider   = simulated.there
          name       = "b"
          depends_on = [sim_disk.needed]
        }
        resource "terraform_data" "behind" { input = sim_bucket.silent.id }
        resource "sim_disk" "apart" { size = 1 }
        "#,
    );
    lab.apply_whole().await;
    lab.began();
    lab.var("broken", "1000");
    lab.options.mode = PlanMode::Destroy;
    let why = "sim_bucket.silent can't be read";
    let (behind, needed) = (
        format!("it depends on sim_bucket.silent: {why}"),
        format!("sim_bucket.silent depends on it: {why}"),
    );
    let left_out = [
        ("sim_bucket.silent", why),
        ("sim_disk.needed", &needed),
        ("terraform_data.behind", &behind),
    ];
    check(&lab, &["delete sim_disk.apart"], &left_out).await;
    lab.var("broken", "0");
    lab.apply_whole().await;
    assert_eq!(lab.things(), 0);
}

#[tokio::test]
async fn an_import_from_a_silent_host_is_left_out() {
    let record = "resource \"sim_record\" \"r\" {";
    let mut lab = silent(MAIN).await;
    let id = lab.attribute("sim_record.r", "name");
    lab.let_go("sim_record.r");
    lab.var("v", "2");
    let import = format!("import {{\n to = sim_record.r\n id = {id}\n}}\n{record}");
    lab.edit(record, &import);
    check_apart(&lab).await;
    // Once it answers, it is imported.
    lab.change_outside("sim_server.m", "running", true);
    let planned = lab.planned().await;
    assert!(
        planned.contains(&"import sim_record.r".to_string()),
        "{planned:#?}"
    );
}
