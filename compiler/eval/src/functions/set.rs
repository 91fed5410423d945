//! Functions of sets.

use super::collection::items;
use super::{Answer, Context, Fault, Function, Want, p};
use crate::marks;
use model::{Fingerprint, Type, Value, convert, unify_loosely};
use std::collections::HashSet;

/// More combinations than this are refused: they would take all memory.
const MAX_PRODUCT: usize = 1 << 20;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "setintersection",
        &[p("set", Want::Any)],
        Want::Set,
        setintersection,
    )
    .variadic(p("sets", Want::Any)),
    Function::new("setproduct", &[], Want::Any, setproduct).variadic(p("sets", Want::Any)),
    Function::new(
        "setsubtract",
        &[p("set", Want::Any), p("without", Want::Any)],
        Want::Set,
        setsubtract,
    ),
    Function::new("setunion", &[p("set", Want::Any)], Want::Set, setunion)
        .variadic(p("sets", Want::Any)),
];

/// All arguments as sets of their common type.
fn sets(a: &[Value]) -> Result<(Type, Vec<Vec<Value>>), Fault> {
    let mut elements = Vec::new();
    for (i, value) in a.iter().enumerate() {
        let set = convert(value, &Type::set(Type::Any)).map_err(|e| Fault::of(i, e.to_string()))?;
        // Nothing of no type fits everywhere.
        if let Value::Set(set) = &set
            && !(set.items.is_empty() && set.element == Type::Any)
        {
            elements.push(set.element.clone());
        }
    }
    let known = elements.clone();
    let element = unify_loosely(elements)
        .ok_or_else(|| Fault::from("the sets have no common type"))
        .or_else(|f| {
            if a.iter().all(|v| v.children().next().is_none()) {
                Ok(Type::Any)
            } else {
                Err(f)
            }
        })?;
    if element == Type::Any && !known.iter().all(|ty| *ty == Type::Any) {
        return Err("the sets have no common type".into());
    }
    let mut sets = Vec::new();
    for (i, value) in a.iter().enumerate() {
        let set = convert(value, &Type::set(element.clone()));
        let set = set.map_err(|e| Fault::of(i, e.to_string()))?;
        sets.push(set.as_items().unwrap_or(&[]).to_vec());
    }
    Ok((element, sets))
}

fn digests(values: &[Value]) -> HashSet<Fingerprint> {
    values.iter().map(marks::fingerprint).collect()
}

fn setunion(_: &Context<'_>, a: &[Value]) -> Answer {
    let (element, sets) = sets(a)?;
    Ok(Value::set(element, sets.concat()))
}

fn setintersection(_: &Context<'_>, a: &[Value]) -> Answer {
    let (element, sets) = sets(a)?;
    let others: Vec<_> = sets[1..].iter().map(|s| digests(s)).collect();
    let in_all = |v: &&Value| {
        let digest = marks::fingerprint(v);
        others.iter().all(|o| o.contains(&digest))
    };
    Ok(Value::set(
        element,
        sets[0].iter().filter(in_all).cloned().collect(),
    ))
}

fn setsubtract(_: &Context<'_>, a: &[Value]) -> Answer {
    let (element, sets) = sets(a)?;
    let without = digests(&sets[1]);
    let kept = sets[0]
        .iter()
        .filter(|v| !without.contains(&marks::fingerprint(v)));
    Ok(Value::set(element, kept.cloned().collect()))
}

/// Of lists a list of tuples in their order; with a set among them a set.
fn setproduct(_: &Context<'_>, a: &[Value]) -> Answer {
    if a.len() < 2 {
        return Err("at least two collections are required".into());
    }
    let mut lists = Vec::new();
    let mut types = Vec::new();
    for (i, value) in a.iter().enumerate() {
        let element = match value {
            Value::Set(_) | Value::List(_) | Value::Tuple(_) => Type::list(Type::Any),
            _ => return items(a, i).map(|_| Value::NULL),
        };
        let list = convert(value, &element).map_err(|e| Fault::of(i, e.to_string()))?;
        if let Value::List(list) = &list {
            types.push(list.element.clone());
        }
        lists.push(list.as_items().unwrap_or(&[]).to_vec());
    }
    let count = lists.iter().try_fold(1usize, |n, l| n.checked_mul(l.len()));
    if count.is_none_or(|n| n > MAX_PRODUCT) {
        return Err(format!("more than {MAX_PRODUCT} combinations").into());
    }
    let mut product = vec![Vec::new()];
    for list in &lists {
        product = product
            .iter()
            .flat_map(|begun: &Vec<Value>| {
                list.iter()
                    .map(|item| begun.iter().cloned().chain([item.clone()]).collect())
            })
            .collect();
    }
    let element = Type::Tuple(types.into());
    let tuples = product.into_iter().map(Value::tuple).collect();
    Ok(match a.iter().any(|v| matches!(v, Value::Set(_))) {
        true => Value::set(element, tuples),
        false => Value::list(element, tuples),
    })
}
