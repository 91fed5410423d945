//! Calls that another implementation serves than before, and what becomes of what it made.

use super::lab;
use landfall_tests::lab::Lab;

#[tokio::test]
async fn another_implementation_makes_other_objects() {
    let mut lab = lab(
        "variable \"twice\" { default = false }\nmemo \"a\" {\n text = \"x\"\n twice = var.twice\n}",
    );
    lab.apply_whole().await;
    let note = lab.state.objects.values().next().unwrap();
    assert_eq!(note.implementation.as_deref(), Some("single"));
    lab.var("twice", "true");
    assert_eq!(
        lab.planned().await,
        [
            "create memo.a.terraform_data.note[0]",
            "create memo.a.terraform_data.note[1]",
            "delete memo.a.terraform_data.note",
        ]
    );
    lab.apply_whole().await;
    assert!(
        lab.state
            .objects
            .values()
            .all(|o| o.implementation.as_deref() == Some("double"))
    );
}

/// A kind whose implementations have objects of the same address.
fn store(holds: &str) -> Lab {
    let mut lab = Lab::new("variable \"new\" { default = false }\nstore \"s\" { new = var.new }");
    lab.write(
        "kinds/store/kind.hcl",
        "kind \"store\" {\n implementation \"old\" { when = !var.new }\n implementation \"new\" {}\n}\n\
         variable \"new\" { type = bool }",
    );
    for name in ["old", "new"] {
        lab.write(&format!("kinds/store/{name}/main.hcl"), holds);
    }
    lab
}

#[tokio::test]
async fn what_another_implementation_serves_is_another_object() {
    let mut lab = store("resource \"sim_token\" \"t\" { length = 8 }");
    lab.apply_whole().await;
    lab.var("new", "true");
    assert_eq!(lab.planned().await, ["replace store.s.sim_token.t"]);
    lab.apply_whole().await;
    assert_eq!(lab.things(), 1);
}

#[tokio::test]
async fn data_does_not_go_with_another_implementation() {
    let mut lab = store("resource \"sim_disk\" \"d\" { size = 1 }");
    lab.apply_whole().await;
    lab.var("new", "true");
    let problems = lab.problems().await;
    assert!(
        problems[0].contains("LF0333") && problems[0].contains("`new`"),
        "{problems:?}"
    );
}

#[tokio::test]
async fn a_module_moves_into_a_kind() {
    let mut lab = Lab::new("module \"m\" {\n source = \"./m\"\n}");
    lab.write("m/main.hcl", "resource \"sim_disk\" \"d\" { size = 1 }");
    lab.apply_whole().await;
    let mut kind = store("resource \"sim_disk\" \"d\" { size = 1 }");
    kind.edit(
        "store \"s\"",
        "moved {\n from = module.m\n to = store.s\n}\nstore \"s\"",
    );
    lab.write("main.hcl", &kind.text("main.hcl"));
    for path in [
        "kinds/store/kind.hcl",
        "kinds/store/old/main.hcl",
        "kinds/store/new/main.hcl",
    ] {
        lab.write(path, &kind.text(path));
    }
    let report = lab.apply_whole().await;
    drop(report);
    assert_eq!(lab.things(), 1);
    let disk = lab.state.objects.values().next().unwrap();
    assert_eq!(disk.address.to_string(), "store.s.sim_disk.d");
    assert_eq!(disk.implementation.as_deref(), Some("old"));
    assert_eq!(lab.simulated.world().report().creations, 1);
}
