//! Plain values written in the language's own notation, laid out as `fmt` does it.

use model::{Fields, Value, is_identifier};
use unicode_segmentation::UnicodeSegmentation;

/// The value as an expression.
pub(crate) fn expression(value: &Value) -> String {
    let mut writer = Writer::default();
    writer.value(value);
    writer.finish()
}

/// Each name with its value, a line for each, with a line's end.
pub(crate) fn assignments(values: &Fields) -> String {
    let mut writer = Writer::default();
    writer.entries(values);
    writer.finish()
}

/// A line as it grows.
#[derive(Default)]
struct Line {
    /// What stands before `=`.
    key: Option<String>,
    text: String,
    /// How many more brackets it opens than it closes.
    opened: i32,
}

#[derive(Default)]
struct Writer {
    lines: Vec<Line>,
    line: Line,
}

impl Writer {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Bool(b) => self.push(if *b { "true" } else { "false" }),
            Value::Number(n) => self.push(&n.to_string()),
            Value::String(s) => self.push(&quoted(s)),
            Value::List(_) | Value::Set(_) | Value::Tuple(_) => self.items(value),
            Value::Map(_) | Value::Object(_) => {
                self.open('{');
                if let Some(fields) = value.as_fields().filter(|f| !f.is_empty()) {
                    self.end_line();
                    self.entries(fields);
                }
                self.close('}');
            }
            // Whoever writes has known, plain values.
            Value::Null(_) | Value::Unknown(_) | Value::Secret(_) | Value::Mixed(_) => {
                self.push("null");
            }
        }
    }

    fn items(&mut self, value: &Value) {
        self.open('[');
        for (i, item) in value.children().enumerate() {
            self.push(if i == 0 { "" } else { ", " });
            self.value(item);
        }
        self.close(']');
    }

    fn entries(&mut self, fields: &Fields) {
        for (name, value) in fields.iter() {
            self.line.key = Some(match is_identifier(name) {
                true => name.to_string(),
                false => quoted(name),
            });
            self.value(value);
            self.end_line();
        }
    }

    fn push(&mut self, text: &str) {
        self.line.text.push_str(text);
    }

    fn open(&mut self, bracket: char) {
        self.line.text.push(bracket);
        self.line.opened += 1;
    }

    fn close(&mut self, bracket: char) {
        self.line.text.push(bracket);
        self.line.opened -= 1;
    }

    fn end_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
    }

    fn finish(mut self) -> String {
        if !self.line.text.is_empty() {
            self.end_line();
        } else {
            self.lines.push(Line::default());
        }
        let widths = widths(&self.lines);
        let mut open = Vec::new();
        let lines = self.lines.iter().zip(widths).map(|(line, width)| {
            let indent = "  ".repeat(depth(line.opened, &mut open));
            match &line.key {
                None if line.text.is_empty() => String::new(),
                None => format!("{indent}{}", line.text),
                Some(key) => {
                    let padding = " ".repeat(width.saturating_sub(columns(key)));
                    format!("{indent}{key}{padding} = {}", line.text)
                }
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// How wide the names of each line are made: the whole assignments among neighbours are aligned.
fn widths(lines: &[Line]) -> Vec<usize> {
    let is_whole = |line: &Line| line.key.is_some() && line.opened == 0;
    let mut widths = Vec::with_capacity(lines.len());
    for run in lines.chunk_by(|a, b| is_whole(a) && is_whole(b)) {
        let width = |line: &Line| line.key.as_deref().map_or(0, columns);
        let widest = run.iter().map(width).max().unwrap_or(0);
        widths.extend(run.iter().map(|_| widest));
    }
    widths
}

fn columns(text: &str) -> usize {
    text.graphemes(true).count()
}

/// How deep a line stands. One that opens several brackets is one step only, and what closes as
/// many takes it back.
fn depth(opened: i32, open: &mut Vec<i32>) -> usize {
    if opened > 0 {
        open.push(opened);
        return open.len() - 1;
    }
    let mut closed = -opened;
    while closed > 0
        && let Some(last) = open.last_mut()
    {
        let now = closed.min(*last);
        *last -= now;
        closed -= now;
        if *last == 0 {
            open.pop();
        }
    }
    open.len()
}

/// The text between quotes, with an escape for whatever is not printed or would mean something.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([c, c]),
            c if is_printed(c) => out.push(c),
            c if (c as u32) < 0x1_0000 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// Behind a letter only what is not printed has an escape of its own; a lone mark would, too.
fn is_printed(c: char) -> bool {
    (' '..='~').contains(&c) || format!("a{c}").escape_debug().count() == 2
}
