//! YAML: decoding by the rules of 1.1's core types, and encoding in block style.

use super::{Answer, Context, Fault, Function, Want, nullable, p, text};
use model::{Fields, Number, Value};
use std::collections::HashMap;
use std::sync::Arc;
use yaml_rust2::Event;
use yaml_rust2::parser::{MarkedEventReceiver, Parser, Tag};
use yaml_rust2::scanner::{Marker, TScalarStyle};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "yamldecode",
        &[p("text", Want::String)],
        Want::Any,
        yamldecode,
    ),
    Function::new(
        "yamlencode",
        &[nullable("value", Want::Any)],
        Want::String,
        yamlencode,
    ),
];

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
        0 => Ok(Value::NULL),
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
            Event::SequenceStart(anchor, _) => {
                self.open.push(Open::Sequence(Vec::new(), anchor));
                Ok(())
            }
            Event::MappingStart(anchor, _) => {
                self.open.push(Open::Mapping {
                    entries: Vec::new(),
                    merged: Vec::new(),
                    key: None,
                    anchor,
                });
                Ok(())
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
            Some("str" | "binary") => Value::from(text),
            Some("int" | "float") => {
                number(&text).ok_or_else(|| format!("{text:?} is no number"))?
            }
            Some("bool") => boolean(&text).ok_or_else(|| format!("{text:?} is no bool"))?,
            Some("null") => Value::NULL,
            Some("timestamp") => timestamp(&text).unwrap_or_else(|| Value::from(text.as_str())),
            Some(other) if tag.as_ref().is_some_and(|t| t.handle == "!!") || !plain => {
                match plain {
                    true => return Err(format!("the tag `!!{other}` is not known")),
                    false => Value::from(text),
                }
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
                Some(Key::Name(name)) => {
                    if entries.len() < 64 && entries.iter().any(|(n, _)| *n == name) {
                        return Err(format!("the key {name:?} stands there twice"));
                    }
                    entries.push((name, value));
                }
            },
        }
        Ok(())
    }
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
    let plain = text.replace('_', "");
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
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
    let whole = radix("0x", 16)
        .or_else(|| radix("0b", 2))
        .or_else(|| radix("0o", 8))
        .or_else(|| {
            let octal = digits.len() > 1 && digits.bytes().all(|b| (b'0'..b'8').contains(&b));
            octal.then(|| radix("0", 8)).flatten()
        });
    if let Some(whole) = whole {
        return Some(Value::int(if negative { -whole } else { whole }));
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
    let digits = |range: std::ops::Range<usize>| {
        text.get(range)
            .is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()))
    };
    let bytes = text.as_bytes();
    let date = text.len() >= 10
        && text.is_ascii()
        && digits(0..4)
        && bytes[4] == b'-'
        && digits(5..7)
        && bytes[7] == b'-'
        && digits(8..10);
    if !date || text[..10].parse::<jiff::civil::Date>().is_err() {
        return None;
    }
    if text.len() == 10 {
        return Some(Value::from(format!("{text}T00:00:00Z")));
    }
    let separated = matches!(bytes[10], b'T' | b't' | b' ');
    let instant: jiff::Timestamp = text.parse().ok().filter(|_| separated)?;
    match text.ends_with(['Z', 'z']) {
        true => Some(Value::from(instant.to_string())),
        false => Some(Value::from(text.replacen([' ', 't'], "T", 1))),
    }
}

fn yamlencode(_: &Context<'_>, a: &[Value]) -> Answer {
    let mut out = String::new();
    write(&a[0], 0, &mut out);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(out.into())
}

/// Writes a value behind what stands on the line already; `indent` is that of its own lines.
fn write(value: &Value, indent: usize, out: &mut String) {
    stacker::maybe_grow(64 << 10, 1 << 20, || match value {
        Value::List(_) | Value::Set(_) | Value::Tuple(_) => sequence(value, indent, out),
        Value::Map(_) | Value::Object(_) => mapping(value, indent, out),
        Value::String(s) => scalar(s, indent, out),
        Value::Number(n) => out.push_str(&n.to_string()),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        _ => out.push_str("null"),
    });
}

fn sequence(value: &Value, indent: usize, out: &mut String) {
    let items = value.as_items().unwrap_or(&[]);
    if items.is_empty() {
        return out.push_str("[]");
    }
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str("- ");
        write(item, indent + 2, out);
        end_line(out);
    }
}

fn mapping(value: &Value, indent: usize, out: &mut String) {
    let Some(fields) = value.as_fields().filter(|f| !f.is_empty()) else {
        return out.push_str("{}");
    };
    for (i, (name, value)) in fields.iter().enumerate() {
        if i > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(&quoted(name));
        out.push(':');
        match value {
            Value::Map(_) | Value::Object(_) if value.children().next().is_some() => {
                out.push('\n');
                out.push_str(&" ".repeat(indent + 2));
                write(value, indent + 2, out);
            }
            Value::List(_) | Value::Set(_) | Value::Tuple(_)
                if value.children().next().is_some() =>
            {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                write(value, indent, out);
            }
            value => {
                out.push(' ');
                write(value, indent + 2, out);
            }
        }
        end_line(out);
    }
}

fn end_line(out: &mut String) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Text of several lines is a block, any other stands between quotes.
fn scalar(text: &str, indent: usize, out: &mut String) {
    let block = text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.contains('\r')
        && text
            .chars()
            .all(|c| c == '\n' || c == '\t' || !c.is_control())
        && text.lines().all(|l| !l.ends_with([' ', '\t']));
    if !block {
        return out.push_str(&quoted(text));
    }
    let body = text.trim_end_matches('\n');
    out.push_str(match text.len() - body.len() {
        0 => "|-\n",
        1 => "|\n",
        _ => "|+\n",
    });
    let margin = " ".repeat(indent.max(2));
    for (i, line) in body.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        if !line.is_empty() {
            out.push_str(&margin);
            out.push_str(line);
        }
    }
    out.push_str(&"\n".repeat((text.len() - body.len()).max(1)));
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
