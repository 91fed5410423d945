//! `output "name" { … }`

use super::{condition, meta};
use crate::discover::Role;
use crate::problems::kinds as problems;
use crate::problems::structure;
use crate::resolve::Resolver;
use crate::shape::{self, Shape, attribute};
use crate::{Module, Output, kinds};
use std::sync::Arc;
use syntax::tree::Block;

const SHAPE: Shape = Shape {
    required: &["value"],
    many: &["precondition"],
    ..Shape::new(
        "an output",
        &[
            "type",
            "description",
            "sensitive",
            "ephemeral",
            "depends_on",
        ],
    )
};
/// Of a kind's interface: what is given out, not how it comes about.
const DECLARED: Shape = Shape::new(
    "an output",
    &["type", "value", "description", "sensitive", "ephemeral"],
);

pub(super) fn read(block: &Block, module: &mut Module, r: &mut Resolver) {
    if matches!(r.here.role, Role::Interface(_)) {
        return declaration(block, module, r);
    }
    SHAPE.check(block, r.here.broken_inside(block.body.span), r.problems);
    if let Some(ty) = attribute(&block.body, "type") {
        r.problems.push(problems::typed_output(ty.name.span));
    }
    let labels = shape::labels(block, ["NAME"], r.problems);
    let body = &block.body;
    let value = attribute(body, "value").map(|a| r.expr(&a.value));
    let sensitive = shape::flag(body, "sensitive", false, r.problems);
    let ephemeral = shape::flag(body, "ephemeral", false, r.problems);
    if ephemeral && r.here.directory.is_empty() {
        r.problems.push(structure::ephemeral_output(block.header));
    }
    let description = shape::text(body, "description", r.problems).map(|d| d.to_string());
    let depends_on = meta::depends_on(body, r);
    let preconditions = condition::all(body, "precondition", r);
    let (Some([name]), Some(value)) = (labels, value) else {
        return;
    };
    let output = Output {
        ty: model::Type::Any,
        value,
        sensitive,
        ephemeral,
        description,
        depends_on,
        preconditions,
        span: block.header,
    };
    if let Role::Implementation(interface) = r.here.role {
        let wanted = &r.known.modules[interface];
        if !wanted.outputs.contains_key(name) && !wanted.may_be_declared(name) {
            let known = wanted.outputs.keys().map(|n| &**n);
            let problem = problems::output_unknown(name, block.labels[0].span, known);
            r.problems.push(problem);
        }
        if let Some(declared) = wanted.outputs.get(name) {
            let before = r.problems.count();
            r.check(&output.value, &declared.ty, &format!("output.{name}"));
            r.problems.also_at(before, declared.span, "declared here");
        }
    }
    module
        .outputs
        .entry(name.clone())
        .or_insert_with(|| Arc::new(output));
}

/// An output of a kind's interface: what serves the call says its value.
fn declaration(block: &Block, module: &mut Module, r: &mut Resolver) {
    let broken = r.here.broken_inside(block.body.span);
    DECLARED.check(block, broken, r.problems);
    let Some([name]) = shape::labels(block, ["NAME"], r.problems) else {
        return;
    };
    let body = &block.body;
    if let Some(value) = attribute(body, "value") {
        r.problems
            .push(problems::output_valued(name, value.name.span));
    }
    if attribute(body, "type").is_none() && !broken {
        r.problems
            .push(problems::output_untyped(name, block.header));
    }
    let ty = r.here.outputs.get(name).map(|o| o.ty.clone());
    let output = Output {
        ty: ty.unwrap_or_default(),
        value: kinds::served(name, block.header),
        sensitive: shape::flag(body, "sensitive", false, r.problems),
        ephemeral: shape::flag(body, "ephemeral", false, r.problems),
        description: shape::text(body, "description", r.problems).map(|d| d.to_string()),
        depends_on: Vec::new(),
        preconditions: Vec::new(),
        span: block.header,
    };
    module
        .outputs
        .entry(name.clone())
        .or_insert_with(|| Arc::new(output));
}
