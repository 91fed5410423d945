//! Random small configurations: what is applied stays applied, through edits and to the end.

use landfall_tests::Lab;
use proptest::prelude::*;
use std::fmt::Write;

/// A resource of a generated configuration.
#[derive(Clone, Debug)]
struct Node {
    kind: usize,
    count: Option<usize>,
    /// Which of the nodes before it depends on, and how.
    on: Vec<(prop::sample::Index, usize)>,
    first: bool,
    value: usize,
    module: bool,
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let on = prop::collection::vec((any::<prop::sample::Index>(), 0..3usize), 0..3);
    let node = (
        0..6usize,
        prop::option::of(0..3usize),
        on,
        any::<bool>(),
        0..3usize,
        any::<bool>(),
    );
    let node = node.prop_map(|(kind, count, on, first, value, module)| Node {
        kind,
        count,
        on,
        first: first && value > 0,
        value,
        module: module && kind < 2,
    });
    prop::collection::vec(node, 1..8)
}

/// What others see of node `i`, as text.
fn id_of(nodes: &[Node], i: usize) -> String {
    let node = &nodes[i];
    let name = match node.module {
        true => format!("module.n{i}"),
        false => format!("{}.n{i}", KINDS[node.kind]),
    };
    let attribute = match node.kind {
        3 => "checksum",
        5 => "revision",
        _ => "id",
    };
    match node.count {
        Some(_) => format!("join(\"-\", {name}[*].{attribute})"),
        None => format!("{name}.{attribute}"),
    }
}

const KINDS: [&str; 6] = [
    "terraform_data",
    "sim_disk",
    "sim_server",
    "sim_record",
    "sim_token",
    "sim_service",
];

fn written(nodes: &[Node]) -> String {
    let mut text = String::new();
    for (i, node) in nodes.iter().enumerate() {
        let mut body = String::new();
        if let Some(count) = node.count {
            let _ = writeln!(body, "count = {count}");
        }
        let mut value = format!("\"v{}\"", node.value);
        let mut depends = Vec::new();
        for (on, how) in node.on.iter().filter(|_| i > 0) {
            let on = on.index(i);
            match how {
                0 => value = format!("\"${{{value}}}+${{{}}}\"", id_of(nodes, on)),
                // Known after apply, and then the same as ever.
                1 => {
                    let id = id_of(nodes, on);
                    value = format!("\"${{{value}}}${{length({id}) >= 0 ? \"\" : \"x\"}}\"");
                }
                _ if nodes[on].module => depends.push(format!("module.n{on}")),
                _ => depends.push(format!("{}.n{on}", KINDS[nodes[on].kind])),
            }
        }
        if !depends.is_empty() {
            let _ = writeln!(body, "depends_on = [{}]", depends.join(", "));
        }
        if node.module {
            let _ = writeln!(
                text,
                "module \"n{i}\" {{\nsource = \"./m{}\"\nin = {value}\n{body}}}",
                node.kind
            );
            continue;
        }
        if node.first {
            body.push_str("lifecycle { create_before_destroy = true }\n");
        }
        let index = if node.count.is_some() {
            "${count.index}"
        } else {
            ""
        };
        let _ = match node.kind {
            0 => writeln!(
                body,
                "input = {value}\ntriggers_replace = {}",
                node.value / 2
            ),
            1 => writeln!(body, "size = {}\nkind = {value}", 3 - node.value),
            2 => writeln!(body, "name = {value}\nimage = \"i{}\"", node.value),
            3 => writeln!(
                body,
                "{}\nname = \"n{i}{index}\"\ncontent = {value}",
                host(nodes, i)
            ),
            4 => writeln!(body, "length = {}\nwrap = {value}", 8 + node.value),
            _ => writeln!(
                body,
                "{}\nname = \"n{i}{index}\"\nversion = {value}",
                host(nodes, i)
            ),
        };
        let _ = writeln!(
            text,
            "resource \"{}\" \"n{i}\" {{\n{body}}}",
            KINDS[node.kind]
        );
    }
    let _ = writeln!(
        text,
        "output \"all\" {{\nvalue = {}\n}}",
        id_of(nodes, nodes.len() - 1)
    );
    text
}

/// A single server before it, where there is one.
fn host(nodes: &[Node], i: usize) -> String {
    let server = (0..i)
        .rev()
        .find(|j| nodes[*j].kind == 2 && nodes[*j].count.is_none());
    match server {
        Some(j) => format!("host = sim_server.n{j}.host"),
        None => "host = { id = \"by-hand\", address = \"192.0.2.1\" }".into(),
    }
}

const MODULES: [&str; 2] = [
    r#"
    variable "in" {}
    resource "terraform_data" "t" { input = var.in }
    resource "terraform_data" "u" { triggers_replace = terraform_data.t.output }
    output "id" { value = terraform_data.u.id }
    "#,
    r#"
    variable "in" {}
    resource "sim_disk" "d" {
      size = 1
      kind = var.in
    }
    output "id" { value = sim_disk.d.id }
    "#,
];

/// Lives through an API that refuses, stops half way and loses answers, each run going on with
/// what the one before left.
async fn survives(first: Vec<Node>, second: Vec<Node>, seed: u64) {
    let faults = format!(
        "provider \"simulated\" {{\nseed = {seed}\nerrors = 100\nthrottled = 100\nlost = 150\n\
         partial = 100\n}}\n"
    );
    let mut lab = Lab::new(&(written(&first) + &faults))
        .file("m0/main.hcl", MODULES[0])
        .file("m1/main.hcl", MODULES[1]);
    until_whole(&mut lab).await;
    lab.write("main.hcl", &(written(&second) + &faults));
    until_whole(&mut lab).await;
    lab.options.mode = plan::PlanMode::Destroy;
    until_whole(&mut lab).await;
    assert!(lab.state.objects.is_empty(), "{:#?}", lab.state.objects);
    let report = lab.simulated.world().report();
    assert!(report.things.is_empty(), "{report:#?}");
}

async fn until_whole(lab: &mut Lab) {
    for _ in 0..30 {
        if lab.apply().await.is_complete() && lab.planned().await.is_empty() {
            return;
        }
    }
    panic!("it does not become whole: {:#?}", lab.planned().await);
}

async fn lives(first: Vec<Node>, second: Vec<Node>) {
    let mut lab = Lab::new(&written(&first))
        .file("m0/main.hcl", MODULES[0])
        .file("m1/main.hcl", MODULES[1]);
    apply(&mut lab).await;
    lab.write("main.hcl", &written(&second));
    apply(&mut lab).await;
    lab.options.mode = plan::PlanMode::Destroy;
    apply(&mut lab).await;
    assert!(lab.state.objects.is_empty() && lab.state.outputs.is_empty());
    let report = lab.simulated.world().report();
    assert!(report.things.is_empty(), "{report:#?}");
    assert_eq!(report.duplicates, 0);
}

/// Applies, twice planned the same, and nothing is left to do; what went was ended before what
/// it depended on, which the checker looks after.
async fn apply(lab: &mut Lab) {
    let (one, two) = (lab.plan().await, lab.plan().await);
    assert_eq!(format!("{:?}", one.plan), format!("{:?}", two.plan));
    assert_eq!(plan::check(&one.plan, &lab.state), Vec::<String>::new());
    // A plan carries all that it takes, also through a file.
    let report = lab.apply_plan(&saved(one.plan)).await;
    assert!(report.is_complete(), "{report:#?}");
    assert_eq!(lab.planned().await, Vec::<String>::new());
    assert_eq!(
        lab.things(),
        lab.state
            .objects
            .keys()
            .filter(|id| is_outside(lab, **id))
            .count()
    );
}

fn saved(plan: plan::Plan) -> plan::Plan {
    let saved = plan::SavedPlan {
        plan,
        ..plan::SavedPlan::default()
    };
    let encoded = plan::encoding::encode(&saved).unwrap();
    let secrets = match &encoded.secrets {
        Some(secrets) => state::encoding::v1::SecretsIn::from_bytes(secrets).unwrap(),
        None => state::encoding::v1::SecretsIn::empty(),
    };
    plan::encoding::decode(&encoded.body, &secrets)
        .unwrap()
        .plan
}

fn is_outside(lab: &Lab, id: model::ObjectId) -> bool {
    lab.state.objects[&id].address.ty().starts_with("sim_")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_is_applied_stays_applied(first in nodes(), second in nodes()) {
        runtime().block_on(lives(first, second));
    }

    #[test]
    fn what_an_api_does_to_it_is_mended(first in nodes(), second in nodes(), seed in any::<u32>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(survives(first, second, seed.into()));
    }

    #[test]
    fn an_edit_of_one_value_is_applied_whole(mut nodes in nodes(), which in any::<prop::sample::Index>(), value in 0..3usize, count in prop::option::of(0..3usize)) {
        let first = nodes.clone();
        let which = which.index(nodes.len());
        nodes[which].value = value;
        nodes[which].count = count;
        runtime().block_on(lives(first, nodes));
    }
}
