//! `format` and `formatlist`. What comes from a secret is a secret range of the result.

use super::{Answer, Context, Fault, Function, Want, nullable, p, text};
use crate::{json, marks};
use bigdecimal::{BigDecimal, RoundingMode};
use model::{Mixed, Number, Part, Type, Value, convert};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("format", &[p("format", Want::String)], Want::String, format)
        .variadic(nullable("arguments", Want::Any))
        .raw(),
    Function::new(
        "formatlist",
        &[p("format", Want::String)],
        Want::Strings,
        formatlist,
    )
    .variadic(nullable("arguments", Want::Any))
    .raw(),
];

fn format(_: &Context<'_>, a: &[Value]) -> Answer {
    let inputs: Vec<&Value> = a.iter().collect();
    if a[0].is_unknown() {
        return Ok(Value::Unknown(Arc::new(
            marks::unknown(Type::String, &inputs).not_null(),
        )));
    }
    if marks::is_secret(&a[0]) {
        if inputs.iter().any(|v| v.has_unknown()) {
            return Ok(Value::Unknown(Arc::new(
                marks::unknown(Type::String, &inputs).not_null(),
            )));
        }
        return marks::lift(
            "format",
            &inputs,
            || Type::String,
            |open| formatted(text(open, 0), &open[1..]),
        );
    }
    formatted(text(a, 0), &a[1..])
}

/// Lists go in step; what is no list is the same for all.
fn formatlist(context: &Context<'_>, a: &[Value]) -> Answer {
    let inputs: Vec<&Value> = a.iter().collect();
    let unknown = || {
        Value::Unknown(Arc::new(
            marks::unknown(Type::list(Type::String), &inputs).not_null(),
        ))
    };
    if inputs.iter().any(|v| v.is_unknown()) {
        return Ok(unknown());
    }
    if a.iter()
        .any(|v| matches!(v, Value::Secret(s) if !s.ty.is_primitive()))
    {
        return match inputs.iter().any(|v| v.has_unknown()) {
            true => Ok(unknown()),
            false => marks::lift(
                "formatlist",
                &inputs,
                || Type::list(Type::String),
                |open| formatlist(context, open),
            ),
        };
    }
    let mut length = None;
    for (i, argument) in a.iter().enumerate().skip(1) {
        let Some(items) = argument.as_items() else {
            continue;
        };
        match length {
            Some(n) if n != items.len() => {
                return Err(Fault::of(i, "the lists are not of one length"));
            }
            _ => length = Some(items.len()),
        }
    }
    let mut rows = Vec::new();
    for row in 0..length.unwrap_or(1) {
        let arguments: Vec<Value> = a
            .iter()
            .map(|v| {
                v.as_items()
                    .map_or_else(|| v.clone(), |items| items[row].clone())
            })
            .collect();
        rows.push(format(context, &arguments)?);
    }
    Ok(Value::list(Type::String, rows))
}

/// One verb: `%[index]05.2f`.
#[derive(Clone, Copy, Default)]
struct Verb {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
    letter: char,
}

fn formatted(pattern: &str, arguments: &[Value]) -> Answer {
    let mut parts: Vec<Part> = Vec::new();
    let mut plain = String::new();
    let mut rest = pattern;
    let mut next = 0;
    let mut used = 0;
    let mut explicit = false;
    let mut unknown = false;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('%') {
            plain.push('%');
            rest = behind;
            continue;
        }
        let (verb, index, behind) = parse(rest)?;
        rest = behind;
        explicit |= index.is_some();
        let index = index.unwrap_or(next);
        next = index + 1;
        used = used.max(next);
        let value = arguments.get(index).ok_or_else(|| {
            Fault::of(
                0,
                format!("`%{}` has no argument {}", verb.letter, index + 1),
            )
        })?;
        if value.has_unknown() && !unknown {
            // From here on nothing of the text is certain.
            parts.push(Part::Text(std::mem::take(&mut plain).into()));
            unknown = true;
        }
        if !unknown {
            parts.push(Part::Text(std::mem::take(&mut plain).into()));
            append(&mut parts, verb, value, index + 1)?;
        }
    }
    if used < arguments.len() && !explicit {
        return Err(Fault::of(
            used + 1,
            "there are more arguments than verbs in the format",
        ));
    }
    if unknown {
        return Ok(not_known_yet(&parts, arguments));
    }
    plain.push_str(rest);
    parts.push(Part::Text(plain.into()));
    Ok(Mixed::join(parts))
}

fn not_known_yet(parts: &[Part], arguments: &[Value]) -> Value {
    let inputs: Vec<&Value> = arguments.iter().collect();
    let mut unknown = marks::unknown(Type::String, &inputs).not_null();
    let mut prefix = String::new();
    for part in parts {
        match part {
            Part::Text(t) => prefix.push_str(t),
            Part::Secret(_) => break,
        }
    }
    unknown.prefix = Some(Arc::from(prefix)).filter(|p: &Arc<str>| !p.is_empty());
    Value::Unknown(Arc::new(unknown))
}

fn append(parts: &mut Vec<Part>, verb: Verb, value: &Value, argument: usize) -> Result<(), Fault> {
    let bare = matches!(verb.letter, 's' | 'v') && verb.width.is_none() && verb.precision.is_none();
    if let (true, Value::Mixed(mixed)) = (bare, value) {
        parts.extend(mixed.parts().iter().cloned());
        return Ok(());
    }
    if value.has_secret() {
        if let (true, Some(part)) = (bare, marks::part(value)) {
            parts.push(part);
            return Ok(());
        }
        let operation = format!(
            "format {}{:?}{:?}{}{}{}{}{}",
            verb.letter,
            verb.width,
            verb.precision,
            verb.minus,
            verb.plus,
            verb.space,
            verb.zero,
            verb.sharp
        );
        let secret = marks::lift(
            &operation,
            &[value],
            || Type::String,
            |open| write(verb, &open[0], argument).map(Value::from),
        )?;
        parts.extend(marks::part(&secret));
        return Ok(());
    }
    parts.push(Part::Text(write(verb, value, argument)?.into()));
    Ok(())
}

fn parse(text: &str) -> Result<(Verb, Option<usize>, &str), Fault> {
    let mut verb = Verb::default();
    let mut index = None;
    let mut rest = text;
    let refused = |what: &str| Fault::of(0, what.to_string());
    loop {
        let Some(c) = rest.chars().next() else {
            return Err(refused("the format ends within a verb").help("`%%` gives a percent sign"));
        };
        match c {
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            ' ' => verb.space = true,
            '#' => verb.sharp = true,
            '0' => verb.zero = true,
            _ => break,
        }
        rest = &rest[1..];
    }
    index = parse_index(&mut rest)?.or(index);
    verb.width = parse_number(&mut rest)?;
    if let Some(behind) = rest.strip_prefix('.') {
        rest = behind;
        verb.precision = Some(parse_number(&mut rest)?.unwrap_or(0));
    }
    index = parse_index(&mut rest)?.or(index);
    let Some(letter) = rest.chars().next() else {
        return Err(refused("the format ends within a verb").help("`%%` gives a percent sign"));
    };
    verb.letter = letter;
    if !"vtbdoxXeEfgGsq".contains(letter) {
        let message = format!("there is no verb `%{letter}`");
        return Err(refused(&message).help("there are %v %s %q %d %f %t %b %o %x %X %e %E %g %G"));
    }
    Ok((verb, index, &rest[letter.len_utf8()..]))
}

fn parse_index(rest: &mut &str) -> Result<Option<usize>, Fault> {
    let Some(behind) = rest.strip_prefix('[') else {
        return Ok(None);
    };
    let refused = || Fault::of(0, "the index in a verb is no number from 1");
    let (digits, behind) = behind.split_once(']').ok_or_else(refused)?;
    let index: usize = digits.parse().map_err(|_| refused())?;
    *rest = behind;
    index.checked_sub(1).map(Some).ok_or_else(refused)
}

fn parse_number(rest: &mut &str) -> Result<Option<usize>, Fault> {
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return Ok(None);
    }
    let number: usize = rest[..length].parse().unwrap_or(usize::MAX);
    if number > 10_000 {
        return Err(Fault::of(0, "a width of more than 10000"));
    }
    *rest = &rest[length..];
    Ok(Some(number))
}

fn write(verb: Verb, value: &Value, argument: usize) -> Result<String, Fault> {
    let refuse = |m: String| Fault::of(argument, m);
    if value.is_null() && verb.letter != 'v' {
        return Err(refuse(format!(
            "`%{}` has no meaning for null",
            verb.letter
        )));
    }
    match verb.letter {
        'v' => write_any(verb, value, argument),
        's' | 'q' => {
            let Ok(Value::String(text)) = convert(value, &Type::String) else {
                return Err(refuse(format!("`%{}` takes a string", verb.letter)));
            };
            Ok(pad(verb, quote_or_cut(verb, &text)))
        }
        't' => match convert(value, &Type::Bool) {
            Ok(Value::Bool(b)) => Ok(pad(verb, b.to_string())),
            _ => Err(refuse("`%t` takes a bool".into())),
        },
        _ => match convert(value, &Type::Number) {
            Ok(Value::Number(n)) => write_number(verb, &n, argument),
            _ => Err(refuse(format!("`%{}` takes a number", verb.letter))),
        },
    }
}

fn write_any(verb: Verb, value: &Value, argument: usize) -> Result<String, Fault> {
    let text = match value {
        Value::String(s) if !verb.sharp => s.to_string(),
        Value::Number(n) if !verb.sharp => {
            return write_number(
                Verb {
                    letter: 'g',
                    ..verb
                },
                n,
                argument,
            );
        }
        Value::Bool(b) => b.to_string(),
        other => json::encode(other).map_err(|m| Fault::of(argument, m))?,
    };
    Ok(pad(verb, cut(verb, text)))
}

fn quote_or_cut(verb: Verb, text: &str) -> String {
    let cut = cut(verb, text.to_string());
    if verb.letter == 'q' {
        serde_json::Value::from(cut).to_string()
    } else {
        cut
    }
}

fn cut(verb: Verb, text: String) -> String {
    match verb.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text,
    }
}

fn write_number(verb: Verb, n: &Number, argument: usize) -> Result<String, Fault> {
    let negative = crate::arithmetic::is_negative(n);
    let size = if negative {
        crate::arithmetic::negate(n)
    } else {
        n.clone()
    };
    let digits = match verb.letter {
        'f' => fixed(&size.decimal(), verb.precision.unwrap_or(6)),
        'e' | 'E' => scientific(
            &size.decimal(),
            Some(verb.precision.unwrap_or(6)),
            verb.letter,
        ),
        'g' | 'G' | 'v' => match verb.precision {
            None => general(&size, verb.letter),
            Some(precision) => scientific_or_fixed(&size.decimal(), precision.max(1), verb.letter),
        },
        letter => {
            if !n.is_whole() {
                return Err(Fault::of(
                    argument,
                    format!("`%{letter}` takes a whole number"),
                ));
            }
            let truncated = size.decimal().with_scale_round(0, RoundingMode::Down);
            let (whole, _) = truncated.into_bigint_and_exponent();
            match letter {
                'b' => whole.to_str_radix(2),
                'o' => whole.to_str_radix(8),
                'x' => whole.to_str_radix(16),
                'X' => whole.to_str_radix(16).to_uppercase(),
                'd' => whole.to_str_radix(10),
                _ => return Err(Fault::of(argument, "an unknown verb")),
            }
        }
    };
    let sign = match (negative, verb.plus, verb.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    };
    let length = sign.len() + digits.chars().count();
    Ok(match verb.width {
        Some(width) if verb.zero && !verb.minus && width > length => {
            format!("{sign}{}{digits}", "0".repeat(width - length))
        }
        _ => pad(
            Verb {
                zero: false,
                ..verb
            },
            format!("{sign}{digits}"),
        ),
    })
}

fn fixed(value: &BigDecimal, precision: usize) -> String {
    value
        .with_scale_round(precision as i64, RoundingMode::HalfEven)
        .to_plain_string()
}

fn general(n: &Number, letter: char) -> String {
    let value = n.decimal();
    let exponent = value.digits() as i64 - value.fractional_digit_count() - 1;
    if exponent < -4 || exponent >= 6.max(if letter == 'v' { 21 } else { 0 }) {
        return scientific(&value, None, if letter == 'G' { 'E' } else { 'e' });
    }
    n.to_string()
}

fn scientific_or_fixed(value: &BigDecimal, precision: usize, letter: char) -> String {
    let rounded = value.with_prec(precision as u64).normalized();
    let exponent = rounded.digits() as i64 - rounded.fractional_digit_count() - 1;
    if exponent < -4 || exponent >= precision as i64 {
        let e = if letter == 'G' { 'E' } else { 'e' };
        return scientific(&rounded, None, e);
    }
    rounded.to_plain_string()
}

/// `d.ddde+xx`
fn scientific(value: &BigDecimal, precision: Option<usize>, letter: char) -> String {
    let rounded = match precision {
        Some(precision) => value.with_prec(precision as u64 + 1),
        None => value.normalized(),
    };
    let exponent = match rounded.sign() {
        num_bigint::Sign::NoSign => 0,
        _ => rounded.digits() as i64 - rounded.fractional_digit_count() - 1,
    };
    let (digits, _) = rounded.into_bigint_and_exponent();
    let mut digits = digits.to_str_radix(10);
    if let Some(precision) = precision {
        while digits.len() < precision + 1 {
            digits.push('0');
        }
        digits.truncate(precision + 1);
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}{letter}{sign}{:02}", exponent.abs())
}

fn pad(verb: Verb, text: String) -> String {
    let Some(width) = verb.width else { return text };
    let missing = width.saturating_sub(text.chars().count());
    let fill = if verb.zero && !verb.minus { "0" } else { " " }.repeat(missing);
    if verb.minus {
        text + &fill
    } else {
        fill + &text
    }
}
