//! Conditionals: which of two values, and the type that both have in common.

use crate::evaluate::{Eval, Evaluator};
use crate::{Expr, marks, problem};
use model::{Type, Unknown, Value, convert, unify_loosely};
use std::sync::Arc;

impl Evaluator<'_> {
    pub(crate) fn conditional(&mut self, whole: &Expr, parts: [&Expr; 3]) -> Eval {
        let [condition, yes, no] = parts;
        let decided = self.condition(condition)?;
        if let Some(holds) = decided.as_bool() {
            let (chosen, other) = if holds { (yes, no) } else { (no, yes) };
            let value = self.value(chosen)?;
            // The other one only has a say in the type; what is wrong in it is no matter.
            self.one_more_round(other.span)?;
            let other = self.told(other);
            let (yes_value, no_value) = if holds {
                (&value, &other)
            } else {
                (&other, &value)
            };
            let ty = common_type(whole, yes_value, no_value, yes, no)?;
            return as_common(&value, ty, &other, whole);
        }
        let (yes_value, no_value) = (self.value(yes)?, self.value(no)?);
        let ty = common_type(whole, &yes_value, &no_value, yes, no)?;
        let yes_common = as_common(&yes_value, ty.clone(), &no_value, whole)?;
        let no_value = as_common(&no_value, ty.clone(), &yes_value, whole)?;
        let yes_value = yes_common;
        let inputs = [&decided, &yes_value, &no_value];
        if decided.is_unknown() {
            let ty = ty.unwrap_or_else(|| yes_value.ty());
            return Ok(either(ty, &inputs));
        }
        if inputs[1..].iter().any(|v| v.has_unknown()) {
            return Ok(marks::unknown_value(yes_value.ty(), &inputs));
        }
        marks::lift(
            "?:",
            &inputs,
            || yes_value.ty(),
            |v| {
                Ok(if v[0].as_bool() == Some(true) {
                    v[1].clone()
                } else {
                    v[2].clone()
                })
            },
        )
    }

    /// The value of a branch that is not taken: only its type matters.
    pub(crate) fn untaken(&mut self, branch: &Expr) -> Eval {
        let around = std::mem::replace(&mut self.untaken, true);
        let value = self.value(branch);
        self.untaken = around;
        value
    }
}

/// The type that both results convert to; none where they have it already.
fn common_type(
    whole: &Expr,
    yes: &Value,
    no: &Value,
    yes_at: &Expr,
    no_at: &Expr,
) -> Result<Option<Type>, problem::Boxed> {
    if let (Value::String(_), Value::String(_))
    | (Value::Number(_), Value::Number(_))
    | (Value::Bool(_), Value::Bool(_)) = (yes, no)
    {
        return Ok(None);
    }
    let (yes_ty, no_ty) = (yes.ty(), no.ty());
    if yes_ty == no_ty {
        return Ok(None);
    }
    match (yes, no) {
        (Value::Null(Type::Any), _) => return Ok(Some(no_ty)),
        (_, Value::Null(Type::Any)) => return Ok(Some(yes_ty)),
        _ if yes_ty == Type::Any || no_ty == Type::Any => return Ok(Some(Type::Any)),
        _ => {}
    }
    match unify_loosely([yes_ty, no_ty]) {
        Some(ty) => Ok(Some(ty)),
        None => Err(problem::arms(
            [(yes, yes_at.span), (no, no_at.span)],
            whole.span,
        )),
    }
}

fn as_common(value: &Value, ty: Option<Type>, other: &Value, whole: &Expr) -> Eval {
    let beside_a_collection = || matches!(other.ty(), Type::List(_) | Type::Map(_));
    match ty {
        None => Ok(value.clone()),
        // The other one has a type that is not known, so that this one stays as it is.
        Some(Type::List(element) | Type::Map(element))
            if *element == Type::Any && !of_one_type(value) && beside_a_collection() =>
        {
            let message = "the items of this choice have to be of one type";
            Err(problem::arithmetic(message, whole.span))
        }
        Some(ty) => convert(value, &ty).map_err(|e| {
            let reason = if value.has_secret() {
                "it is sensitive".into()
            } else {
                e.to_string()
            };
            problem::arithmetic(&format!("a result does not convert: {reason}"), whole.span)
        }),
    }
}

fn of_one_type(value: &Value) -> bool {
    let mut types = value.children().map(Value::ty);
    let first = types.next();
    types.all(|ty| Some(ty) == first)
}

/// One of two values, not yet known which: what holds for both is known.
fn either(ty: Type, inputs: &[&Value]) -> Value {
    let mut unknown = marks::unknown(ty, inputs);
    let (a, b) = (refined(inputs[1]), refined(inputs[2]));
    unknown.not_null = a.not_null && b.not_null;
    unknown.min_length = a.min_length.min(b.min_length);
    unknown.max_length = a.max_length.zip(b.max_length).map(|(a, b)| a.max(b));
    if let (Some(a), Some(b)) = (&a.prefix, &b.prefix) {
        let common = a
            .char_indices()
            .zip(b.chars())
            .take_while(|((_, a), b)| a == b)
            .count();
        let prefix: String = a.chars().take(common).collect();
        unknown.prefix = Some(Arc::from(prefix)).filter(|p: &Arc<str>| !p.is_empty());
    }
    Value::Unknown(Arc::new(unknown))
}

/// What is known of any value, in the terms of an unknown one.
fn refined(value: &Value) -> Unknown {
    let mut known = Unknown {
        not_null: !value.is_null(),
        ..Unknown::default()
    };
    match value {
        Value::Unknown(unknown) => return Unknown::clone(unknown),
        Value::String(s) => known.prefix = Some(s.clone()),
        Value::List(_) | Value::Set(_) | Value::Map(_) | Value::Tuple(_) | Value::Object(_) => {
            let length = value.children().count();
            // A set of values that are not known may turn out to be smaller.
            let certain = !matches!(value, Value::Set(_)) || !value.has_unknown();
            known.min_length = if certain { length } else { length.min(1) };
            known.max_length = Some(length);
        }
        Value::Secret(s) => known.not_null = s.is_open() && !value.is_null(),
        _ => {}
    }
    known
}
