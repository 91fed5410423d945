//! How much an evaluation may make: what asks for more is a slip, and would take all memory.

use diagnostics::{Problem, Span};
use model::{Part, Value};

/// Bytes of a text.
pub(crate) const MOST_BYTES: usize = 64 << 20;
/// Items of a collection, and rounds of all loops of one expression.
pub(crate) const MOST_ITEMS: usize = 1 << 20;

/// Collections in each other, of whatever an expression gives: whoever goes through a value
/// recursively relies on it, on a small stack and in a debug build.
pub(crate) const MOST_DEPTH: usize = 128;

/// The value, where it is not too deep.
///
/// # Errors
/// At the expression that gives it.
pub(crate) fn shallow(value: Value, at: Span) -> Result<Value, Box<Problem>> {
    match is_deeper(&value, MOST_DEPTH) {
        true => Err(too_deep(at)),
        false => Ok(value),
    }
}

fn is_deeper(value: &Value, than: usize) -> bool {
    let items: &mut dyn Iterator<Item = &Value> = match value {
        Value::List(list) | Value::Set(list) => &mut list.items.iter(),
        Value::Tuple(items) => &mut items.iter(),
        Value::Map(map) => &mut map.entries.values(),
        Value::Object(fields) => &mut fields.values(),
        Value::Secret(secret) => return secret.expose().is_some_and(|v| is_deeper(v, than)),
        _ => return false,
    };
    let Some(than) = than.checked_sub(1) else {
        return true;
    };
    for item in items {
        if is_deeper(item, than) {
            return true;
        }
    }
    false
}

fn too_deep(at: Span) -> Box<Problem> {
    let label = format!("collections stand in each other more than {MOST_DEPTH} times");
    Box::new(
        Problem::error("LF0228", "this comes to more than can be held")
            .at(at, label)
            .help("look for values that are wrapped in each other, one name after the other"),
    )
}

/// The value, where it is not too large.
///
/// # Errors
/// At the place that made it.
pub(crate) fn bounded(value: Value, at: Span) -> Result<Value, Box<Problem>> {
    let too_large = match &value {
        Value::String(text) => text.len() > MOST_BYTES,
        Value::Mixed(mixed) => bytes(mixed.parts()) > MOST_BYTES,
        Value::List(list) | Value::Set(list) => list.items.len() > MOST_ITEMS,
        Value::Tuple(items) => items.len() > MOST_ITEMS,
        _ => false,
    };
    match too_large {
        true => Err(too_much(at)),
        false => Ok(value),
    }
}

/// How long the texts among these are together.
pub(crate) fn bytes(parts: &[Part]) -> usize {
    let length = |part: &Part| match part {
        Part::Text(text) => text.len(),
        Part::Secret(_) => 0,
    };
    parts.iter().map(length).sum()
}

pub(crate) fn too_much(at: Span) -> Box<Problem> {
    Box::new(
        Problem::error("LF0228", "this comes to more than can be held")
            .at(
                at,
                format!(
                    "more than {MOST_ITEMS} items or rounds, or {} MiB of text",
                    MOST_BYTES >> 20
                ),
            )
            .help("look for a loop inside of a loop, or a text that is put together from itself"),
    )
}
