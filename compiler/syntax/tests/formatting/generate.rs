//! Files that are right and badly laid out: every construct of the language, with blanks,
//! comments and ends of lines wherever they may stand.

mod between;

use crate::seed::Seed;
use std::fmt::Write;

/// What may be in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Nothing that the formatter writes in other words.
    Verbatim,
    /// What it writes as Terraform does.
    Rewritten,
    /// Also what it does differently from Terraform.
    Different,
}

/// A file, and its comments in order.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) text: String,
    pub(crate) comments: Vec<String>,
}

/// The file of a seed.
pub(crate) fn file(seed: u64, manner: Manner) -> Made {
    let mut writer = Writer {
        seed: Seed::of(seed),
        manner,
        made: Made {
            text: String::new(),
            comments: Vec::new(),
        },
        free: false,
        due: false,
        name: 0,
        crlf: false,
    };
    writer.crlf = writer.seed.hits(100);
    writer.body(3, &[]);
    if writer.seed.hits(50) {
        let kept = writer.made.text.trim_end().len();
        writer.made.text.truncate(kept);
    }
    if writer.crlf {
        writer.made.text = writer.made.text.replace('\n', "\r\n");
    }
    writer.made
}

struct Writer {
    seed: Seed,
    manner: Manner,
    made: Made,
    /// Whether the end of a line means nothing here.
    free: bool,
    /// Whether a heredoc was written whose line is to end first.
    due: bool,
    /// How many names were made, so that none is there twice.
    name: usize,
    crlf: bool,
}

const BLOCKS: &[&str] = &["resource", "variable", "b", "locals", "lifecycle", "длина"];
const TYPES: &[&str] = &[
    "list",
    "\"list\"",
    "\"string\"",
    "map",
    "\"map\"",
    "any",
    "set",
];
const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||",
];

impl Writer {
    fn body(&mut self, depth: u64, around: &[&str]) {
        for _ in 0..self.seed.below(7) {
            self.blanks();
            match self.seed.below(10) {
                0 => self.end_line(),
                1 => self.end_line(),
                2 | 3 if depth > 0 => self.block(depth, around),
                _ => {
                    self.attribute(depth, around);
                    self.end_line();
                }
            }
        }
        self.blanks();
    }

    fn attribute(&mut self, depth: u64, around: &[&str]) {
        let in_variable = around == ["variable"];
        if in_variable && self.manner != Manner::Verbatim && self.seed.hits(300) {
            // Twice in one block is wrong; blocks hold few.
            if !self.made.text.contains("type") {
                let of = self.pick(TYPES);
                self.put("type=");
                self.blanks();
                return self.put(of);
            }
        }
        self.fresh_name();
        self.gap();
        self.put("=");
        self.gap();
        match self.seed.below(14) {
            0 => self.heredoc(depth),
            1 if self.manner != Manner::Verbatim => self.wrapped(depth),
            _ => self.expr(depth),
        }
    }

    fn block(&mut self, depth: u64, around: &[&str]) {
        let kind = self.pick(BLOCKS);
        self.put(kind);
        for _ in 0..self.seed.below(3) {
            self.blank();
            if self.manner == Manner::Different {
                self.gap();
            }
            match self.seed.below(if self.manner == Manner::Verbatim {
                3
            } else {
                4
            }) {
                3 => self.fresh_name(),
                2 if self.manner == Manner::Different => self.put("\"\\t$${a} é\""),
                _ => {
                    self.put("\"");
                    self.fresh_name();
                    self.put("\"");
                }
            }
        }
        self.blanks();
        self.put("{");
        match self.seed.below(5) {
            0 => self.blanks(),
            1 => {
                self.gap();
                self.fresh_name();
                self.put("=");
                self.expr(depth - 1);
                self.gap();
            }
            _ => {
                self.end_line();
                self.body(depth - 1, &[around, &[kind]].concat());
            }
        }
        self.put("}");
        self.end_line();
    }

    /// `"${ … }"`, which is written as what is in it.
    fn wrapped(&mut self, depth: u64) {
        self.put("\"${");
        let different = self.manner == Manner::Different;
        if different && self.seed.hits(300) {
            self.freely(true, |w| w.inner(depth));
        } else {
            self.freely(false, |w| {
                w.blanks();
                w.expr(depth.saturating_sub(1));
                w.blanks();
            });
        }
        self.put("}\"");
    }

    fn inner(&mut self, depth: u64) {
        self.gap();
        match self.seed.below(3) {
            0 => self.wrapped(depth.saturating_sub(1)),
            _ => self.expr(depth.saturating_sub(1)),
        }
        self.gap();
    }

    fn expr(&mut self, depth: u64) {
        let kinds = if depth == 0 { 5 } else { 17 };
        let deeper = depth.saturating_sub(1);
        match self.seed.below(kinds) {
            0 => self.number(),
            1 => self.word(),
            2 => self.quoted(0),
            3 => self.put("null"),
            4 => self.traversal(deeper),
            5 | 6 => {
                self.expr(deeper);
                self.gap();
                let operator = self.pick(OPERATORS);
                self.put(operator);
                self.gap();
                self.expr(deeper);
            }
            7 => {
                self.expr(deeper);
                self.gap();
                self.put("?");
                self.gap();
                self.expr(deeper);
                self.gap();
                self.put(":");
                self.gap();
                self.expr(deeper);
            }
            8 => {
                let sign = self.pick(&["-", "!"]);
                self.put(sign);
                self.gap();
                self.expr(deeper);
            }
            9 => self.enclosed("(", ")", |w| w.expr(deeper)),
            10 => self.enclosed("[", "]", |w| w.listed(deeper)),
            11 | 12 => self.object(deeper),
            13 => {
                let name = self.pick(&["f", "p::q::f", "if_", "in"]);
                self.put(name);
                self.blanks();
                self.enclosed("(", ")", |w| w.listed(deeper));
            }
            14 => self.enclosed("[", "]", |w| {
                w.for_intro(deeper);
                w.expr(deeper);
                w.for_end(deeper);
            }),
            15 => self.enclosed("{", "}", |w| {
                w.for_intro(deeper);
                w.expr(deeper);
                w.gap();
                w.put("=>");
                w.gap();
                w.expr(deeper);
                w.for_end(deeper);
            }),
            _ => self.quoted(deeper),
        }
    }

    fn for_intro(&mut self, depth: u64) {
        self.put("for");
        self.blank();
        self.gap();
        self.put("k");
        if self.seed.hits(500) {
            self.gap();
            self.put(",");
            self.gap();
            self.put("v");
        }
        self.blank();
        self.gap();
        self.put("in");
        if self.seed.hits(700) {
            self.blank();
            self.expr(depth);
        } else {
            self.gap();
            self.enclosed("[", "]", |w| w.listed(0));
        }
        self.gap();
        self.put(":");
        self.gap();
    }

    fn for_end(&mut self, depth: u64) {
        if self.seed.hits(300) {
            self.blank();
            self.gap();
            self.put("if");
            self.blank();
            self.expr(depth);
        }
    }

    fn listed(&mut self, depth: u64) {
        let many = self.seed.below(4);
        for i in 0..many {
            self.expr(depth);
            self.gap();
            if i + 1 < many || self.seed.hits(200) {
                self.put(",");
                self.gap();
            }
        }
    }

    fn object(&mut self, depth: u64) {
        self.put("{");
        let around = std::mem::replace(&mut self.free, false);
        for _ in 0..self.seed.below(5) {
            if self.seed.hits(500) {
                self.end_line();
            }
            self.gap();
            match self.seed.below(6) {
                0 => self.enclosed("(", ")", |w| w.expr(depth)),
                1 => self.quoted(0),
                _ => self.fresh_name(),
            }
            self.gap();
            let sign = self.pick(&["=", "=", "=", ":"]);
            self.put(sign);
            self.gap();
            self.expr(depth);
            self.gap();
            if self.due || self.seed.hits(500) {
                self.end_line();
            } else {
                self.put(",");
            }
        }
        self.gap();
        self.put("}");
        self.free = around;
    }

    fn traversal(&mut self, depth: u64) {
        self.word();
        for _ in 0..self.seed.below(3) {
            self.gap();
            match self.seed.below(6) {
                // Of `a[null]` and `a[true]`, terraform fmt makes `a[]`.
                0 => self.enclosed("[", "]", |w| match w.seed.below(3) {
                    0 => w.number(),
                    1 => w.put("var"),
                    _ => w.enclosed("(", ")", |w| w.expr(depth)),
                }),
                1 => self.put("[*]"),
                2 => self.put(".*.b"),
                3 => {
                    self.put(".0");
                    return;
                }
                _ => {
                    self.put(".");
                    self.gap();
                    self.word();
                }
            }
        }
    }

    fn quoted(&mut self, depth: u64) {
        self.put("\"");
        for _ in 0..self.seed.below(4) {
            match self.seed.below(7) {
                0 => self.put("a  b é"),
                1 => self.put("\\\"\\n$${ %%{ $ %"),
                2 => self.put("日本"),
                3 if depth > 0 => self.directive(depth),
                _ if depth > 0 => self.sequence(depth),
                _ => self.put("x"),
            }
        }
        self.put("\"");
    }

    fn sequence(&mut self, depth: u64) {
        let begin = self.pick(&["${", "${~"]);
        self.put(begin);
        self.freely(true, |w| {
            w.gap();
            w.expr(depth - 1);
            w.gap();
        });
        let end = self.pick(&["}", "~}"]);
        self.put(end);
        // What is one sequence alone is written anew.
        self.put(".");
    }

    fn directive(&mut self, depth: u64) {
        self.put("%{");
        self.freely(true, |w| {
            w.gap();
            w.put("if");
            w.blank();
            w.expr(depth - 1);
            w.gap();
        });
        self.put("}yes  %{ else ~} no%{endif }");
    }

    fn heredoc(&mut self, depth: u64) {
        let begin = self.pick(&["<<E\n", "<<-E\n"]);
        self.put(begin);
        for _ in 0..self.seed.below(4) {
            let blanks = self.pick(&["", "  ", "\t "]);
            self.put(blanks);
            match self.seed.below(4) {
                0 if depth > 0 => self.sequence(depth),
                1 if depth > 0 => self.directive(depth),
                _ => self.put("a  b \" é"),
            }
            self.put("\n");
        }
        let end = self.pick(&["E", "   E", "\tE"]);
        self.put(end);
        self.due = true;
    }

    /// Between brackets, where the end of a line means nothing.
    fn enclosed(&mut self, open: &str, close: &str, inside: impl FnOnce(&mut Self)) {
        self.put(open);
        self.freely(true, |w| {
            w.gap();
            if w.seed.hits(40) {
                w.heredoc(0);
                if open == "(" && close == ")" {
                    return w.gap();
                }
                w.gap();
                if open == "[" {
                    return;
                }
            } else {
                inside(w);
            }
            w.gap();
        });
        self.put(close);
    }

    fn freely(&mut self, free: bool, inside: impl FnOnce(&mut Self)) {
        let around = std::mem::replace(&mut self.free, free);
        inside(self);
        self.free = around;
    }

    fn number(&mut self) {
        let number = self.pick(&["0", "12", "1.5", "2e3", "100000"]);
        self.put(number);
    }

    fn word(&mut self) {
        let word = self.pick(&["a", "var", "local", "in", "long-name_1", "é", "true"]);
        self.put(word);
    }

    fn fresh_name(&mut self) {
        self.name += 1;
        let stem = self.pick(&["n", "name", "a_long_name", "é", "n-"]);
        let _ = write!(self.made.text, "{stem}{}", self.name);
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.seed.below(of.len() as u64) as usize]
    }

    fn put(&mut self, text: &str) {
        self.made.text.push_str(text);
    }
}
