//! `yamldecode`, by the rules of YAML 1.1's core types.

use super::{Answer, Context, Fault, Function, Want, p, text};
use model::{Fields, Number, Value};
use std::collections::HashMap;
use std::sync::Arc;
use yaml_rust2::Event;
use yaml_rust2::parser::{MarkedEventReceiver, Parser, Tag};
use yaml_rust2::scanner::{Marker, TScalarStyle};

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "yamldecode",
    &[p("text", Want::String)],
    Want::Any,
    yamldecode,
)];

fn yamldecode(_: &Context<'_>, a: &[Value]) -> Answer {
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text(a, 0));
    parser.load(&mut builder, true).map_err(|e| {
        let at = e.marker();
        let message = format!(
            "this is no YAML: line {}, column {}",
            at.line(),
            at.col() + 1
        );
        Fault::of(0, message)
    })?;
    if let Some(message) = builder.failed {
        return Err(Fault::of(0, message));
    }
    match builder.documents.len() {
        0 => Err(Fault::of(0, "it holds no document")),
        1 => Ok(builder.documents.remove(0)),
        _ => Err(Fault::of(
            0,
            "one document is expected, but there are several",
        )),
    }
}

/// A collection that is being read.
enum Open {
    Sequence(Vec<Value>, usize),
    Mapping {
        entries: Vec<(Arc<str>, Value)>,
        merged: Vec<Value>,
        key: Option<Key>,
        anchor: usize,
    },
}

enum Key {
    Name(Arc<str>),
    /// `<<`
    Merge,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Value>,
    documents: Vec<Value>,
    failed: Option<String>,
}

impl MarkedEventReceiver for Builder {
    fn on_event(&mut self, event: Event, at: Marker) {
        if self.failed.is_some() {
            return;
        }
        let result = match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag),
            Event::SequenceStart(..) | Event::MappingStart(..) if self.open.len() >= DEEPEST => {
                Err(format!(
                    "collections stand in each other more than {DEEPEST} times"
                ))
            }
            Event::SequenceStart(anchor, tag) => {
                self.open.push(Open::Sequence(Vec::new(), anchor));
                known_tag(tag, "seq")
            }
            Event::MappingStart(anchor, tag) => {
                self.open.push(Open::Mapping {
                    entries: Vec::new(),
                    merged: Vec::new(),
                    key: None,
                    anchor,
                });
                known_tag(tag, "map")
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some(value) => self.place(value, false),
                None => Err("an alias to something that contains it, or is not there".into()),
            },
            _ => Ok(()),
        };
        if let Err(message) = result {
            self.failed = Some(format!("line {}: {message}", at.line()));
        }
    }
}

/// Whoever goes through a value recursively relies on it.
const DEEPEST: usize = 200;

/// A collection may say what it is, and nothing else.
fn known_tag(tag: Option<Tag>, expected: &str) -> Result<(), String> {
    match tag {
        Some(tag) if tag.suffix != expected => Err(format!(
            "the tag `{}{}` is not known",
            tag.handle, tag.suffix
        )),
        _ => Ok(()),
    }
}

impl Builder {
    fn scalar(
        &mut self,
        text: String,
        style: TScalarStyle,
        anchor: usize,
        tag: Option<Tag>,
    ) -> Result<(), String> {
        let plain = style == TScalarStyle::Plain;
        let merge = plain && tag.is_none() && text == "<<";
        let value = match tag.as_ref().map(|t| t.suffix.as_str()) {
            Some("int" | "float" | "bool") if !plain => Value::from(text),
            Some("str" | "binary") => Value::from(text),
            Some("int" | "float") => {
                number(&text).ok_or_else(|| format!("{text:?} is no number"))?
            }
            Some("bool") => boolean(&text).ok_or_else(|| format!("{text:?} is no bool"))?,
            Some("null") => Value::NULL,
            Some("timestamp") => timestamp(&text).unwrap_or_else(|| Value::from(text.as_str())),
            Some(other) if !other.is_empty() => {
                return Err(format!("the tag `{other}` is not known"));
            }
            _ if plain && is_not_finite(&text) => {
                return Err(format!("{text} is no number here: numbers are finite"));
            }
            _ if plain => resolve(&text),
            _ => Value::from(text),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        self.place(value, merge)
    }

    fn close(&mut self) -> Result<(), String> {
        let (value, anchor) = match self.open.pop() {
            Some(Open::Sequence(items, anchor)) => (Value::tuple(items), anchor),
            Some(Open::Mapping {
                entries,
                merged,
                anchor,
                ..
            }) => (with_merged(entries, merged)?, anchor),
            None => return Err("an end without a beginning".into()),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        self.place(value, false)
    }

    fn place(&mut self, value: Value, merge: bool) -> Result<(), String> {
        match self.open.last_mut() {
            None => self.documents.push(value),
            Some(Open::Sequence(items, _)) => items.push(value),
            Some(Open::Mapping {
                entries,
                merged,
                key,
                ..
            }) => match key.take() {
                None if merge => *key = Some(Key::Merge),
                None => *key = Some(Key::Name(key_text(&value)?)),
                Some(Key::Merge) => merged.push(value),
                // Of a key that stands there twice the last one counts.
                Some(Key::Name(name)) => entries.push((name, value)),
            },
        }
        Ok(())
    }
}

/// Infinities, and what is no number at all but is written as one.
fn is_not_finite(text: &str) -> bool {
    let size = text.strip_prefix(['-', '+']).unwrap_or(text);
    matches!(size, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

fn key_text(value: &Value) -> Result<Arc<str>, String> {
    match Want::String.convert(value) {
        Ok(Value::String(name)) => Ok(name),
        _ => Err("a key is a text, a number or a bool".into()),
    }
}

/// What is merged in counts less than what stands there, and the first more than the next.
fn with_merged(entries: Vec<(Arc<str>, Value)>, merged: Vec<Value>) -> Result<Value, String> {
    let mut all: Vec<(Arc<str>, Value)> = Vec::new();
    for value in merged.iter().rev() {
        let maps: Vec<&Value> = match value.as_items() {
            Some(items) => items.iter().rev().collect(),
            None => vec![value],
        };
        for map in maps {
            let fields = map
                .as_fields()
                .ok_or("`<<` takes a mapping, or a list of them")?;
            all.extend(fields.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
    }
    all.extend(entries);
    Ok(Value::Object(Arc::new(all.into_iter().collect::<Fields>())))
}

fn resolve(text: &str) -> Value {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Value::NULL;
    }
    boolean(text)
        .or_else(|| number(text))
        .or_else(|| timestamp(text))
        .unwrap_or_else(|| Value::from(text))
}

fn boolean(text: &str) -> Option<Value> {
    Some(Value::Bool(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => true,
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            false
        }
        _ => return None,
    }))
}

fn number(text: &str) -> Option<Value> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let radix = |prefix: &str, radix| {
        let digits = digits.strip_prefix(prefix)?;
        i64::from_str_radix(digits, radix)
            .ok()
            .filter(|_| !digits.starts_with(['+', '-']))
    };
    if let Some(whole) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        // Only a decimal has a sign.
        return (digits.len() == text.len()).then(|| Value::int(whole));
    }
    if !digits
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
    {
        return None;
    }
    let digits = if digits.starts_with('.') {
        format!("0{digits}")
    } else {
        digits.to_string()
    };
    let parsed: Number = digits.trim_end_matches('.').parse().ok()?;
    Some(Value::Number(if negative {
        crate::arithmetic::negate(&parsed)
    } else {
        parsed
    }))
}

/// A date or a time, as of RFC 3339.
fn timestamp(text: &str) -> Option<Value> {
    if !text.is_ascii() {
        return None;
    }
    let (date, time) = match text.find(['T', 't']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let fields: Vec<&str> = date.split('-').collect();
    let [year, month, day] = fields.as_slice() else {
        return None;
    };
    let digits = |field: &str, lengths: &[usize]| {
        lengths.contains(&field.len()) && field.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(year, &[4]) || !digits(month, &[1, 2]) || !digits(day, &[1, 2]) {
        return None;
    }
    let date = format!("{year}-{month:0>2}-{day:0>2}");
    date.parse::<jiff::civil::Date>().ok()?;
    let Some(time) = time else {
        return Some(Value::from(format!("{date}T00:00:00Z")));
    };
    let text = format!("{date}T{time}");
    let local = text.get(11..19)?;
    let zone = text[19..].trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    text.parse::<jiff::Timestamp>().ok()?;
    Some(Value::from(format!(
        "{date}T{local}{}",
        zone.to_uppercase()
    )))
}
