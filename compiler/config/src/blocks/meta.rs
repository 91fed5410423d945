//! Arguments that many kinds of blocks take: `count`, `for_each`, `depends_on`, `timeouts`.

use crate::problems::{addresses, structure, values};
use crate::resolve::{Place, Resolver};
use crate::shape::{self, Shape, attribute};
use crate::{Repeat, constant, declared::Instances};
use eval::{Expr, ExprKind, Reference};
use indexmap::IndexMap;
use model::Type;
use std::sync::Arc;
use syntax::tree::{self, Body};

const TIMEOUTS: Shape = Shape::new("`timeouts`", &["create", "read", "update", "delete"]);

/// `count` or `for_each`; neither has `count.index` or `each` at hand itself.
pub(super) fn repeat(body: &Body, r: &mut Resolver) -> Repeat {
    let (count, for_each) = (attribute(body, "count"), attribute(body, "for_each"));
    if let (Some(count), Some(for_each)) = (count, for_each) {
        let problem = structure::count_and_for_each(count.name.span, for_each.name.span);
        r.problems.push(problem);
    }
    r.at(Place::default(), |r| match (count, for_each) {
        (_, Some(for_each)) => {
            let value = r.expr(&for_each.value);
            check_for_each(&value, r);
            Repeat::ForEach(value)
        }
        (Some(count), None) => {
            let value = r.expr(&count.value);
            r.check(&value, &Type::Number, "count");
            check_count(&value, r);
            Repeat::Count(value)
        }
        (None, None) => Repeat::Once,
    })
}

/// The place of what stands in a block with instances.
pub(super) fn place(body: &Body) -> Place {
    Place {
        instances: Instances::of(body),
        ..Place::default()
    }
}

fn check_count(value: &Expr, r: &mut Resolver) {
    if let Some(model::Value::Number(count)) = constant::of_expr(value)
        && count.as_usize().is_none()
    {
        r.problems.push(values::no_count(value.span));
    }
}

/// A list written out has no keys to name instances by.
fn check_for_each(value: &Expr, r: &mut Resolver) {
    let wrong = match &value.kind {
        ExprKind::Tuple(_) => true,
        ExprKind::Literal(literal) => !literal.is_null() && literal.ty().is_primitive(),
        ExprKind::For(f) => f.result_key.is_none(),
        _ => false,
    };
    if wrong {
        r.problems.push(values::no_for_each(value.span));
    }
}

/// What a block waits for, beside what it refers to.
pub(super) fn depends_on(body: &Body, r: &mut Resolver) -> Vec<Reference> {
    let Some(attribute) = attribute(body, "depends_on") else {
        return Vec::new();
    };
    let items = list("depends_on", &attribute.value, r);
    items
        .iter()
        .filter_map(|item| dependency(item, r))
        .collect()
}

/// The items of a list that is written out.
pub(super) fn list<'t>(name: &str, value: &'t tree::Expr, r: &mut Resolver) -> &'t [tree::Expr] {
    match &value.kind {
        tree::ExprKind::Tuple(items) => items,
        _ => {
            if !constant::is_broken(value) {
                r.problems.push(addresses::no_list(name, value.span));
            }
            &[]
        }
    }
}

fn dependency(item: &tree::Expr, r: &mut Resolver) -> Option<Reference> {
    let traversal = matches!(
        item.kind,
        tree::ExprKind::Name(_) | tree::ExprKind::Attribute(..) | tree::ExprKind::Index(..)
    );
    if !traversal {
        r.problems.push(addresses::no_dependency(item.span));
        return None;
    }
    let before = r.problems.count();
    let resolved = r.expr(item);
    let whole = match resolved.kind {
        ExprKind::Index(source, _) => source.kind,
        other => other,
    };
    match whole {
        ExprKind::Reference(
            reference @ (Reference::Resource(..)
            | Reference::Module(_)
            | Reference::Variable(_)
            | Reference::Local(_)),
        ) => Some(reference),
        _ => {
            // An unknown name has been reported already, or may be declared in a broken part.
            if r.problems.count() == before && !matches!(whole, ExprKind::Literal(_)) {
                r.problems.push(addresses::no_dependency(item.span));
            }
            None
        }
    }
}

/// `timeouts { create = "10m" }` in ms.
pub(super) fn timeouts(body: &Body, r: &mut Resolver) -> IndexMap<Arc<str>, u64> {
    let mut timeouts = IndexMap::new();
    let Some(block) = shape::blocks(body, "timeouts").next() else {
        return timeouts;
    };
    TIMEOUTS.check(block, true, r.problems);
    for attribute in &block.body.attributes {
        let name = &attribute.name.text;
        let span = attribute.value.span;
        if constant::is_broken(&attribute.value) {
            continue;
        }
        let Some(text) = constant::text(&attribute.value) else {
            r.problems.push(values::literal_needed(
                name,
                "a string such as \"10m\"",
                span,
            ));
            continue;
        };
        match model::milliseconds(&text) {
            Some(ms) => {
                timeouts.insert(name.clone(), ms);
            }
            None => r.problems.push(values::no_duration(name, span)),
        }
    }
    timeouts
}
