//! What is never recorded: ephemeral resources, variables and outputs, and where they may go.

use landfall_tests::Lab;

/// The codes of a plan's problems.
async fn check(main: &str, codes: &[&str]) {
    let lab = Lab::new(main).file("m/main.hcl", MODULE);
    let problems = lab.plan().await.problems;
    let found: Vec<_> = problems.iter().map(|p| p.code).collect();
    assert_eq!(found, codes, "{problems:#?}");
}

const MODULE: &str = r#"
    variable "in" {}
    variable "secret" {
      default   = "x"
      ephemeral = true
    }
    output "out" {
      value     = var.secret
      ephemeral = true
    }
"#;

const PASSWORD: &str = r#"
    ephemeral "random_password" "p" { length = 20 }
"#;

#[tokio::test]
async fn an_ephemeral_value_goes_to_a_provider_and_is_not_recorded() {
    let mut lab = Lab::new(
        r#"
        variable "where" {
          default   = "hunter2"
          ephemeral = true
        }
        locals { region = var.where }
        provider "simulated" { region = local.region }
        resource "sim_bucket" "b" { name = "b" }
        "#,
    );
    lab.apply_whole().await;
    assert_eq!(lab.thing("sim_bucket.b").region, "hunter2");
    let records: Vec<_> = lab.state.providers.values().collect();
    assert!(
        records.iter().all(|r| !r.config.has_secret()),
        "{records:?}"
    );
    lab.options.mode = plan::PlanMode::Destroy;
    let report = lab.apply().await;
    assert!(report.is_complete(), "{report:#?}");
    assert_eq!(lab.things(), 0);
}

#[tokio::test]
async fn an_opened_password_is_handed_over_and_is_no_change_the_next_time() {
    let main = PASSWORD.to_string()
        + r#"
        resource "sim_token" "t" {
          length = 8
          wrap   = ephemeral.random_password.p.result
        }
        "#;
    let mut lab = Lab::new(&main);
    lab.apply_whole().await;
    let recorded = lab.attribute("sim_token.t", "wrap");
    assert_eq!(recorded, "null");
    lab.edit("length = 20", "length = 30");
    assert_eq!(lab.planned().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_hangs_on_something_made_in_the_same_run_is_opened_there() {
    let mut lab = Lab::new(
        r#"
        resource "terraform_data" "length" { input = 12 }
        ephemeral "random_password" "p" {
          length = tonumber(terraform_data.length.id != "" ? 12 : 13)
        }
        resource "sim_token" "t" { wrap = ephemeral.random_password.p.result }
        "#,
    );
    lab.apply_whole().await;
}

#[tokio::test]
async fn it_goes_nowhere_where_it_would_be_recorded() {
    let with = |rest: &str| PASSWORD.to_string() + rest;
    let result = "ephemeral.random_password.p.result";
    check(
        &with(&format!(
            "resource \"terraform_data\" \"t\" {{ input = {result} }}"
        )),
        &["LF0360"],
    )
    .await;
    check(
        &with(&format!("data \"sim_lookup\" \"l\" {{ key = {result} }}")),
        &["LF0360"],
    )
    .await;
    check(
        &with(&format!("output \"o\" {{ value = {result} }}")),
        &["LF0361"],
    )
    .await;
    check(
        &with(&format!(
            "module \"m\" {{\n source = \"./m\"\n in = {result}\n}}"
        )),
        &["LF0361"],
    )
    .await;
    check(
        &with(&format!(
            "resource \"terraform_data\" \"t\" {{ count = length({result}) }}"
        )),
        &["LF0360"],
    )
    .await;
    // Through a module that says so, and into what takes no notice of it.
    check(
        &with(&format!(
            r#"
            module "m" {{
              source = "./m"
              in     = 1
              secret = {result}
            }}
            resource "terraform_data" "t" {{ input = ephemeralasnull(module.m.out) }}
            check "c" {{
              assert {{
                condition     = module.m.out != ""
                error_message = "empty"
              }}
            }}
            "#
        )),
        &[],
    )
    .await;
    check(
        &with(
            "module \"m\" {\n source = \"./m\"\n in = 1\n}\noutput \"o\" { value = module.m.out }",
        ),
        &["LF0361"],
    )
    .await;
}

#[tokio::test]
async fn what_can_not_be_opened_refuses_the_plan() {
    check(
        "ephemeral \"random_password\" \"p\" { length = 0 }",
        &["LF0362"],
    )
    .await;
}

#[tokio::test]
async fn a_saved_plan_opens_anew_and_holds_nothing_of_it() {
    let mut lab = Lab::new(
        &(PASSWORD.to_string()
            + r#"
            resource "sim_token" "t" { wrap = ephemeral.random_password.p.result }
            check "c" {
              data "sim_lookup" "l" { key = sim_token.t.id }
              assert {
                condition     = data.sim_lookup.l.key == ""
                error_message = "there is a key"
              }
            }
            "#),
    );
    let report = saved_and_applied(&mut lab).await;
    assert!(report.is_complete(), "{report:#?}");
    assert_eq!(report.warnings.len(), 1, "{:#?}", report.warnings);
}

#[tokio::test]
async fn a_saved_plan_keeps_no_ephemeral_variable() {
    for place in [
        r#"provider "simulated" { region = var.secret }
           resource "sim_token" "t" {}"#,
        r#"resource "sim_token" "t" { wrap = var.secret }"#,
    ] {
        let variable = r#"variable "secret" {
            default   = "hunter2"
            ephemeral = true
        }
        "#;
        let mut lab = Lab::new(&(variable.to_string() + place));
        let report = saved_and_applied(&mut lab).await;
        let said = &report.failed[0].problem.message;
        assert!(said.contains("is not in a saved plan"), "{said}");
        assert_eq!(lab.things(), 0);
        lab.apply_whole().await;
    }
}

/// Saves a plan, and applies what was saved.
async fn saved_and_applied(lab: &mut Lab) -> driver::Report {
    let saved = saved(lab).await;
    lab.apply_plan(&saved).await
}

/// A plan that was saved and read again.
async fn saved(lab: &Lab) -> plan::Plan {
    let plan = plan::SavedPlan {
        plan: lab.plan().await.plan,
        ..plan::SavedPlan::default()
    };
    let encoded = plan::encoding::encode(&plan).unwrap();
    assert_eq!(encoded.secrets, None);
    let text = String::from_utf8_lossy(&encoded.body);
    assert!(!text.contains("hunter2"), "{text}");
    let secrets = state::encoding::v1::SecretsIn::empty();
    plan::encoding::decode(&encoded.body, &secrets)
        .unwrap()
        .plan
}

/// The value that is given again may be another one: a token that is new each time.
#[tokio::test]
async fn a_value_that_is_given_again_serves_a_saved_plan() {
    for place in [
        r#"
        provider "simulated" { region = local.region }
        resource "sim_token" "t" { length = 8 }
        "#,
        r#"resource "sim_token" "t" { wrap = local.region }"#,
        r#"
        module "m" {
          source = "./m"
          in     = 1
          secret = "${local.region}!"
        }
        resource "sim_token" "t" { wrap = module.m.out }
        "#,
        r#"
        resource "sim_token" "t" { wrap = "${local.region} ${sim_token.first.id}" }
        resource "sim_token" "first" { length = 8 }
        "#,
    ] {
        let variables = r#"
            variable "secret" { ephemeral = true }
            locals { region = var.secret }
        "#;
        let mut lab = Lab::new(&(variables.to_string() + place)).file("m/main.hcl", MODULE);
        lab.var("secret", "hunter2");
        let saved = saved(&lab).await;
        lab.var("secret", "again");
        let plan = lab.given_again(saved);
        let report = lab.apply_plan(&plan).await;
        assert!(report.is_complete(), "{place}: {report:#?}");
        let thing = lab.thing("sim_token.t");
        assert!(
            !place.contains("region = local") || thing.region == "again",
            "{thing:?}"
        );
        assert_eq!(lab.planned().await, Vec::<String>::new());
    }
}
