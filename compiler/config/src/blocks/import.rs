//! `import { to = … id = … }`

use super::provider;
use crate::declared::{Declared, Instances};
use crate::discover::Role;
use crate::problems::{imports, names};
use crate::resolve::{Place, Resolver};
use crate::shape::{Shape, attribute};
use crate::{Import, Module, ResourceKey, constant, shape};
use eval::Expr;
use model::{CallName, Mode};
use std::sync::Arc;
use syntax::tree::{self, Block, ExprKind};

const SHAPE: Shape = Shape {
    required: &["to", "id"],
    ..Shape::new("`import`", &["for_each", "provider"])
};

/// A name, and the keys in brackets behind it.
type Segment<'t> = (Arc<str>, Vec<&'t tree::Expr>);

pub(super) fn read(block: &Block, module: &mut Module, r: &mut Resolver) {
    SHAPE.check(block, r.here.broken_inside(block.body.span), r.problems);
    if !block.labels.is_empty() {
        shape::labels(block, [], r.problems);
    }
    let body = &block.body;
    let for_each = attribute(body, "for_each").map(|a| r.expr(&a.value));
    let place = Place {
        instances: match for_each {
            Some(_) => Instances::ForEach,
            None => Instances::One,
        },
        ..Place::default()
    };
    let (to, id) = r.at(place, |r| {
        let id = attribute(body, "id").map(|a| r.expr(&a.value));
        let to = attribute(body, "to").filter(|a| !constant::is_broken(&a.value));
        (
            to.and_then(|a| Some((target(&a.value, r)?, a.value.span))),
            id,
        )
    });
    let provider = attribute(body, "provider")
        .and_then(|a| Some((provider::named_by_key(&a.value, r)?.0, a.value.span)));
    let (Some(((calls, resource, key), to)), Some(id)) = (to, id) else {
        return;
    };
    module.imports.push(Import {
        module: calls,
        resource,
        key,
        id,
        for_each,
        provider,
        to,
        span: block.header,
    });
}

/// An import's provider has to be that of its resource; asked once all blocks are read.
pub(super) fn check_providers(module: &Module, r: &mut Resolver) {
    for import in module.imports.iter().filter(|i| i.module.is_empty()) {
        if let (Some((given, span)), Some(resource)) =
            (&import.provider, module.resources.get(&import.resource))
            && *given != resource.provider
        {
            let (given, used) = (given.to_string(), resource.provider.to_string());
            r.problems
                .push(imports::other_provider(&given, &used, *span));
        }
    }
}

type Target = (Vec<(CallName, Option<Expr>)>, ResourceKey, Option<Expr>);

fn target(expr: &tree::Expr, r: &mut Resolver) -> Option<Target> {
    let mut segments = Vec::new();
    if gather(expr, &mut segments).is_none() {
        r.problems.push(imports::no_target(expr.span));
        return None;
    }
    let mut rest = segments.as_slice();
    let mut calls = Vec::new();
    // Of a kind everything that may serve the call.
    let mut here: Vec<&Declared> = vec![r.here];
    while let Some((name, key, behind)) = call(rest, r) {
        let known = here.iter().any(|h| h.calls.contains_key(&name));
        if !known && !here.iter().any(|h| h.may_be_declared(&name.name)) {
            let all = here.iter().flat_map(|h| h.calls.keys());
            let all: Vec<&str> = all
                .filter(|c| c.kind == name.kind)
                .map(|c| &*c.name)
                .collect();
            let problem = imports::no_block(&name.to_string(), &name.name, expr.span, all);
            r.problems.push(problem);
            return None;
        }
        here = inside(&here, &name, r);
        calls.push((name, key.map(|k| r.expr(k))));
        rest = behind;
    }
    match rest {
        [(ty, none), (name, keys)] if none.is_empty() && keys.len() < 2 => {
            let resource = (Mode::Managed, ty.clone(), name.clone());
            declared(&here, &resource, expr, r);
            let key = keys.first().map(|k| r.expr(k));
            Some((calls, resource, key))
        }
        [(data, none), _, _] if &**data == "data" && none.is_empty() => {
            r.problems.push(imports::data_target(expr.span));
            None
        }
        _ => {
            r.problems.push(imports::no_target(expr.span));
            None
        }
    }
}

/// A call, the key of its instance, and what stands behind it: `module.m[0]`,
/// `domain["x.org"]["a"]`.
fn call<'s, 't>(
    segments: &'s [Segment<'t>],
    r: &Resolver,
) -> Option<(CallName, Option<&'t tree::Expr>, &'s [Segment<'t>])> {
    let [(word, labels), behind @ ..] = segments else {
        return None;
    };
    let is_kind = r.known.kinds.interfaces.contains_key(word);
    match (labels.as_slice(), behind) {
        ([], [(name, keys), behind @ ..])
            if (is_kind || &**word == CallName::MODULE) && keys.len() < 2 =>
        {
            let call = CallName::of(word.clone(), name.clone());
            Some((call, keys.first().copied(), behind))
        }
        ([label, keys @ ..], behind) if is_kind && keys.len() < 2 => {
            let label = constant::text(label)?;
            let call = CallName::of(word.clone(), label);
            Some((call, keys.first().copied(), behind))
        }
        _ => None,
    }
}

/// The modules that a call leads into: that of a module, all that may serve of a kind.
fn inside<'k>(here: &[&'k Declared], name: &CallName, r: &Resolver<'k>) -> Vec<&'k Declared> {
    let modules = &r.known.modules;
    let called = here.iter().filter_map(|h| h.calls.get(name)?.module);
    let serves = |index: usize| match modules[index].role {
        Role::Interface(_) => {
            let of_it = move |m: &&Declared| m.role == Role::Implementation(index);
            modules.iter().filter(of_it).collect()
        }
        _ => vec![&modules[index]],
    };
    called.flat_map(serves).collect()
}

/// What is imported has a block that says how it ought to be.
fn declared(here: &[&Declared], key: &ResourceKey, expr: &tree::Expr, r: &mut Resolver) {
    let may_be = |h: &&Declared| h.resources.contains_key(key) || h.may_be_declared(&key.2);
    if here.is_empty() || here.iter().any(may_be) {
        return;
    }
    let all = here.iter().flat_map(|h| h.resources.keys());
    let of_type = all
        .filter(|(mode, ty, _)| *mode == Mode::Managed && *ty == key.1)
        .map(|(_, _, name)| &**name);
    let address = names::resource(key.0, &key.1, &key.2);
    r.problems
        .push(imports::no_block(&address, &key.2, expr.span, of_type));
}

fn gather<'t>(expr: &'t tree::Expr, segments: &mut Vec<Segment<'t>>) -> Option<()> {
    match &expr.kind {
        ExprKind::Name(name) => segments.push((name.text.clone(), Vec::new())),
        ExprKind::Attribute(source, name) => {
            gather(source, segments)?;
            segments.push((name.text.clone(), Vec::new()));
        }
        ExprKind::Index(source, index) => {
            gather(source, segments)?;
            segments.last_mut()?.1.push(index);
        }
        _ => return None,
    }
    Some(())
}
