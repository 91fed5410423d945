//! `format` and `formatlist`. What comes from a secret is a secret range of the result.

use super::verb::{Verb, parse, write};
use super::{Answer, Context, Fault, Function, Want, nullable, p, text};
use crate::marks;
use model::{Mixed, Part, Type, Value, certain_start};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("format", &[p("format", Want::String)], Want::String, format)
        .variadic(nullable("arguments", Want::Any))
        .raw(),
    Function::new(
        "formatlist",
        &[p("format", Want::String)],
        Want::Strings,
        formatlist,
    )
    .variadic(nullable("arguments", Want::Any))
    .raw(),
];

fn format(_: &Context<'_>, a: &[Value]) -> Answer {
    let inputs: Vec<&Value> = a.iter().collect();
    if a[0].is_unknown() {
        return Ok(Value::Unknown(Arc::new(
            marks::unknown(Type::String, &inputs).not_null(),
        )));
    }
    if marks::is_secret(&a[0]) {
        if inputs.iter().any(|v| v.has_unknown()) {
            return Ok(Value::Unknown(Arc::new(
                marks::unknown(Type::String, &inputs).not_null(),
            )));
        }
        return marks::lift(
            "format",
            &inputs,
            || Type::String,
            |open| formatted(text(open, 0), &open[1..]),
        );
    }
    formatted(text(a, 0), &a[1..])
}

/// Lists go in step; what is no list is the same for all.
fn formatlist(context: &Context<'_>, a: &[Value]) -> Answer {
    let inputs: Vec<&Value> = a.iter().collect();
    let unknown = || {
        Value::Unknown(Arc::new(
            marks::unknown(Type::list(Type::String), &inputs).not_null(),
        ))
    };
    if inputs.iter().any(|v| v.is_unknown()) {
        return Ok(unknown());
    }
    if a.iter()
        .any(|v| matches!(v, Value::Secret(s) if !s.ty.is_primitive()))
    {
        return match inputs.iter().any(|v| v.has_unknown()) {
            true => Ok(unknown()),
            false => marks::lift(
                "formatlist",
                &inputs,
                || Type::list(Type::String),
                |open| formatlist(context, open),
            ),
        };
    }
    let mut length = None;
    for (i, argument) in a.iter().enumerate().skip(1) {
        let Some(items) = argument.as_items() else {
            continue;
        };
        match length {
            Some(n) if n != items.len() => {
                return Err(Fault::of(i, "the lists are not of one length"));
            }
            _ => length = Some(items.len()),
        }
    }
    let mut rows = Vec::new();
    for row in 0..length.unwrap_or(1) {
        let arguments: Vec<Value> = a
            .iter()
            .map(|v| {
                v.as_items()
                    .map_or_else(|| v.clone(), |items| items[row].clone())
            })
            .collect();
        rows.push(format(context, &arguments)?);
    }
    Ok(Value::list(Type::String, rows))
}

fn formatted(pattern: &str, arguments: &[Value]) -> Answer {
    let mut parts: Vec<Part> = Vec::new();
    let mut plain = String::new();
    let mut rest = pattern;
    let mut next = 0;
    let mut used = 0;
    let mut unknown = false;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('%') {
            plain.push('%');
            rest = behind;
            continue;
        }
        let (verb, index, behind) = parse(rest)?;
        rest = behind;
        let index = index.unwrap_or(next);
        next = index + 1;
        used = used.max(next);
        let value = arguments.get(index).ok_or_else(|| {
            Fault::of(
                0,
                format!("`%{}` has no argument {}", verb.letter, index + 1),
            )
        })?;
        if value.has_unknown() && !unknown {
            // From here on nothing of the text is certain.
            parts.push(Part::Text(std::mem::take(&mut plain).into()));
            unknown = true;
        }
        if !unknown {
            parts.push(Part::Text(std::mem::take(&mut plain).into()));
            append(&mut parts, verb, value, index + 1)?;
        }
    }
    if used < arguments.len() {
        return Err(Fault::of(
            used + 1,
            "there are more arguments than verbs in the format",
        ));
    }
    if unknown {
        return Ok(not_known_yet(&parts, arguments));
    }
    plain.push_str(rest);
    parts.push(Part::Text(plain.into()));
    Ok(Mixed::join(parts))
}

fn not_known_yet(parts: &[Part], arguments: &[Value]) -> Value {
    let inputs: Vec<&Value> = arguments.iter().collect();
    let mut unknown = marks::unknown(Type::String, &inputs).not_null();
    let mut prefix = String::new();
    for part in parts {
        match part {
            Part::Text(t) => prefix.push_str(t),
            Part::Secret(_) => break,
        }
    }
    unknown.prefix = Some(Arc::from(certain_start(&prefix))).filter(|p: &Arc<str>| !p.is_empty());
    Value::Unknown(Arc::new(unknown))
}

fn append(parts: &mut Vec<Part>, verb: Verb, value: &Value, argument: usize) -> Result<(), Fault> {
    let bare = matches!(verb.letter, 's' | 'v') && verb.width.is_none() && verb.precision.is_none();
    if let (true, Value::Mixed(mixed)) = (bare, value) {
        parts.extend(mixed.parts().iter().cloned());
        return Ok(());
    }
    if value.has_secret() {
        if let (true, Some(part)) = (bare, marks::part(value)) {
            parts.push(part);
            return Ok(());
        }
        let operation = format!(
            "format {}{:?}{:?}{}{}{}{}{}",
            verb.letter,
            verb.width,
            verb.precision,
            verb.minus,
            verb.plus,
            verb.space,
            verb.zero,
            verb.sharp
        );
        let secret = marks::lift(
            &operation,
            &[value],
            || Type::String,
            |open| write(verb, &open[0], argument).map(Value::from),
        )?;
        parts.extend(marks::part(&secret));
        return Ok(());
    }
    parts.push(Part::Text(write(verb, value, argument)?.into()));
    Ok(())
}
