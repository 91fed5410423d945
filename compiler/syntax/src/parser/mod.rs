//! The parser: its state, its limits, and the three ways in.
//! What it reads is defined by the modules below it.

mod body;
mod collection;
mod cursor;
mod directive;
mod expr;
mod problem;
mod recover;
mod steps;
mod template;
mod trim;

pub use problem::UNCLOSED;

use crate::tree::{Expr, File, TemplatePart};
use cursor::Names;
use diagnostics::{FileId, Problem, Span};
use template::End;

/// A failure to read one item. Boxed, so that the way of success stays narrow.
type Parsed<T> = Result<T, Box<Problem>>;

/// The deepest nesting of brackets, calls, templates, conditionals and blocks. Whoever goes
/// through the tree recursively relies on it.
const MAX_NESTING: usize = 64;
/// The most operators and traversal steps on one way from the root to a leaf.
const MAX_CHAIN: usize = 256;
/// The longest name, in bytes; whoever shows one shows it whole.
const MAX_NAME: usize = 1000;
/// A debug build needs about 10 KiB for a level.
const STACK: usize = 8 << 20;
const RED_ZONE: usize = 2 << 20;

/// Reads a file. What could be read is in the tree, whatever the problems: an attribute whose
/// value could not be read is there with the value null.
pub fn parse(file: FileId, text: &str) -> (File, Vec<Problem>) {
    let mut parser = Parser::new(file, text);
    let body = on_big_stack(|| parser.file_body());
    let mut problems = parser.problems;
    problems.sort_by_key(|p| p.primary().map(|s| (s.start, s.end)));
    (File { file, body }, problems)
}

/// Reads a text that is one expression.
///
/// # Errors
/// Where it is none.
pub fn parse_expr(file: FileId, text: &str) -> Result<Expr, Vec<Problem>> {
    let mut parser = Parser::new(file, text);
    parser.newlines = Newlines::Ignored;
    on_big_stack(|| parser.whole_expr()).map_err(|problem| vec![*problem])
}

/// Reads a text that is a template as a whole, such as a file for `templatefile`.
///
/// # Errors
/// Where a sequence in it is wrong.
pub fn parse_template(file: FileId, text: &str) -> Result<Vec<TemplatePart>, Vec<Problem>> {
    let mut parser = Parser::new(file, text);
    on_big_stack(|| parser.template(End::OfText, false)).map_err(|problem| vec![*problem])
}

fn on_big_stack<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, STACK, work)
}

/// Whether a newline ends an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Newlines {
    Significant,
    Ignored,
}

struct Parser<'a> {
    file: FileId,
    text: &'a str,
    pos: usize,
    newlines: Newlines,
    /// Levels of nesting around the present position.
    nesting: usize,
    /// The longest chain of operators and steps below the present level.
    chain: usize,
    /// The brackets that were open when an error was met, for resuming behind it.
    open: Vec<(u8, usize)>,
    /// Whether a block header in the first column ends whatever is open: so after a block
    /// turned out to be unclosed.
    by_column: bool,
    /// The innermost block that the text ended in, until the outermost one knows.
    unclosed: Option<body::Unclosed>,
    /// Whether an error reached so far that the ends of the blocks around it are not known.
    lost_the_end: bool,
    names: Names,
    problems: Vec<Problem>,
}

impl<'a> Parser<'a> {
    fn new(file: FileId, text: &'a str) -> Parser<'a> {
        Parser {
            file,
            text,
            pos: if text.starts_with('\u{feff}') {
                '\u{feff}'.len_utf8()
            } else {
                0
            },
            newlines: Newlines::Significant,
            nesting: 0,
            chain: 0,
            open: Vec::new(),
            by_column: false,
            unclosed: None,
            lost_the_end: false,
            names: Names::default(),
            problems: Vec::new(),
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    /// Runs `read` one level deeper.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.nesting >= MAX_NESTING {
            return Err(self.too_deep());
        }
        self.nesting += 1;
        let chain = std::mem::take(&mut self.chain);
        let result = read(self);
        self.chain = self.chain.max(chain);
        self.nesting -= 1;
        result
    }

    /// Runs `read` one level deeper, between brackets, where newlines count as `newlines` says.
    fn bracketed<T>(
        &mut self,
        newlines: Newlines,
        read: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        let around = std::mem::replace(&mut self.newlines, newlines);
        let result = self.nested(read);
        self.newlines = around;
        result
    }

    /// Counts an operator or a step on top of what was read at this level.
    fn lengthen_chain(&mut self, by: usize) -> Parsed<()> {
        self.chain += by;
        if self.chain > MAX_CHAIN {
            Err(self.too_long())
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
