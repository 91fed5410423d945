//! Functions of time. The present is an input of the plan, never the clock's.

use super::{Answer, Context, Fault, Function, Want, p, text};
use jiff::SignedDuration;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::Offset;
use model::{Type, Unknown, Value};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "formatdate",
        &[p("format", Want::String), p("time", Want::String)],
        Want::String,
        formatdate,
    ),
    Function::new("plantimestamp", &[], Want::String, plantimestamp),
    Function::new(
        "timeadd",
        &[p("time", Want::String), p("duration", Want::String)],
        Want::String,
        timeadd,
    ),
    Function::new(
        "timecmp",
        &[p("first", Want::String), p("second", Want::String)],
        Want::Number,
        timecmp,
    ),
    Function::new("timestamp", &[], Want::String, timestamp).raw(),
];

fn plantimestamp(context: &Context<'_>, _: &[Value]) -> Answer {
    Ok(context.world.planned_at.into())
}

/// Of the moment of apply, which a plan can't know.
fn timestamp(_: &Context<'_>, _: &[Value]) -> Answer {
    Ok(Value::Unknown(Arc::new(
        Unknown::of(Type::String).not_null(),
    )))
}

/// A time as it was written, with its offset.
struct Time {
    local: DateTime,
    offset: Offset,
}

impl Time {
    fn parse(a: &[Value], index: usize) -> Result<Time, Fault> {
        let refused = || {
            Fault::of(index, "this is no time as of RFC 3339")
                .help("a time is written 2006-01-02T15:04:05Z or 2006-01-02T15:04:05+01:00")
        };
        let text = text(a, index);
        if !text.is_ascii() || text.len() < 20 || text.as_bytes()[10] != b'T' {
            return Err(refused());
        }
        let (local, zone) = match text.strip_suffix('Z') {
            Some(local) => (local, Offset::UTC),
            None => {
                let (local, zone) = text.split_at(text.len() - 6);
                (local, offset(zone).ok_or_else(refused)?)
            }
        };
        let shaped = local.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            10 => b == b'T',
            13 | 16 => b == b':',
            19 => b == b'.',
            _ => b.is_ascii_digit(),
        });
        let local: DateTime = local
            .parse()
            .ok()
            .filter(|_| shaped && local.len() >= 19 && &local[17..19] != "60")
            .ok_or_else(refused)?;
        Ok(Time {
            local,
            offset: zone,
        })
    }

    /// How long after the beginning of the year 1.
    fn instant(&self) -> SignedDuration {
        let offset = SignedDuration::from_secs(i64::from(self.offset.seconds()));
        self.local.duration_since(DateTime::ZERO) - offset
    }

    /// So many years later than it says.
    fn show(&self, later: i16) -> String {
        let year = self.local.year() + later;
        let sign = if year < 0 { "-" } else { "" };
        format!(
            "{sign}{:04}{}{}",
            year.unsigned_abs(),
            self.local.strftime("-%m-%dT%H:%M:%S"),
            self.zone(true, "Z")
        )
    }

    /// The offset, with or without a colon; `utc` for none.
    fn zone(&self, colon: bool, utc: &str) -> String {
        let seconds = self.offset.seconds();
        if seconds == 0 && !utc.is_empty() {
            return utc.into();
        }
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.abs() / 60;
        let separator = if colon { ":" } else { "" };
        format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
    }
}

/// `+01:00`
fn offset(zone: &str) -> Option<Offset> {
    let bytes = zone.as_bytes();
    let sign = match bytes.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = |range: std::ops::Range<usize>| {
        zone.get(range)
            .filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?
            .parse::<i32>()
            .ok()
    };
    let (hours, minutes) = (digits(1..3)?, digits(4..6)?);
    if bytes.get(3) != Some(&b':') || hours > 23 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

fn timecmp(_: &Context<'_>, a: &[Value]) -> Answer {
    let (first, second) = (Time::parse(a, 0)?, Time::parse(a, 1)?);
    Ok(Value::int(first.instant().cmp(&second.instant()) as i64))
}

fn timeadd(_: &Context<'_>, a: &[Value]) -> Answer {
    let time = Time::parse(a, 0)?;
    let duration = duration(text(a, 1)).ok_or_else(|| {
        Fault::of(1, "this is no duration")
            .help("a duration is written 90m, 1h30m, -2.5s; its units are h, m, s, ms, us, ns")
    })?;
    // Years count on behind 9999; those of a library do not, and repeat after four centuries.
    let ahead = if time.local.year() > 9000 { 400 } else { 0 };
    let added = time
        .local
        .with()
        .year(time.local.year() - ahead)
        .build()
        .and_then(|local| local.checked_add(duration));
    let local = added.map_err(|_| Fault::of(1, "the result is beyond all years"))?;
    Ok(Time { local, ..time }.show(ahead).into())
}

fn duration(text: &str) -> Option<SignedDuration> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanoseconds: i128 = 0;
    while !rest.is_empty() {
        let length = rest
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        let (number, behind) = rest.split_at(length);
        let unit_length = behind.find(|c: char| c.is_ascii_digit() || c == '.');
        let (unit, behind) = behind.split_at(unit_length.unwrap_or(behind.len()));
        nanoseconds = nanoseconds.checked_add(in_nanoseconds(number, unit)?)?;
        rest = behind;
    }
    let signed = i64::try_from(if negative { -nanoseconds } else { nanoseconds }).ok()?;
    Some(SignedDuration::from_nanos(signed))
}

fn in_nanoseconds(number: &str, unit: &str) -> Option<i128> {
    let unit: i128 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || whole.len() > 18 || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let fraction = &fraction[..fraction.len().min(18)];
    let part: i128 = if fraction.is_empty() {
        0
    } else {
        fraction.parse().ok()?
    };
    Some(whole * unit + part * unit / 10i128.pow(fraction.len() as u32))
}

fn formatdate(_: &Context<'_>, a: &[Value]) -> Answer {
    let time = Time::parse(a, 1)?;
    let mut out = String::new();
    let mut rest = text(a, 0);
    while let Some(c) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("''") {
            out.push('\'');
            rest = behind;
            continue;
        }
        if c == '\'' {
            rest = quoted(&rest[1..], &mut out)?;
            continue;
        }
        let length = match c.is_ascii_alphabetic() {
            true => rest.bytes().take_while(|b| *b == c as u8).count(),
            false => c.len_utf8(),
        };
        let (token, behind) = rest.split_at(length);
        match c.is_ascii_alphabetic() {
            true => out.push_str(&field(token, &time)?),
            false => out.push_str(token),
        }
        rest = behind;
    }
    Ok(out.into())
}

/// Text between single quotes; a doubled one is itself.
fn quoted<'a>(text: &'a str, out: &mut String) -> Result<&'a str, Fault> {
    let mut rest = text;
    loop {
        let Some(end) = rest.find('\'') else {
            return Err(Fault::of(0, "a quote in the format is never closed"));
        };
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(behind) => {
                out.push('\'');
                rest = behind;
            }
            None => return Ok(rest),
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn field(token: &str, time: &Time) -> Result<String, Fault> {
    let t = time.local;
    let month = MONTHS[(t.month() - 1) as usize];
    let twelve = match t.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let half = if t.hour() < 12 { "AM" } else { "PM" };
    Ok(match token {
        "YYYY" => format!("{:04}", t.year()),
        "YY" => format!("{:02}", t.year() % 100),
        "MMMM" => month.into(),
        "MMM" => month[..3].into(),
        "MM" => format!("{:02}", t.month()),
        "M" => t.month().to_string(),
        "DD" => format!("{:02}", t.day()),
        "D" => t.day().to_string(),
        "EEEE" => weekday(t.weekday()).into(),
        "EEE" => weekday(t.weekday())[..3].into(),
        "hh" => format!("{:02}", t.hour()),
        "h" => t.hour().to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => half.into(),
        "aa" => half.to_lowercase(),
        "mm" => format!("{:02}", t.minute()),
        "m" => t.minute().to_string(),
        "ss" => format!("{:02}", t.second()),
        "s" => t.second().to_string(),
        "ZZZZZ" => time.zone(true, ""),
        "ZZZZ" => time.zone(false, ""),
        "ZZZ" => time.zone(false, "UTC"),
        "Z" => time.zone(true, "Z"),
        _ => {
            return Err(
                Fault::of(0, format!("`{token}` has no meaning in a format of dates"))
                    .help("letters that mean themselves stand between single quotes"),
            );
        }
    })
}
