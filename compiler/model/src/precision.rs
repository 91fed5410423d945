//! How many digits of a number count: those that a binary float of 512 bits tells apart, so that
//! what can't be written out ends where it ends for Terraform. It does not compute.

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, Zero};
use std::cmp::Ordering;

/// Bits of the mantissa.
const BITS: u64 = 512;
/// Whatever has no more digits than this is told apart from all others of as many.
const CERTAIN_DIGITS: u64 = 153;
/// Of two floats side by side, so many digits are enough.
const ENOUGH_DIGITS: u64 = 157;

/// The shortest decimal that is nearer to the same float than to any other.
pub(crate) fn shortest(value: &BigDecimal) -> BigDecimal {
    if value.digits() <= CERTAIN_DIGITS {
        return value.clone();
    }
    let (digits, scale) = value.as_bigint_and_exponent();
    if digits.is_zero() {
        return value.clone();
    }
    let negative = digits.sign() == Sign::Minus;
    let interval = Interval::around(&BigInt::from(digits.magnitude().clone()), scale);
    let (mut low, mut high) = (1, ENOUGH_DIGITS);
    while low < high {
        let middle = (low + high) / 2;
        match interval.with_digits(middle).is_some() {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    match interval.with_digits(low) {
        Some(found) if negative => -found,
        Some(found) => found,
        None => value.clone(),
    }
}

/// A float, and the ends of what is rounded to it; all are over one denominator.
struct Interval {
    lower: BigInt,
    exact: BigInt,
    upper: BigInt,
    denominator: BigInt,
    /// Whether the ends themselves are rounded to it.
    inclusive: bool,
    /// The power of ten of the first digit.
    magnitude: i64,
}

impl Interval {
    /// Around `digits / 10^scale`, which is positive.
    fn around(digits: &BigInt, scale: i64) -> Interval {
        let ten = BigInt::from(10);
        let power = |n: i64| ten.pow(n.unsigned_abs() as u32);
        let (numerator, denominator) = match scale > 0 {
            true => (digits.clone(), power(scale)),
            false => (digits * power(scale), BigInt::from(1)),
        };
        // The mantissa is the quotient shifted so that it has one bit more than counts.
        let shift = (BITS + 2) as i64 - numerator.bits() as i64 + denominator.bits() as i64;
        let shifted = |shift: i64| match shift >= 0 {
            true => (&numerator << shift as u64, denominator.clone()),
            false => (numerator.clone(), &denominator << shift.unsigned_abs()),
        };
        let (over, under) = shifted(shift);
        let excess = (&over / &under).bits() as i64 - BITS as i64;
        let shift = shift - excess;
        let (over, under) = shifted(shift);
        let mut mantissa = &over / &under;
        let rest: BigInt = (&over - &mantissa * &under) * 2;
        let odd = mantissa.bit(0);
        let up = match rest.cmp(&under) {
            Ordering::Greater => true,
            Ordering::Equal => odd,
            Ordering::Less => false,
        };
        if up {
            mantissa += 1;
        }
        // Half steps: value = halves / 2^(shift + 1).
        let halves = &mantissa << 1u64;
        let scaled = |halves: BigInt| match shift + 1 >= 0 {
            true => halves,
            false => halves << (shift + 1).unsigned_abs(),
        };
        let denominator = match shift + 1 >= 0 {
            true => BigInt::from(1) << (shift + 1) as u64,
            false => BigInt::from(1),
        };
        let exact = scaled(halves.clone());
        Interval {
            lower: scaled(&halves - 1),
            upper: scaled(halves + 1),
            magnitude: magnitude(&exact, &denominator),
            exact,
            denominator,
            inclusive: !mantissa.bit(0),
        }
    }

    /// The nearest decimal of so many digits, where one lies inside.
    fn with_digits(&self, digits: u64) -> Option<BigDecimal> {
        let exponent = self.magnitude - digits as i64 + 1;
        let ten = BigInt::from(10).pow(exponent.unsigned_abs() as u32);
        // What the ends come to in units of the last digit, as fractions.
        let (unit, factor) = match exponent >= 0 {
            true => (&self.denominator * ten, BigInt::from(1)),
            false => (self.denominator.clone(), ten),
        };
        let exact = &self.exact * &factor;
        let down = &exact / &unit;
        let up = &down + 1;
        let inside = |candidate: &BigInt| {
            let candidate = candidate * &unit;
            let (lower, upper) = (&self.lower * &factor, &self.upper * &factor);
            match self.inclusive {
                true => candidate >= lower && candidate <= upper,
                false => candidate > lower && candidate < upper,
            }
        };
        let nearer_up = (&exact - &down * &unit) * 2 > unit;
        let chosen = match (inside(&down), inside(&up)) {
            (true, true) if nearer_up => up,
            (true, _) => down,
            (false, true) => up,
            (false, false) => return None,
        };
        Some(BigDecimal::new(chosen, -exponent).normalized())
    }
}

/// The power of ten of the first digit of a fraction.
fn magnitude(numerator: &BigInt, denominator: &BigInt) -> i64 {
    let bits = numerator.bits() as i64 - denominator.bits() as i64;
    // From the power of two a guess that is off by one at most.
    let mut guess = (bits as f64 * std::f64::consts::LOG10_2).floor() as i64 - 1;
    let reaches = |power: i64| {
        let ten = BigInt::from(10).pow(power.unsigned_abs() as u32);
        match power >= 0 {
            true => *numerator >= denominator * ten,
            false => numerator * ten >= *denominator,
        }
    };
    while reaches(guess + 1) {
        guess += 1;
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let value: BigDecimal = text.parse().unwrap();
        assert_eq!(shortest(&value).to_plain_string(), expected, "{text}");
    }

    #[test]
    fn short_ones_stay() {
        for text in ["0", "0.1", "-12.5", &"9".repeat(150)] {
            check(text, text);
        }
    }

    #[test]
    fn what_rounds_to_a_short_one_is_it() {
        check(&format!("0.{}", "9".repeat(160)), "1");
        check(&format!("-2.5{}1", "0".repeat(170)), "-2.5");
        check(
            &format!("1{}1", "0".repeat(200)),
            &format!("1{}", "0".repeat(201)),
        );
    }

    #[test]
    fn a_third_ends() {
        let third = shortest(&format!("0.{}", "3".repeat(170)).parse().unwrap());
        assert!((153..=156).contains(&third.digits()), "{}", third.digits());
    }
}
