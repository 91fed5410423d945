//! Functions of numbers.

use super::{Answer, Context, Fault, Function, Want, p, text, whole};
use bigdecimal::RoundingMode;
use model::{Number, Scalar, Value};
use num_bigint::BigInt;
use num_traits::Zero;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", &[p("number", Want::Number)], Want::Number, abs),
    Function::new("bytes", &[p("size", Want::String)], Want::Number, bytes),
    Function::new("ceil", &[p("number", Want::Number)], Want::Number, ceil),
    Function::new("floor", &[p("number", Want::Number)], Want::Number, floor),
    Function::new(
        "log",
        &[p("number", Want::Number), p("base", Want::Number)],
        Want::Number,
        log,
    ),
    Function::new("max", &[], Want::Number, max).variadic(p("numbers", Want::Number)),
    Function::new("min", &[], Want::Number, min).variadic(p("numbers", Want::Number)),
    Function::new(
        "parseint",
        &[p("text", Want::String), p("base", Want::Number)],
        Want::Number,
        parseint,
    ),
    Function::new(
        "pow",
        &[p("number", Want::Number), p("exponent", Want::Number)],
        Want::Number,
        pow,
    ),
    Function::new(
        "seconds",
        &[p("duration", Want::String)],
        Want::Number,
        seconds,
    ),
    Function::new("signum", &[p("number", Want::Number)], Want::Number, signum),
];

pub(super) fn number(arguments: &[Value], index: usize) -> Number {
    match arguments.get(index) {
        Some(Value::Number(n)) => n.clone(),
        _ => Number::from(0i64),
    }
}

fn abs(_: &Context<'_>, a: &[Value]) -> Answer {
    let n = number(a, 0);
    let negative = crate::arithmetic::is_negative(&n);
    Ok(Value::Number(if negative {
        crate::arithmetic::negate(&n)
    } else {
        n
    }))
}

/// `"20GiB"` in bytes: what a `size` comes to.
fn bytes(_: &Context<'_>, a: &[Value]) -> Answer {
    let refused = || Fault::of(0, format!("expected {}", Scalar::Size.looks_like()));
    let bytes = model::bytes(text(a, 0)).ok_or_else(refused)?;
    Ok(Value::Number(Number::from_decimal(bytes.into())))
}

/// `"1h30m"` in seconds: what a `duration` comes to.
fn seconds(_: &Context<'_>, a: &[Value]) -> Answer {
    let refused = || Fault::of(0, format!("expected {}", Scalar::Duration.looks_like()));
    let ms = model::milliseconds(text(a, 0)).ok_or_else(refused)?;
    let seconds = bigdecimal::BigDecimal::from(ms) / bigdecimal::BigDecimal::from(1000);
    Ok(Value::Number(Number::from_decimal(seconds)))
}

fn ceil(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(round(&number(a, 0), RoundingMode::Ceiling))
}

fn floor(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(round(&number(a, 0), RoundingMode::Floor))
}

fn round(n: &Number, mode: RoundingMode) -> Value {
    if n.is_whole() {
        return Value::Number(n.clone());
    }
    Value::Number(Number::from_decimal(n.decimal().with_scale_round(0, mode)))
}

fn log(_: &Context<'_>, a: &[Value]) -> Answer {
    from_float(number(a, 0).as_f64().ln() / number(a, 1).as_f64().ln())
}

fn pow(_: &Context<'_>, a: &[Value]) -> Answer {
    from_float(number(a, 0).as_f64().powf(number(a, 1).as_f64()))
}

fn from_float(value: f64) -> Answer {
    match Number::from_f64(value) {
        Some(n) => Ok(Value::Number(n)),
        None => Err("the result is not a finite number".into()),
    }
}

fn max(_: &Context<'_>, a: &[Value]) -> Answer {
    (0..a.len())
        .map(|i| number(a, i))
        .max()
        .map(Value::Number)
        .ok_or_else(|| "at least one number is required".into())
}

fn min(_: &Context<'_>, a: &[Value]) -> Answer {
    (0..a.len())
        .map(|i| number(a, i))
        .min()
        .map(Value::Number)
        .ok_or_else(|| "at least one number is required".into())
}

fn parseint(_: &Context<'_>, a: &[Value]) -> Answer {
    let base = whole(a, 1)?;
    if !(2..=62).contains(&base) {
        return Err(Fault::of(1, "the base is a whole number between 2 and 62"));
    }
    let written = text(a, 0);
    let (negative, digits) = match written.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, written.strip_prefix('+').unwrap_or(written)),
    };
    let refused = || Fault::of(0, format!("this is no whole number in base {base}"));
    if digits.is_empty() || digits.len() > 10_000 {
        return Err(refused());
    }
    let mut value = BigInt::zero();
    for c in digits.chars() {
        let digit = digit(c, base).ok_or_else(refused)?;
        value = value * base + digit;
    }
    let value = if negative { -value } else { value };
    Ok(Value::Number(Number::from_decimal(value.into())))
}

/// Up to base 36 both cases are the same digit; beyond, capitals come after small letters.
fn digit(c: char, base: i64) -> Option<i64> {
    let value = match c {
        '0'..='9' => c as i64 - '0' as i64,
        'a'..='z' => c as i64 - 'a' as i64 + 10,
        'A'..='Z' if base <= 36 => c as i64 - 'A' as i64 + 10,
        'A'..='Z' => c as i64 - 'A' as i64 + 36,
        _ => return None,
    };
    (value < base).then_some(value)
}

fn signum(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(Value::int(match number(a, 0).cmp(&Number::from(0i64)) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    }))
}
