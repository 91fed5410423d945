//! Values and types as text for people. A secret is never shown, whatever form it has.

use crate::address::is_identifier;
use crate::{Part, Type, Value};
use std::sync::Arc;

/// The value on one line, in the language's notation.
pub fn show(value: &Value) -> String {
    shown(value, true)
}

/// The same without the attributes of objects that are null: what the user left open is not
/// worth a word.
pub fn show_set(value: &Value) -> String {
    shown(value, false)
}

/// A name as it would be written in front of a `=`.
pub fn show_name(name: &str) -> String {
    let mut out = String::new();
    name_of(&mut out, name);
    out
}

fn shown(value: &Value, nulls: bool) -> String {
    let mut out = String::new();
    write(&mut out, value, nulls);
    out
}

fn write(out: &mut String, value: &Value, nulls: bool) {
    match value {
        Value::Null(_) => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(n) => out.push_str(&n.to_string()),
        Value::String(s) => quote(out, s),
        Value::List(list) | Value::Set(list) => items(out, &list.items, nulls),
        Value::Tuple(values) => items(out, values, nulls),
        Value::Map(map) => fields(out, map.entries.iter(), nulls),
        Value::Object(object) => {
            let set = object.iter().filter(|(_, v)| nulls || !v.is_null());
            fields(out, set, nulls);
        }
        Value::Unknown(_) => out.push_str("(known after apply)"),
        Value::Secret(_) => out.push_str("(sensitive)"),
        Value::Mixed(mixed) => {
            let mut text = String::new();
            for part in mixed.parts() {
                match part {
                    Part::Text(t) => text.push_str(t),
                    Part::Secret(_) => text.push_str("(sensitive)"),
                }
            }
            quote(out, &text);
        }
    }
}

fn items(out: &mut String, values: &[Value], nulls: bool) {
    out.push('[');
    for (i, value) in values.iter().enumerate() {
        out.push_str(if i == 0 { "" } else { ", " });
        write(out, value, nulls);
    }
    out.push(']');
}

fn fields<'a>(
    out: &mut String,
    fields: impl Iterator<Item = (&'a Arc<str>, &'a Value)>,
    nulls: bool,
) {
    out.push('{');
    let mut any = false;
    for (name, value) in fields {
        out.push_str(if any { ", " } else { " " });
        any = true;
        name_of(out, name);
        out.push_str(" = ");
        write(out, value, nulls);
    }
    out.push_str(if any { " }" } else { "}" });
}

fn name_of(out: &mut String, name: &str) {
    match is_identifier(name) {
        true => out.push_str(name),
        false => quote(out, name),
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // What would move the cursor or colour the terminal is shown, not done.
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The type in the language's notation.
pub fn show_type(ty: &Type) -> String {
    match ty {
        Type::Any => "any".into(),
        Type::Bool => "bool".into(),
        Type::Number => "number".into(),
        Type::String => "string".into(),
        Type::List(t) => format!("list({})", show_type(t)),
        Type::Set(t) => format!("set({})", show_type(t)),
        Type::Map(t) => format!("map({})", show_type(t)),
        Type::Tuple(items) => {
            format!(
                "tuple([{}])",
                items.iter().map(show_type).collect::<Vec<_>>().join(", ")
            )
        }
        Type::Object(object) => {
            if let Some(kind) = &object.kind {
                return format!("kind.{kind}");
            }
            let fields: Vec<_> = object
                .fields
                .iter()
                .map(|(name, f)| match f.optional {
                    true => format!("{} = optional({})", show_name(name), show_type(&f.ty)),
                    false => format!("{} = {}", show_name(name), show_type(&f.ty)),
                })
                .collect();
            format!("object({{ {} }})", fields.join(", "))
        }
        Type::Scalar(scalar) => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fingerprint, Secret};

    #[test]
    fn shows_everything_but_secrets() {
        let secret = Secret::open(Fingerprint([0; 32]), "hunter2".into());
        let value = Value::object([
            ("a b", Value::int(1)),
            ("list", Value::tuple(vec![true.into(), Value::NULL])),
            ("s", Value::Secret(Arc::new(secret))),
            ("t", "x\"\n\u{1b}".into()),
        ]);
        assert_eq!(
            show(&value),
            r#"{ "a b" = 1, list = [true, null], s = (sensitive), t = "x\"\n\u001b" }"#
        );
    }

    #[test]
    fn what_is_not_set_can_stay_away() {
        let inner = Value::object([("x", 1.into()), ("n", Value::NULL)]);
        let value = Value::object([("all", Value::NULL), ("l", Value::tuple(vec![inner]))]);
        assert_eq!(show_set(&value), "{ l = [{ x = 1 }] }");
        assert_eq!(show_set(&Value::object([("n", Value::NULL)])), "{}");
    }

    #[test]
    fn names_take_quotes_where_the_language_says_so() {
        for (name, expected) in [("a", "a"), ("a b", "\"a b\""), ("a\u{1b}", "\"a\\u001b\"")] {
            assert_eq!(show_name(name), expected);
        }
    }
}
