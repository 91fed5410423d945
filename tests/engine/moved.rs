//! `moved` and `removed`: objects that get another address, or are let go.

use landfall_tests::Lab;

/// After the first file became the second: what is planned, and that no object was made or
/// ended.
async fn check(before: &str, after: &str, planned: &[&str]) {
    let mut lab = Lab::new(before).file("m/main.hcl", MODULE);
    lab.apply_whole().await;
    let ids = |lab: &Lab| {
        let mut ids: Vec<_> = lab.state.objects.keys().copied().collect();
        ids.sort_unstable();
        ids
    };
    let before = ids(&lab);
    lab.began();
    lab.write("main.hcl", after);
    assert_eq!(lab.planned().await, planned, "{after}");
    lab.apply_whole().await;
    assert_eq!(ids(&lab), before, "{after}");
    assert_eq!(lab.began(), Vec::<String>::new(), "{after}");
}

const MODULE: &str = r#"
    resource "sim_disk" "d" { size = 1 }
    resource "terraform_data" "t" { input = sim_disk.d.id }
    output "id" { value = sim_disk.d.id }
"#;

fn disk(name: &str, more: &str) -> String {
    format!("resource \"sim_disk\" \"{name}\" {{\nsize = 1\n{more}\n}}\n")
}

fn uses(what: &str) -> String {
    format!("resource \"terraform_data\" \"user\" {{ input = {what} }}\n")
}

fn moved(from: &str, to: &str) -> String {
    format!("moved {{\nfrom = {from}\nto = {to}\n}}\n")
}

#[tokio::test]
async fn a_resource_and_what_depends_on_it() {
    let before = disk("a", "") + &uses("sim_disk.a.id");
    let after = disk("b", "") + &uses("sim_disk.b.id") + &moved("sim_disk.a", "sim_disk.b");
    check(&before, &after, &[]).await;
}

#[tokio::test]
async fn a_chain_in_any_order() {
    let (one, two) = (
        moved("sim_disk.a", "sim_disk.b"),
        moved("sim_disk.b", "sim_disk.c"),
    );
    check(&disk("a", ""), &(disk("c", "") + &one + &two), &[]).await;
    check(&disk("a", ""), &(disk("c", "") + &two + &one), &[]).await;
}

#[tokio::test]
async fn instances() {
    let before = disk("a", "count = 2");
    let named = disk("a", "for_each = toset([\"x\", \"y\"])");
    let after = named
        + &moved("sim_disk.a[0]", "sim_disk.a[\"x\"]")
        + &moved("sim_disk.a[1]", "sim_disk.a[\"y\"]");
    check(&before, &after, &[]).await;
}

#[tokio::test]
async fn count_and_a_single_one() {
    check(&disk("a", ""), &disk("a", "count = 1"), &[]).await;
    check(&disk("a", "count = 1"), &disk("a", ""), &[]).await;
    let named = disk("a", "for_each = toset([\"x\"])") + &moved("sim_disk.a", "sim_disk.a[\"x\"]");
    check(&disk("a", ""), &named, &[]).await;
}

#[tokio::test]
async fn modules() {
    let call =
        |name: &str, more: &str| format!("module \"{name}\" {{\nsource = \"./m\"\n{more}\n}}\n");
    let before = call("a", "") + &uses("module.a.id");
    let after = call("b", "") + &uses("module.b.id") + &moved("module.a", "module.b");
    check(&before, &after, &[]).await;
    let keyed = call("a", "for_each = toset([\"x\"])");
    let after = keyed + &uses("module.a[\"x\"].id") + &moved("module.a", "module.a[\"x\"]");
    check(&before, &after, &[]).await;
    // Out of a module, with what stays inside.
    let into = disk("d", "") + &moved("sim_disk.d", "module.a.sim_disk.d");
    let lab = Lab::new(&into);
    assert!(!lab.load().1.is_empty(), "there is no module a");
}

#[tokio::test]
async fn count_and_a_single_one_inside_of_a_module() {
    let call = "module \"a\" {\nsource = \"./m\"\n}\n";
    let mut lab = Lab::new(call).file("m/main.hcl", MODULE);
    lab.apply_whole().await;
    lab.began();
    lab.write("m/main.hcl", &disk("d", "count = 1"));
    assert_eq!(lab.planned().await, ["delete module.a.terraform_data.t"]);
    lab.apply_whole().await;
    assert_eq!(lab.began(), ["delete module.a.terraform_data.t"]);
}

#[tokio::test]
async fn a_moved_one_that_is_changed_or_gone() {
    let mut lab = Lab::new(&(disk("a", "") + &disk("x", "")));
    lab.apply_whole().await;
    lab.end_outside("sim_disk.x");
    let moves = moved("sim_disk.a", "sim_disk.b") + &moved("sim_disk.x", "sim_disk.y");
    lab.change_outside("sim_disk.a", "size", 3);
    lab.write("main.hcl", &(disk("b", "") + &disk("y", "") + &moves));
    assert_eq!(
        lab.planned().await,
        [
            "create sim_disk.y",
            "drift sim_disk.b",
            "drift sim_disk.y",
            "replace sim_disk.b"
        ]
    );
    lab.apply_whole().await;
    assert_eq!(lab.things(), 2);
}

#[tokio::test]
async fn dependents_are_ended_before_what_was_moved() {
    let mut lab = Lab::new(&(disk("a", "") + &uses("sim_disk.a.id")));
    lab.apply_whole().await;
    lab.write(
        "main.hcl",
        &(disk("b", "") + &uses("sim_disk.b.id") + &moved("sim_disk.a", "sim_disk.b")),
    );
    lab.options.mode = plan::PlanMode::Destroy;
    lab.began();
    lab.apply().await;
    assert_eq!(
        lab.began(),
        ["delete terraform_data.user", "delete sim_disk.b"]
    );
}

#[tokio::test]
async fn removed_lets_go_without_an_end() {
    let mut lab = Lab::new(&disk("a", "count = 2"));
    lab.apply_whole().await;
    let removed = "removed {\nfrom = sim_disk.a\nlifecycle { destroy = false }\n}";
    lab.write("main.hcl", removed);
    assert_eq!(
        lab.planned().await,
        ["forget sim_disk.a[0]", "forget sim_disk.a[1]"]
    );
    lab.apply_whole().await;
    assert_eq!((lab.things(), lab.state.objects.len()), (2, 0));
}
