//! Types of expressions, as far as they are known without evaluating, against what is wanted.

use super::Resolver;
use crate::constant;
use crate::declared::Instances;
use crate::problems::{structure, values};
use diagnostics::did_you_mean;
use eval::{BinaryOp, Expr, ExprKind, Reference, UnaryOp};
use model::{CallName, ObjectType, Type, Value};
use std::sync::Arc;

impl Resolver<'_> {
    /// Reports where an expression cannot be of a type, as precisely as it is written.
    pub(crate) fn check(&mut self, expr: &Expr, ty: &Type, name: &str) {
        match (&expr.kind, ty) {
            (_, Type::Any) => {}
            (ExprKind::Tuple(items), Type::List(element) | Type::Set(element)) => {
                items
                    .iter()
                    .for_each(|item| self.check(item, element, name));
            }
            (ExprKind::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
                items
                    .iter()
                    .zip(types.iter())
                    .for_each(|(item, ty)| self.check(item, ty, name));
            }
            (ExprKind::Object(items), Type::Map(element)) => {
                items
                    .iter()
                    .for_each(|(_, value)| self.check(value, element, name));
            }
            (ExprKind::Object(items), Type::Object(object)) => {
                self.check_object(items, object, expr, name);
            }
            (ExprKind::Conditional(..), _) => {}
            _ => {
                let value = constant::of_expr(expr);
                let value = value.unwrap_or_else(|| Value::unknown(self.type_of(expr)));
                if let Err(error) = model::convert(&value, ty) {
                    self.problems
                        .push(values::wrong_type(&format!("`{name}`"), &error, expr.span));
                }
            }
        }
    }

    fn check_object(
        &mut self,
        items: &[(Expr, Expr)],
        object: &ObjectType,
        whole: &Expr,
        name: &str,
    ) {
        let mut all_known = true;
        let mut given: Vec<&str> = Vec::with_capacity(items.len());
        for (key, value) in items {
            let Some(field_name) = plain(key) else {
                all_known = false;
                continue;
            };
            given.push(field_name);
            match object.fields.get(field_name) {
                Some(field) => self.check(value, &field.ty, &format!("{name}.{field_name}")),
                None => self.check_unused(object, field_name, key),
            }
        }
        let missing: Vec<&str> = object
            .fields
            .iter()
            .filter(|(name, field)| !field.optional && !given.contains(&&***name))
            .map(|(name, _)| &**name)
            .collect();
        if all_known && !missing.is_empty() {
            let problem = structure::missing(&format!("`{name}`"), &missing, whole.span);
            self.problems.push(problem);
        }
    }

    /// What an object's type does not have is dropped; near a name that it has, that is a slip.
    fn check_unused(&mut self, object: &ObjectType, name: &str, key: &Expr) {
        if let Some(close) = did_you_mean(name, object.fields.keys().map(|n| &**n)) {
            self.problems
                .push(values::unused_field(name, close, key.span));
        }
    }

    /// The type of an expression's value, [`Type::Any`] where it is not known here.
    fn type_of(&self, expr: &Expr) -> Type {
        match &expr.kind {
            ExprKind::Literal(value) => value.ty(),
            ExprKind::Template(_) => Type::String,
            ExprKind::Unary(UnaryOp::Not, _) => Type::Bool,
            ExprKind::Unary(UnaryOp::Negate, _) => Type::Number,
            ExprKind::Binary(op, ..) => of_operator(*op),
            ExprKind::Tuple(items) => Type::Tuple(items.iter().map(|i| self.type_of(i)).collect()),
            ExprKind::For(f) if f.result_key.is_none() => Type::list(Type::Any),
            ExprKind::For(_) => Type::map(Type::Any),
            ExprKind::Reference(reference) => self.type_of_reference(reference),
            ExprKind::Attribute(source, name) => self.type_of_attribute(source, name),
            ExprKind::Index(source, _) if self.type_of_instance(source).is_some() => {
                self.type_of_instance(source).unwrap_or_default()
            }
            ExprKind::Index(source, _) => match self.type_of(source) {
                Type::List(element) | Type::Map(element) => Type::clone(&element),
                _ => Type::Any,
            },
            _ => Type::Any,
        }
    }

    fn type_of_reference(&self, reference: &Reference) -> Type {
        match reference {
            Reference::Variable(name) => self
                .here
                .variables
                .get(name)
                .map_or(Type::Any, |v| v.ty.clone()),
            Reference::Module(call) => match self.here.calls.get(call) {
                Some(declared) if declared.instances == Instances::One => self.type_of_call(call),
                _ => Type::Any,
            },
            Reference::CountIndex => Type::Number,
            Reference::EachKey
            | Reference::PathModule
            | Reference::PathRoot
            | Reference::PathCwd
            | Reference::Environment
            | Reference::Project => Type::String,
            _ => Type::Any,
        }
    }

    /// What one instance of a kind's call gives out.
    fn type_of_call(&self, call: &CallName) -> Type {
        let ty = self.known.kinds.ty(&call.kind).filter(|_| call.is_kind());
        ty.cloned().unwrap_or_default()
    }

    /// Likewise where the instances have keys, and this stands for all of them.
    fn type_of_instance(&self, source: &Expr) -> Option<Type> {
        let ExprKind::Reference(Reference::Module(call)) = &source.kind else {
            return None;
        };
        let repeated = self.here.calls.get(call)?.instances != Instances::One;
        repeated.then(|| self.type_of_call(call))
    }

    fn type_of_attribute(&self, source: &Expr, name: &Arc<str>) -> Type {
        if let Some(ty) = self.type_of_member(source, name) {
            return ty;
        }
        match self.type_of(source) {
            Type::Object(object) => object.fields.get(name).map_or(Type::Any, |f| f.ty.clone()),
            Type::Map(element) => Type::clone(&element),
            _ => Type::Any,
        }
    }

    /// The type of a resource's attribute, as its schema has it.
    fn type_of_member(&self, source: &Expr, name: &str) -> Option<Type> {
        let (source, indexed) = match &source.kind {
            ExprKind::Index(inner, _) => (&**inner, true),
            _ => (source, false),
        };
        let ExprKind::Reference(Reference::Resource(mode, ty, resource)) = &source.kind else {
            return None;
        };
        let declared = self
            .here
            .resources
            .get(&(*mode, ty.clone(), resource.clone()))?;
        if indexed == (declared.instances == Instances::One) {
            return None;
        }
        let schema = self.known.schemas.body(*mode, ty)?;
        schema.attribute(name).map(|a| a.ty.clone())
    }
}

fn plain(key: &Expr) -> Option<&str> {
    match &key.kind {
        ExprKind::Literal(value) => value.as_str(),
        _ => None,
    }
}

fn of_operator(op: BinaryOp) -> Type {
    match op {
        BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Remainder => Type::Number,
        _ => Type::Bool,
    }
}
