//! The call of a kind: `database "main" { engine = "postgres"  backup { … } }`

use super::{meta, provider, rollout};
use crate::declared::Declared;
use crate::problems::kinds;
use crate::resolve::{Meta, Place, Resolver};
use crate::shape::attribute;
use crate::{Module, ModuleCall};
use eval::{Expr, ExprKind};
use indexmap::IndexMap;
use model::CallName;
use std::sync::Arc;
use syntax::tree::Block;

const META: Meta = Meta {
    arguments: &["count", "for_each", "depends_on", "target"],
    blocks: &["rollout"],
};

pub(super) fn read(block: &Block, interface: usize, module: &mut Module, r: &mut Resolver) {
    let kind = &block.kind.text;
    let label = match block.labels.as_slice() {
        [label] => Some(label.text.clone()),
        _ => {
            r.problems.push(kinds::label(kind, block.header));
            None
        }
    };
    let known = r.known;
    let called = &known.modules[interface];
    let repeat = meta::repeat(&block.body, r);
    r.place = meta::place(&block.body);
    let inputs = inputs(block, called, r);
    let target = attribute(&block.body, "target").and_then(|a| provider::named(&a.value, r));
    let depends_on = meta::depends_on(&block.body, r);
    let rollout = rollout::read(&block.body, None, r);
    r.place = Place::default();
    let Some(label) = label else { return };
    let call = ModuleCall {
        module: interface,
        inputs,
        repeat,
        depends_on,
        providers: IndexMap::new(),
        provider_keys: IndexMap::new(),
        target,
        rollout,
        span: block.header,
    };
    let name = CallName::of(kind.clone(), label);
    module.calls.entry(name).or_insert_with(|| Arc::new(call));
}

fn inputs(block: &Block, called: &Declared, r: &mut Resolver) -> IndexMap<Arc<str>, Expr> {
    let kind = &block.kind.text;
    let known = r.known;
    let Some(schema) = known.calls.get(kind) else {
        return IndexMap::new();
    };
    let what = format!("the kind `{kind}`");
    let body = r.body(&block.body, block.header, schema, &what, &META);
    let ExprKind::Object(items) = body.kind else {
        return IndexMap::new();
    };
    let mut inputs: IndexMap<Arc<str>, Expr> = IndexMap::new();
    for (key, value) in items {
        let ExprKind::Literal(model::Value::String(name)) = key.kind else {
            continue;
        };
        match inputs.get(&name) {
            Some(first) => {
                let problem = kinds::given_twice(&name, first.span, key.span);
                r.problems.push(problem);
            }
            None => drop(inputs.insert(name, value)),
        }
    }
    let required = called.variables.iter().filter(|(_, v)| v.required);
    let missing: Vec<_> = required
        .filter(|(name, v)| !inputs.contains_key(*name) && !called.broken_inside(v.span))
        .map(|(name, v)| (&**name, v.span))
        .collect();
    if !missing.is_empty() && !r.here.broken_inside(block.body.span) {
        let problem = kinds::missing_inputs(kind, &missing, block.header);
        r.problems.push(problem);
    }
    inputs
}
