//! Functions of lists as sequences.

use super::collection::{items, ordered};
use super::number::number;
use super::{Answer, Context, Fault, Function, Want, nullable, p, whole};
use crate::{arithmetic, marks};
use model::{Number, Type, Value, convert, unify_loosely};

const LIST: super::Parameter = p("list", Want::Any);

/// More items than this are refused: it is a slip of the hand, and would take all memory.
const MAX_RANGE: i64 = 1024;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("alltrue", &[p("list", Want::Any)], Want::Bool, alltrue),
    Function::new("anytrue", &[p("list", Want::Any)], Want::Bool, anytrue),
    Function::new(
        "chunklist",
        &[LIST, p("size", Want::Number)],
        Want::Any,
        chunklist,
    )
    .inside(),
    Function::new(
        "compact",
        &[p("list", Want::Strings)],
        Want::Strings,
        compact,
    ),
    Function::new("concat", &[], Want::Any, concat)
        .variadic(p("lists", Want::Any))
        .inside(),
    Function::new("distinct", &[LIST], Want::Any, distinct),
    Function::new(
        "element",
        &[LIST, p("index", Want::Number)],
        Want::Any,
        element,
    )
    .inside(),
    Function::new("flatten", &[LIST], Want::Any, flatten).raw(),
    Function::new("range", &[], Want::Numbers, range).variadic(p("limits", Want::Number)),
    Function::new("reverse", &[LIST], Want::Any, reverse).inside(),
    Function::new(
        "slice",
        &[LIST, p("start", Want::Number), p("end", Want::Number)],
        Want::Any,
        slice,
    )
    .inside(),
    Function::new("sort", &[p("list", Want::Strings)], Want::Strings, sort),
    Function::new("sum", &[nullable("numbers", Want::Any)], Want::Number, sum),
];

fn bools(a: &[Value]) -> Result<Vec<bool>, Fault> {
    let list = convert(&a[0], &Type::list(Type::Bool));
    list.map_err(|e| Fault::of(0, e.to_string()))?;
    items(a, 0)?
        .iter()
        .map(|v| match Want::Bool.convert(v) {
            Ok(Value::Bool(b)) => Ok(b),
            // Null counts as false.
            Ok(_) => Ok(false),
            Err(m) => Err(Fault::of(0, m)),
        })
        .collect()
}

fn alltrue(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(bools(a)?.iter().all(|b| *b).into())
}

fn anytrue(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(bools(a)?.iter().any(|b| *b).into())
}

/// A list of the same kind: of one type where it was one, else of the common type.
fn same_list(of: &Value, values: Vec<Value>) -> Value {
    match of {
        Value::List(list) | Value::Set(list) => Value::list(list.element.clone(), values),
        _ => Value::tuple(values),
    }
}

/// The first argument as a list; one that is empty keeps the type that it has.
fn typed(a: &[Value]) -> Answer {
    let list = convert(&a[0], &Type::list(Type::Any));
    list.map_err(|e| Fault::of(0, e.to_string()))
}

fn chunklist(_: &Context<'_>, a: &[Value]) -> Answer {
    items(a, 0)?;
    let size = whole(a, 1)?;
    let size = usize::try_from(size).map_err(|_| Fault::of(1, "the size can't be negative"))?;
    let Value::List(list) = typed(a)? else {
        return Err(Fault::of(0, "a list is required"));
    };
    let size = if size == 0 {
        list.items.len().max(1)
    } else {
        size
    };
    let chunk = |c: &[Value]| Value::list(list.element.clone(), c.to_vec());
    let chunks = list.items.chunks(size).map(chunk).collect();
    Ok(Value::list(Type::list(list.element.clone()), chunks))
}

fn compact(_: &Context<'_>, a: &[Value]) -> Answer {
    let kept = items(a, 0)?
        .iter()
        .filter(|v| v.as_str().is_some_and(|s| !s.is_empty()));
    Ok(Value::list(Type::String, kept.cloned().collect()))
}

/// Lists of one type stay a list.
fn concat(_: &Context<'_>, a: &[Value]) -> Answer {
    if a.is_empty() {
        return Err("at least one list is required".into());
    }
    let mut all = Vec::new();
    for i in 0..a.len() {
        all.extend(ordered(a, i)?.iter().cloned());
    }
    let elements = a.iter().map(|v| match v {
        Value::List(list) => Some(list.element.clone()),
        _ => None,
    });
    let elements: Option<Vec<Type>> = elements.collect();
    let Some(element) = elements.and_then(unify_loosely) else {
        return Ok(Value::tuple(all));
    };
    let converted = all.iter().map(|v| convert(v, &element));
    let converted: Result<Vec<Value>, _> = converted.collect();
    let converted = converted.map_err(|e| Fault::from(e.to_string()))?;
    Ok(Value::list(element, converted))
}

fn distinct(_: &Context<'_>, a: &[Value]) -> Answer {
    let Value::List(list) = typed(a)? else {
        return Err(Fault::of(0, "a list is required"));
    };
    let mut seen = std::collections::HashSet::new();
    let kept = list
        .items
        .iter()
        .filter(|v| seen.insert(marks::fingerprint(v)));
    let kept = kept.cloned().collect();
    Ok(Value::list(list.element.clone(), kept))
}

/// Begins anew behind the end.
fn element(_: &Context<'_>, a: &[Value]) -> Answer {
    if matches!(a[0], Value::Set(_)) {
        return Err(Fault::of(0, "a set has no order").help("use `tolist` or `one`"));
    }
    let (list, at) = (items(a, 0)?, whole(a, 1)?);
    if list.is_empty() {
        return Err(Fault::of(0, "the list is empty"));
    }
    Ok(list[at.rem_euclid(list.len() as i64) as usize].clone())
}

fn flatten(_: &Context<'_>, a: &[Value]) -> Answer {
    let inputs = [&a[0]];
    if a[0].is_unknown() {
        return Ok(marks::unknown_value(Type::Any, &inputs));
    }
    let mut flat = Vec::new();
    match level(&a[0], &mut flat)? {
        Level::Flat => Ok(Value::tuple(flat)),
        Level::Unknown => Ok(marks::unknown_value(Type::Any, &inputs)),
        Level::Secret if a[0].has_unknown() => Ok(marks::unknown_value(Type::Any, &inputs)),
        Level::Secret => marks::lift(
            "flatten",
            &inputs,
            || Type::Any,
            |open| {
                let mut flat = Vec::new();
                level(&open[0], &mut flat)?;
                Ok(Value::tuple(flat))
            },
        ),
    }
}

enum Level {
    Flat,
    /// Whether something in it is a list is not known.
    Unknown,
    /// Something in it is a secret list.
    Secret,
}

fn level(value: &Value, flat: &mut Vec<Value>) -> Result<Level, Fault> {
    let Some(list) = value.as_items() else {
        return match value {
            Value::Secret(_) => Ok(Level::Secret),
            _ => Err(Fault::of(0, "a list, a set or a tuple is required")),
        };
    };
    let mut result = Level::Flat;
    for item in list {
        let inner = match item {
            Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
                stacker::maybe_grow(64 << 10, 1 << 20, || level(item, flat))?
            }
            Value::Unknown(u) if may_be_list(&u.ty) => Level::Unknown,
            Value::Secret(s) if may_be_list(&s.ty) => Level::Secret,
            plain => {
                flat.push(plain.clone());
                Level::Flat
            }
        };
        result = match (result, inner) {
            (Level::Unknown, _) | (_, Level::Unknown) => Level::Unknown,
            (Level::Secret, _) | (_, Level::Secret) => Level::Secret,
            _ => Level::Flat,
        };
    }
    Ok(result)
}

fn may_be_list(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_)
    )
}

fn range(_: &Context<'_>, a: &[Value]) -> Answer {
    let zero = Number::from(0i64);
    let one = Number::from(1i64);
    let (start, limit, step) = match a.len() {
        1 => (zero.clone(), number(a, 0), None),
        2 => (number(a, 0), number(a, 1), None),
        3 => (number(a, 0), number(a, 1), Some(number(a, 2))),
        _ => return Err("one to three numbers are required".into()),
    };
    let down = limit < start;
    let step = step.unwrap_or_else(|| if down { Number::from(-1i64) } else { one });
    if start == limit {
        return Ok(Value::list(Type::Number, Vec::new()));
    }
    if step == zero {
        return Err(Fault::of(2, "the step can't be zero"));
    }
    if down != (step < zero) {
        return Err(Fault::of(2, "the step leads away from the end"));
    }
    let mut numbers = Vec::new();
    let mut at = start;
    while if down { at > limit } else { at < limit } {
        if numbers.len() as i64 >= MAX_RANGE {
            return Err(format!("more than {MAX_RANGE} numbers").into());
        }
        let next = arithmetic::add(&at, &step)?;
        numbers.push(Value::Number(at));
        at = next;
    }
    Ok(Value::list(Type::Number, numbers))
}

fn reverse(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(same_list(
        &a[0],
        items(a, 0)?.iter().rev().cloned().collect(),
    ))
}

fn slice(_: &Context<'_>, a: &[Value]) -> Answer {
    if matches!(a[0], Value::Set(_)) {
        return Err(Fault::of(0, "a set has no order"));
    }
    let (list, start, end) = (items(a, 0)?, whole(a, 1)?, whole(a, 2)?);
    if start < 0 || start > list.len() as i64 {
        return Err(Fault::of(
            1,
            format!("the start is outside of 0 to {}", list.len()),
        ));
    }
    if end < start || end > list.len() as i64 {
        return Err(Fault::of(
            2,
            format!("the end is outside of {start} to {}", list.len()),
        ));
    }
    Ok(same_list(
        &a[0],
        list[start as usize..end as usize].to_vec(),
    ))
}

fn sort(_: &Context<'_>, a: &[Value]) -> Answer {
    let mut sorted = items(a, 0)?.to_vec();
    if sorted.iter().any(Value::is_null) {
        return Err(Fault::of(0, "an item is null"));
    }
    sorted.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    Ok(Value::list(Type::String, sorted))
}

fn sum(_: &Context<'_>, a: &[Value]) -> Answer {
    let list = items(a, 0)?;
    if list.is_empty() {
        return Err(Fault::of(0, "the list is empty"));
    }
    let mut total = Number::from(0i64);
    for value in list {
        match Want::Number.convert(value) {
            Ok(Value::Number(n)) => total = arithmetic::add(&total, &n)?,
            Ok(_) => return Err(Fault::of(0, "an item is null")),
            Err(m) => return Err(Fault::of(0, m)),
        }
    }
    Ok(Value::Number(total))
}
