//! Resolved expressions, functions, templates, and the evaluator.
//! The outside is reached only through [`Scope`], [`Functions`] and [`Sources`].

// A `Problem` is what the traits hand over; inside of this crate it is boxed.
#![allow(clippy::result_large_err)]

mod access;
mod arithmetic;
mod call;
mod choice;
mod equal;
mod evaluate;
mod expr;
mod functions;
mod glob;
mod hcl;
mod iterate;
pub mod json;
mod lazy;
mod limits;
mod marks;
mod operators;
mod problem;
mod render;
mod shape;
mod template;
mod untold;
mod world;

pub use call::wrong_call;
pub use evaluate::evaluate;
pub use expr::{BinaryOp, Call, Expr, ExprKind, For, Reference, SPLAT_ITEM, TemplatePart, UnaryOp};
pub use render::render;
pub use world::{Functions, Scope, Sources, Template, World};

/// The names of all functions of the language, for completion and "did you mean".
pub fn function_names() -> impl Iterator<Item = &'static str> {
    functions::names()
}
