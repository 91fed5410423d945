//! What can be wrong in a text, in words. Codes LF0001 to LF0019. Of templates it is in `template`.

mod template;

use super::{MAX_CHAIN, MAX_NAME, MAX_NESTING, Parser};
use crate::tree::Ident;
use diagnostics::{Problem, Span};

type Boxed = Box<Problem>;

/// The code of what is never closed.
pub const UNCLOSED: &str = "LF0005";

impl Parser<'_> {
    pub(super) fn expected(&self, what: &str) -> Boxed {
        let (span, found) = self.found();
        Box::new(
            Problem::error("LF0001", format!("expected {what}, found {found}"))
                .at(span, format!("expected {what}")),
        )
    }

    pub(super) fn expected_in(&mut self, what: &str, open: usize) -> Boxed {
        if self.at_end() || self.at_next_item(open) {
            return self.unclosed_bracket(open);
        }
        let opener = &self.text[open..open + 1];
        let problem = self.expected(what);
        Box::new(problem.and(
            self.span(open, open + 1),
            format!("this `{opener}` is open"),
        ))
    }

    pub(super) fn expected_item(&self) -> Boxed {
        let problem = self.expected("an attribute or a block");
        let before = self.text[..self.pos].trim_start_matches('\u{feff}').trim();
        let help = match self.peek() {
            b'{' | b'[' if before.is_empty() => {
                "this looks like JSON; here HCL is expected: `name = VALUE` and \
                 `kind \"label\" { … }`, each on a line of its own, without a brace around them all"
            }
            b'{' => "the `{` of a block stands on the line of its name",
            b'"' => "a name stands without quotes: `name = VALUE`",
            b'/' | b'*' => "a comment begins with `#` or `//`, or stands between `/*` and `*/`",
            _ => return problem,
        };
        Box::new(problem.help(help))
    }

    pub(super) fn expected_expression(&self) -> Boxed {
        if let (true, Some((opener, at))) = (self.at_end(), self.open.last()) {
            if *opener == b'{' && matches!(self.text.as_bytes()[*at], b'$' | b'%') {
                return self.unclosed_sequence(*at);
            }
            return self.unclosed_bracket(*at);
        }
        let problem = self.expected("an expression");
        let help = match self.peek() {
            b'\'' => "a string stands between double quotes: \"text\"",
            b'\n' | b'\r' => {
                "the value begins on the line of its name; put parentheses around an expression \
                 of several lines"
            }
            b'=' => "`==` compares two values, and a single `=` sets an attribute",
            _ => return problem,
        };
        Box::new(problem.help(help))
    }

    pub(super) fn expected_end_of_line(&self) -> Boxed {
        let problem = self.expected("a newline");
        let help = match self.peek() {
            b',' => "attributes and blocks stand on a line each, without commas",
            b';' => "an attribute ends with its line; there are no semicolons",
            b'&' | b'|' => "the operators are `&&` and `||`",
            b'"' => "text and values are joined in one string: \"text ${value}\"",
            b'=' => "`==` compares two values",
            b'}' => "a block of more than one line has its `}` on a line of its own",
            _ => "each attribute and each block stands on a line of its own",
        };
        Box::new(problem.help(help))
    }

    pub(super) fn neither_attribute_nor_block(&self, name: &Ident) -> Boxed {
        let text = &name.text;
        let problem = Problem::error("LF0002", format!("`{text}` is neither set nor a block"))
            .at(name.span, "expected `=` or `{` behind this name")
            .help(format!(
                "write `{text} = VALUE` for an attribute, or `{text} {{ … }}` for a block"
            ));
        Box::new(match self.peek() {
            b':' => problem.help(format!("an attribute is set by `=`: `{text} = VALUE`")),
            b'.' => {
                problem.help("an attribute's name has no dots; an object's value is set as a whole")
            }
            _ => problem,
        })
    }

    pub(super) fn unclosed_bracket(&self, open: usize) -> Boxed {
        let opener = &self.text[open..open + 1];
        let closer = match opener {
            "(" => ")",
            "[" => "]",
            _ => "}",
        };
        Box::new(
            Problem::error(UNCLOSED, format!("a `{opener}` is never closed")).at(
                self.span(open, open + 1),
                format!("its `{closer}` is missing"),
            ),
        )
    }

    pub(super) fn unclosed_block(&self, header: Span, open: usize) -> Boxed {
        let found = match self.at_end() {
            true => "the end of the file",
            false => "the next block",
        };
        let problem = Problem::error(UNCLOSED, format!("a block is not closed before {found}"))
            .at(
                self.span(open, open + 1),
                "the `}` of this brace is missing",
            )
            .help("add a `}` on a line of its own at the end of the block");
        let header_line = open >= header.start as usize && open <= header.end as usize + 8;
        Box::new(match header_line {
            true => problem,
            false => problem.and(header, "or of a block inside of this one"),
        })
    }

    pub(super) fn stray_brace(&self) -> Boxed {
        Box::new(
            Problem::error("LF0006", "a `}` closes nothing")
                .at(self.span(self.pos, self.pos + 1), "no block is open here")
                .help("remove it, or look above for a block that is closed too early"),
        )
    }

    pub(super) fn duplicate_attribute(&self, name: &Ident, first: Span) -> Boxed {
        Box::new(
            Problem::error("LF0008", format!("`{}` is set twice", name.text))
                .at(name.span, "set again here")
                .and(first, "first set here")
                .help("keep one of the two"),
        )
    }

    pub(super) fn dangling_dot(&self, dot: usize) -> Boxed {
        Box::new(
            Problem::error("LF0009", "a name is missing behind a dot")
                .at(self.span(dot, dot + 1), "what is it of this value?")
                .help("write an attribute's name (`.name`), an index (`[0]`) or a splat (`[*]`)"),
        )
    }

    pub(super) fn two_dotted_indexes(&mut self, dot: usize) -> Boxed {
        self.pos += 1;
        while self.peek().is_ascii_digit() {
            self.pos += 1;
        }
        let written = &self.text[dot..self.pos];
        let indexes: String = written
            .split('.')
            .skip(1)
            .map(|i| format!("[{}]", i.trim()))
            .collect();
        Box::new(
            Problem::error(
                "LF0009",
                format!("`{written}` reads as a number, not as two indexes"),
            )
            .at(self.span(dot, self.pos), "an index of an index")
            .help(format!("write `{indexes}`")),
        )
    }

    pub(super) fn splat_in_splat(&self, span: Span) -> Boxed {
        Box::new(
            Problem::error("LF0009", "a `.*` can't stand behind another one")
                .at(span, "a splat inside of a splat")
                .help("use `[*]` for both"),
        )
    }

    pub(super) fn bad_number(&self, start: usize) -> Boxed {
        let end = self.name_end();
        let text = &self.text[start..end];
        Box::new(
            Problem::error("LF0010", format!("`{text}` is not a number"))
                .at(
                    self.span(start, end),
                    "expected digits, as in 12, 0.5 or 1e3",
                )
                .help("a name can't begin with a digit, and a text stands between quotes"),
        )
    }

    pub(super) fn too_deep(&self) -> Boxed {
        Box::new(
            Problem::error(
                "LF0011",
                format!("more than {MAX_NESTING} levels of nesting"),
            )
            .at(self.span(self.pos, self.pos + 1), "too deep here")
            .help("give an inner part a name of its own in `locals`"),
        )
    }

    pub(super) fn too_long(&self) -> Boxed {
        Box::new(
            Problem::error("LF0011", format!("more than {MAX_CHAIN} operators or steps in a row"))
                .at(self.span(self.pos.saturating_sub(1), self.pos), "too long here")
                .help("split the expression with `locals`, or use a function over a list (sum, join, alltrue)"),
        )
    }

    pub(super) fn name_too_long(&self, start: usize) -> Boxed {
        Box::new(
            Problem::error(
                "LF0011",
                format!("a name of more than {MAX_NAME} characters"),
            )
            .at(self.span(start, start + 1), "the name begins here"),
        )
    }

    pub(super) fn too_large(&self) -> Boxed {
        Box::new(
            Problem::error("LF0011", "the file is larger than 2 GiB")
                .at(self.span(0, 1), "nothing of it was read"),
        )
    }

    pub(super) fn expected_label_or_brace(&self, kind: &Ident) -> Boxed {
        let (span, found) = self.found();
        Box::new(
            Problem::error("LF0014", format!("expected a label or `{{`, found {found}"))
                .at(span, "expected a label or `{`")
                .and(kind.span, "the block begins here")
                .help("a block is written `kind \"label\" {`, its brace on the same line"),
        )
    }

    pub(super) fn more_than_one_line_holds(&self, open: usize) -> Boxed {
        let (span, _) = self.found();
        Box::new(
            Problem::error(
                "LF0015",
                "a block on one line holds one attribute and no block",
            )
            .at(span, "expected `}`")
            .and(self.span(open, open + 1), "the block begins on this line")
            .help("put a newline behind the `{`, and each attribute and block on its own line"),
        )
    }

    pub(super) fn unclosed_comment(&self) -> Boxed {
        Box::new(
            Problem::error("LF0017", "a comment is never closed")
                .at(self.span(self.pos, self.pos + 2), "its `*/` is missing"),
        )
    }

    pub(super) fn conditional_without_else(&self, mark: usize) -> Boxed {
        let problem = self.expected("`:` and the value for the other case");
        Box::new(problem.and(self.span(mark, mark + 1), "the conditional's `?`"))
    }

    /// What stands at the position, as a span and in words.
    fn found(&self) -> (Span, String) {
        let end = |length: usize| self.span(self.pos, self.pos + length);
        if self.at_end() {
            return (end(0), "the end of the text".into());
        }
        if self.at_name() {
            let name = &self.text[self.pos..self.name_end()];
            return (end(name.len()), format!("`{}`", shorten(name)));
        }
        let Some(c) = self
            .text
            .get(self.pos..)
            .and_then(|rest| rest.chars().next())
        else {
            return (end(0), "something unreadable".into());
        };
        let words = match c {
            '\r' if self.peek_at(1) != b'\n' => "a carriage return without a newline".into(),
            '\n' | '\r' => "the end of the line".into(),
            '"' => "a string".into(),
            '\'' => "a single quote".into(),
            '0'..='9' => "a number".into(),
            c if c.is_control() => format!("the control character U+{:04X}", c as u32),
            c => format!("`{c}`"),
        };
        (end(c.len_utf8()), words)
    }
}

fn shorten(name: &str) -> &str {
    match name.char_indices().nth(40) {
        Some((end, _)) => &name[..end],
        None => name,
    }
}
