//! Operators and conditionals.

use crate::evaluate::{Eval, Evaluator};
use crate::iterate::pairs_of;
use crate::{BinaryOp, Expr, ExprKind, UnaryOp, arithmetic, equal, marks, problem};
use model::{Number, ObjectType, Type, Unknown, Value, convert, unify_loosely};
use std::sync::Arc;

impl Evaluator<'_> {
    pub(crate) fn unary(&mut self, op: UnaryOp, operand: &Expr) -> Eval {
        let (symbol, ty) = match op {
            UnaryOp::Not => ("!", Type::Bool),
            UnaryOp::Negate => ("-", Type::Number),
        };
        let value = self.operand(operand, symbol, &ty)?;
        if value.is_unknown() {
            return Ok(not_null(ty, &[&value]));
        }
        let apply = |v: &Value| match v {
            Value::Bool(b) => Value::Bool(!b),
            Value::Number(n) => Value::Number(arithmetic::negate(n)),
            other => other.clone(),
        };
        if marks::is_secret(&value) {
            return marks::lift(symbol, &[&value], || ty, |v| Ok(apply(&v[0])));
        }
        Ok(apply(&value))
    }

    pub(crate) fn binary(&mut self, whole: &Expr, op: BinaryOp, a: &Expr, b: &Expr) -> Eval {
        match op {
            BinaryOp::And | BinaryOp::Or => self.logical(op, a, b),
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                Ok(equality(op == BinaryOp::Equal, &a, &b))
            }
            _ => {
                let symbol = symbol(op);
                let left = self.operand(a, symbol, &Type::Number)?;
                let right = self.operand(b, symbol, &Type::Number)?;
                numeric(op, &left, &right).map_err(|m| problem::arithmetic(m, whole.span))
            }
        }
    }

    /// The second operand counts only where the first does not decide.
    fn logical(&mut self, op: BinaryOp, a: &Expr, b: &Expr) -> Eval {
        let decides = op == BinaryOp::Or;
        let left = self.operand(a, symbol(op), &Type::Bool)?;
        if left.as_bool() == Some(decides) {
            return Ok(left);
        }
        let right = self.operand(b, symbol(op), &Type::Bool)?;
        if right.as_bool() == Some(decides) && !left.has_secret() {
            return Ok(right);
        }
        let inputs = [&left, &right];
        if left.is_unknown() || right.is_unknown() {
            return Ok(not_null(Type::Bool, &inputs));
        }
        if marks::is_secret(&left) || marks::is_secret(&right) {
            return marks::lift(
                symbol(op),
                &inputs,
                || Type::Bool,
                |v| {
                    let (a, b) = (v[0].as_bool() == Some(true), v[1].as_bool() == Some(true));
                    Ok(Value::Bool(if decides { a || b } else { a && b }))
                },
            );
        }
        Ok(right)
    }

    fn operand(&mut self, expr: &Expr, symbol: &str, ty: &Type) -> Eval {
        let value = self.value(expr)?;
        match (&value, ty) {
            (Value::Number(_), Type::Number) | (Value::Bool(_), Type::Bool) => return Ok(value),
            _ if value.is_null() => return Err(problem::null_operand(symbol, expr.span)),
            _ => {}
        }
        convert(&value, ty).map_err(|_| problem::wrong_operand(symbol, ty, &value, expr.span))
    }

    pub(crate) fn conditional(&mut self, whole: &Expr, parts: [&Expr; 3]) -> Eval {
        let [condition, yes, no] = parts;
        let decided = self.condition(condition)?;
        if let Some(holds) = decided.as_bool() {
            let (chosen, other) = if holds { (yes, no) } else { (no, yes) };
            let value = self.value(chosen)?;
            // The other one only has a say in the type; what is wrong in it is no matter.
            return match self.untaken(other) {
                Ok(other_value) => {
                    let (yes_value, no_value) = if holds {
                        (&value, &other_value)
                    } else {
                        (&other_value, &value)
                    };
                    let ty = common_type(whole, yes_value, no_value, yes, no)?;
                    as_common(&value, ty, &other_value, whole)
                }
                Err(_) => {
                    let failed = Value::unknown(self.failed_type(other));
                    let arms = if holds {
                        (&value, &failed)
                    } else {
                        (&failed, &value)
                    };
                    let ty = common_type(whole, arms.0, arms.1, yes, no)?;
                    as_common(&value, ty, &failed, whole)
                }
            };
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

    /// The type of what can't be evaluated, as far as its form tells.
    fn failed_type(&mut self, expr: &Expr) -> Type {
        match &expr.kind {
            ExprKind::Template(_) => Type::String,
            ExprKind::Unary(UnaryOp::Not, _) => Type::Bool,
            ExprKind::Unary(UnaryOp::Negate, _) => Type::Number,
            ExprKind::Binary(op, ..) => match op {
                BinaryOp::Add
                | BinaryOp::Subtract
                | BinaryOp::Multiply
                | BinaryOp::Divide
                | BinaryOp::Remainder => Type::Number,
                _ => Type::Bool,
            },
            ExprKind::Tuple(items) => {
                Type::Tuple(items.iter().map(|i| self.part_type(i)).collect())
            }
            ExprKind::Object(items) => {
                let mut fields = ObjectType::default();
                for (key, value) in items {
                    let Ok(Value::String(name)) = self.key(key) else {
                        return Type::Any;
                    };
                    let ty = self.part_type(value);
                    let field = model::Field {
                        ty,
                        optional: false,
                        default: None,
                    };
                    fields.fields.insert(name, field);
                }
                Type::Object(Arc::new(fields))
            }
            ExprKind::Conditional(_, yes, no) => {
                let arms = [self.part_type(yes), self.part_type(no)];
                if arms.contains(&Type::Any) {
                    return Type::Any;
                }
                unify_loosely(arms).unwrap_or_default()
            }
            ExprKind::For(each) if each.result_key.is_some() => {
                match self.untaken(&each.collection) {
                    Ok(over) if pairs_of(&over).is_some() => Type::map(Type::Any),
                    _ => Type::Any,
                }
            }
            ExprKind::For(each) => match self.untaken(&each.collection).map(|c| pairs_of(&c)) {
                Ok(Some(pairs)) => Type::Tuple(pairs.iter().map(|_| Type::Any).collect()),
                _ => Type::Any,
            },
            ExprKind::Splat(source, _) => match self.untaken(source) {
                Ok(Value::List(_) | Value::Set(_)) => Type::list(Type::Any),
                Ok(Value::Tuple(items)) => Type::Tuple(items.iter().map(|_| Type::Any).collect()),
                Ok(Value::Unknown(_) | Value::Secret(_)) | Err(_) => Type::Any,
                Ok(_) => Type::Tuple(Arc::new([Type::Any])),
            },
            _ => Type::Any,
        }
    }

    fn part_type(&mut self, expr: &Expr) -> Type {
        match self.untaken(expr) {
            Ok(value) => value.ty(),
            Err(_) => self.failed_type(expr),
        }
    }

    fn untaken(&mut self, branch: &Expr) -> Eval {
        let around = std::mem::replace(&mut self.untaken, true);
        let value = self.value(branch);
        self.untaken = around;
        value
    }

    /// A bool that is known, unknown or secret; never null.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Eval {
        let value = self.value(expr)?;
        if let Value::Bool(_) = value {
            return Ok(value);
        }
        if value.is_null() {
            return Err(problem::condition(&value, expr.span));
        }
        convert(&value, &Type::Bool).map_err(|_| problem::condition(&value, expr.span))
    }
}

/// `a == b` or, where `wanted` is false, `a != b`.
pub(crate) fn equality(wanted: bool, a: &Value, b: &Value) -> Value {
    if a.has_secret() || b.has_secret() {
        if a.has_unknown() || b.has_unknown() {
            return not_null(Type::Bool, &[a, b]);
        }
        let symbol = if wanted { "==" } else { "!=" };
        let decide = |v: &[Value]| {
            Ok::<_, std::convert::Infallible>(Value::Bool(
                equal::equal(&v[0], &v[1]) == Some(wanted),
            ))
        };
        return match marks::lift(symbol, &[a, b], || Type::Bool, decide) {
            Ok(value) => value,
            Err(never) => match never {},
        };
    }
    match equal::equal(a, b) {
        Some(same) => Value::Bool(same == wanted),
        None => not_null(Type::Bool, &[a, b]),
    }
}

fn numeric(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, &'static str> {
    let comparison = matches!(
        op,
        BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual
    );
    if let (Value::Number(a), Value::Number(b)) = (a, b) {
        return compute(op, a, b);
    }
    let ty = if comparison { Type::Bool } else { Type::Number };
    if a.is_unknown() || b.is_unknown() {
        return Ok(not_null(ty, &[a, b]));
    }
    marks::lift(
        symbol(op),
        &[a, b],
        || ty,
        |v| match (&v[0], &v[1]) {
            (Value::Number(a), Value::Number(b)) => compute(op, a, b),
            _ => Err("an operand is no number"),
        },
    )
}

fn compute(op: BinaryOp, a: &Number, b: &Number) -> Result<Value, &'static str> {
    Ok(match op {
        BinaryOp::Less => Value::Bool(a < b),
        BinaryOp::LessOrEqual => Value::Bool(a <= b),
        BinaryOp::Greater => Value::Bool(a > b),
        BinaryOp::GreaterOrEqual => Value::Bool(a >= b),
        BinaryOp::Add => Value::Number(arithmetic::add(a, b)?),
        BinaryOp::Subtract => Value::Number(arithmetic::subtract(a, b)?),
        BinaryOp::Multiply => Value::Number(arithmetic::multiply(a, b)?),
        BinaryOp::Divide => Value::Number(arithmetic::divide(a, b)?),
        BinaryOp::Remainder => Value::Number(arithmetic::remainder(a, b)?),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Equal | BinaryOp::NotEqual => Value::NULL,
    })
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "||",
        BinaryOp::And => "&&",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
    }
}

fn not_null(ty: Type, inputs: &[&Value]) -> Value {
    Value::Unknown(Arc::new(marks::unknown(ty, inputs).not_null()))
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
