//! Expressions at random, valid in syntax, biased to edges; most are of fitting types.

use crate::expression::{AND, Expression, OR};
use crate::leaves;
use crate::random::Random;

/// What an expression is meant to give, as in the table.
pub(crate) type Kind = char;

/// Names, kinds of the arguments, and the kind of the result. A kind before `*` comes any number
/// of times.
const FUNCTIONS: &[(&str, &str, Kind)] = &[
    ("abs", "n", 'n'),
    ("ceil", "n", 'n'),
    ("floor", "n", 'n'),
    ("max", "nn*", 'n'),
    ("min", "nn*", 'n'),
    ("parseint", "si", 'n'),
    ("pow", "ni", 'n'),
    ("signum", "n", 'n'),
    ("chomp", "s", 's'),
    ("endswith", "ss", 'b'),
    ("format", "fa*", 's'),
    ("formatlist", "fa*", 'l'),
    ("indent", "is", 's'),
    ("join", "sL*", 's'),
    ("lower", "s", 's'),
    ("regex", "ps", 'a'),
    ("regexall", "ps", 'l'),
    ("replace", "sps", 's'),
    ("split", "ss", 'L'),
    ("startswith", "ss", 'b'),
    ("strcontains", "ss", 'b'),
    ("strrev", "s", 's'),
    ("substr", "sii", 's'),
    ("title", "s", 's'),
    ("trim", "ss", 's'),
    ("trimprefix", "ss", 's'),
    ("trimspace", "s", 's'),
    ("trimsuffix", "ss", 's'),
    ("upper", "s", 's'),
    ("alltrue", "l", 'b'),
    ("anytrue", "l", 'b'),
    ("chunklist", "li", 'l'),
    ("coalesce", "a*", 'a'),
    ("coalescelist", "l*", 'l'),
    ("compact", "L", 'L'),
    ("concat", "l*", 'l'),
    ("contains", "la", 'b'),
    ("distinct", "l", 'l'),
    ("element", "lw", 'a'),
    ("flatten", "l", 'l'),
    ("index", "la", 'n'),
    ("keys", "o", 'L'),
    ("length", "a", 'n'),
    ("lookup", "osa", 'a'),
    ("lookup", "os", 'a'),
    ("matchkeys", "lll", 'l'),
    ("merge", "o*", 'o'),
    ("one", "l", 'a'),
    ("range", "ii*", 'N'),
    ("reverse", "l", 'l'),
    ("setintersection", "ll*", 'l'),
    ("setproduct", "ll*", 'l'),
    ("setsubtract", "ll", 'l'),
    ("setunion", "ll*", 'l'),
    ("slice", "lii", 'l'),
    ("sort", "L", 'L'),
    ("sum", "N", 'n'),
    ("transpose", "o", 'o'),
    ("values", "o", 'l'),
    ("zipmap", "Ll", 'o'),
    ("base64decode", "B", 's'),
    ("base64encode", "s", 's'),
    ("csvdecode", "v", 'l'),
    ("jsondecode", "j", 'a'),
    ("jsonencode", "a", 's'),
    ("textdecodebase64", "Be", 's'),
    ("textencodebase64", "se", 's'),
    ("urlencode", "s", 's'),
    ("yamldecode", "y", 'a'),
    ("yamlencode", "a", 's'),
    ("basename", "h", 's'),
    ("dirname", "h", 's'),
    ("formatdate", "Dt", 's'),
    ("timeadd", "td", 's'),
    ("timecmp", "tt", 'n'),
    ("base64sha256", "s", 's'),
    ("base64sha512", "s", 's'),
    ("md5", "s", 's'),
    ("sha1", "s", 's'),
    ("sha256", "s", 's'),
    ("sha512", "s", 's'),
    ("uuidv5", "us", 's'),
    ("cidrhost", "ci", 's'),
    ("cidrnetmask", "c", 's'),
    ("cidrsubnet", "cww", 's'),
    ("cidrsubnets", "cw*", 'L'),
    ("can", "a", 'b'),
    ("try", "aa*", 'a'),
    ("nonsensitive", "a", 'a'),
    ("issensitive", "a", 'b'),
    ("ephemeralasnull", "a", 'a'),
    ("tobool", "a", 'b'),
    ("tolist", "l", 'l'),
    ("tomap", "o", 'o'),
    ("tonumber", "a", 'n'),
    ("toset", "l", 'l'),
    ("tostring", "a", 's'),
    ("log", "nn", 'n'),
];

const GENERAL: &[&Kind] = &[&'n', &'s', &'b', &'l', &'o', &'a'];

/// Writes expressions.
pub(crate) struct Generator {
    random: Random,
    /// Names that are bound where the next expression stands.
    bound: Vec<String>,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Generator {
        Generator {
            random: Random::new(seed),
            bound: Vec::new(),
        }
    }

    /// One more expression, at most five lines of text.
    pub(crate) fn expression(&mut self) -> Expression {
        loop {
            let kind = *self.random.of(GENERAL);
            let depth = 1 + self.random.below(3);
            let text = match self.random.chance(4) {
                true => self.heredoc(depth),
                false => self.of(kind, depth),
            };
            // What is longer tells a reader nothing.
            if text.len() <= 400 {
                return Expression::marked(&text);
            }
        }
    }

    fn of(&mut self, kind: Kind, depth: usize) -> String {
        let wanted = match self.random.below(100) {
            0..5 => *self.random.of(GENERAL),
            5..8 => return "null".into(),
            _ => kind,
        };
        if depth == 0 || self.random.chance(25) {
            return self.leaf(wanted);
        }
        match self.random.below(100) {
            0..55 => self.call(wanted, depth - 1),
            55..70 => self.operation(wanted, depth - 1),
            70..80 => self.conditional(wanted, depth - 1),
            80..88 => self.part(wanted, depth - 1),
            _ => self.composed(wanted, depth - 1),
        }
    }

    fn leaf(&mut self, kind: Kind) -> String {
        if kind != 'z' && !self.bound.is_empty() && self.random.chance(40) {
            let index = self.random.below(self.bound.len());
            return self.bound[index].clone();
        }
        let all = leaves::of(kind);
        all[self.random.below(all.len())].to_string()
    }

    /// A call whose result is of the kind, or of any where no function gives it.
    fn call(&mut self, kind: Kind, depth: usize) -> String {
        let parts = self.random.chance(15);
        let fits = |(_, _, result): &&(&str, &str, Kind)| {
            *result == kind || kind == 'a' || (*result == 'a' && parts)
        };
        let fitting: Vec<_> = FUNCTIONS.iter().filter(fits).collect();
        if fitting.is_empty() {
            return self.leaf(kind);
        }
        let (name, kinds, _) = fitting[self.random.below(fitting.len())];
        let arguments = self.arguments(kinds, depth);
        let expand = !arguments.is_empty() && self.random.chance(3);
        let dots = match expand {
            true => "...",
            false => "",
        };
        format!("{name}({}{dots})", arguments.join(", "))
    }

    fn arguments(&mut self, kinds: &str, depth: usize) -> Vec<String> {
        let kinds: Vec<char> = kinds.chars().collect();
        let mut arguments = Vec::new();
        for (i, kind) in kinds.iter().enumerate() {
            if *kind == '*' {
                continue;
            }
            let count = match kinds.get(i + 1) {
                Some('*') => self.random.below(4),
                _ => 1,
            };
            for _ in 0..count {
                arguments.push(self.of(*kind, depth));
            }
        }
        // Some calls have too few arguments, or too many.
        if self.random.chance(2) {
            arguments.pop();
        }
        if self.random.chance(2) {
            arguments.push(self.of('a', 0));
        }
        arguments
    }

    fn operation(&mut self, kind: Kind, depth: usize) -> String {
        match kind {
            'n' | 'i' => {
                let a = self.of('n', depth);
                // What is divided by nothing is told apart in docs/terraform-differences.md.
                let (operator, b) = match self.random.chance(40) {
                    true => (self.random.of(&["/", "%"]), self.leaf('z')),
                    false => (self.random.of(&["+", "-", "*"]), self.of('n', depth)),
                };
                match self.random.chance(12) {
                    true => format!("-({a})"),
                    false => format!("({a} {operator} {b})"),
                }
            }
            'b' => match self.random.below(4) {
                0 => format!("!({})", self.of('b', depth)),
                1 => {
                    let [open, between, close] = match self.random.below(2) {
                        0 => AND,
                        _ => OR,
                    };
                    let (a, b) = (self.of('b', depth), self.of('b', depth));
                    format!("{open}{a}{between}{b}{close}")
                }
                2 => {
                    let operator = self.random.of(&["<", "<=", ">", ">="]);
                    format!(
                        "({} {operator} {})",
                        self.of('n', depth),
                        self.of('n', depth)
                    )
                }
                _ => {
                    let operator = self.random.of(&["==", "!="]);
                    let kind = *self.random.of(GENERAL);
                    format!(
                        "({} {operator} {})",
                        self.of(kind, depth),
                        self.of(kind, depth)
                    )
                }
            },
            's' => self.template(depth),
            'o' => self.object(depth),
            _ => self.tuple(depth),
        }
    }

    fn conditional(&mut self, kind: Kind, depth: usize) -> String {
        let condition = self.of('b', depth.min(1));
        let other = match self.random.chance(30) {
            true => *self.random.of(GENERAL),
            false => kind,
        };
        format!(
            "({condition} ? {} : {})",
            self.of(kind, depth),
            self.of(other, depth)
        )
    }

    /// A part of something larger.
    fn part(&mut self, kind: Kind, depth: usize) -> String {
        match self.random.below(6) {
            0 => {
                let index = self
                    .random
                    .of(&["0", "1", "-1", "\"0\"", "0.5", "null", "\"a\"", "9"]);
                format!("({})[{index}]", self.of('l', depth))
            }
            1 => {
                let key = self
                    .random
                    .of(&["\"a\"", "\"b\"", "\"k y\"", "0", "true", "null", "\"\""]);
                format!("({})[{key}]", self.of('o', depth))
            }
            2 => format!(
                "({}).{}",
                self.of('o', depth),
                self.random.of(&["a", "b", "0", "c"])
            ),
            3 => format!(
                "({}).{}",
                self.of('l', depth),
                self.random.of(&["0", "1", "a"])
            ),
            4 => format!(
                "[{}, {}][{}]",
                self.of(kind, depth),
                self.of(kind, depth),
                self.of('i', 0)
            ),
            _ => format!(
                "{{ a = {}, b = {} }}.a",
                self.of(kind, depth),
                self.of('a', depth)
            ),
        }
    }

    /// What is made of several parts: `for`, splats, templates, collections.
    fn composed(&mut self, kind: Kind, depth: usize) -> String {
        match kind {
            'o' => match self.random.chance(50) {
                true => self.for_object(depth),
                false => self.object(depth),
            },
            's' => self.template(depth),
            'n' | 'b' | 'a' => self.call(kind, depth),
            _ => match self.random.below(3) {
                0 => self.for_tuple(depth),
                1 => self.splat(depth),
                _ => self.tuple(depth),
            },
        }
    }

    fn tuple(&mut self, depth: usize) -> String {
        let count = self.random.below(4);
        let kind = *self.random.of(GENERAL);
        let items: Vec<String> = (0..count)
            .map(|_| {
                let kind = match self.random.chance(60) {
                    true => kind,
                    false => *self.random.of(GENERAL),
                };
                self.of(kind, depth)
            })
            .collect();
        format!("[{}]", items.join(", "))
    }

    fn object(&mut self, depth: usize) -> String {
        let count = self.random.below(4);
        let items: Vec<String> = (0..count)
            .map(|_| {
                let keys = [
                    "a", "b", "c", "\"k y\"", "\"\"", "(\"a\")", "\"${1}\"", "\"é\"", "1", "\"z\"",
                ];
                let key = match self.random.chance(8) {
                    true => format!("({})", self.of('s', 1)),
                    false => self.random.of(&keys).to_string(),
                };
                let kind = *self.random.of(GENERAL);
                format!("{key} = {}", self.of(kind, depth))
            })
            .collect();
        format!("{{ {} }}", items.join(", "))
    }

    fn over(&mut self, depth: usize) -> String {
        let kind = *self.random.of(&[&'l', &'l', &'o', &'L', &'N', &'a']);
        self.of(kind, depth)
    }

    fn with_bound(&mut self, names: &[&str], write: impl FnOnce(&mut Self) -> String) -> String {
        let before = self.bound.len();
        self.bound.extend(names.iter().map(ToString::to_string));
        let text = write(self);
        self.bound.truncate(before);
        text
    }

    fn for_tuple(&mut self, depth: usize) -> String {
        let over = self.over(depth);
        let kind = *self.random.of(GENERAL);
        let with_key = self.random.chance(40);
        let names: &[&str] = if with_key { &["i", "v"] } else { &["v"] };
        let rest = self.with_bound(names, |this| {
            let result = this.of(kind, depth);
            match this.random.chance(25) {
                true => format!("{result} if {}", this.of('b', depth)),
                false => result,
            }
        });
        format!("[for {} in {over} : {rest}]", names.join(", "))
    }

    fn for_object(&mut self, depth: usize) -> String {
        let over = self.over(depth);
        let kind = *self.random.of(GENERAL);
        let grouping = self.random.chance(35);
        let rest = self.with_bound(&["k", "v"], |this| {
            let key = match this.random.below(4) {
                0 => "k".into(),
                1 => "v".into(),
                _ => this.of('s', depth),
            };
            let mut text = format!("{key} => {}", this.of(kind, depth));
            if grouping {
                text.push_str("...");
            }
            if this.random.chance(25) {
                text.push_str(&format!(" if {}", this.of('b', depth)));
            }
            text
        });
        format!("{{ for k, v in {over} : {rest} }}")
    }

    fn splat(&mut self, depth: usize) -> String {
        let over = self.over(depth);
        let steps = [
            "[*]",
            "[*].a",
            "[*][0]",
            ".*",
            ".*.a",
            "[*].a.b",
            "[*].a[0]",
            "[*].a[*]",
            "[*][\"a\"]",
        ];
        format!("({over}){}", self.random.of(&steps))
    }

    fn template(&mut self, depth: usize) -> String {
        let inner = self.template_text(depth, false);
        format!("\"{inner}\"")
    }

    fn template_text(&mut self, depth: usize, lines: bool) -> String {
        let count = 1 + self.random.below(3);
        let mut text = String::new();
        for _ in 0..count {
            let part = match self.random.below(6) {
                0 | 1 => self.random.of(leaves::TEMPLATE_TEXTS).to_string(),
                2 | 3 => {
                    let kind = *self.random.of(&[&'s', &'n', &'b', &'s', &'a']);
                    let (open, close) = self.strips();
                    format!("${{{open}{}{close}}}", self.of(kind, depth))
                }
                4 => {
                    let (open, close) = self.strips();
                    let condition = self.of('b', depth.min(1));
                    let inner = self.random.of(leaves::TEMPLATE_TEXTS);
                    let other = match self.random.chance(50) {
                        true => format!(
                            "%{{{open} else {close}}}{}",
                            self.random.of(leaves::TEMPLATE_TEXTS)
                        ),
                        false => String::new(),
                    };
                    format!(
                        "%{{{open} if {condition} {close}}}{inner}{other}%{{{open} endif {close}}}"
                    )
                }
                _ => {
                    let (open, close) = self.strips();
                    let over = self.over(depth);
                    let inner = self.with_bound(&["t"], |this| this.of('s', depth.min(1)));
                    let text = self.random.of(leaves::TEMPLATE_TEXTS);
                    format!(
                        "%{{{open} for t in {over} {close}}}{text}${{{inner}}}%{{{open} endfor {close}}}"
                    )
                }
            };
            text.push_str(&part);
            if lines && self.random.chance(50) {
                text.push_str(self.random.of(&["\n", "\n  ", "\n    ", "\n\n", " \n\t"]));
            }
        }
        text
    }

    fn strips(&mut self) -> (&'static str, &'static str) {
        let open = if self.random.chance(20) { "~" } else { "" };
        let close = if self.random.chance(20) { "~" } else { "" };
        (open, close)
    }

    fn heredoc(&mut self, depth: usize) -> String {
        let opener = self.random.of(&["<<EOT", "<<-EOT"]);
        let indent = self.random.of(&["", "  ", "    "]);
        // In a heredoc a backslash is one.
        let body = self.template_text(depth, true);
        let text = format!("{opener}\n{indent}{body}\n{indent}EOT\n");
        match self.random.chance(30) {
            true => format!("upper({text})"),
            false => text,
        }
    }
}
