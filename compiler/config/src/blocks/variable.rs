//! `variable "name" { … }`

use super::condition;
use crate::problems::{structure, values};
use crate::resolve::Resolver;
use crate::shape::{self, Shape, attribute};
use crate::{Module, Variable};
use eval::{Expr, ExprKind};
use model::{Type, Value};
use syntax::tree::Block;

const SHAPE: Shape = Shape {
    many: &["validation"],
    ..Shape::new(
        "a variable",
        &[
            "type",
            "default",
            "description",
            "sensitive",
            "ephemeral",
            "nullable",
        ],
    )
};

/// What a module's call takes itself, so that no variable can have these names.
pub(crate) const RESERVED: [&str; 9] = [
    "source",
    "version",
    "providers",
    "count",
    "for_each",
    "lifecycle",
    "depends_on",
    "locals",
    "rollout",
];

pub(super) fn read(block: &Block, module: &mut Module, r: &mut Resolver) {
    SHAPE.check(block, r.here.broken_inside(block.body.span), r.problems);
    let Some([name]) = shape::labels(block, ["NAME"], r.problems) else {
        return;
    };
    if RESERVED.contains(&&**name) {
        r.problems.push(structure::reserved(
            "a variable",
            name,
            block.labels[0].span,
        ));
    }
    let ty = r
        .here
        .variables
        .get(name)
        .map_or(Type::Any, |v| v.ty.clone());
    let body = &block.body;
    let default = attribute(body, "default").map(|default| {
        let value = r.constant("a default", &default.value);
        r.check(&value, &ty, "default");
        value
    });
    let nullable = shape::flag(body, "nullable", true, r.problems);
    if let (
        false,
        Some(Expr {
            kind: ExprKind::Literal(Value::Null(_)),
            span,
        }),
    ) = (nullable, &default)
    {
        r.problems.push(values::null_default(*span));
    }
    let variable = Variable {
        default,
        sensitive: shape::flag(body, "sensitive", false, r.problems),
        ephemeral: shape::flag(body, "ephemeral", false, r.problems),
        nullable,
        description: shape::text(body, "description", r.problems).map(|d| d.to_string()),
        validations: condition::all(body, "validation", r),
        span: block.header,
        ty,
    };
    module.variables.entry(name.clone()).or_insert(variable);
}
