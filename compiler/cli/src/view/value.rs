//! A value as lines: on one where it is short, else spread out; long ones abbreviated.
//! Secrets are never shown, whatever form they have.

use crate::view::host;
use crate::view::page::{Label, Page};
use crate::view::text::{is_multiline, shown_lines};
use model::{Value, show, show_name, show_set};

/// How much of a long value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Lines of a text.
    pub(crate) lines: usize,
    /// Items of a collection.
    pub(crate) items: usize,
    /// Characters of a string on one line.
    pub(crate) characters: usize,
}

impl Limits {
    /// For reading.
    pub(crate) const SHORT: Limits = Limits {
        lines: 12,
        items: 12,
        characters: 160,
    };
    /// Everything.
    pub(crate) const NONE: Limits = Limits {
        lines: usize::MAX,
        items: usize::MAX,
        characters: usize::MAX,
    };
}

/// What is short enough for one line.
const SHORT_ENOUGH: usize = 56;

/// Writes `name = value` below what is on the page, each line after `mark`.
pub(crate) fn write(
    page: &mut Page,
    indent: usize,
    mark: Mark,
    name: &str,
    value: &Value,
    limits: Limits,
) {
    if let Some(host) = host::in_a_line(value).filter(|_| limits != Limits::NONE) {
        page.line(indent)
            .add(mark.label, mark.sign)
            .text(format!("{name} = {host}"));
    } else if is_multiline(value) {
        page.line(indent)
            .add(mark.label, mark.sign)
            .text(format!("{name}:"));
        write_text(page, indent + 4, mark, value, limits);
    } else if let Some(fields) = value
        .as_fields()
        .filter(|f| !f.is_empty() && is_long(value))
    {
        page.line(indent)
            .add(mark.label, mark.sign)
            .text(format!("{name} = {{"));
        let set: Vec<_> = fields.iter().filter(|(_, v)| !v.is_null()).collect();
        for (name, value) in set.iter().take(limits.items) {
            write(page, indent + 2, mark, &show_name(name), value, limits);
        }
        more(page, indent + 2, mark, set.len(), limits.items);
        page.line(indent).add(mark.label, mark.sign).text("}");
    } else if let Some(items) = value.as_items().filter(|i| !i.is_empty() && is_long(value)) {
        page.line(indent)
            .add(mark.label, mark.sign)
            .text(format!("{name} = ["));
        for item in items.iter().take(limits.items) {
            write_item(page, indent + 2, mark, item, limits);
        }
        more(page, indent + 2, mark, items.len(), limits.items);
        page.line(indent).add(mark.label, mark.sign).text("]");
    } else {
        let text = inline(value, limits);
        page.line(indent)
            .add(mark.label, mark.sign)
            .text(format!("{name} = {text}"));
    }
}

/// What stands before each line of a value: `+ `, `- `, or nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    /// With the space behind it.
    pub(crate) sign: &'static str,
    /// Its colour.
    pub(crate) label: Label,
}

impl Mark {
    /// Something new.
    pub(crate) const ADDED: Mark = Mark {
        sign: "+ ",
        label: Label::Create,
    };
    /// Something that goes.
    pub(crate) const REMOVED: Mark = Mark {
        sign: "- ",
        label: Label::Delete,
    };
    /// Something that changes.
    pub(crate) const CHANGED: Mark = Mark {
        sign: "~ ",
        label: Label::Update,
    };
    /// Just there.
    pub(crate) const NONE: Mark = Mark {
        sign: "",
        label: Label::Plain,
    };
}

/// An item of a collection, spread out where it is long.
pub(crate) fn write_item(page: &mut Page, indent: usize, mark: Mark, item: &Value, limits: Limits) {
    match item.as_fields() {
        Some(fields) if is_long(item) => {
            page.line(indent).add(mark.label, mark.sign).text("{");
            for (name, value) in fields
                .iter()
                .filter(|(_, v)| !v.is_null())
                .take(limits.items)
            {
                write(page, indent + 2, mark, &show_name(name), value, limits);
            }
            page.line(indent).add(mark.label, mark.sign).text("}");
        }
        _ => drop(
            page.line(indent)
                .add(mark.label, mark.sign)
                .text(inline(item, limits)),
        ),
    }
}

/// The value on one line.
pub(crate) fn inline(value: &Value, limits: Limits) -> String {
    match value {
        Value::Unknown(u) if u.sensitive => "(sensitive, known after apply)".into(),
        Value::Unknown(u) => match u.prefix.as_deref().filter(|p| !p.is_empty()) {
            Some(prefix) => format!(
                "{}… (known after apply)",
                show(&prefix.into()).trim_end_matches('"')
            ),
            None => "(known after apply)".into(),
        },
        other => abbreviate(show_set(other), limits.characters),
    }
}

/// `1 line`, `2 lines`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {}", if number == 1 { one } else { many })
}

fn write_text(page: &mut Page, indent: usize, mark: Mark, value: &Value, limits: Limits) {
    let lines = shown_lines(value).unwrap_or_default();
    for line in lines.iter().take(limits.lines) {
        page.verbatim(indent)
            .add(mark.label, mark.sign)
            .add(mark.label, line);
    }
    if lines.len() > limits.lines {
        let hidden = count(lines.len() - limits.lines, "more line", "more lines");
        page.line(indent).add(Label::Muted, format!("… {hidden}"));
    }
}

fn more(page: &mut Page, indent: usize, mark: Mark, all: usize, limit: usize) {
    if all > limit {
        let hidden = count(all - limit, "more", "more");
        page.line(indent)
            .add(mark.label, mark.sign)
            .add(Label::Muted, format!("… {hidden}"));
    }
}

fn is_long(value: &Value) -> bool {
    at_least(value) > SHORT_ENOUGH
        || value.any(&|v| is_multiline(v))
        || show_set(value).chars().count() > SHORT_ENOUGH
}

/// A lower bound of a value's characters, found without writing it down.
fn at_least(value: &Value) -> usize {
    if let Some(text) = value.as_str() {
        return text.chars().count();
    }
    if let Some(fields) = value.as_fields() {
        let set = fields.iter().filter(|(_, v)| !v.is_null());
        // ` = ` and `, `
        return set.map(|(n, v)| n.chars().count() + 4 + at_least(v)).sum();
    }
    let items = value.as_items().unwrap_or_default();
    items.iter().map(|v| 2 + at_least(v)).sum()
}

fn abbreviate(text: String, limit: usize) -> String {
    let length = text.chars().count();
    if length <= limit {
        return text;
    }
    let head: String = text.chars().take(limit * 3 / 4).collect();
    format!("{head}… ({})", count(length, "character", "characters"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::look::Look;
    use crate::view::tests::{mixed, secret};
    use model::Type;

    fn check(value: Value, expected: &str) {
        let mut page = Page::new();
        write(
            &mut page,
            0,
            Mark::ADDED,
            "a",
            &value,
            Limits {
                lines: 2,
                items: 2,
                characters: 40,
            },
        );
        assert_eq!(page.render(&Look::plain(80)), expected);
    }

    #[test]
    fn short_values_take_one_line() {
        check(Value::int(1), "+ a = 1\n");
        check(
            Value::object([("x", 1.into()), ("n", Value::NULL)]),
            "+ a = { x = 1 }\n",
        );
        check(Value::unknown(Type::String), "+ a = (known after apply)\n");
        check(secret("hunter2"), "+ a = (sensitive)\n");
        check(mixed(&["u:", "!p", "@h"]), "+ a = \"u:(sensitive)@h\"\n");
    }

    #[test]
    fn long_ones_are_spread_and_cut() {
        check(
            "1\n2\n3\n".into(),
            "+ a:\n    + 1\n    + 2\n    … 1 more line\n",
        );
        check(
            "x".repeat(2000).into(),
            &format!("+ a = \"{}… (2,002 characters)\n", "x".repeat(29)),
        );
        let items = (0..30).map(|i| Value::int(i * 1000)).collect();
        check(
            Value::list(Type::Number, items),
            "+ a = [\n  + 0\n  + 1000\n  + … 28 more\n+ ]\n",
        );
    }
}
