//! Secrets: sensitive everywhere they go, and no plan needs them open.

use landfall_tests::Lab;
use landfall_tests::lab::steps;

const MAIN: &str = r#"
    variable "given" {
      default   = "hunter2-given"
      sensitive = true
    }
    variable "keeper" { default = "1" }
    variable "port" { default = 80 }
    resource "random_password" "p" {
      length  = 20
      keepers = { k = var.keeper }
    }
    locals { url = "postgres://app:${random_password.p.result}@db:${var.port}" }
    resource "sim_record" "env" {
      host    = { id = "m", address = "192.0.2.1" }
      name    = "env"
      content = "user=app\nurl=${local.url}\ntoken=${sim_token.t.result}\n"
    }
    resource "sim_service" "s" {
      host        = { id = "m", address = "192.0.2.1" }
      name        = "s"
      environment = { url = local.url, given = var.given, hash = sha256(var.given) }
    }
    resource "sim_token" "t" {}
    resource "terraform_data" "t" { input = [var.given, upper(local.url)] }
    data "sim_lookup" "l" { key = "k" }
    resource "terraform_data" "l" { input = data.sim_lookup.l.secret }
    output "url" {
      value     = local.url
      sensitive = true
    }
"#;

async fn made() -> Lab {
    let mut lab = Lab::new(MAIN);
    lab.apply_whole().await;
    lab
}

/// The plan from the state as it is, and from the same with secrets sealed.
async fn same_without_secrets(change: impl Fn(&mut Lab), expected: &[&str]) {
    let mut lab = made().await;
    change(&mut lab);
    let open = lab.plan().await;
    lab.seal();
    let sealed = lab.plan().await;
    assert!(!sealed.has_errors(), "{:#?}", sealed.problems);
    assert_eq!(steps(&open.plan), expected);
    assert_eq!(steps(&sealed.plan), expected);
    let reasons = |p: &driver::Planned| {
        p.plan
            .steps
            .iter()
            .map(|s| s.reasons.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(reasons(&open), reasons(&sealed));
}

#[tokio::test]
async fn the_plan_is_the_same_with_secrets_sealed() {
    same_without_secrets(|_| {}, &[]).await;
    same_without_secrets(
        |lab| lab.var("port", "81"),
        &[
            "output url",
            "update sim_record.env",
            "update sim_service.s",
            "update terraform_data.t",
        ],
    )
    .await;
    same_without_secrets(
        |lab| lab.var("keeper", "2"),
        &[
            "output url",
            "replace random_password.p",
            "update sim_record.env",
            "update sim_service.s",
            "update terraform_data.t",
        ],
    )
    .await;
    same_without_secrets(
        |lab| lab.var("given", "another"),
        &["update sim_service.s", "update terraform_data.t"],
    )
    .await;
    same_without_secrets(
        |lab| lab.change_outside("sim_record.env", "content", "user=app\nurl=other\n"),
        &["drift sim_record.env", "update sim_record.env"],
    )
    .await;
}

#[tokio::test]
async fn nothing_open_stands_in_a_plan_or_a_state() {
    let mut lab = made().await;
    let password = {
        let object = lab.state.at(&"random_password.p".parse().unwrap()).unwrap();
        let value = object.attributes.get("result").unwrap().expose();
        value.as_str().unwrap().to_string()
    };
    lab.var("port", "81");
    lab.var("given", "hunter2-other");
    let planned = lab.plan().await;
    let shown = format!(
        "{:?} {:?} {:?}",
        planned.plan,
        lab.state,
        lab.watching.lines()
    );
    assert!(shown.len() > 10_000);
    for secret in [&password, "hunter2"] {
        assert!(!shown.contains(secret), "{secret:?} is in clear");
    }
    lab.change_outside(
        "sim_record.env",
        "content",
        format!("user=app\nx={password}\n"),
    );
    let planned = lab.plan().await;
    assert!(!format!("{:?}", planned.plan).contains(&password));
}

#[tokio::test]
async fn what_an_apply_changes_is_open_where_it_arrives() {
    let mut lab = made().await;
    lab.var("keeper", "2");
    lab.apply_whole().await;
    let there = lab.thing("sim_record.env").attributes;
    let content = there.get("content").unwrap().as_str().unwrap();
    let object = lab.state.at(&"random_password.p".parse().unwrap()).unwrap();
    let password = object.attributes.get("result").unwrap().expose();
    assert!(content.contains(password.as_str().unwrap()));
}

#[tokio::test]
async fn how_many_there_are_is_no_secret() {
    for repeat in ["count = var.s", "for_each = toset([var.s])"] {
        let lab = Lab::new(&format!(
            "variable \"s\" {{\ndefault = \"1\"\nsensitive = true\n}}\nresource \"terraform_data\" \"t\" {{ {repeat} }}"
        ));
        let problems = lab.problems().await;
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("sensitive"), "{problems:?}");
    }
}
