//! One verb of a format: how it is read, and how a plain value is written by it.

use super::Fault;
use crate::json;
use bigdecimal::{BigDecimal, RoundingMode};
use model::{Number, Type, Value, convert};
use num_traits::Zero;
use unicode_segmentation::UnicodeSegmentation;

/// One verb: `%[index]05.2f`.
#[derive(Clone, Copy, Default)]
pub(super) struct Verb {
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    pub(super) sharp: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) letter: char,
}

pub(super) fn parse(text: &str) -> Result<(Verb, Option<usize>, &str), Fault> {
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

pub(super) fn write(verb: Verb, value: &Value, argument: usize) -> Result<String, Fault> {
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
            // Of these no width counts.
            Ok(Value::Bool(b)) => Ok(b.to_string()),
            _ => Err(refuse("`%t` takes a bool".into())),
        },
        _ => match convert(value, &Type::Number) {
            Ok(Value::Number(n)) => write_number(verb, &n, argument),
            _ => Err(refuse(format!("`%{}` takes a number", verb.letter))),
        },
    }
}

/// Of all flags only those of the width count.
fn write_any(verb: Verb, value: &Value, argument: usize) -> Result<String, Fault> {
    let text = match value {
        Value::String(s) if !verb.sharp => s.to_string(),
        Value::Number(n) if !verb.sharp => {
            let plain = Verb {
                letter: 'g',
                ..Verb::default()
            };
            write_number(plain, n, argument)?
        }
        Value::Bool(b) => b.to_string(),
        other => json::encode(other).map_err(|m| Fault::of(argument, m))?,
    };
    Ok(pad(verb, text))
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
        Some(precision) => text.graphemes(true).take(precision).collect(),
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
            let digits = match letter {
                // Of no digits, nothing has none.
                _ if verb.precision == Some(0) && whole.is_zero() => String::new(),
                'b' => whole.to_str_radix(2),
                'o' => whole.to_str_radix(8),
                'x' => whole.to_str_radix(16),
                'X' => whole.to_str_radix(16).to_uppercase(),
                'd' => whole.to_str_radix(10),
                _ => return Err(Fault::of(argument, "an unknown verb")),
            };
            let missing = verb.precision.unwrap_or(0).saturating_sub(digits.len());
            "0".repeat(missing) + &digits
        }
    };
    let sign = match (negative, verb.plus, verb.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    };
    let base = match verb.letter {
        'x' if verb.sharp => "0x",
        'X' if verb.sharp => "0X",
        'o' if verb.sharp => "0",
        'b' if verb.sharp => "0b",
        _ => "",
    };
    let sign = format!("{sign}{base}");
    let length = sign.len() + digits.chars().count();
    // A whole number with a number of digits has as many zeros as that says.
    let fills =
        verb.zero && !verb.minus && !("bdoxX".contains(verb.letter) && verb.precision.is_some());
    Ok(match verb.width {
        Some(width) if fills && width > length => {
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
    let missing = width.saturating_sub(text.graphemes(true).count());
    let fill = if verb.zero { "0" } else { " " }.repeat(missing);
    if verb.minus {
        text + &fill
    } else {
        fill + &text
    }
}
