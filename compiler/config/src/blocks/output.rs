//! `output "name" { … }`

use super::{condition, meta};
use crate::resolve::Resolver;
use crate::shape::{self, Shape, attribute};
use crate::{Module, Output};
use syntax::tree::Block;

const SHAPE: Shape = Shape {
    required: &["value"],
    many: &["precondition"],
    ..Shape::new("an output", &["description", "sensitive", "depends_on"])
};

pub(super) fn read(block: &Block, module: &mut Module, r: &mut Resolver) {
    SHAPE.check(block, r.here.broken_inside(block.body.span), r.problems);
    let labels = shape::labels(block, ["NAME"], r.problems);
    let body = &block.body;
    let value = attribute(body, "value").map(|a| r.expr(&a.value));
    let sensitive = shape::flag(body, "sensitive", false, r.problems);
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
        description,
        depends_on,
        preconditions,
        span: block.header,
    };
    module.outputs.entry(name.clone()).or_insert(output);
}
