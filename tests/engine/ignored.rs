//! `ignore_changes`: what the configuration says is left as it is.

use landfall_tests::Lab;

/// After both inputs became 2, with this ignored: what is planned, and the input afterwards.
async fn check(ignored: &str, planned: &[&str], input: &str) {
    let mut lab = Lab::new(&format!(
        r#"
        variable "x" {{ default = "1" }}
        resource "terraform_data" "a" {{
          input            = {{ deep = {{ x = var.x }}, y = var.x, list = [var.x, "z"] }}
          triggers_replace = var.x
          lifecycle {{ ignore_changes = {ignored} }}
        }}
        "#
    ));
    lab.apply_whole().await;
    lab.var("x", "2");
    assert_eq!(lab.planned().await, planned, "{ignored}");
    lab.apply_whole().await;
    assert_eq!(
        lab.attribute("terraform_data.a", "input"),
        input,
        "{ignored}"
    );
}

#[tokio::test]
async fn whole_attributes_parts_of_them_and_all() {
    let old = r#"{ deep = { x = "1" }, list = ["1", "z"], y = "1" }"#;
    let new = r#"{ deep = { x = "2" }, list = ["2", "z"], y = "2" }"#;
    check("[]", &["replace terraform_data.a"], new).await;
    check("[input]", &["replace terraform_data.a"], old).await;
    check("[triggers_replace]", &["update terraform_data.a"], new).await;
    check("[input, triggers_replace]", &[], old).await;
    check("all", &[], old).await;
    check(
        "[triggers_replace, input.deep]",
        &["update terraform_data.a"],
        r#"{ deep = { x = "1" }, list = ["2", "z"], y = "2" }"#,
    )
    .await;
    check(
        "[triggers_replace, input.deep.x, input.list[0]]",
        &["update terraform_data.a"],
        r#"{ deep = { x = "1" }, list = ["1", "z"], y = "2" }"#,
    )
    .await;
}

#[tokio::test]
async fn a_key_that_somebody_else_keeps() {
    let mut lab = Lab::new(
        r#"
        resource "sim_server" "a" {
          name  = "a"
          image = "i"
          tags  = { mine = "1" }
          lifecycle { ignore_changes = [tags["theirs"]] }
        }
        "#,
    );
    lab.apply_whole().await;
    let tags = [("mine", "1"), ("theirs", "2")].map(|(k, v)| (k, v.into()));
    let tags = model::Value::map(model::Type::String, tags);
    lab.change_outside("sim_server.a", "tags", tags);
    assert_eq!(lab.planned().await, ["drift sim_server.a"]);
    lab.apply_whole().await;
    lab.edit(r#"{ mine = "1" }"#, r#"{ mine = "1", theirs = "3" }"#);
    assert_eq!(lab.planned().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_key_that_is_not_there_stays_away() {
    let mut lab = Lab::new(
        r#"
        resource "sim_server" "a" {
          name  = "a"
          image = "i"
          tags  = { mine = "1" }
          lifecycle { ignore_changes = [tags["theirs"]] }
        }
        "#,
    );
    lab.apply_whole().await;
    lab.edit(r#"{ mine = "1" }"#, r#"{ mine = "1", theirs = "3" }"#);
    assert_eq!(lab.planned().await, Vec::<String>::new());
}

/// After `x` became 2 and the object is replaced: its input, of which changes are ignored.
async fn replaced(tainted: bool, input: &str) {
    let mut lab = Lab::new(
        r#"
        variable "x" { default = "1" }
        resource "terraform_data" "a" {
          input = var.x
          lifecycle { ignore_changes = [input] }
        }
        resource "terraform_data" "b" {
          input            = [var.x, terraform_data.a.id != ""]
          triggers_replace = terraform_data.a.id
          lifecycle { ignore_changes = [input] }
        }
        "#,
    );
    lab.apply_whole().await;
    lab.var("x", "2");
    match tainted {
        true => lab.taint("terraform_data.a"),
        false => lab.options.replaces = vec!["terraform_data.a".parse().unwrap()],
    }
    let both = ["replace terraform_data.a", "replace terraform_data.b"];
    assert_eq!(lab.planned().await, both);
    lab.apply().await;
    lab.options.replaces.clear();
    assert_eq!(lab.planned().await, Vec::<String>::new());
    assert_eq!(lab.attribute("terraform_data.a", "input"), input);
    assert_eq!(lab.attribute("terraform_data.b", "input"), r#"["1", true]"#);
}

#[tokio::test]
async fn a_replacement_keeps_what_is_ignored_unless_the_old_one_was_never_whole() {
    replaced(false, r#""1""#).await;
    replaced(true, r#""2""#).await;
}
