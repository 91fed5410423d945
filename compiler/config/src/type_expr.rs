//! Type expressions: `map(object({ port = number, tls = optional(bool, true) }))`.

use crate::constant;
use crate::problems::{Problems, values};
use diagnostics::{Problem, Span};
use model::{Field, ObjectType, Type};
use std::sync::Arc;
use syntax::tree::{Call, Expr, ExprKind, ObjectItem};

/// The type that an expression means; what cannot be read is reported and stands as `any`.
pub(crate) fn read(expr: &Expr, problems: &mut Problems) -> Type {
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
        ExprKind::Call(call) => constructed(call, expr.span, problems),
        ExprKind::Parentheses(inner) => read(inner, problems),
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
        _ => return None,
    })
}

fn constructed(call: &Call, span: Span, problems: &mut Problems) -> Type {
    let [argument] = call.arguments.as_slice() else {
        problems.push(match &*call.name.text {
            "optional" => values::optional_outside(call.name.span),
            name if values::TYPE_CONSTRUCTORS.contains(&name) => values::type_arguments(name, span),
            name => values::unknown_type(name, call.name.span),
        });
        return Type::Any;
    };
    match &*call.name.text {
        "list" => Type::list(read(argument, problems)),
        "set" => Type::set(read(argument, problems)),
        "map" => Type::map(read(argument, problems)),
        "tuple" => match &argument.kind {
            ExprKind::Tuple(items) => {
                Type::Tuple(items.iter().map(|item| read(item, problems)).collect())
            }
            _ => refuse(problems, values::type_arguments("tuple", argument.span)),
        },
        "object" => match &argument.kind {
            ExprKind::Object(items) => object(items, problems),
            _ => refuse(problems, values::type_arguments("object", argument.span)),
        },
        "optional" => refuse(problems, values::optional_outside(call.name.span)),
        name => refuse(problems, values::unknown_type(name, call.name.span)),
    }
}

fn refuse(problems: &mut Problems, problem: Problem) -> Type {
    problems.push(problem);
    Type::Any
}

fn object(items: &[ObjectItem], problems: &mut Problems) -> Type {
    let mut object = ObjectType::default();
    for item in items {
        let name = match &item.key.kind {
            ExprKind::Name(name) => Some(name.text.clone()),
            _ => constant::text(&item.key),
        };
        match name {
            Some(name) => {
                object.fields.insert(name, field(&item.value, problems));
            }
            None => problems.push(values::no_field_name(item.key.span)),
        }
    }
    Type::Object(Arc::new(object))
}

fn field(expr: &Expr, problems: &mut Problems) -> Field {
    let optional = match &expr.kind {
        ExprKind::Call(call) if &*call.name.text == "optional" => call,
        _ => {
            return Field {
                ty: read(expr, problems),
                optional: false,
                default: None,
            };
        }
    };
    let (ty, default) = match optional.arguments.as_slice() {
        [ty] => (read(ty, problems), None),
        [ty, default] => {
            let ty = read(ty, problems);
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
