//! The console's answers: a value in the language's notation with the kinds of its collections,
//! so that a list and a tuple are told apart. Secrets are never shown.

use model::{Fields, Type, Value, show, show_type};
use std::fmt::Write;

/// How an answer is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// All on one line, for programs.
    Line,
    /// An item a line, for people.
    Lines,
}

/// The value as text, without a newline at its end.
pub(crate) fn answer(value: &Value, layout: Layout) -> String {
    let mut out = Writer {
        text: String::new(),
        layout,
        depth: 0,
    };
    out.value(value);
    out.text
}

struct Writer {
    text: String,
    layout: Layout,
    depth: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null(ty) => self.null(ty),
            Value::Unknown(unknown) if unknown.sensitive => self.text.push_str("(sensitive)"),
            Value::List(list) => self.items("tolist([", &list.items, "])"),
            Value::Set(set) => self.items("toset([", &set.items, "])"),
            Value::Tuple(items) => self.items("[", items, "]"),
            Value::Map(map) => self.fields("tomap({", &map.entries, "})"),
            Value::Object(fields) => self.fields("{", fields, "}"),
            Value::String(text) if self.layout == Layout::Lines && text.contains('\n') => {
                self.heredoc(text);
            }
            scalar => self.text.push_str(&show(scalar)),
        }
    }

    fn null(&mut self, ty: &Type) {
        let text = match ty {
            Type::Any => "null".into(),
            Type::Bool => "tobool(null)".into(),
            Type::Number => "tonumber(null)".into(),
            Type::String => "tostring(null)".into(),
            other => format!("null /* {} */", show_type(other)),
        };
        self.text.push_str(&text);
    }

    fn items(&mut self, open: &str, items: &[Value], close: &str) {
        self.between(open, items.len(), close, |this, i| this.value(&items[i]));
    }

    fn fields(&mut self, open: &str, fields: &Fields, close: &str) {
        let all: Vec<_> = fields.iter().collect();
        self.between(open, all.len(), close, |this, i| {
            let (name, value) = all[i];
            this.text.push_str(&show(&Value::String(name.clone())));
            this.text.push_str(" = ");
            this.value(value);
        });
    }

    fn between(
        &mut self,
        open: &str,
        count: usize,
        close: &str,
        mut each: impl FnMut(&mut Self, usize),
    ) {
        self.text.push_str(open);
        self.depth += 1;
        for i in 0..count {
            match self.layout {
                Layout::Line => self.text.push_str(if i == 0 { "" } else { ", " }),
                Layout::Lines => self.new_line(),
            }
            each(self, i);
            if self.layout == Layout::Lines {
                self.text.push(',');
            }
        }
        self.depth -= 1;
        if count > 0 && self.layout == Layout::Lines {
            self.new_line();
        }
        self.text.push_str(close);
    }

    /// A text of several lines as it reads; what could move the cursor is still shown by name.
    fn heredoc(&mut self, text: &str) {
        let mut marker = String::from("EOT");
        while text.lines().any(|line| line.trim() == marker) {
            marker.push('_');
        }
        let _ = write!(self.text, "<<{marker}");
        let body = text.strip_suffix('\n').unwrap_or(text);
        for line in body.split('\n') {
            let shown = show(&Value::string(line));
            let shown = &shown[1..shown.len() - 1];
            let shown = shown.replace("\\\"", "\"").replace("\\\\", "\\");
            let _ = write!(self.text, "\n{shown}");
        }
        let _ = write!(self.text, "\n{marker}");
    }

    fn new_line(&mut self) {
        let _ = write!(self.text, "\n{:indent$}", "", indent = self.depth * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::tests::{mixed, secret};

    fn check(value: Value, line: &str, lines: &str) {
        assert_eq!(answer(&value, Layout::Line), line);
        assert_eq!(answer(&value, Layout::Lines), lines);
    }

    #[test]
    fn collections_say_their_kind() {
        let items = || vec!["a".into(), "b\n".into()];
        check(
            Value::list(Type::String, items()),
            r#"tolist(["a", "b\n"])"#,
            "tolist([\n  \"a\",\n  <<EOT\nb\nEOT,\n])",
        );
        check(Value::set(Type::Any, vec![]), "toset([])", "toset([])");
        check(
            Value::object([("a", Value::tuple(vec![1.into()]))]),
            r#"{"a" = [1]}"#,
            "{\n  \"a\" = [\n    1,\n  ],\n}",
        );
        check(
            Value::map(Type::Number, [("k", 1.into())]),
            r#"tomap({"k" = 1})"#,
            "tomap({\n  \"k\" = 1,\n})",
        );
    }

    #[test]
    fn what_is_not_there_or_not_shown() {
        for (value, expected) in [
            (Value::NULL, "null"),
            (Value::Null(Type::String), "tostring(null)"),
            (Value::Null(Type::list(Type::Bool)), "null /* list(bool) */"),
            (Value::unknown(Type::Any), "(known after apply)"),
            (secret("hunter2"), "(sensitive)"),
            (mixed(&["u:", "!p", "@h"]), r#""u:(sensitive)@h""#),
            ("\u{1b}\"".into(), r#""\u001b\"""#),
        ] {
            check(value, expected, expected);
        }
    }
}
