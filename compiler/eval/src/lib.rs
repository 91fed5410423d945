//! Resolved expressions, functions, templates, and the evaluator.
//! The outside is reached only through [`Scope`], [`Functions`] and [`Sources`].

mod expr;
mod world;

pub use expr::{BinaryOp, Call, Expr, ExprKind, For, Reference, SPLAT_ITEM, TemplatePart, UnaryOp};
pub use world::{Functions, Scope, Sources, World};
