//! `lifecycle { … }`

use super::address::attribute_path;
use super::{condition, meta};
use crate::problems::{addresses, names, structure};
use crate::resolve::{Place, Resolver};
use crate::shape::{self, Shape, attribute};
use crate::{Lifecycle, constant};
use eval::{Expr, Reference};
use model::{AttrPath, BlockSchema, Mode};
use std::sync::Arc;
use syntax::tree::{self, Block, Body};

const MANAGED_ONLY: [&str; 4] = [
    "create_before_destroy",
    "prevent_destroy",
    "ignore_changes",
    "replace_triggered_by",
];
const SHAPE: Shape = Shape {
    many: &["precondition", "postcondition"],
    ..Shape::new("`lifecycle`", &MANAGED_ONLY)
};

pub(super) fn read(
    body: &Body,
    mode: Mode,
    ty: &Arc<str>,
    schema: Option<&BlockSchema>,
    r: &mut Resolver,
) -> Lifecycle {
    let Some(block) = shape::blocks(body, "lifecycle").next() else {
        return Lifecycle::default();
    };
    SHAPE.check(block, r.here.broken_inside(block.body.span), r.problems);
    if mode != Mode::Managed {
        refuse_managed_only(block, r);
    }
    let body = &block.body;
    let after = Place {
        this: Some((mode, ty.clone())),
        ..r.place.clone()
    };
    Lifecycle {
        create_before_destroy: shape::optional_flag(body, "create_before_destroy", r.problems),
        prevent_destroy: shape::flag(body, "prevent_destroy", false, r.problems),
        ignore_changes: ignore_changes(body, ty, schema, r),
        replace_triggered_by: triggers(body, r),
        preconditions: condition::all(body, "precondition", r),
        postconditions: r.at(after, |r| condition::all(body, "postcondition", r)),
    }
}

fn refuse_managed_only(block: &Block, r: &mut Resolver) {
    for attribute in &block.body.attributes {
        if MANAGED_ONLY.contains(&&*attribute.name.text) {
            let name = &attribute.name;
            r.problems
                .push(structure::only_managed(&name.text, name.span));
        }
    }
}

fn ignore_changes(
    body: &Body,
    ty: &str,
    schema: Option<&BlockSchema>,
    r: &mut Resolver,
) -> Vec<AttrPath> {
    let Some(attribute) = attribute(body, "ignore_changes") else {
        return Vec::new();
    };
    if matches!(&attribute.value.kind, tree::ExprKind::Name(name) if &*name.text == "all") {
        return vec![AttrPath::root()];
    }
    let items = meta::list("ignore_changes", &attribute.value, r);
    items
        .iter()
        .filter_map(|item| ignored(item, ty, schema, r))
        .collect()
}

fn ignored(
    item: &tree::Expr,
    ty: &str,
    schema: Option<&BlockSchema>,
    r: &mut Resolver,
) -> Option<AttrPath> {
    let Some((first, path)) = attribute_path(item) else {
        r.problems.push(addresses::no_path(item.span));
        return None;
    };
    if let Some(schema) = schema
        && schema.attribute(&first.text).is_none()
        && schema.block(&first.text).is_none()
    {
        r.problems
            .push(names::unknown_attribute(ty, first, schema.names()));
        return None;
    }
    Some(path)
}

fn triggers(body: &Body, r: &mut Resolver) -> Vec<Expr> {
    let Some(attribute) = attribute(body, "replace_triggered_by") else {
        return Vec::new();
    };
    let items = meta::list("replace_triggered_by", &attribute.value, r);
    items.iter().filter_map(|item| trigger(item, r)).collect()
}

fn trigger(item: &tree::Expr, r: &mut Resolver) -> Option<Expr> {
    if constant::of_tree(item).is_ok() {
        r.problems.push(addresses::no_trigger(item.span));
        return None;
    }
    let before = r.problems.count();
    let resolved = r.expr(item);
    let mut managed = false;
    resolved.references(&mut |reference, _| {
        managed |= matches!(reference, Reference::Resource(Mode::Managed, ..));
    });
    if !managed && r.problems.count() == before && constant::of_expr(&resolved).is_none() {
        r.problems.push(addresses::no_trigger(item.span));
    }
    Some(resolved)
}
