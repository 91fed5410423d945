//! `condition` and `error_message`: of `validation`, `precondition`, `postcondition`.

use crate::Condition;
use crate::resolve::Resolver;
use crate::shape::{self, Shape, attribute};
use model::Type;
use syntax::tree::{Block, Body};

/// The conditions in the blocks of a name.
pub(super) fn all(body: &Body, name: &'static str, r: &mut Resolver) -> Vec<Condition> {
    shape::blocks(body, name)
        .filter_map(|block| condition(block, name, r))
        .collect()
}

fn condition(block: &Block, name: &'static str, r: &mut Resolver) -> Option<Condition> {
    let shape = Shape {
        required: &["condition", "error_message"],
        ..Shape::new(what(name), &[])
    };
    shape.check(block, r.here.broken_inside(block.body.span), r.problems);
    if !block.labels.is_empty() {
        shape::labels(block, [], r.problems);
    }
    let condition = attribute(&block.body, "condition").map(|a| r.expr(&a.value));
    let error_message = attribute(&block.body, "error_message").map(|a| r.expr(&a.value));
    let (condition, error_message) = (condition?, error_message?);
    r.check(&condition, &Type::Bool, "condition");
    r.check(&error_message, &Type::String, "error_message");
    Some(Condition {
        condition,
        error_message,
        span: block.header,
    })
}

fn what(name: &str) -> &'static str {
    match name {
        "validation" => "`validation`",
        "assert" => "`assert`",
        "precondition" => "`precondition`",
        _ => "`postcondition`",
    }
}
