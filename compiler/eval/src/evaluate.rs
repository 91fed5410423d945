//! The evaluator: from an expression to a value. Each kind of expression has its own module.

use crate::{Expr, ExprKind, Scope, World, problem};
use crate::{limits, marks};
use diagnostics::{Problem, Span};
use model::{Fields, Type, Value, convert};
use std::sync::Arc;

/// The problem is boxed inside: the way of success stays narrow.
pub(crate) type Eval = Result<Value, Box<Problem>>;

const RED_ZONE: usize = 128 << 10;
const STACK: usize = 4 << 20;

/// The value of an expression.
///
/// # Errors
/// What is wrong in it, at the place where it was written. No message holds a sensitive value.
pub fn evaluate(expr: &Expr, scope: &dyn Scope, world: &World<'_>) -> Result<Value, Problem> {
    Evaluator::new(scope, world)
        .value(expr)
        .map_err(|problem| *problem)
}

pub(crate) struct Evaluator<'a> {
    pub(crate) scope: &'a dyn Scope,
    pub(crate) world: &'a World<'a>,
    /// What `for`, splats and templates bind, innermost last.
    pub(crate) bound: Vec<(Arc<str>, Value)>,
    /// Whether this is a template file, in which no further one may be rendered.
    pub(crate) in_template: bool,
    /// Whether this is a file of values, in which nothing is called.
    pub(crate) values_alone: bool,
    /// Whether this is the branch not taken, of which only the type matters. Secrets are sealed
    /// in it, since that must be the same whatever they hold.
    pub(crate) untaken: bool,
    /// Rounds of loops so far.
    rounds: usize,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(scope: &'a dyn Scope, world: &'a World<'a>) -> Evaluator<'a> {
        Evaluator {
            scope,
            world,
            bound: Vec::new(),
            in_template: false,
            values_alone: false,
            untaken: false,
            rounds: 0,
        }
    }

    /// Counts a round of a loop.
    pub(crate) fn one_more_round(&mut self, at: Span) -> Result<(), Box<Problem>> {
        self.rounds += 1;
        match self.rounds > limits::MOST_ITEMS {
            true => Err(limits::too_much(at)),
            false => Ok(()),
        }
    }

    pub(crate) fn value(&mut self, expr: &Expr) -> Eval {
        let value = self.as_it_is(expr)?;
        Ok(match expr.kind {
            ExprKind::Reference(_)
            | ExprKind::Bound(_)
            | ExprKind::Attribute(..)
            | ExprKind::Index(..)
                if self.untaken =>
            {
                marks::sealed(value)
            }
            _ => value,
        })
    }

    /// The value that a part is taken of: all of it may be large, so only the part is sealed.
    fn source(&mut self, expr: &Expr) -> Eval {
        let value = self.as_it_is(expr)?;
        Ok(match self.untaken && marks::is_secret(&value) {
            true => marks::sealed(value),
            false => value,
        })
    }

    fn as_it_is(&mut self, expr: &Expr) -> Eval {
        match &expr.kind {
            ExprKind::Literal(value) => Ok(value.clone()),
            ExprKind::Reference(reference) => {
                self.scope.resolve(reference, expr.span).map_err(Box::new)
            }
            ExprKind::Bound(name) => self.bound_value(name, expr),
            _ => stacker::maybe_grow(RED_ZONE, STACK, || self.composite(expr)),
        }
    }

    fn composite(&mut self, expr: &Expr) -> Eval {
        match &expr.kind {
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Tuple(items) => {
                let items: Result<Arc<[Value]>, _> = items.iter().map(|i| self.value(i)).collect();
                items.map(Value::Tuple)
            }
            ExprKind::Object(items) => self.object(items),
            ExprKind::Attribute(source, name) => {
                let source = self.source(source)?;
                crate::access::attribute(&source, name, expr.span)
            }
            ExprKind::Index(source, index) => self.index(source, index),
            ExprKind::Splat(source, each) => self.splat(source, each),
            ExprKind::Unary(op, operand) => self.unary(*op, operand),
            ExprKind::Binary(op, a, b) => self.binary(expr, *op, a, b),
            ExprKind::Conditional(condition, yes, no) => {
                self.conditional(expr, [condition, yes, no])
            }
            ExprKind::For(each) => self.for_each(expr, each),
            ExprKind::Call(call) => self.call(expr, call),
            ExprKind::Literal(_) | ExprKind::Reference(_) | ExprKind::Bound(_) => {
                self.as_it_is(expr)
            }
        }
    }

    fn index(&mut self, source: &Expr, index: &Expr) -> Eval {
        let at = self.value(index)?;
        if let ExprKind::Reference(reference) = &source.kind {
            let one = self.scope.resolve_instance(reference, &at);
            if let Some(value) = one.map_err(Box::new)? {
                return Ok(value);
            }
        }
        let from = self.source(source)?;
        crate::access::index(&from, &at, source.span, index.span)
    }

    fn bound_value(&mut self, name: &str, expr: &Expr) -> Eval {
        match self.bound.iter().rev().find(|(bound, _)| **bound == *name) {
            Some((_, value)) => Ok(value.clone()),
            None => {
                let known: Vec<&str> = self
                    .bound
                    .iter()
                    .map(|(n, _)| &**n)
                    .filter(|n| *n != crate::SPLAT_ITEM)
                    .collect();
                Err(problem::unbound(name, &known, expr.span))
            }
        }
    }

    fn object(&mut self, items: &[(Expr, Expr)]) -> Eval {
        let mut fields = Vec::with_capacity(items.len());
        let mut special = false;
        for (key, value) in items {
            let name = match &key.kind {
                ExprKind::Literal(Value::String(name)) => Value::String(name.clone()),
                _ => self.key(key)?,
            };
            special |= !matches!(name, Value::String(_));
            fields.push((name, self.value(value)?));
        }
        if special {
            return Ok(object_of_special_keys(&fields));
        }
        let fields: Fields = fields
            .into_iter()
            .filter_map(|(name, value)| match name {
                Value::String(name) => Some((name, value)),
                _ => None,
            })
            .collect();
        Ok(Value::Object(Arc::new(fields)))
    }

    /// The key of an entry: a string that is known, unknown or secret; never null.
    pub(crate) fn key(&mut self, expr: &Expr) -> Eval {
        let key = self.value(expr)?;
        if key.is_null() {
            return Err(problem::bad_key("a key can't be null", expr.span));
        }
        convert(&key, &Type::String).map_err(|_| {
            let message = format!("a key is a string, not {}", problem::kind(&key));
            problem::bad_key(&message, expr.span)
        })
    }
}

/// Of an object with an unknown key nothing is known; one with a secret key is secret as a whole.
fn object_of_special_keys(fields: &[(Value, Value)]) -> Value {
    let inputs: Vec<&Value> = fields.iter().flat_map(|(k, v)| [k, v]).collect();
    if fields.iter().any(|(k, _)| k.is_unknown()) || inputs.iter().any(|v| v.has_unknown()) {
        return marks::unknown_value(Type::Any, &inputs);
    }
    let build = |values: &[Value]| {
        let pairs = values.chunks_exact(2);
        Ok::<_, std::convert::Infallible>(Value::object(
            pairs.filter_map(|kv| Some((Arc::<str>::from(kv[0].as_str()?), kv[1].clone()))),
        ))
    };
    match marks::lift("object", &inputs, || Type::Any, build) {
        Ok(value) => value,
        Err(never) => match never {},
    }
}
