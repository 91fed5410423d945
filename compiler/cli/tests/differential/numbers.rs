//! How far the numbers in two answers are apart, where the answers are alike in all else.

use crate::explain::Case;
use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;

/// The numbers of both answers side by side; none where anything else differs.
pub(crate) fn pairs(case: &Case<'_>) -> Option<Vec<(BigDecimal, BigDecimal)>> {
    if case.theirs.ty != case.ours.ty {
        return None;
    }
    let (theirs, ours) = (split(&case.theirs.json), split(&case.ours.json));
    if theirs.len() != ours.len() {
        return None;
    }
    let mut pairs = Vec::new();
    for (a, b) in theirs.into_iter().zip(ours) {
        match (a.parse(), b.parse()) {
            (Ok(a), Ok(b)) => pairs.push((a, b)),
            _ if a == b => {}
            _ => return None,
        }
    }
    Some(pairs)
}

/// Whether a number in it has as many digits as a float of 512 bits.
pub(crate) fn has_last_digits(json: &str) -> bool {
    split(json)
        .iter()
        .any(|part| part.len() > 150 && part.parse::<BigDecimal>().is_ok())
}

/// Whether they differ at most in what comes after so many bits.
pub(crate) fn are_close(case: &Case<'_>, bits: i64) -> bool {
    let close = |(a, b): &(BigDecimal, BigDecimal)| {
        let scale = BigDecimal::from(BigInt::from(1) << bits);
        (a - b).abs() * scale <= a.abs().max(b.abs())
    };
    pairs(case).is_some_and(|pairs| pairs.iter().all(close))
}

/// Whether they are rests of a division of something so large that a float does not hold its
/// last whole digits: then both are less than a divisor that is written in the expression.
pub(crate) fn are_rests_of_large_floats(case: &Case<'_>) -> bool {
    let divisors = divisors(case.expression.text());
    let is_rest = |n: &BigDecimal| divisors.iter().any(|d| n.abs() < d.abs());
    let of_rests = |(a, b): &(BigDecimal, BigDecimal)| a == b || (is_rest(a) && is_rest(b));
    let of_floats = ["log(", "pow("].iter().any(|f| case.has(f));
    of_floats && pairs(case).is_some_and(|pairs| pairs.iter().all(of_rests))
}

/// Whether they are rests of a division by a number that is written in the expression, one exact
/// and one of floats: then they are equal, or one divisor apart where the quotient is rounded to
/// a whole number, but for the error of a float as large as what was divided.
pub(crate) fn are_rests_of_floats(case: &Case<'_>) -> bool {
    let divisors: Vec<BigDecimal> = divisors(case.expression.text());
    // What is divided has fewer bits where it comes from a float of the processor.
    let of_floats = ["log(", "pow("].iter().any(|f| case.has(f));
    let error: BigDecimal = BigDecimal::new(BigInt::from(1), if of_floats { 12 } else { 40 });
    let of_rests = |(a, b): &(BigDecimal, BigDecimal)| {
        let apart = (a - b).abs();
        let whole = |d: &BigDecimal| (&apart - d.abs()).abs() <= error;
        apart <= error || divisors.iter().any(whole)
    };
    let pairs = pairs(case).filter(|_| !divisors.is_empty());
    pairs.is_some_and(|pairs| pairs.iter().all(of_rests))
}

/// What stands behind each ` % `.
fn divisors(expression: &str) -> Vec<BigDecimal> {
    let behind = expression.split(" % ").skip(1);
    let number = |text: &str| {
        let end = text.find(|c: char| !"0123456789.eE-+\"".contains(c));
        let text = &text[..end.unwrap_or(text.len())];
        text.trim_matches('"').parse().ok()
    };
    behind.filter_map(number).collect()
}

/// A text cut before and after each number.
fn split(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut parts = vec![String::new()];
    let mut at = 0;
    while at < characters.len() {
        match length_of_number(&characters[at..]) {
            0 => {
                if let Some(last) = parts.last_mut() {
                    last.push(characters[at]);
                }
                at += 1;
            }
            length => {
                parts.push(characters[at..at + length].iter().collect());
                parts.push(String::new());
                at += length;
            }
        }
    }
    parts
}

fn length_of_number(text: &[char]) -> usize {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        rest.iter().take_while(|c| c.is_ascii_digit()).count()
    };
    let is = |at: usize, any: &str| text.get(at).is_some_and(|c| any.contains(*c));
    let sign = usize::from(is(0, "-"));
    let mut length = match digits(sign) {
        0 => return 0,
        whole => sign + whole,
    };
    if is(length, ".") && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if is(length, "eE") && is(length + 1, "+-") && digits(length + 2) > 0 {
        length += 2 + digits(length + 2);
    }
    length
}

#[test]
fn a_text_is_cut_at_its_numbers() {
    for (text, expected) in [
        ("", vec![""]),
        ("a-1.5e+10b", vec!["a", "-1.5e+10", "b"]),
        ("[1,2.]", vec!["[", "1", ",", "2", ".]"]),
    ] {
        assert_eq!(split(text), expected, "{text}");
    }
}
