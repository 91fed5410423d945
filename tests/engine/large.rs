//! Many resources: no recursion that overflows, nothing that grows with the square of them.

use landfall_tests::Lab;
use std::fmt::Write;

const MANY: usize = 20_000;

/// Plans twenty thousand creates on a small stack, in a time that a square would never keep.
fn planned(main: String, module: &str, steps: usize) {
    let module = module.to_string();
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let lab = Lab::new(&main).file("m/main.hcl", &module);
        let planned = runtime.block_on(lab.plan());
        assert!(!planned.has_errors(), "{:?}", planned.problems.first());
        let made = planned
            .plan
            .steps
            .iter()
            .filter(|s| s.action == plan::Action::Create);
        assert_eq!(made.count(), steps);
    };
    let thread = std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(work)
        .unwrap();
    thread.join().unwrap();
}

#[test]
fn by_count() {
    let main =
        format!("resource \"terraform_data\" \"t\" {{\ncount = {MANY}\ninput = count.index\n}}");
    planned(main, "", MANY);
}

#[test]
fn one_behind_the_other() {
    let mut main = String::new();
    for i in 0..MANY {
        let input = match i {
            0 => "1".into(),
            i => format!("terraform_data.t{}.id", i - 1),
        };
        let _ = writeln!(
            main,
            "resource \"terraform_data\" \"t{i}\" {{ input = {input} }}"
        );
    }
    planned(main, "", MANY);
}

#[test]
fn in_modules() {
    let main = format!(
        "module \"m\" {{\nsource = \"./m\"\ncount = {}\nin = count.index\n}}",
        MANY / 4
    );
    let module = r#"
        variable "in" {}
        resource "terraform_data" "a" { input = var.in }
        resource "terraform_data" "b" { input = terraform_data.a.id }
        resource "terraform_data" "c" { input = terraform_data.b.id }
        resource "terraform_data" "d" { input = terraform_data.c.id }
    "#;
    planned(main, module, MANY);
}

#[test]
fn triggered_by_each_other() {
    let main = format!(
        r#"
        resource "terraform_data" "a" {{
          count = {half}
          input = count.index
        }}
        resource "terraform_data" "b" {{
          count = {half}
          lifecycle {{ replace_triggered_by = [terraform_data.a[count.index]] }}
        }}
        "#,
        half = MANY / 2
    );
    planned(main, "", MANY);
}

/// Names that wrap each other's values, so many times.
fn wrapped(times: usize) -> String {
    let locals: String = (1..=times)
        .map(|i| format!("  a{i} = [local.a{}]\n", i - 1))
        .collect();
    format!(
        "locals {{\n  a0 = \"x\"\n{locals}}}\n\nresource \"terraform_data\" \"a\" {{\n  input = local.a{times}\n}}\n"
    )
}

#[tokio::test]
async fn values_in_each_other_are_kept_or_refused() {
    let mut deep = Lab::new(&wrapped(100));
    deep.apply_whole().await;
    assert!(deep.planned().await.is_empty());
    let too_deep = Lab::new(&wrapped(400)).problems().await;
    assert!(
        too_deep.iter().all(|p| p.contains("more than can be held")),
        "{too_deep:?}"
    );
    assert!(!too_deep.is_empty());
}
