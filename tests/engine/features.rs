//! Random configurations of what the language adds to plain resources: dynamic blocks, moves,
//! secrets, what is ignored, unknown instances, triggers, conditions. What is applied stays
//! applied, no secret is written anywhere, and the secrets key makes no plan another.

use landfall_tests::Lab;
use model::{Secret, Value};
use proptest::prelude::*;
use proptest::sample::Index;
use state::encoding::v1::{SecretsIn, SecretsOut, encode_snapshot};
use std::fmt::Write;

const GIVEN: &str = "hunter2-given";
const KINDS: [(&str, &str, &str); 5] = [
    ("terraform_data", "id", "input"),
    ("sim_disk", "id", "kind"),
    ("sim_server", "id", "size"),
    ("random_password", "result", "length"),
    ("sim_record", "checksum", "content"),
];

/// How many instances there are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Repeat {
    Once,
    Known,
    /// Of a name that is known after apply.
    Later,
}

#[derive(Clone, Debug)]
struct Node {
    kind: usize,
    repeat: Repeat,
    on: Option<Index>,
    trigger: Option<Index>,
    value: usize,
    secret: bool,
    ignores: bool,
    condition: bool,
    first: bool,
    renamed: bool,
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let repeat = prop_oneof![
        4 => Just(Repeat::Once),
        3 => Just(Repeat::Known),
        1 => Just(Repeat::Later),
    ];
    let flags = any::<[bool; 5]>();
    let on = any::<Option<Index>>();
    let trigger = prop::option::weighted(0.2, any::<Index>());
    let node = (0..KINDS.len(), repeat, on, trigger, 0..3usize, flags);
    let node = node.prop_map(|(kind, repeat, on, trigger, value, flags)| Node {
        kind,
        repeat,
        on,
        trigger,
        value,
        secret: flags[0],
        ignores: flags[1],
        condition: flags[2],
        first: flags[3] && value > 0,
        renamed: flags[4],
    });
    prop::collection::vec(node, 1..7)
}

/// A configuration, and how its blocks were called before.
struct Written<'n> {
    nodes: &'n [Node],
    before: &'n [Node],
    text: String,
}

impl Written<'_> {
    fn is_moved(&self, i: usize) -> bool {
        let before = self.before.get(i).map(|b| b.kind);
        self.nodes[i].renamed && before == Some(self.nodes[i].kind)
    }

    fn address(&self, i: usize) -> String {
        let letter = if self.is_moved(i) { 'm' } else { 'n' };
        format!("{}.{letter}{i}", KINDS[self.nodes[i].kind].0)
    }

    /// What another node sees of this one.
    fn seen(&self, i: usize, by: &Node) -> String {
        let (address, attribute) = (self.address(i), KINDS[self.nodes[i].kind].1);
        match (self.nodes[i].repeat, by.repeat) {
            (Repeat::Once, _) => format!("{address}.{attribute}"),
            (Repeat::Known, Repeat::Known) => format!("{address}[each.key].{attribute}"),
            _ => format!("join(\"-\", [for v in {address} : v.{attribute}])"),
        }
    }

    fn node(&mut self, i: usize) {
        let node = &self.nodes[i];
        let (ty, _, ignored) = KINDS[node.kind];
        let on = node.on.filter(|_| i > 0).map(|on| on.index(i));
        let seen = on.map(|on| self.seen(on, node));
        let mut body = String::new();
        let plain = on.is_some_and(|on| self.nodes[on].kind != 3);
        let _ = match (node.repeat, &seen) {
            (Repeat::Once, _) => Ok(()),
            (Repeat::Later, Some(seen)) if plain => {
                writeln!(body, "for_each = toset([{seen}])")
            }
            _ => writeln!(body, "for_each = toset([\"a\", \"b\"])"),
        };
        let mut value = format!("v{}", node.value);
        if node.secret {
            value.push_str("${var.secret}");
        }
        if let Some(seen) = &seen {
            let _ = write!(value, "+${{{seen}}}");
        }
        let key = match node.repeat {
            Repeat::Once => "",
            _ => "${each.key}",
        };
        let _ = match node.kind {
            0 => writeln!(body, "input = {{ v = \"{value}\" }}"),
            1 => writeln!(body, "size = {}\nkind = \"{value}\"", 3 - node.value),
            2 => writeln!(
                body,
                "name = \"s{i}{key}\"\nimage = \"i\"\nsize = {}\n\
                 dynamic \"rule\" {{\nfor_each = [80, {}]\ncontent {{ port = rule.value }}\n}}\n\
                 dynamic \"label\" {{\nfor_each = {{ k = \"{value}\" }}\nlabels = [label.key]\n\
                 content {{ value = label.value }}\n}}",
                1 + node.value,
                80 + node.value
            ),
            3 => writeln!(
                body,
                "length = {}\nkeepers = {{ k = \"{}\" }}",
                20 + node.value,
                node.value / 2
            ),
            _ => writeln!(
                body,
                "host = {{ id = \"h\", address = \"192.0.2.1\" }}\nname = \"r{i}{key}\"\ncontent = \"{value}\""
            ),
        };
        let _ = writeln!(
            body,
            "lifecycle {{\ncreate_before_destroy = {}",
            node.first && node.kind != 4
        );
        if node.ignores {
            let _ = writeln!(body, "ignore_changes = [{ignored}]");
        }
        if let Some(on) = node.trigger.filter(|_| i > 0) {
            let _ = writeln!(
                body,
                "replace_triggered_by = [{}]",
                self.address(on.index(i))
            );
        }
        if let (true, Some(seen)) = (node.condition, &seen) {
            let _ = writeln!(
                body,
                "precondition {{\ncondition = length({seen}) >= 0\nerror_message = \"never\"\n}}"
            );
        }
        let address = self.address(i);
        let name = address.rsplit('.').next().unwrap_or_default();
        let _ = writeln!(self.text, "resource \"{ty}\" \"{name}\" {{\n{body}}}\n}}");
        if self.is_moved(i) {
            let _ = writeln!(self.text, "moved {{\nfrom = {ty}.n{i}\nto = {address}\n}}");
        }
    }
}

fn written(nodes: &[Node], before: &[Node]) -> String {
    let mut written = Written {
        nodes,
        before,
        text: "variable \"secret\" { sensitive = true }\n".into(),
    };
    (0..nodes.len()).for_each(|i| written.node(i));
    let last = written.address(nodes.len() - 1);
    written.text + &format!("output \"last\" {{\nvalue = {last}\nsensitive = true\n}}\n")
}

async fn lives(first: &[Node], second: &[Node]) {
    let mut lab = Lab::new(&written(first, &[]));
    lab.var("secret", GIVEN);
    until_whole(&mut lab).await;
    lab.write("main.hcl", &written(second, first));
    until_whole(&mut lab).await;
    lab.options.mode = plan::PlanMode::Destroy;
    until_whole(&mut lab).await;
    assert!(lab.state.objects.is_empty(), "{:#?}", lab.state.objects);
    assert_eq!(lab.things(), 0);
}

/// Applies stage by stage.
async fn until_whole(lab: &mut Lab) {
    for _ in 0..12 {
        let planned = planned(lab).await;
        if planned.is_empty() && planned.later.is_empty() {
            return;
        }
        let later = !planned.later.is_empty();
        let report = lab.apply_plan(&through_bytes(lab, planned)).await;
        assert!(report.is_complete(), "{report:#?}");
        if !later {
            assert_eq!(lab.planned().await, Vec::<String>::new());
        }
    }
    panic!("it does not end: {:#?}", lab.planned().await);
}

/// The plan, which is the same each time, and without the secrets key.
async fn planned(lab: &mut Lab) -> plan::Plan {
    let one = lab.plan().await;
    assert!(!one.has_errors(), "{:#?}", one.problems);
    assert_eq!(plan::check(&one.plan, &lab.state), Vec::<String>::new());
    let two = lab.plan().await;
    assert_eq!(format!("{:?}", one.plan), format!("{:?}", two.plan));
    let open = lab.state.clone();
    lab.seal();
    let sealed = lab.plan().await;
    assert_eq!(told(&sealed.plan), told(&one.plan));
    lab.state = open;
    one.plan
}

/// What people are told of a plan.
fn told(plan: &plan::Plan) -> Vec<String> {
    let shown = |v: &Option<Value>| v.as_ref().map(model::show);
    let step = |s: &plan::Step| {
        let (before, after) = (shown(&s.before), shown(&s.after));
        format!(
            "{} {:?} {:?} {:?} {:?} {before:?} {after:?}",
            s.address, s.action, s.reasons, s.effects, s.waits_for
        )
    };
    let later = plan.later.iter().map(|l| format!("{l:?}"));
    plan.steps.iter().map(step).chain(later).collect()
}

/// The plan as it comes back from a file, and no secret in that, nor in the state.
fn through_bytes(lab: &Lab, plan: plan::Plan) -> plan::Plan {
    let saved = plan::SavedPlan {
        plan,
        ..plan::SavedPlan::default()
    };
    let encoded = plan::encoding::encode(&saved).unwrap();
    let state = encode_snapshot(&lab.state, &mut SecretsOut::default()).unwrap();
    for bytes in [&encoded.body, &state] {
        let text = String::from_utf8_lossy(bytes);
        for secret in secrets(lab) {
            assert!(!text.contains(&secret), "{secret} in {text}");
        }
    }
    let secrets = match &encoded.secrets {
        Some(secrets) => SecretsIn::from_bytes(secrets).unwrap(),
        None => SecretsIn::empty(),
    };
    plan::encoding::decode(&encoded.body, &secrets)
        .unwrap()
        .plan
}

fn secrets(lab: &Lab) -> Vec<String> {
    let made = lab.state.objects.values().filter_map(|o| {
        let Some(Value::Secret(secret)) = o.attributes.get("result") else {
            return None;
        };
        Secret::expose(secret)?.as_str().map(String::from)
    });
    made.chain([GIVEN.to_string()]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_the_language_adds_stays_applied(first in nodes(), second in nodes()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(lives(&first, &second));
    }

    #[test]
    fn an_edit_moves_what_it_says_and_no_more(mut nodes in nodes(), which in any::<Index>(), value in 0..3usize) {
        let first = nodes.clone();
        let which = which.index(nodes.len());
        nodes[which].value = value;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(lives(&first, &nodes));
    }
}
