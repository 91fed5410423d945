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

fn ticket(name: &str) -> String {
    format!("resource \"sim_ticket\" \"{name}\" {{ title = \"shop\" }}\n")
}

#[tokio::test]
async fn the_plan_says_from_where() {
    let mut lab = Lab::new(&disk("a", "count = 2"));
    lab.apply_whole().await;
    let chain = moved("sim_disk.a", "sim_disk.b") + &moved("sim_disk.b", "sim_disk.c");
    lab.write("main.hcl", &(disk("c", "count = 2") + &chain));
    let plan = lab.plan().await.plan;
    let told = |m: &plan::Moved| format!("{} to {}", m.from, m.to);
    let mut moves: Vec<_> = plan.moved.iter().map(told).collect();
    moves.sort();
    let expected = [
        "sim_disk.a[0] to sim_disk.c[0]",
        "sim_disk.a[1] to sim_disk.c[1]",
    ];
    assert_eq!(moves, expected);
}

#[tokio::test]
async fn a_move_to_another_type_asks_the_provider() {
    let mut lab = Lab::new(&ticket("a"));
    lab.apply_whole().await;
    let bucket = "resource \"sim_bucket\" \"b\" { name = \"shop\" }\n";
    let to = moved("sim_ticket.a", "sim_bucket.b");
    let user = uses("sim_bucket.b.id");
    lab.write("main.hcl", &(bucket.to_string() + &to + &user));
    let plan = lab.plan().await.plan;
    assert_eq!(plan.moved.len(), 1);
    let becomes = plan.moved[0]
        .becomes
        .as_ref()
        .expect("it is of another type");
    assert_eq!(becomes.attributes.get("policy"), Some(&"none".into()));
    let id = plan.moved[0].object;
    lab.began();
    lab.options.refresh = driver::Refresh::None;
    lab.apply_whole().await;
    assert_eq!(lab.began(), ["create terraform_data.user"]);
    let address = "sim_bucket.b".parse().unwrap();
    assert_eq!(lab.state.at(&address).unwrap().id, id);
}

#[tokio::test]
async fn a_move_to_a_type_that_it_cannot_become_is_refused() {
    let mut lab = Lab::new(&ticket("a"));
    lab.apply_whole().await;
    let to = moved("sim_ticket.a", "sim_disk.b");
    lab.write("main.hcl", &(disk("b", "") + &to));
    let problems = lab.problems().await;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("can't become"), "{problems:?}");
}

#[tokio::test]
async fn removed_inside_of_a_module_lets_go_there() {
    let calls = "module \"a\" {\nsource = \"./m\"\nfor_each = toset([\"x\", \"y\"])\n}\n";
    let mut lab = Lab::new(&(calls.to_string() + &disk("d", ""))).file("m/main.hcl", MODULE);
    lab.apply_whole().await;
    let removed =
        |from: &str| format!("removed {{\nfrom = {from}\nlifecycle {{ destroy = false }}\n}}\n");
    lab.write(
        "m/main.hcl",
        &(removed("sim_disk.d") + &removed("terraform_data.t")),
    );
    lab.write("main.hcl", calls);
    let expected = [
        "delete sim_disk.d",
        "forget module.a[\"x\"].sim_disk.d",
        "forget module.a[\"x\"].terraform_data.t",
        "forget module.a[\"y\"].sim_disk.d",
        "forget module.a[\"y\"].terraform_data.t",
    ];
    assert_eq!(lab.planned().await, expected);
    lab.apply_whole().await;
    assert_eq!((lab.things(), lab.state.objects.len()), (2, 0));
}

#[tokio::test]
async fn removed_of_one_instance_of_a_module_lets_that_one_go() {
    let calls =
        |keys: &str| format!("module \"a\" {{\nsource = \"./m\"\nfor_each = toset([{keys}])\n}}\n");
    let mut lab = Lab::new(&calls("\"x\", \"y\"")).file("m/main.hcl", MODULE);
    lab.apply_whole().await;
    let removed = "removed {\nfrom = module.a[\"y\"]\nlifecycle { destroy = false }\n}\n";
    lab.write("main.hcl", &(calls("\"x\"") + removed));
    let expected = [
        "forget module.a[\"y\"].sim_disk.d",
        "forget module.a[\"y\"].terraform_data.t",
    ];
    assert_eq!(lab.planned().await, expected);
}
