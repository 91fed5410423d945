//! Scalar types with a meaning: a length of time, a size, a port. To every function they are the
//! strings and numbers that they are written as.

use crate::{Type, Value};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// What a string or a number means.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// `"1h30m"`
    Duration,
    /// `"20GiB"`
    Size,
    /// 1 to 65535
    Port,
    /// `"10.0.0.0/8"`
    Cidr,
    /// `"03:00"`, or five fields of cron
    Schedule,
    /// One of these words.
    Enum(Arc<[Arc<str>]>),
}

impl Scalar {
    /// Those that a word alone names.
    pub const PLAIN: [Scalar; 5] = [
        Scalar::Duration,
        Scalar::Size,
        Scalar::Port,
        Scalar::Cidr,
        Scalar::Schedule,
    ];

    /// The word for it in a configuration.
    pub fn word(&self) -> &'static str {
        match self {
            Scalar::Duration => "duration",
            Scalar::Size => "size",
            Scalar::Port => "port",
            Scalar::Cidr => "cidr",
            Scalar::Schedule => "schedule",
            Scalar::Enum(_) => "enum",
        }
    }

    /// The type of its values.
    pub fn base(&self) -> Type {
        match self {
            Scalar::Port => Type::Number,
            _ => Type::String,
        }
    }

    /// Whether a known value of its base has the meaning.
    pub fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Scalar::Port, Value::Number(n)) => {
                n.as_i64().is_some_and(|n| (1..=65535).contains(&n))
            }
            (_, Value::String(text)) => match self {
                Scalar::Duration => milliseconds(text).is_some(),
                Scalar::Size => bytes(text).is_some(),
                Scalar::Port => false,
                Scalar::Cidr => is_cidr(text),
                Scalar::Schedule => is_schedule(text),
                Scalar::Enum(words) => words.contains(text),
            },
            _ => false,
        }
    }

    /// What it looks like, for whoever wrote something else.
    pub fn looks_like(&self) -> String {
        match self {
            Scalar::Duration => "a length of time such as \"30s\" or \"1h30m\"".into(),
            Scalar::Size => "a size such as \"512MiB\" or \"20GiB\"".into(),
            Scalar::Port => "a port from 1 to 65535".into(),
            Scalar::Cidr => "an address range such as \"10.0.0.0/8\" or \"::/0\"".into(),
            Scalar::Schedule => {
                "a time of day such as \"03:00\", or the five fields of cron".into()
            }
            Scalar::Enum(words) => {
                let words: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
                match words.split_last() {
                    Some((last, [])) => last.clone(),
                    Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
                    None => "nothing at all".into(),
                }
            }
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Enum(words) => {
                let words: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
                write!(f, "enum({})", words.join(", "))
            }
            plain => f.write_str(plain.word()),
        }
    }
}

/// A length of time as people write it, `90s`, `1h30m`, in ms; none where the text is none.
pub fn milliseconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut sum: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let amount: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let unit: u64 = match &rest[..letters] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        sum = sum.checked_add(amount.checked_mul(unit)?)?;
        rest = &rest[letters..];
    }
    (!text.is_empty()).then_some(sum)
}

/// A size as people write it, `512MiB`, `20GB`, in bytes; none where the text is none.
pub fn bytes(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let amount: u64 = text[..digits].parse().ok()?;
    let unit: u64 = match &text[digits..] {
        "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    amount.checked_mul(unit)
}

fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else {
        return false;
    };
    let plain =
        !length.is_empty() && length.len() <= 3 && length.bytes().all(|b| b.is_ascii_digit());
    let most = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    plain && length.parse::<u16>().is_ok_and(|n| n <= most)
}

/// `03:00`, or minute, hour, day of the month, month and day of the week as cron has them.
fn is_schedule(text: &str) -> bool {
    if let Some((hour, minute)) = text.split_once(':') {
        let part = |text: &str, end: u8| {
            text.len() == 2 && text.parse::<u8>().is_ok_and(|n| n < end) && !text.starts_with('+')
        };
        return part(hour, 24) && part(minute, 60);
    }
    let limits: [(u8, u8, &[&str]); 5] = [
        (0, 59, &[]),
        (0, 23, &[]),
        (1, 31, &[]),
        (1, 12, &MONTHS),
        (0, 7, &DAYS),
    ];
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    let fits = |(field, (low, high, names)): (&&str, (u8, u8, &[&str]))| {
        field
            .split(',')
            .all(|part| is_cron_part(part, low, high, names))
    };
    fields.len() == limits.len() && fields.iter().zip(limits).all(fits)
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// `*`, `5`, `1-5`, `mon-fri`, each perhaps with `/STEP`.
fn is_cron_part(part: &str, low: u8, high: u8, names: &[&str]) -> bool {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    let number = |text: &str| -> Option<u8> {
        let name = text.to_ascii_lowercase();
        if let Some(index) = names.iter().position(|n| *n == name) {
            return u8::try_from(index).ok()?.checked_add(low);
        }
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits
            .then(|| text.parse().ok())?
            .filter(|n| (low..=high).contains(n))
    };
    let counted =
        |text: &str| text.parse::<u8>().is_ok_and(|n| n > 0 && n <= high) && !text.starts_with('+');
    let steps = step.is_none_or(counted);
    let ranged = match range.split_once('-') {
        Some((from, to)) => {
            matches!((number(from), number(to)), (Some(from), Some(to)) if from <= to)
        }
        None if range == "*" => true,
        // A step needs something to go through.
        None => step.is_none() && number(range).is_some(),
    };
    steps && ranged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(scalar: Scalar, good: &[&str], bad: &[&str]) {
        for (texts, expected) in [(good, true), (bad, false)] {
            for text in texts {
                assert_eq!(
                    scalar.fits(&Value::string(*text)),
                    expected,
                    "{scalar} {text}"
                );
            }
        }
    }

    #[test]
    fn words_with_a_meaning() {
        check(
            Scalar::Duration,
            &["500ms", "90s", "1h30m", "2d", "0s"],
            &[
                "",
                "5",
                "m",
                "-5m",
                "5 m",
                "1.5h",
                "99999999999999999999d",
                "999999999999999999d",
            ],
        );
        check(
            Scalar::Size,
            &["0B", "512MiB", "20GiB", "1kB", "3TB"],
            &[
                "",
                "5",
                "GiB",
                "-1GiB",
                "1.5GiB",
                "20 GiB",
                "20gib",
                "99999999999TiB",
            ],
        );
        check(
            Scalar::Cidr,
            &[
                "10.0.0.0/8",
                "0.0.0.0/0",
                "::/0",
                "2001:db8::/128",
                "192.0.2.1/32",
            ],
            &[
                "",
                "10.0.0.0",
                "10.0.0.0/33",
                "10.0.0/8",
                "::/129",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "x/8",
            ],
        );
        check(
            Scalar::Schedule,
            &[
                "03:00",
                "23:59",
                "0 3 * * *",
                "*/5 * * * *",
                "0 9-17 1,15 * mon-fri",
                "0 0 * jan,dec 7",
                "0-30/10 * * * *",
            ],
            &[
                "",
                "3:00",
                "24:00",
                "03:60",
                "03",
                "+3:00",
                "* * * *",
                "* * * * * *",
                "60 * * * *",
                "5/2 * * * *",
                "*/0 * * * *",
                "5-1 * * * *",
                "0 0 0 * *",
                "0 0 * foo *",
                "0 0 * * mon,",
            ],
        );
        let words = Scalar::Enum([Arc::from("a"), Arc::from("b")].into());
        check(words, &["a", "b"], &["", "A", "c"]);
    }

    #[test]
    fn ports_are_numbers() {
        for (port, expected) in [
            (1, true),
            (65535, true),
            (0, false),
            (65536, false),
            (-1, false),
        ] {
            assert_eq!(Scalar::Port.fits(&Value::int(port)), expected, "{port}");
        }
    }

    #[test]
    fn amounts() {
        for (text, expected) in [("500ms", 500), ("1h30m", 5_400_000), ("2d", 172_800_000)] {
            assert_eq!(milliseconds(text), Some(expected), "{text}");
        }
        for (text, expected) in [("512MiB", 512 << 20), ("20GB", 20_000_000_000), ("7B", 7)] {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
    }
}
