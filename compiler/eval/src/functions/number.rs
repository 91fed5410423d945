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
        &[p("text", Want::Any), p("base", Want::Number)],
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
    from_float(natural(number(a, 0).as_f64()) / natural(number(a, 1).as_f64()))
}

/// The natural logarithm by a polynomial, as Terraform has it: libraries differ in the last digit.
fn natural(x: f64) -> f64 {
    const TERMS: [f64; 7] = [
        0.666_666_666_666_673_5,
        0.399_999_999_994_094_2,
        0.285_714_287_436_623_9,
        0.222_221_984_321_497_84,
        0.181_835_721_616_180_5,
        0.153_138_376_992_093_73,
        0.147_981_986_051_165_86,
    ];
    // The logarithm of two in two parts, of which the first has few digits.
    const TWO: (f64, f64) = (0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10);
    if !x.is_finite() || x <= 0.0 {
        return x.ln();
    }
    let (mut part, mut twos) = mantissa(x);
    if part < std::f64::consts::FRAC_1_SQRT_2 {
        part *= 2.0;
        twos -= 1;
    }
    let (f, k) = (part - 1.0, twos as f64);
    let s = f / (2.0 + f);
    let (square, fourth) = (s * s, s * s * (s * s));
    let odd = TERMS[4] + fourth * TERMS[6];
    let odd = square * (TERMS[0] + fourth * (TERMS[2] + fourth * odd));
    let even = fourth * (TERMS[1] + fourth * (TERMS[3] + fourth * TERMS[5]));
    let half = 0.5 * f * f;
    k * TWO.0 - ((half - (s * (half + (odd + even)) + k * TWO.1)) - f)
}

fn pow(_: &Context<'_>, a: &[Value]) -> Answer {
    from_float(power(number(a, 0).as_f64(), number(a, 1).as_f64()))
}

/// By squaring, as Terraform does it: libraries differ in the last digit.
fn power(base: f64, exponent: f64) -> f64 {
    let mut whole = exponent.abs().trunc();
    let mut rest = exponent.abs().fract();
    let plain = base == 0.0 || !base.is_finite() || whole >= 9.0e18 || (rest != 0.0 && base < 0.0);
    if plain || exponent == 0.0 || exponent.abs() == 0.5 {
        return base.powf(exponent);
    }
    let mut result = 1.0;
    if rest != 0.0 {
        if rest > 0.5 {
            rest -= 1.0;
            whole += 1.0;
        }
        result = (rest * natural(base)).exp();
    }
    // The exponents of two are kept apart, so that nothing overflows on the way.
    let (mut square, mut square_twos) = mantissa(base);
    let mut twos = 0i64;
    let mut left = whole as i64;
    while left != 0 {
        if square_twos.abs() > 1 << 12 {
            twos += square_twos;
            break;
        }
        if left & 1 == 1 {
            result *= square;
            twos += square_twos;
        }
        square *= square;
        square_twos *= 2;
        if square < 0.5 {
            square += square;
            square_twos -= 1;
        }
        left >>= 1;
    }
    if exponent < 0.0 {
        result = 1.0 / result;
        twos = -twos;
    }
    scaled(result, twos)
}

/// A number from a half to one, and the power of two to multiply it by.
fn mantissa(value: f64) -> (f64, i64) {
    let twos = |v: f64| ((v.to_bits() >> 52) & 0x7ff) as i64 - 1022;
    let (value, shift) = match value.is_normal() {
        true => (value, 0),
        false => (value * 2f64.powi(64), 64),
    };
    let exponent = twos(value);
    let bits = (value.to_bits() & !(0x7ff << 52)) | (1022 << 52);
    (f64::from_bits(bits), exponent - shift)
}

/// Rounded once, also where it is too small to be normal.
fn scaled(value: f64, twos: i64) -> f64 {
    let (value, own) = mantissa(value);
    let twos = twos + own;
    match twos {
        i64::MIN..-1080 => 0.0 * value,
        -1080..-1021 => value * 2f64.powi((twos + 64) as i32) * 2f64.powi(-64),
        -1021..=1023 => value * 2f64.powi(twos as i32),
        1024 => value * 2f64.powi(1023) * 2.0,
        _ => value * f64::INFINITY,
    }
}

fn from_float(value: f64) -> Answer {
    match Number::of_float(value) {
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
    let Some(written) = a[0].as_str() else {
        return Err(Fault::of(0, "a string is required"));
    };
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
    whole(a, 0).map(|n| Value::int(n.signum()))
}
