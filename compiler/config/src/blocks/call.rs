//! `module "name" { source = … }`

use super::variable::RESERVED;
use super::{meta, provider, rollout};
use crate::declared::Declared;
use crate::problems::{is_meant, modules, structure};
use crate::provider_name::provider_key;
use crate::resolve::{Place, Resolver};
use crate::shape::{self, attribute};
use crate::{Module, ModuleCall, ProviderName, constant};
use eval::Expr;
use indexmap::IndexMap;
use model::CallName;
use std::sync::Arc;
use syntax::tree::{Block, ExprKind};

const META: [&str; 5] = ["source", "count", "for_each", "depends_on", "providers"];

pub(super) fn read(block: &Block, module: &mut Module, r: &mut Resolver) {
    let labels = shape::labels(block, ["NAME"], r.problems);
    let body = &block.body;
    let known = r.known;
    let target = r.here.targets.get(&block.header).copied();
    check_form(block, r);
    let repeat = meta::repeat(body, r);
    r.place = meta::place(body);
    let called = target.map(|index| &known.modules[index]);
    let inputs = inputs(block, called, r);
    let providers = providers(block, r);
    if let Some(called) = called {
        check_inputs(block, called, &inputs, r);
        check_providers(block, called, &providers.names, r);
    }
    let depends_on = meta::depends_on(body, r);
    let rollout = rollout::read(body, None, r);
    r.place = Place::default();
    let (Some([name]), Some(target)) = (labels, target) else {
        return;
    };
    let span = block.header;
    let call = ModuleCall {
        module: target,
        inputs,
        repeat,
        depends_on,
        providers: providers.names,
        provider_keys: providers.keys,
        target: None,
        rollout,
        span,
    };
    let name = CallName::module(name.clone());
    module.calls.entry(name).or_insert_with(|| Arc::new(call));
}

fn check_form(block: &Block, r: &mut Resolver) {
    if attribute(&block.body, "source").is_none() && !r.here.broken_inside(block.body.span) {
        r.problems.push(structure::missing(
            "a module call",
            &["source"],
            block.header,
        ));
    }
    let mut rollouts = shape::blocks(&block.body, "rollout");
    if let (Some(first), Some(second)) = (rollouts.next(), rollouts.next()) {
        r.problems.push(structure::block_twice(
            "rollout",
            second.header,
            first.header,
        ));
    }
    for inner in block
        .body
        .blocks
        .iter()
        .filter(|b| &*b.kind.text != "rollout")
    {
        let name = &inner.kind.text;
        let problem = structure::unknown_argument("a module call", name, inner.kind.span, META);
        r.problems.push(problem);
    }
}

fn inputs(block: &Block, called: Option<&Declared>, r: &mut Resolver) -> IndexMap<Arc<str>, Expr> {
    let mut inputs = IndexMap::new();
    for attribute in &block.body.attributes {
        let name = &attribute.name;
        if META.contains(&&*name.text) {
            continue;
        }
        let value = r.expr(&attribute.value);
        if RESERVED.contains(&&*name.text) {
            let problem = structure::unknown_argument("a module call", &name.text, name.span, META);
            r.problems.push(problem);
            continue;
        }
        if let Some(called) = called {
            match called.variables.get(&name.text) {
                Some(variable) => r.check(&value, &variable.ty, &name.text),
                None => unknown_input(called, &name.text, name.span, r),
            }
        }
        inputs.insert(name.text.clone(), value);
    }
    inputs
}

fn unknown_input(called: &Declared, name: &str, span: diagnostics::Span, r: &mut Resolver) {
    if !called.may_be_declared(name) {
        let known = called.variables.keys().map(|n| &**n);
        r.problems
            .push(modules::unknown_input(&called.directory, name, span, known));
    }
}

fn check_inputs(
    block: &Block,
    called: &Declared,
    inputs: &IndexMap<Arc<str>, Expr>,
    r: &mut Resolver,
) {
    let required = called.variables.iter().filter(|(_, v)| v.required);
    let unknown = inputs.keys().map(|name| &**name);
    let unknown = unknown.filter(|name| !called.variables.contains_key(*name));
    let missing: Vec<_> = required
        .filter(|(name, v)| !inputs.contains_key(*name) && !called.broken_inside(v.whole))
        .filter(|(name, _)| !is_meant(name, unknown.clone()))
        .map(|(name, v)| (&**name, v.span))
        .collect();
    if !missing.is_empty() && !r.here.broken_inside(block.body.span) {
        r.problems.push(modules::missing_inputs(
            &called.directory,
            &missing,
            block.header,
        ));
    }
}

/// What a call hands on of providers, by the module's name for each.
#[derive(Default)]
struct Passed {
    names: IndexMap<ProviderName, ProviderName>,
    keys: IndexMap<ProviderName, Expr>,
}

/// The module's name for each provider, and ours.
fn providers(block: &Block, r: &mut Resolver) -> Passed {
    let mut providers = Passed::default();
    let Some(given) = attribute(&block.body, "providers") else {
        return providers;
    };
    let ExprKind::Object(items) = &given.value.kind else {
        if !constant::is_broken(&given.value) {
            r.problems.push(modules::providers_form(given.value.span));
        }
        return providers;
    };
    for item in items {
        let Some(theirs) = provider_key(&item.key) else {
            r.problems.push(modules::providers_form(item.key.span));
            continue;
        };
        if let Some((ours, key)) = provider::named_by_key(&item.value, r) {
            if let Some(key) = key {
                providers.keys.insert(theirs.clone(), key);
            }
            providers.names.insert(theirs, ours);
        }
    }
    providers
}

fn check_providers(
    block: &Block,
    called: &Declared,
    given: &IndexMap<ProviderName, ProviderName>,
    r: &mut Resolver,
) {
    for (needed, used) in &called.needed {
        if !given.contains_key(needed) {
            let problem =
                modules::provider_not_passed(&called.directory, needed, block.header, *used);
            r.problems.push(problem);
        }
    }
}
