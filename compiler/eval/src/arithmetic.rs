//! Arithmetic of decimals: exact where the result is short, else to a fixed number of digits.

use bigdecimal::BigDecimal;
use model::Number;
use num_bigint::{BigInt, Sign};
use num_traits::Zero;

/// Digits that a quotient is computed to: some more than are shown, so that a third times three
/// is one.
const DIGITS: u64 = 170;
/// Beyond this many digits before or behind the point, numbers are refused.
const MAX_EXPONENT: i64 = 20_000;

pub(crate) type Result = std::result::Result<Number, &'static str>;

const TOO_LARGE: &str = "the result has too many digits";

pub(crate) fn add(a: &Number, b: &Number) -> Result {
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64())
        && let Some(sum) = a.checked_add(b)
    {
        return Ok(Number::from(sum));
    }
    rounded(a.operand() + b.operand())
}

pub(crate) fn subtract(a: &Number, b: &Number) -> Result {
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64())
        && let Some(difference) = a.checked_sub(b)
    {
        return Ok(Number::from(difference));
    }
    rounded(a.operand() - b.operand())
}

pub(crate) fn multiply(a: &Number, b: &Number) -> Result {
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64())
        && let Some(product) = a.checked_mul(b)
    {
        return Ok(Number::from(product));
    }
    rounded(a.operand() * b.operand())
}

pub(crate) fn divide(a: &Number, b: &Number) -> Result {
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64())
        && b != 0
        && a.checked_rem(b) == Some(0)
    {
        return Ok(Number::from(a / b));
    }
    let (numerator, divisor) = (a.operand(), b.operand());
    if divisor.is_zero() {
        return Err("division by zero");
    }
    let wanted = DIGITS + divisor.digits();
    let shift = wanted.saturating_sub(numerator.digits());
    let (n, n_scale) = numerator.into_bigint_and_exponent();
    let (d, d_scale) = divisor.into_bigint_and_exponent();
    let shifted = n * BigInt::from(10).pow(shift as u32);
    let quotient = BigDecimal::new(shifted / d, n_scale - d_scale + shift as i64);
    bounded(quotient).map(Number::from_decimal)
}

/// With the sign of the dividend.
pub(crate) fn remainder(a: &Number, b: &Number) -> Result {
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64())
        && let Some(rest) = a.checked_rem(b)
    {
        return Ok(Number::from(rest));
    }
    let divisor = b.operand();
    if divisor.is_zero() {
        return Err("division by zero");
    }
    rounded(a.operand() % divisor)
}

pub(crate) fn negate(a: &Number) -> Number {
    match a.as_i64().and_then(i64::checked_neg) {
        Some(n) => Number::from(n),
        None => a.negated(),
    }
}

pub(crate) fn is_negative(a: &Number) -> bool {
    match a.as_i64() {
        Some(n) => n < 0,
        None => a.operand().sign() == Sign::Minus,
    }
}

fn rounded(value: BigDecimal) -> Result {
    bounded(value).map(Number::rounded)
}

fn bounded(value: BigDecimal) -> std::result::Result<BigDecimal, &'static str> {
    let scale = value.fractional_digit_count();
    let leading = value.digits() as i64 - scale;
    match leading.abs() > MAX_EXPONENT || scale.abs() > MAX_EXPONENT {
        true => Err(TOO_LARGE),
        false => Ok(value),
    }
}
