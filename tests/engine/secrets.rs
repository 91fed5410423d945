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

/// A token with something that is handed over and never read again.
fn wrapped(more: &str) -> Lab {
    let mut lab = Lab::new(&format!(
        r#"
        variable "wrap" {{ sensitive = true }}
        variable "kind" {{ default = "a" }}
        resource "sim_token" "t" {{
          count = 2
          wrap  = "${{var.wrap}}!"
          {more}
        }}
        resource "terraform_data" "t" {{ input = var.kind }}
        "#
    ));
    lab.var("wrap", "hunter2-wrap");
    lab
}

#[tokio::test]
async fn what_is_only_handed_over_is_recorded_as_a_fingerprint() {
    let mut lab = wrapped("");
    lab.apply_whole().await;
    let recorded = |lab: &Lab| {
        let object = lab.state.at(&"sim_token.t[0]".parse().unwrap()).unwrap();
        object.attributes.get("wrap").cloned().unwrap()
    };
    let before = recorded(&lab);
    assert!(before.has_sealed(), "{before:?}");
    let mut secrets = state::encoding::v1::SecretsOut::default();
    let bytes = state::encoding::v1::encode_snapshot(&lab.state, &mut secrets).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("hunter2-wrap"));
    // With the secrets key and without it, another one is seen, and the same is not.
    for sealed in [false, true] {
        let mut lab = wrapped("");
        lab.apply_whole().await;
        if sealed {
            lab.seal();
        }
        assert_eq!(lab.planned().await, Vec::<String>::new());
        lab.var("wrap", "hunter2-other");
        assert_eq!(
            lab.planned().await,
            ["update sim_token.t[0]", "update sim_token.t[1]"]
        );
    }
    lab.var("wrap", "hunter2-other");
    lab.apply_whole().await;
    assert_ne!(recorded(&lab), before);
    // What is not given any more, or ignored, is no change.
    lab.edit("wrap  = \"${var.wrap}!\"", "");
    assert_eq!(lab.planned().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_only_handed_over_can_be_ignored() {
    let mut lab = wrapped("lifecycle { ignore_changes = [wrap] }");
    lab.apply_whole().await;
    lab.var("wrap", "hunter2-other");
    assert_eq!(lab.planned().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_only_handed_over_cannot_be_taken_back() {
    let mut lab = wrapped("rollout { auto_revert = true }");
    lab.apply_whole().await;
    lab.var("wrap", "hunter2-other");
    let problems = lab.problems().await;
    assert!(
        problems.iter().any(|p| p.contains("can't be taken back")
            || p.contains("LF0326")
            || p.contains("auto_revert")),
        "{problems:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_only_handed_over_is_handed_over_again_where_the_reply_is_lost() {
    let mut lab = wrapped("");
    lab.apply_whole().await;
    let faults = "provider \"simulated\" { lost = 1000 }\n";
    lab.write("main.hcl", &format!("{faults}{}", lab.text("main.hcl")));
    lab.var("wrap", "hunter2-other");
    lab.apply().await;
    assert_eq!(lab.planned().await.len(), 2);
}
