//! `import { to = … id = … }`

use super::provider;
use crate::declared::{Declared, Instances};
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

/// A name, and the key in brackets behind it.
type Segment<'t> = (Arc<str>, Option<&'t tree::Expr>);

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
    let known = r.known;
    let mut here: Option<&Declared> = Some(r.here);
    while let [(word, None), (name, key), behind @ ..] = rest
        && &**word == "module"
    {
        let call_name = CallName::module(name.clone());
        let call = here.map(|h| (h, h.calls.get(&call_name)));
        if let Some((at, None)) = call
            && !at.may_be_declared(name)
        {
            let all = at.calls.keys().filter(|c| !c.is_kind()).map(|c| &*c.name);
            let address = format!("module.{name}");
            r.problems
                .push(imports::no_block(&address, name, expr.span, all));
            return None;
        }
        here = call
            .and_then(|(_, call)| call?.module)
            .map(|index| &known.modules[index]);
        calls.push((call_name, key.map(|k| r.expr(k))));
        rest = behind;
    }
    match rest {
        [(ty, None), (name, key)] => {
            let resource = (Mode::Managed, ty.clone(), name.clone());
            declared(here, &resource, expr, r);
            Some((calls, resource, key.map(|k| r.expr(k))))
        }
        [(data, None), _, _] if &**data == "data" => {
            r.problems.push(imports::data_target(expr.span));
            None
        }
        _ => {
            r.problems.push(imports::no_target(expr.span));
            None
        }
    }
}

/// What is imported has a block that says how it ought to be.
fn declared(here: Option<&Declared>, key: &ResourceKey, expr: &tree::Expr, r: &mut Resolver) {
    let Some(here) = here else { return };
    if here.resources.contains_key(key) || here.may_be_declared(&key.2) {
        return;
    }
    let of_type = here
        .resources
        .keys()
        .filter(|(mode, ty, _)| *mode == Mode::Managed && *ty == key.1)
        .map(|(_, _, name)| &**name);
    let address = names::resource(key.0, &key.1, &key.2);
    r.problems
        .push(imports::no_block(&address, &key.2, expr.span, of_type));
}

fn gather<'t>(expr: &'t tree::Expr, segments: &mut Vec<Segment<'t>>) -> Option<()> {
    match &expr.kind {
        ExprKind::Name(name) => segments.push((name.text.clone(), None)),
        ExprKind::Attribute(source, name) => {
            gather(source, segments)?;
            segments.push((name.text.clone(), None));
        }
        ExprKind::Index(source, index) => {
            gather(source, segments)?;
            let (_, key @ None) = segments.last_mut()? else {
                return None;
            };
            *key = Some(index);
        }
        _ => return None,
    }
    Some(())
}
