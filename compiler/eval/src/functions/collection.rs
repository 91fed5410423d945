//! Functions of collections by key or by value: what keeps secrets where they are.

use super::{Answer, Context, Fault, Function, Want, nullable, p, text};
use crate::marks;
use crate::operators::equality;
use model::{Fields, Number, Type, Unknown, Value, convert, unify_loosely};
use std::collections::HashSet;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

const MAP: super::Parameter = p("map", Want::Any);
const LIST: super::Parameter = p("list", Want::Any);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("coalesce", &[], Want::Any, coalesce)
        .variadic(nullable("values", Want::Any))
        .raw(),
    Function::new("coalescelist", &[], Want::Any, coalescelist)
        .variadic(p("lists", Want::Any))
        .inside(),
    Function::new(
        "contains",
        &[LIST, p("value", Want::Any)],
        Want::Bool,
        contains,
    )
    .inside(),
    Function::new("index", &[LIST, p("value", Want::Any)], Want::Number, index),
    Function::new("keys", &[MAP], Want::Any, keys).inside(),
    Function::new("length", &[p("value", Want::Any)], Want::Number, length).raw(),
    Function::new(
        "lookup",
        &[MAP, p("key", Want::String), nullable("default", Want::Any)],
        Want::Any,
        lookup,
    )
    .optional(1)
    .inside(),
    Function::new(
        "matchkeys",
        &[
            p("values", Want::Any),
            p("keys", Want::Any),
            p("wanted", Want::Any),
        ],
        Want::Any,
        matchkeys,
    ),
    Function::new("merge", &[], Want::Any, merge)
        .variadic(nullable("maps", Want::Any))
        .inside(),
    Function::new("one", &[LIST], Want::Any, one).inside(),
    Function::new("transpose", &[MAP], Want::Any, transpose),
    Function::new("values", &[MAP], Want::Any, values).inside(),
    Function::new(
        "zipmap",
        &[p("keys", Want::Strings), p("values", Want::Any)],
        Want::Any,
        zipmap,
    )
    .inside(),
];

pub(super) fn fields(a: &[Value], index: usize) -> Result<&Fields, Fault> {
    let wrong = || {
        let found = a.get(index).map_or("nothing", crate::problem::kind);
        Fault::of(
            index,
            format!("a map or an object is required, not {found}"),
        )
    };
    a.get(index).and_then(Value::as_fields).ok_or_else(wrong)
}

pub(super) fn items(a: &[Value], index: usize) -> Result<&[Value], Fault> {
    let wrong = || {
        let found = a.get(index).map_or("nothing", crate::problem::kind);
        Fault::of(
            index,
            format!("a list, a set or a tuple is required, not {found}"),
        )
    };
    a.get(index).and_then(Value::as_items).ok_or_else(wrong)
}

/// The items of what has an order.
pub(super) fn ordered(a: &[Value], index: usize) -> Result<&[Value], Fault> {
    match a.get(index) {
        Some(Value::Set(_)) => Err(Fault::of(index, "a list or a tuple is required, not a set")
            .help("`tolist(…)` gives a set an order")),
        _ => items(a, index),
    }
}

/// The first that is neither null nor an empty string.
fn coalesce(_: &Context<'_>, a: &[Value]) -> Answer {
    if a.is_empty() {
        return Err("at least one value is required".into());
    }
    let ty = unify_loosely(a.iter().map(Value::ty))
        .ok_or_else(|| Fault::from("the values have no common type"))?;
    for (i, value) in a.iter().enumerate() {
        match value {
            Value::Null(_) => continue,
            Value::String(s) if s.is_empty() => continue,
            Value::Unknown(_) | Value::Secret(_) => return undecided(&a[i..], ty),
            value => return convert(value, &ty).map_err(|e| Fault::of(i, e.to_string())),
        }
    }
    Err("every value is null or empty".into())
}

fn undecided(rest: &[Value], ty: Type) -> Answer {
    let inputs: Vec<&Value> = rest.iter().collect();
    if inputs.iter().any(|v| v.has_unknown()) {
        return Ok(Value::Unknown(Arc::new(
            marks::unknown(ty, &inputs).not_null(),
        )));
    }
    let wanted = ty.clone();
    marks::lift(
        "coalesce",
        &inputs,
        || ty,
        |open| {
            open.iter()
                .find(|v| !v.is_null() && v.as_str() != Some(""))
                .and_then(|v| convert(v, &wanted).ok())
                .ok_or_else(|| Fault::from("every value is null or empty"))
        },
    )
}

fn coalescelist(_: &Context<'_>, a: &[Value]) -> Answer {
    let mut found = None;
    for (i, value) in a.iter().enumerate() {
        if !ordered(a, i)?.is_empty() && found.is_none() {
            found = Some(value.clone());
        }
    }
    found.ok_or_else(|| "every list is empty".into())
}

fn contains(_: &Context<'_>, a: &[Value]) -> Answer {
    let (list, wanted) = (items(a, 0)?, &a[1]);
    let mut undecided: Vec<Value> = Vec::new();
    for item in list {
        match equality(true, item, wanted) {
            Value::Bool(true) => return Ok(true.into()),
            Value::Bool(false) => {}
            other => undecided.push(other),
        }
    }
    if undecided.is_empty() {
        return Ok(false.into());
    }
    let inputs: Vec<&Value> = undecided.iter().collect();
    if inputs.iter().any(|v| v.is_unknown()) {
        return Ok(Value::Unknown(Arc::new(
            marks::unknown(Type::Bool, &inputs).not_null(),
        )));
    }
    marks::lift(
        "||",
        &inputs,
        || Type::Bool,
        |open| Ok(open.iter().any(|v| v.as_bool() == Some(true)).into()),
    )
}

fn index(_: &Context<'_>, a: &[Value]) -> Answer {
    if matches!(a[0], Value::Set(_)) {
        return Err(Fault::of(0, "a set has no order"));
    }
    let list = items(a, 0)?;
    let is_it = |v: &Value| crate::equal::equal(v, &a[1]) == Some(true);
    match list.iter().position(is_it) {
        Some(i) => Ok(Value::Number(Number::from(i))),
        None => Err(Fault::of(1, "the list holds no such value")),
    }
}

fn keys(_: &Context<'_>, a: &[Value]) -> Answer {
    let keys = fields(a, 0)?
        .keys()
        .map(|k| Value::String(k.clone()))
        .collect();
    Ok(match a[0] {
        Value::Map(_) => Value::list(Type::String, keys),
        _ => Value::tuple(keys),
    })
}

/// Of an unknown, where what is known of it tells.
fn length(_: &Context<'_>, a: &[Value]) -> Answer {
    match &a[0] {
        Value::Unknown(unknown) => length_of_unknown(unknown),
        value @ (Value::Secret(_) | Value::Mixed(_)) => marks::lift(
            "length",
            &[value],
            || Type::Number,
            |open| length_of(&open[0]),
        ),
        Value::Set(set) if set.items.len() > 1 && a[0].has_unknown() => Ok(Value::Unknown(
            Arc::new(Unknown::of(Type::Number).not_null()),
        )),
        value => length_of(value),
    }
}

fn length_of_unknown(unknown: &Unknown) -> Answer {
    let fixed = match &unknown.ty {
        Type::Tuple(items) => Some(items.len()),
        Type::Object(object) => Some(object.fields.len()),
        Type::Bool | Type::Number => {
            return Err(Fault::of(0, "a string or a collection is required"));
        }
        _ => unknown.max_length.filter(|max| *max == unknown.min_length),
    };
    Ok(match fixed {
        Some(length) if !unknown.sensitive && unknown.not_null => {
            Value::Number(Number::from(length))
        }
        _ => {
            let mut number = Unknown::of(Type::Number)
                .sensitive(unknown.sensitive)
                .not_null();
            number.ephemeral = unknown.ephemeral;
            Value::Unknown(Arc::new(number))
        }
    })
}

fn length_of(value: &Value) -> Answer {
    let length = match value {
        Value::String(s) => s.graphemes(true).count(),
        Value::Bool(_) | Value::Number(_) | Value::Null(_) => {
            return Err(Fault::of(0, "a string or a collection is required"));
        }
        collection => collection.children().count(),
    };
    Ok(Value::Number(Number::from(length)))
}

fn lookup(_: &Context<'_>, a: &[Value]) -> Answer {
    let found = fields(a, 0)?.get(text(a, 1));
    let default = match (&a[0], a.get(2)) {
        (Value::Map(map), Some(default)) => {
            let default = convert(default, &map.element).map_err(|_| {
                Fault::of(
                    2,
                    "the default is of another type than the values of the map",
                )
            })?;
            Some(default)
        }
        (_, default) => default.cloned(),
    };
    found.cloned().or(default).ok_or_else(|| {
        Fault::of(1, format!("there is no key `{}`", text(a, 1)))
            .help("a third argument is the value for a key that is not there")
    })
}

fn matchkeys(_: &Context<'_>, a: &[Value]) -> Answer {
    let lists: Vec<Value> = (0..3).map(|i| as_list(a, i)).collect::<Result<_, _>>()?;
    let common = unify_loosely([lists[1].ty(), lists[2].ty()])
        .ok_or_else(|| Fault::of(2, "what is wanted is of another type than the keys"))?;
    let like = |i: usize| convert(&lists[i], &common).map_err(|e| Fault::of(i, e.to_string()));
    let compared = [like(1)?, like(2)?];
    let (values, keys, wanted) = (
        items(&lists, 0)?,
        items(&compared, 0)?,
        items(&compared, 1)?,
    );
    if values.len() != keys.len() {
        return Err(Fault::of(1, "there must be as many keys as values"));
    }
    let wanted: HashSet<_> = wanted.iter().map(marks::fingerprint).collect();
    let chosen = values.iter().zip(keys);
    let chosen = chosen.filter(|(_, key)| wanted.contains(&marks::fingerprint(key)));
    let chosen = chosen.map(|(value, _)| value.clone()).collect();
    Ok(match &lists[0] {
        Value::List(list) => Value::list(list.element.clone(), chosen),
        _ => Value::tuple(chosen),
    })
}

fn as_list(a: &[Value], index: usize) -> Result<Value, Fault> {
    convert(&a[index], &Type::list(Type::Any)).map_err(|e| Fault::of(index, e.to_string()))
}

/// Later ones win, and null gives nothing. Maps of one type stay a map.
fn merge(_: &Context<'_>, a: &[Value]) -> Answer {
    let mut merged = Vec::new();
    let mut elements = Vec::new();
    for (i, value) in a.iter().enumerate() {
        elements.push(match value.ty() {
            Type::Map(element) => Some(element),
            _ => None,
        });
        match value {
            Value::Null(Type::Any | Type::Map(_) | Type::Object(_)) => {}
            _ => merged.extend(fields(a, i)?.iter().map(|(k, v)| (k.clone(), v.clone()))),
        }
    }
    Ok(match elements.first().cloned().flatten() {
        Some(element) if elements.iter().all(|e| e.as_ref() == Some(&element)) => {
            Value::map(Type::clone(&element), merged)
        }
        _ => Value::object(merged),
    })
}

fn one(_: &Context<'_>, a: &[Value]) -> Answer {
    match items(a, 0)? {
        [] => Ok(match &a[0] {
            Value::List(list) | Value::Set(list) => Value::Null(list.element.clone()),
            _ => Value::NULL,
        }),
        [single] => Ok(single.clone()),
        more if matches!(a[0], Value::Set(_)) && a[0].has_unknown() => {
            Ok(Value::unknown(more[0].ty()))
        }
        _ => Err(Fault::of(0, "there is more than one item")),
    }
}

fn transpose(_: &Context<'_>, a: &[Value]) -> Answer {
    let mut transposed: indexmap::IndexMap<Arc<str>, Vec<Value>> = indexmap::IndexMap::new();
    let lists = convert(&a[0], &Type::map(Type::list(Type::String)));
    let lists = [lists.map_err(|e| Fault::of(0, e.to_string()))?];
    for (key, names) in fields(&lists, 0)?.iter() {
        if names.is_null() {
            return Err(Fault::of(0, format!("the list at `{key}` is null")));
        }
        for name in names.as_items().unwrap_or(&[]) {
            let Some(name) = name.as_str() else {
                return Err(Fault::of(0, "a list holds null"));
            };
            transposed
                .entry(name.into())
                .or_default()
                .push(Value::String(key.clone()));
        }
    }
    let entries = transposed
        .into_iter()
        .map(|(k, v)| (k, Value::list(Type::String, v)));
    Ok(Value::map(Type::list(Type::String), entries))
}

fn values(_: &Context<'_>, a: &[Value]) -> Answer {
    let values = fields(a, 0)?.values().cloned().collect();
    Ok(match &a[0] {
        Value::Map(map) => Value::list(map.element.clone(), values),
        _ => Value::tuple(values),
    })
}

fn zipmap(_: &Context<'_>, a: &[Value]) -> Answer {
    let (keys, values) = (items(a, 0)?, ordered(a, 1)?);
    if keys.len() != values.len() {
        return Err(Fault::of(
            1,
            format!("there are {} keys, but {} values", keys.len(), values.len()),
        ));
    }
    let inputs = [&a[0], &a[1]];
    if a[0].has_unknown() {
        return Ok(marks::unknown_value(Type::Any, &inputs));
    }
    if a[0].has_secret() {
        return match a[1].has_unknown() {
            true => Ok(marks::unknown_value(Type::Any, &inputs)),
            false => marks::lift("zipmap", &inputs, || Type::Any, zipped),
        };
    }
    zipped(a)
}

fn zipped(a: &[Value]) -> Answer {
    let mut entries = Vec::new();
    for (key, value) in items(a, 0)?.iter().zip(items(a, 1)?) {
        let Value::String(key) = key else {
            return Err(Fault::of(0, "a key is null"));
        };
        entries.push((key.clone(), value.clone()));
    }
    Ok(match &a[1] {
        Value::List(list) | Value::Set(list) => Value::map(list.element.clone(), entries),
        _ => Value::object(entries),
    })
}
