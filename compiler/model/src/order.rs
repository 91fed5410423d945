//! The order of a set's values, which is Terraform's, so that what goes through a set comes out
//! the same: strings by code point, numbers by value, what is composed by a text of all of it,
//! null behind them.

use crate::{Fingerprint, Number, Value};
use bigdecimal::num_bigint::Sign;
use std::cmp::Ordering;
use std::fmt::Write;

/// Sorts, and keeps each value once.
pub(crate) fn sort(items: &mut Vec<Value>) {
    if items.iter().any(|v| rank(v) == COMPOSED) {
        items.sort_by_cached_key(|v| (rank(v), key(v), Fingerprint::of(v)));
        items.dedup_by(|a, b| same(a, b));
    } else {
        items.sort_by(compare);
        items.dedup_by(|a, b| compare(a, b).is_eq());
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => rank(a)
            .cmp(&rank(b))
            .then_with(|| Fingerprint::of(a).cmp(&Fingerprint::of(b))),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    rank(a) == rank(b) && Fingerprint::of(a) == Fingerprint::of(b)
}

const COMPOSED: u8 = 5;

fn rank(value: &Value) -> u8 {
    match value {
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Mixed(_) | Value::Secret(_) => 4,
        Value::List(_) | Value::Set(_) | Value::Tuple(_) | Value::Map(_) | Value::Object(_) => {
            COMPOSED
        }
        Value::Null(_) => 6,
        Value::Unknown(_) => 7,
    }
}

fn key(value: &Value) -> String {
    let mut key = String::new();
    write(&mut key, value);
    key
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null(_) => out.push('~'),
        Value::Unknown(_) | Value::Secret(_) | Value::Mixed(_) => out.push('?'),
        Value::Bool(b) => out.push(if *b { 'T' } else { 'F' }),
        Value::Number(n) => number(out, n),
        Value::String(s) => drop(write!(out, "{s:?}")),
        Value::Map(map) => {
            out.push('{');
            for (name, value) in map.entries.iter() {
                let _ = write!(out, "{name:?}:");
                write(out, value);
                out.push(';');
            }
            out.push('}');
        }
        Value::List(_) | Value::Set(_) => each(out, '[', value, ']'),
        Value::Tuple(_) | Value::Object(_) => each(out, '<', value, '>'),
    }
}

/// Ten digits, and an exponent where it would have more.
fn number(out: &mut String, number: &Number) {
    if let Some(int) = number
        .as_i64()
        .filter(|i| i.unsigned_abs() < 10_000_000_000)
    {
        let _ = write!(out, "{int}");
        return;
    }
    let value = number.decimal().with_prec(10).normalized();
    let exponent = value.digits() as i64 - value.fractional_digit_count() - 1;
    if (-4..10).contains(&exponent) {
        out.push_str(&value.to_plain_string());
        return;
    }
    let (digits, _) = value.abs().into_bigint_and_exponent();
    let digits = digits.to_string();
    let (first, rest) = digits.split_at(1);
    let sign = if value.sign() == Sign::Minus { "-" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    let _ = write!(out, "{sign}{first}{point}{rest}e{exponent:+03}");
}

fn each(out: &mut String, open: char, value: &Value, close: char) {
    out.push(open);
    for child in value.children() {
        write(out, child);
        out.push(';');
    }
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;

    fn check(items: Vec<Value>, expected: Vec<Value>) {
        let set = Value::set(Type::Any, items);
        assert_eq!(set.as_items().unwrap(), expected);
    }

    #[test]
    fn scalars_by_value_and_null_last() {
        check(
            vec![Value::NULL, 10.into(), 9.into(), 10.into()],
            vec![9.into(), 10.into(), Value::NULL],
        );
        check(
            vec![true.into(), false.into()],
            vec![false.into(), true.into()],
        );
    }

    #[test]
    fn what_is_composed_by_its_text() {
        let pair = |a: i64, b: i64| Value::object([("a", a.into()), ("b", b.into())]);
        check(
            vec![pair(1, 2), pair(1, 1), pair(1, 2), pair(1, 10)],
            vec![pair(1, 10), pair(1, 1), pair(1, 2)],
        );
        let lone = |text: &str| Value::tuple(vec![Value::Number(text.parse().unwrap())]);
        check(
            ["1e30", "2", "123456789012", "0.00001", "12345678.123456789"]
                .map(lone)
                .into(),
            ["123456789012", "12345678.123456789", "1e30", "0.00001", "2"]
                .map(lone)
                .into(),
        );
    }
}
