//! Decimal numbers of arbitrary precision, with a short form for the usual small whole ones.

use crate::precision;
use bigdecimal::{BigDecimal, ToPrimitive, Zero};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

/// A decimal number. Two numbers are equal when their values are, however they were written.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    /// Any whole number that fits; the only form of those, so that equality is by form.
    Int(i64),
    Big(Arc<Big>),
}

struct Big {
    /// With all digits that count: what it is shown, compared and recorded as.
    value: BigDecimal,
    /// With some more of what does not end, so that a third times three is one.
    exact: Option<BigDecimal>,
}

impl Number {
    /// The number of a decimal, normalised.
    pub fn from_decimal(value: BigDecimal) -> Number {
        if value.is_zero() {
            return Number(Repr::Int(0));
        }
        let exact = value.normalized();
        let value = precision::shortest(&exact);
        if value.fractional_digit_count() <= 0
            && let Some(int) = value.to_i64()
        {
            return Number(Repr::Int(int));
        }
        let exact = (exact != value).then_some(exact);
        Number(Repr::Big(Arc::new(Big { value, exact })))
    }

    /// The nearest number of a float; none for infinities and NaN.
    pub fn from_f64(value: f64) -> Option<Number> {
        // Through the shortest decimal text, so that 0.1 is one tenth.
        value
            .is_finite()
            .then(|| format!("{value:?}").parse().ok())
            .flatten()
    }

    /// The same, to be computed with as the float that it is: with all digits of the binary one.
    pub fn of_float(value: f64) -> Option<Number> {
        let shown = Number::from_f64(value)?;
        match &shown.0 {
            Repr::Int(_) => Some(shown),
            Repr::Big(big) => Some(Number(Repr::Big(Arc::new(Big {
                value: big.value.clone(),
                exact: BigDecimal::try_from(value).ok().map(|d| d.normalized()),
            })))),
        }
    }

    /// The number of a decimal that a computation gave: digits that don't count are rounded off.
    pub fn rounded(value: BigDecimal) -> Number {
        Number::from_decimal(precision::shortest(&value))
    }

    /// With the other sign.
    pub fn negated(&self) -> Number {
        match &self.0 {
            Repr::Int(i) => Number::from_decimal(-BigDecimal::from(*i)),
            Repr::Big(big) => {
                let value = Number::from_decimal(-big.value.clone());
                match (&value.0, &big.exact) {
                    (Repr::Big(negated), Some(exact)) => Number(Repr::Big(Arc::new(Big {
                        value: negated.value.clone(),
                        exact: Some(-exact.clone()),
                    }))),
                    _ => value,
                }
            }
        }
    }

    /// As a decimal.
    pub fn decimal(&self) -> BigDecimal {
        match &self.0 {
            Repr::Int(i) => BigDecimal::from(*i),
            Repr::Big(big) => big.value.clone(),
        }
    }

    /// As a decimal to compute with: where digits go on for ever, with more of them than count.
    pub fn operand(&self) -> BigDecimal {
        match &self.0 {
            Repr::Big(big) => big.exact.as_ref().unwrap_or(&big.value).clone(),
            Repr::Int(i) => BigDecimal::from(*i),
        }
    }

    /// As a whole number, where it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(i) => Some(*i),
            Repr::Big(_) => None,
        }
    }

    /// As an index or a count, where it is one.
    pub fn as_usize(&self) -> Option<usize> {
        self.as_i64().and_then(|i| usize::try_from(i).ok())
    }

    /// The nearest float.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            Repr::Int(i) => *i as f64,
            // Through text, since that way it is rounded once.
            Repr::Big(big) => big
                .value
                .to_scientific_notation()
                .parse()
                .unwrap_or(f64::NAN),
        }
    }

    /// Whether it has no fraction.
    pub fn is_whole(&self) -> bool {
        match &self.0 {
            Repr::Int(_) => true,
            Repr::Big(big) => big.value.fractional_digit_count() <= 0,
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number(Repr::Int(value))
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Number {
        i64::try_from(value).map_or_else(
            |_| Number::from_decimal(BigDecimal::from(value as u64)),
            Number::from,
        )
    }
}

impl FromStr for Number {
    type Err = String;

    /// Reads `12`, `-0.5`, `6.02e23`.
    fn from_str(text: &str) -> Result<Number, String> {
        if let Ok(int) = text.parse::<i64>() {
            return Ok(Number::from(int));
        }
        let refused = || format!("{text:?} is not a decimal number");
        // An exponent with many digits would take all memory on the first addition.
        if let Some((_, exponent)) = text.split_once(['e', 'E'])
            && exponent.parse::<i32>().map_or(true, |e| e.abs() > 10_000)
        {
            return Err(refused());
        }
        // The library takes underscores between digits.
        if text.contains('_') {
            return Err(refused());
        }
        BigDecimal::from_str(text)
            .map(Number::from_decimal)
            .map_err(|_| refused())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        match (&self.0, &other.0) {
            (Repr::Int(a), Repr::Int(b)) => a == b,
            (Repr::Big(a), Repr::Big(b)) => a.value == b.value,
            _ => false,
        }
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Int(i) => i.hash(state),
            Repr::Big(big) => big.value.hash(state),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Int(a), Repr::Int(b)) => a.cmp(b),
            _ => self.decimal().cmp(&other.decimal()),
        }
    }
}

impl fmt::Display for Number {
    /// In plain decimal notation, without exponent or trailing zeros. Digits that come after all
    /// that count are not shown: those of a third end somewhere.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(i) => write!(f, "{i}"),
            Repr::Big(big) => f.write_str(&big.value.to_plain_string()),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_equal_however_written() {
        for (a, b) in [("1", "1.0"), ("100", "1e2"), ("0.10", "1e-1"), ("-0", "0")] {
            assert_eq!(a.parse::<Number>(), b.parse::<Number>(), "{a} {b}");
        }
        assert_ne!("1".parse::<Number>(), "1.1".parse::<Number>());
    }

    #[test]
    fn shows_plain_decimals() {
        for (text, shown) in [("1e3", "1000"), ("0.50", "0.5"), ("1e-3", "0.001")] {
            assert_eq!(text.parse::<Number>().unwrap().to_string(), shown);
        }
        assert_eq!(Number::from_f64(0.1).unwrap().to_string(), "0.1");
        assert_eq!(
            "123456789012345678901234567890.5"
                .parse::<Number>()
                .unwrap()
                .to_string(),
            "123456789012345678901234567890.5"
        );
    }

    #[test]
    fn refuses_what_would_take_all_memory() {
        assert!("1e999999999".parse::<Number>().is_err());
        assert!("abc".parse::<Number>().is_err());
    }
}
