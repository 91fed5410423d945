//! Functions of strings.

use super::{Answer, Context, Fault, Function, Want, nullable, p, text, whole};
use crate::marks;
use model::{Mixed, Part, Type, Unknown, Value, certain_start};
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

const TEXT: super::Parameter = p("text", Want::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("chomp", &[TEXT], Want::String, chomp),
    Function::new(
        "endswith",
        &[TEXT, p("suffix", Want::String)],
        Want::Bool,
        endswith,
    ),
    Function::new(
        "indent",
        &[p("spaces", Want::Number), nullable("text", Want::Any)],
        Want::String,
        indent,
    )
    .raw(),
    Function::new("join", &[p("separator", Want::String)], Want::String, join)
        .variadic(p("lists", Want::Strings))
        .raw(),
    Function::new("lower", &[TEXT], Want::String, lower),
    Function::new(
        "split",
        &[p("separator", Want::String), TEXT],
        Want::Strings,
        split,
    ),
    Function::new(
        "startswith",
        &[TEXT, p("prefix", Want::String)],
        Want::Bool,
        startswith,
    )
    .raw(),
    Function::new(
        "strcontains",
        &[TEXT, p("part", Want::String)],
        Want::Bool,
        strcontains,
    ),
    Function::new("strrev", &[TEXT], Want::String, strrev),
    Function::new(
        "substr",
        &[TEXT, p("offset", Want::Number), p("length", Want::Number)],
        Want::String,
        substr,
    ),
    Function::new("title", &[TEXT], Want::String, title),
    Function::new(
        "trim",
        &[TEXT, p("characters", Want::String)],
        Want::String,
        trim,
    ),
    Function::new(
        "trimprefix",
        &[TEXT, p("prefix", Want::String)],
        Want::String,
        trimprefix,
    ),
    Function::new("trimspace", &[TEXT], Want::String, trimspace),
    Function::new(
        "trimsuffix",
        &[TEXT, p("suffix", Want::String)],
        Want::String,
        trimsuffix,
    ),
    Function::new("upper", &[TEXT], Want::String, upper),
];

fn chomp(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(text(a, 0).trim_end_matches(['\n', '\r']).into())
}

fn endswith(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(text(a, 0).ends_with(text(a, 1)).into())
}

/// What an unknown begins with may decide.
fn startswith(_: &Context<'_>, a: &[Value]) -> Answer {
    if let (Value::Unknown(unknown), Value::String(prefix)) = (&a[0], &a[1])
        && let Some(known) = &unknown.prefix
        && !unknown.sensitive
    {
        if known.starts_with(&**prefix) {
            return Ok(true.into());
        }
        if !prefix.starts_with(&**known) {
            return Ok(false.into());
        }
    }
    let inputs = [&a[0], &a[1]];
    if inputs.iter().any(|v| v.is_unknown()) {
        return Ok(Value::Unknown(Arc::new(
            marks::unknown(Type::Bool, &inputs).not_null(),
        )));
    }
    let decide = |a: &[Value]| Ok(text(a, 0).starts_with(text(a, 1)).into());
    match inputs.iter().any(|v| marks::is_secret(v)) {
        true => marks::lift("startswith", &inputs, || Type::Bool, decide),
        false => decide(a),
    }
}

fn strcontains(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(text(a, 0).contains(text(a, 1)).into())
}

/// Line by line, so that secret ranges stay what they are.
fn indent(_: &Context<'_>, a: &[Value]) -> Answer {
    let inputs = [&a[0], &a[1]];
    if a[1].is_null() {
        return Err(Fault::of(1, "the text may not be null"));
    }
    let value = Want::String.convert(&a[1]).map_err(|m| Fault::of(1, m))?;
    if a[0].is_unknown() || value.is_unknown() {
        return Ok(Value::Unknown(Arc::new(
            marks::unknown(Type::String, &inputs).not_null(),
        )));
    }
    if marks::is_secret(&a[0]) {
        return Err(Fault::of(0, "the number of spaces can't be sensitive"));
    }
    let spaces = usize::try_from(whole(a, 0)?).map_err(|_| Fault::of(0, "a negative number"))?;
    if spaces > 10_000 {
        return Err(Fault::of(0, "at most 10000 spaces"));
    }
    let line = format!("\n{}", " ".repeat(spaces));
    let indented = |t: &str| t.replace('\n', &line);
    let part = |part: &Part| match part {
        Part::Text(t) => Part::Text(indented(t).into()),
        Part::Secret(s) => Part::Secret(Arc::new(s.derive(
            &format!("indent {spaces}"),
            Type::String,
            |v| match Want::String.convert(v) {
                Ok(Value::String(t)) => indented(&t).into(),
                _ => v.clone(),
            },
        ))),
    };
    Ok(match &value {
        Value::Mixed(mixed) => Mixed::join(mixed.parts().iter().map(part)),
        Value::Secret(secret) => Mixed::join([part(&Part::Secret(secret.clone()))]),
        Value::String(t) => indented(t).into(),
        _ => return Err(Fault::of(1, "a string is required")),
    })
}

/// Only what comes from a secret is secret in the result.
fn join(_: &Context<'_>, a: &[Value]) -> Answer {
    let (separator, lists) = (&a[0], &a[1..]);
    if lists.is_empty() {
        return Err("at least one list is required".into());
    }
    let inputs: Vec<&Value> = a.iter().collect();
    let mut unknown = Unknown::not_null(marks::unknown(Type::String, &inputs));
    if inputs.iter().any(|v| v.is_unknown()) {
        return Ok(Value::Unknown(Arc::new(unknown)));
    }
    if lists.iter().any(marks::is_secret) {
        if inputs.iter().any(|v| v.has_unknown()) {
            return Ok(Value::Unknown(Arc::new(unknown)));
        }
        return marks::lift("join", &inputs, || Type::String, joined);
    }
    if lists.iter().any(Value::has_unknown) {
        unknown.prefix = known_start(separator, lists);
        return Ok(Value::Unknown(Arc::new(unknown)));
    }
    joined(a)
}

fn joined(a: &[Value]) -> Answer {
    let mut parts = Vec::new();
    for (i, list) in a.iter().enumerate().skip(1) {
        for item in list.as_items().unwrap_or(&[]) {
            if !parts.is_empty() {
                append(&mut parts, &a[0], 0)?;
            }
            if parts.is_empty() {
                parts.push(Part::Text(Arc::from("")));
            }
            append(&mut parts, item, i)?;
        }
    }
    Ok(Mixed::join(parts))
}

fn append(parts: &mut Vec<Part>, value: &Value, argument: usize) -> Result<(), Fault> {
    match value {
        Value::Mixed(mixed) => parts.extend(mixed.parts().iter().cloned()),
        other => match marks::part(other) {
            Some(part) => parts.push(part),
            None => return Err(Fault::of(argument, "an item is null, or no text")),
        },
    }
    Ok(())
}

/// The text before the first item that is unknown or secret.
fn known_start(separator: &Value, lists: &[Value]) -> Option<Arc<str>> {
    let separator = separator.as_str()?;
    let mut start = String::new();
    for (i, item) in lists.iter().flat_map(Value::children).enumerate() {
        if i > 0 {
            start.push_str(separator);
        }
        match item {
            Value::String(s) => start.push_str(s),
            _ => break,
        }
    }
    Some(Arc::from(certain_start(&start))).filter(|s: &Arc<str>| !s.is_empty())
}

fn lower(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(text(a, 0)
        .chars()
        .map(|c| match c {
            // The one letter of which the small one has a dot more.
            'İ' => 'i',
            c => single(c.to_lowercase(), c),
        })
        .collect::<String>()
        .into())
}

fn upper(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(text(a, 0)
        .chars()
        .map(|c| single(c.to_uppercase(), c))
        .collect::<String>()
        .into())
}

/// A character stays one: where its other case is several, it stays what it is.
fn single(mut other: impl ExactSizeIterator<Item = char>, c: char) -> char {
    if other.len() == 1 {
        other.next().unwrap_or(c)
    } else {
        c
    }
}

fn split(_: &Context<'_>, a: &[Value]) -> Answer {
    let (separator, text) = (text(a, 0), text(a, 1));
    let pieces: Vec<Value> = match separator.is_empty() {
        true => text.chars().map(|c| Value::string(c.to_string())).collect(),
        false => text.split(separator).map(Value::from).collect(),
    };
    Ok(Value::list(Type::String, pieces))
}

fn strrev(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(text(a, 0).graphemes(true).rev().collect::<String>().into())
}

fn substr(_: &Context<'_>, a: &[Value]) -> Answer {
    let (offset, length) = (whole(a, 1)?, whole(a, 2)?);
    let characters: Vec<&str> = text(a, 0).graphemes(true).collect();
    let count = characters.len() as i64;
    let start = if offset < 0 {
        (count + offset).max(0)
    } else {
        offset.min(count)
    };
    // As for Terraform, from the end no length is all that is left.
    let end = if length < 0 || (length == 0 && offset < 0) {
        count
    } else {
        start.saturating_add(length).min(count)
    };
    Ok(characters[start as usize..end as usize].concat().into())
}

fn title(_: &Context<'_>, a: &[Value]) -> Answer {
    let mut before = ' ';
    let mut titled = String::new();
    for c in text(a, 0).chars() {
        match separates(before) {
            true => titled.push(capital(c)),
            false => titled.push(c),
        }
        before = c;
    }
    Ok(titled.into())
}

/// Letters of two have a form of which only the first is large.
fn capital(c: char) -> char {
    match c {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        c => single(c.to_uppercase(), c),
    }
}

fn separates(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    c.is_whitespace()
}

fn trim(_: &Context<'_>, a: &[Value]) -> Answer {
    let characters: Vec<char> = text(a, 1).chars().collect();
    Ok(text(a, 0).trim_matches(characters.as_slice()).into())
}

fn trimprefix(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(text(a, 0)
        .strip_prefix(text(a, 1))
        .unwrap_or(text(a, 0))
        .into())
}

fn trimsuffix(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(text(a, 0)
        .strip_suffix(text(a, 1))
        .unwrap_or(text(a, 0))
        .into())
}

fn trimspace(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(text(a, 0).trim().into())
}
