//! The type of what can't be evaluated, as far as its form tells: a branch that is not taken may
//! be wrong, and still has a say in the type of a choice.

use crate::access::{attribute_type, element_type};
use crate::evaluate::Evaluator;
use crate::iterate::pairs_of;
use crate::{BinaryOp, Call, Expr, ExprKind, For, UnaryOp};
use model::{Type, Value, convert, unify_loosely};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Evaluator<'_> {
    /// What stands for it: its value, or an unknown of the type that its form tells.
    pub(crate) fn told(&mut self, expr: &Expr) -> Value {
        match self.untaken(expr) {
            Ok(value) => value,
            Err(_) => Value::unknown(self.untold(expr)),
        }
    }

    fn told_type(&mut self, expr: &Expr) -> Type {
        self.told(expr).ty()
    }

    /// The type of what is known to fail.
    fn untold(&mut self, expr: &Expr) -> Type {
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
                Type::Tuple(items.iter().map(|i| self.told_type(i)).collect())
            }
            ExprKind::Object(items) => self.untold_object(items).unwrap_or_default(),
            ExprKind::Attribute(source, name) => {
                let of = |ty: Type| attribute_type(&ty, name);
                self.untold_source(source).and_then(of).unwrap_or_default()
            }
            ExprKind::Index(source, index) => {
                let index = self.untaken(index).ok();
                let of = |ty: Type| element_type(&ty, index.as_ref()?);
                self.untold_source(source).and_then(of).unwrap_or_default()
            }
            ExprKind::Conditional(condition, yes, no) => self.untold_choice(condition, yes, no),
            ExprKind::For(each) => self.untold_for(each).unwrap_or_default(),
            ExprKind::Splat(source, _) => match self.untaken(source) {
                Ok(Value::List(_) | Value::Set(_)) => Type::list(Type::Any),
                Ok(Value::Tuple(items)) => Type::Tuple(items.iter().map(|_| Type::Any).collect()),
                Ok(Value::Unknown(_) | Value::Secret(_)) | Err(_) => Type::Any,
                Ok(_) => Type::Tuple(Arc::new([Type::Any])),
            },
            ExprKind::Call(call) => self.untold_call(call),
            _ => Type::Any,
        }
    }

    /// The type of what a part is taken of, where that is what fails. Of the part of a value that
    /// is there nothing is known: it is the part that can't be.
    fn untold_source(&mut self, source: &Expr) -> Option<Type> {
        match self.untaken(source) {
            Ok(_) => None,
            Err(_) => Some(self.untold(source)),
        }
    }

    fn untold_object(&mut self, items: &[(Expr, Expr)]) -> Option<Type> {
        let mut fields = BTreeMap::new();
        for (key, value) in items {
            let Ok(Value::String(name)) = self.key(key) else {
                return None;
            };
            fields.insert(name, self.told_type(value));
        }
        Some(object(fields))
    }

    fn untold_choice(&mut self, condition: &Expr, yes: &Expr, no: &Expr) -> Type {
        let (a, b) = (self.told(yes), self.told(no));
        let (a_type, b_type) = (a.ty(), b.ty());
        match (&a, &b) {
            (Value::Null(Type::Any), _) => b_type,
            (_, Value::Null(Type::Any)) => a_type,
            _ if a_type == Type::Any || b_type == Type::Any => {
                let decided = self.condition(condition).ok();
                match decided.and_then(|holds| holds.as_bool()) {
                    Some(true) => a_type,
                    Some(false) => b_type,
                    None => Type::Any,
                }
            }
            _ => unify_loosely([a_type, b_type]).unwrap_or_default(),
        }
    }

    /// With the types of its results; none where which of them there are can't be told.
    fn untold_for(&mut self, each: &For) -> Option<Type> {
        let over = self.untaken(&each.collection).ok()?;
        self.condition_alone(each).ok()?;
        let mut items = Vec::new();
        let mut fields: BTreeMap<Arc<str>, Type> = BTreeMap::new();
        let mut groups: BTreeMap<Arc<str>, Vec<Type>> = BTreeMap::new();
        for (key, value) in pairs_of(&over)? {
            self.one_more_round(each.collection.span).ok()?;
            let entry = self.bind(each, key, value, |this| this.untold_entry(each));
            match entry? {
                Some((Some(key), ty)) if each.grouping => groups.entry(key).or_default().push(ty),
                Some((Some(key), ty)) => drop(fields.insert(key, ty)),
                Some((None, ty)) => items.push(ty),
                None => {}
            }
        }
        if each.result_key.is_none() {
            return Some(Type::Tuple(items.into()));
        }
        let groups = groups.into_iter();
        fields.extend(groups.map(|(key, types)| (key, Type::Tuple(types.into()))));
        Some(object(fields))
    }

    /// A key and the type of what stands there; none inside where the condition leaves it out.
    fn untold_entry(&mut self, each: &For) -> Option<Option<(Option<Arc<str>>, Type)>> {
        if let Some(condition) = &each.condition
            && !self.condition(condition).ok()?.as_bool()?
        {
            return Some(None);
        }
        let key = match each.result_key.as_ref().map(|key| self.key(key)) {
            None => None,
            Some(Ok(Value::String(key))) => Some(key),
            Some(_) => return None,
        };
        Some(Some((key, self.told_type(&each.result))))
    }

    /// What is infinite is a number.
    fn untold_call(&mut self, call: &Call) -> Type {
        let mut is_number = |argument: &Expr| {
            let number = self.untaken(argument).and_then(|value| {
                convert(&value, &Type::Number)
                    .map_err(|e| crate::problem::arithmetic(&e.message, argument.span))
            });
            number.is_ok_and(|n| !n.is_null())
        };
        let is_of_numbers = matches!(&*call.name, "log" | "pow") && call.arguments.len() == 2;
        match is_of_numbers && call.arguments.iter().all(&mut is_number) {
            true => Type::Number,
            false => Type::Any,
        }
    }
}

fn object(fields: BTreeMap<Arc<str>, Type>) -> Type {
    Type::object(fields.iter().map(|(name, ty)| (&**name, ty.clone())))
}
