//! Values that can be read off the text. It evaluates nothing: no operator, no function.

use diagnostics::Span;
use model::{Number, Value};
use std::sync::Arc;
use syntax::tree;

/// The text of a plain string.
pub(crate) fn text(expr: &tree::Expr) -> Option<Arc<str>> {
    match &expr.kind {
        tree::ExprKind::Template(parts) => match parts.as_slice() {
            [] => Some(Arc::from("")),
            [tree::TemplatePart::Text(text)] => Some(text.clone()),
            _ => None,
        },
        tree::ExprKind::Parentheses(inner) => text(inner),
        _ => None,
    }
}

/// Whether the parser put it where it could not read the value, and has said so.
pub(crate) fn is_broken(expr: &tree::Expr) -> bool {
    matches!(expr.kind, tree::ExprKind::Null) && expr.span.start == expr.span.end
}

/// The value of an expression without names, operators and calls.
///
/// # Errors
/// The place of the first part that is none.
pub(crate) fn of_tree(expr: &tree::Expr) -> Result<Value, Span> {
    use tree::ExprKind as Kind;
    Ok(match &expr.kind {
        Kind::Null => Value::NULL,
        Kind::Bool(b) => Value::Bool(*b),
        Kind::Number(digits) => Value::Number(digits.parse().map_err(|_| expr.span)?),
        Kind::Template(_) => Value::String(text(expr).ok_or(expr.span)?),
        Kind::Tuple(items) => Value::tuple(items.iter().map(of_tree).collect::<Result<_, _>>()?),
        Kind::Object(items) => {
            let entry = |item: &tree::ObjectItem| Ok((key(&item.key)?, of_tree(&item.value)?));
            Value::object(items.iter().map(entry).collect::<Result<Vec<_>, _>>()?)
        }
        Kind::Unary(tree::UnaryOp::Negate, inner) => match of_tree(inner)? {
            Value::Number(n) => Value::Number(negate(&n)),
            _ => return Err(expr.span),
        },
        Kind::Parentheses(inner) => of_tree(inner)?,
        _ => return Err(expr.span),
    })
}

/// The value of a resolved expression without names, operators and calls.
pub(crate) fn of_expr(expr: &eval::Expr) -> Option<Value> {
    use eval::ExprKind as Kind;
    Some(match &expr.kind {
        Kind::Literal(value) => value.clone(),
        Kind::Tuple(items) => Value::tuple(items.iter().map(of_expr).collect::<Option<_>>()?),
        Kind::Object(items) => {
            let entry = |(key, value): &(eval::Expr, eval::Expr)| {
                let key = of_expr(key)?;
                Some((Arc::from(key.as_str()?), of_expr(value)?))
            };
            Value::object::<Arc<str>>(items.iter().map(entry).collect::<Option<Vec<_>>>()?)
        }
        Kind::Unary(eval::UnaryOp::Negate, inner) => match of_expr(inner)? {
            Value::Number(n) => Value::Number(negate(&n)),
            _ => return None,
        },
        _ => return None,
    })
}

fn key(expr: &tree::Expr) -> Result<Arc<str>, Span> {
    match &expr.kind {
        tree::ExprKind::Name(name) => Ok(name.text.clone()),
        tree::ExprKind::Number(digits) => Ok(digits.clone()),
        _ => text(expr).ok_or(expr.span),
    }
}

fn negate(number: &Number) -> Number {
    match number.as_i64().and_then(i64::checked_neg) {
        Some(int) => Number::from(int),
        None => Number::from_decimal(-number.decimal()),
    }
}
