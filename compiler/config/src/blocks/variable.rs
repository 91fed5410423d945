//! `variable "name" { … }`

use super::condition;
use crate::problems::{structure, values};
use crate::resolve::Resolver;
use crate::shape::{self, Shape, attribute};
use crate::{Condition, Module, Variable};
use eval::{Expr, ExprKind, Reference};
use model::{Type, Value};
use std::sync::Arc;
use syntax::tree::{Block, Body};

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
    let validations = validations(body, name, r);
    let variable = Variable {
        default,
        sensitive: shape::flag(body, "sensitive", false, r.problems),
        ephemeral: shape::flag(body, "ephemeral", false, r.problems),
        nullable,
        description: shape::text(body, "description", r.problems).map(|d| d.to_string()),
        validations,
        span: block.header,
        ty,
    };
    module
        .variables
        .entry(name.clone())
        .or_insert_with(|| Arc::new(variable));
}

/// Conditions on the variable: each looks at it, and at whatever else it likes.
fn validations(body: &Body, name: &Arc<str>, r: &mut Resolver) -> Vec<Condition> {
    let before = r.problems.count();
    let all = condition::all(body, "validation", r);
    // Where a name is unknown, nobody can tell what was meant.
    if r.problems.count() > before {
        return all;
    }
    for validation in &all {
        let mut looks = false;
        validation.condition.references(&mut |reference, _| {
            looks |= matches!(reference, Reference::Variable(own) if own == name);
        });
        if !looks {
            let problem = values::not_about(name, validation.condition.span);
            r.problems.push(problem);
        }
    }
    all
}
