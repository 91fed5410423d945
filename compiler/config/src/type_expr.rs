//! Type expressions: `map(object({ port = number, tls = optional(bool, true) }))`.

use crate::constant;
use crate::kinds::{Kinds, is_kind};
use crate::problems::kinds::unknown_kind;
use crate::problems::{Problems, values};
use diagnostics::{Problem, Span};
use model::{Field, ObjectType, Scalar, Type};
use std::sync::Arc;
use syntax::tree::{Call, Expr, ExprKind, Ident, ObjectItem};

/// The type that an expression means; what cannot be read is reported and stands as `any`.
pub(crate) fn read(expr: &Expr, kinds: &Kinds, problems: &mut Problems) -> Type {
    if constant::is_broken(expr) {
        return Type::Any;
    }
    match &expr.kind {
        ExprKind::Name(name) => match &*name.text {
            "list" => Type::list(Type::Any),
            "map" => Type::map(Type::Any),
            word => primitive(word).unwrap_or_else(|| {
                problems.push(values::unknown_type(word, name.span));
                Type::Any
            }),
        },
        ExprKind::Call(call) => constructed(call, expr.span, kinds, problems),
        ExprKind::Parentheses(inner) => read(inner, kinds, problems),
        ExprKind::Attribute(source, name) if is_kind(source) => kind(name, kinds, problems),
        ExprKind::Template(_) => {
            let quoted = constant::text(expr);
            problems.push(values::quoted_type(quoted.as_deref(), expr.span));
            Type::Any
        }
        _ => {
            problems.push(values::no_type(expr.span));
            Type::Any
        }
    }
}

fn primitive(word: &str) -> Option<Type> {
    Some(match word {
        "any" => Type::Any,
        "bool" => Type::Bool,
        "number" => Type::Number,
        "string" => Type::String,
        word => {
            let mut plain = Scalar::PLAIN.into_iter();
            Type::Scalar(plain.find(|scalar| scalar.word() == word)?)
        }
    })
}

/// `kind.server`: what an instance of the kind gives out.
fn kind(name: &Ident, kinds: &Kinds, problems: &mut Problems) -> Type {
    if let Some(ty) = kinds.ty(&name.text) {
        return ty.clone();
    }
    // What is there and has no type yet closes a circle, which was reported.
    if !kinds.interfaces.contains_key(&name.text) {
        let known = kinds.available.iter().map(String::as_str);
        problems.push(unknown_kind(name, known));
    }
    Type::Any
}

fn constructed(call: &Call, span: Span, kinds: &Kinds, problems: &mut Problems) -> Type {
    if &*call.name.text == "enum" {
        return enumeration(call, span, problems);
    }
    let [argument] = call.arguments.as_slice() else {
        problems.push(match &*call.name.text {
            "optional" => values::optional_outside(call.name.span),
            name if values::TYPE_CONSTRUCTORS.contains(&name) => values::type_arguments(name, span),
            name => values::unknown_type(name, call.name.span),
        });
        return Type::Any;
    };
    match &*call.name.text {
        "list" => Type::list(read(argument, kinds, problems)),
        "set" => Type::set(read(argument, kinds, problems)),
        "map" => Type::map(read(argument, kinds, problems)),
        "tuple" => match &argument.kind {
            ExprKind::Tuple(items) => Type::Tuple(
                items
                    .iter()
                    .map(|item| read(item, kinds, problems))
                    .collect(),
            ),
            _ => refuse(problems, values::type_arguments("tuple", argument.span)),
        },
        "object" => match &argument.kind {
            ExprKind::Object(items) => object(items, kinds, problems),
            _ => refuse(problems, values::type_arguments("object", argument.span)),
        },
        "optional" => refuse(problems, values::optional_outside(call.name.span)),
        name => refuse(problems, values::unknown_type(name, call.name.span)),
    }
}

/// `enum("a", "b")`
fn enumeration(call: &Call, span: Span, problems: &mut Problems) -> Type {
    let words: Option<Vec<Arc<str>>> = call.arguments.iter().map(constant::text).collect();
    match words {
        Some(words) if !words.is_empty() => Type::Scalar(Scalar::Enum(words.into())),
        _ => refuse(problems, values::type_arguments("enum", span)),
    }
}

fn refuse(problems: &mut Problems, problem: Problem) -> Type {
    problems.push(problem);
    Type::Any
}

fn object(items: &[ObjectItem], kinds: &Kinds, problems: &mut Problems) -> Type {
    let mut object = ObjectType::default();
    for item in items {
        let name = match &item.key.kind {
            ExprKind::Name(name) => Some(name.text.clone()),
            _ => constant::text(&item.key),
        };
        match name {
            Some(name) => {
                object
                    .fields
                    .insert(name, field(&item.value, kinds, problems));
            }
            None => problems.push(values::no_field_name(item.key.span)),
        }
    }
    Type::Object(Arc::new(object))
}

fn field(expr: &Expr, kinds: &Kinds, problems: &mut Problems) -> Field {
    let optional = match &expr.kind {
        ExprKind::Call(call) if &*call.name.text == "optional" => call,
        _ => {
            return Field {
                ty: read(expr, kinds, problems),
                optional: false,
                default: None,
            };
        }
    };
    let (ty, default) = match optional.arguments.as_slice() {
        [ty] => (read(ty, kinds, problems), None),
        [ty, default] => {
            let ty = read(ty, kinds, problems);
            let default = field_default(default, &ty, problems);
            (ty, default)
        }
        _ => (
            refuse(problems, values::type_arguments("optional", expr.span)),
            None,
        ),
    };
    Field {
        ty,
        optional: true,
        default,
    }
}

fn field_default(expr: &Expr, ty: &Type, problems: &mut Problems) -> Option<model::Value> {
    let value = constant::of_tree(expr)
        .map_err(|span| values::not_constant("the default of `optional`", span));
    let value = problems.take(value)?;
    let converted = model::convert(&value, ty)
        .map_err(|error| values::wrong_type("the default of `optional`", &error, expr.span));
    problems.take(converted)
}
