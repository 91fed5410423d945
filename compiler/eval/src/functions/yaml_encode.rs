//! `yamlencode`, in block style, all strings between quotes but those of several lines.

use super::{Answer, Context, Function, Want, nullable};
use model::Value;

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "yamlencode",
    &[nullable("value", Want::Any)],
    Want::String,
    yamlencode,
)];

fn yamlencode(_: &Context<'_>, a: &[Value]) -> Answer {
    let mut out = String::new();
    write(&a[0], 0, &mut out);
    end_line(&mut out);
    // A plain scalar alone could go on in the next line.
    if matches!(a[0], Value::Null(_) | Value::Bool(_) | Value::Number(_)) {
        out.push_str("...\n");
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
        && !text.ends_with(' ')
        && !text.contains('\r')
        && text.chars().all(|c| c == '\n' || printable(c))
        && text.lines().all(|l| !l.ends_with([' ', '\t']));
    if !block {
        return out.push_str(&quoted(text));
    }
    let body = text.trim_end_matches('\n');
    // Where the first line is indented itself, it does not tell the indentation.
    let hint = if text.starts_with([' ', '\n']) {
        "2"
    } else {
        ""
    };
    let end = match text.len() - body.len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    out.push_str(&format!("|{hint}{end}\n"));
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
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            c if printable(c) => out.push(c),
            c if (c as u32) < 0x100 => out.push_str(&format!("\\x{:02X}", c as u32)),
            c if (c as u32) < 0x10000 => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push_str(&format!("\\U{:08X}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// What stands in a text as it is.
fn printable(c: char) -> bool {
    let separator = matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    !c.is_control() && !separator && (c as u32) < 0x10000
}
