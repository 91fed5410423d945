//! Operators.

use crate::evaluate::{Eval, Evaluator};
use crate::{BinaryOp, Expr, UnaryOp, arithmetic, equal, marks, problem};
use model::{Number, Type, Value, convert};
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
