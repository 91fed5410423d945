//! Regular expressions, in RE2's syntax and meaning.

use super::{Answer, Context, Fault, Function, Want, p, text};
use model::{Type, Value};
use regex::{Captures, Regex, RegexBuilder};
use std::iter::Peekable;
use std::str::Chars;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "regex",
        &[p("pattern", Want::String), p("text", Want::String)],
        Want::Any,
        first,
    ),
    Function::new(
        "regexall",
        &[p("pattern", Want::String), p("text", Want::String)],
        Want::Any,
        all,
    ),
    Function::new(
        "replace",
        &[
            p("text", Want::String),
            p("pattern", Want::String),
            p("replacement", Want::String),
        ],
        Want::String,
        replace,
    ),
];

fn first(_: &Context<'_>, a: &[Value]) -> Answer {
    let regex = compile(text(a, 0), 0)?;
    match regex.captures(text(a, 1)) {
        Some(captures) => Ok(found(&regex, &captures)),
        None => Err(Fault::of(1, "the pattern does not match")
            .help("`try(regex(…), null)` gives null instead, and `regexall` an empty list")),
    }
}

fn all(_: &Context<'_>, a: &[Value]) -> Answer {
    let regex = compile(text(a, 0), 0)?;
    let matches: Vec<Value> = regex
        .captures_iter(text(a, 1))
        .map(|captures| found(&regex, &captures))
        .collect();
    let element = matches
        .first()
        .map_or_else(|| result_type(&regex), Value::ty);
    Ok(Value::list(element, matches))
}

fn result_type(regex: &Regex) -> Type {
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return Type::String;
    }
    match names.iter().any(Option::is_some) {
        true => Type::object(names.into_iter().flatten().map(|n| (n, Type::String))),
        false => Type::Tuple(names.iter().map(|_| Type::String).collect()),
    }
}

fn found(regex: &Regex, captures: &Captures<'_>) -> Value {
    let value = |group: Option<regex::Match<'_>>| match group {
        Some(group) => Value::from(group.as_str()),
        None => Value::Null(Type::String),
    };
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return value(captures.get(0));
    }
    if names.iter().any(Option::is_some) {
        return Value::object(
            names
                .iter()
                .flatten()
                .map(|name| (*name, value(captures.name(name)))),
        );
    }
    Value::tuple(
        (1..captures.len())
            .map(|i| value(captures.get(i)))
            .collect(),
    )
}

/// A pattern between slashes is a regular expression, anything else is text.
fn replace(_: &Context<'_>, a: &[Value]) -> Answer {
    let (input, pattern, replacement) = (text(a, 0), text(a, 1), text(a, 2));
    match pattern.strip_prefix('/').and_then(|p| p.strip_suffix('/')) {
        Some(pattern) => {
            let regex = compile(pattern, 1)?;
            // Each `$` in the replacement can stand for the whole of the input.
            let groups = replacement.matches('$').count() * input.len();
            fits(regex.find_iter(input).count(), replacement.len() + groups)?;
            Ok(regex.replace_all(input, replacement).into_owned().into())
        }
        None => {
            fits(input.matches(pattern).count(), replacement.len())?;
            Ok(input.replace(pattern, replacement).into())
        }
    }
}

/// What is put in so many times must not come to more than can be held.
fn fits(times: usize, length: usize) -> Result<(), Fault> {
    match times.saturating_mul(length) > crate::limits::MOST_BYTES {
        true => Err(Fault::of(2, "the result would be larger than can be held")),
        false => Ok(()),
    }
}

fn compile(pattern: &str, argument: usize) -> Result<Regex, Fault> {
    let regex = RegexBuilder::new(&translate(pattern))
        .size_limit(4 << 20)
        .build();
    let regex = regex.map_err(|e| {
        let reason = match e {
            regex::Error::CompiledTooBig(_) => "it is too large".to_string(),
            // The last line says what is wrong; those before repeat the pattern.
            other => other
                .to_string()
                .lines()
                .last()
                .unwrap_or("")
                .replace("error: ", ""),
        };
        Fault::of(argument, format!("this is no regular expression: {reason}"))
    })?;
    let names: Vec<bool> = regex.capture_names().skip(1).map(|n| n.is_some()).collect();
    if names.contains(&true) && names.contains(&false) {
        return Err(Fault::of(argument, "groups have names either all or none"));
    }
    Ok(regex)
}

/// What stands between `\Q` and `\E` means itself.
fn quoted(chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    while let Some(c) = chars.next() {
        if c == '\\' && chars.peek() == Some(&'E') {
            chars.next();
            return;
        }
        out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }
}

/// RE2's classes are of ASCII, and know no sets inside of sets.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars().peekable();
    let mut class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('s') => out.push_str("[\\t\\n\\f\\r ]"),
                Some('S') => out.push_str("[^\\t\\n\\f\\r ]"),
                Some('Q') => quoted(&mut chars, &mut out),
                Some('b') if !class => out.push_str("(?-u:\\b)"),
                Some(c) => {
                    out.push('\\');
                    out.push(c);
                }
                None => out.push('\\'),
            },
            '[' if !class => {
                class = true;
                out.push('[');
                if chars.peek() == Some(&'^') {
                    out.push('^');
                    chars.next();
                }
                if chars.peek() == Some(&']') {
                    out.push_str("\\]");
                    chars.next();
                }
            }
            '[' if chars.peek() == Some(&':') => {
                out.push('[');
                for c in chars.by_ref() {
                    out.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            '[' | '&' | '~' if class => {
                out.push('\\');
                out.push(c);
            }
            ']' if class => {
                class = false;
                out.push(']');
            }
            c => out.push(c),
        }
    }
    out
}
