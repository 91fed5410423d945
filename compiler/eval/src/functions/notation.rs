//! Values in the language's own notation, as files of variables hold them.

use super::collection::fields;
use super::{Answer, Context, Fault, Function, Want, p};
use crate::hcl;
use model::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "provider::terraform::encode_expr",
        &[p("value", Want::Any)],
        Want::String,
        encode_expr,
    ),
    Function::new(
        "provider::terraform::encode_tfvars",
        &[p("value", Want::Any)],
        Want::String,
        encode_tfvars,
    ),
];

fn encode_expr(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(hcl::expression(&a[0]).into())
}

fn encode_tfvars(_: &Context<'_>, a: &[Value]) -> Answer {
    let variables = fields(a, 0)?;
    if let Some(wrong) = variables.keys().find(|name| !model::is_identifier(name)) {
        let message = format!("{wrong:?} is no name that a variable can have");
        return Err(Fault::of(0, message));
    }
    Ok(hcl::assignments(variables).into())
}
