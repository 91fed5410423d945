//! How much an evaluation may make: what asks for more is a slip, and would take all memory.

use diagnostics::{Problem, Span};
use model::{Part, Value};

/// Bytes of a text.
pub(crate) const MOST_BYTES: usize = 64 << 20;
/// Items of a collection, and rounds of all loops of one expression.
pub(crate) const MOST_ITEMS: usize = 1 << 20;

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
