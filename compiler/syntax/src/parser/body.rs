//! Bodies: attributes and blocks.

use super::template::End;
use super::{Newlines, Parsed, Parser};
use crate::tree::{Attribute, Block, BlockLabel, Body, Expr, ExprKind, Ident, TemplatePart};
use std::collections::HashMap;
use std::sync::Arc;

/// Up to here, comparing names one by one is faster than hashing them.
const FEW: usize = 16;

/// A block that the text ended in.
pub(super) struct Unclosed {
    /// Where its brace stands.
    open: usize,
}

impl Parser<'_> {
    /// All of a file.
    pub(super) fn file_body(&mut self) -> Body {
        let start = self.pos;
        let mut body = empty(self.span(start, self.text.len()));
        if self.text.len() > i32::MAX as usize {
            let problem = self.too_large();
            self.problems.push(*problem);
            return body;
        }
        loop {
            self.items(&mut body);
            if self.at_end() {
                break;
            }
            let problem = self.stray_brace();
            self.problems.push(*problem);
            self.pos += 1;
        }
        self.refuse_duplicates(&mut body);
        body
    }

    /// Attributes and blocks, up to what ends the body: a closing brace, the end of the text, or
    /// the header of a block that can't be meant to stand in here. Errors are noted.
    fn items(&mut self, body: &mut Body) {
        loop {
            if let Err(problem) = self.skip_lines() {
                self.problems.push(*problem);
                self.pos = self.text.len();
            }
            let inside = self.nesting > 0;
            if self.at_end()
                || self.peek() == b'}'
                || (inside && self.by_column && self.at_header_in_first_column())
            {
                return;
            }
            self.open.clear();
            self.newlines = Newlines::Significant;
            let (nesting, start) = (self.nesting, self.pos);
            if let Err(problem) = self.item(body) {
                self.nesting = nesting;
                self.newlines = Newlines::Significant;
                self.problems.push(*problem);
                self.resume_behind_error(start);
            }
            if self.unclosed.is_some() {
                return;
            }
        }
    }

    fn item(&mut self, body: &mut Body) -> Parsed<()> {
        if !self.at_name() {
            return Err(self.expected_item());
        }
        let name = self.name();
        self.skip_blanks()?;
        match self.peek() {
            b'=' if self.peek_at(1) != b'=' => {
                self.attribute(name, body)?;
                self.end_of_item()
            }
            b'{' | b'"' => self.block(name, body),
            _ if self.at_name() => self.block(name, body),
            _ => Err(self.neither_attribute_nor_block(&name)),
        }
    }

    fn attribute(&mut self, name: Ident, body: &mut Body) -> Parsed<()> {
        self.pos += 1;
        self.skip_blanks()?;
        self.chain = 0;
        let span = self.span(self.pos, self.pos);
        let (value, result) = match self.expr() {
            Ok(value) => (value, Ok(())),
            // It stays there without a value, so that it is not reported as missing as well.
            Err(problem) => (
                Expr {
                    kind: ExprKind::Null,
                    span,
                },
                Err(problem),
            ),
        };
        body.attributes.push(Attribute { name, value });
        result
    }

    /// An attribute or a block ends with its line.
    fn end_of_item(&mut self) -> Parsed<()> {
        self.skip_blanks()?;
        if self.peek() == b'\r' && self.peek_at(1) == b'\n' {
            self.pos += 1;
        }
        if self.at_end() || self.take(b'\n') {
            return Ok(());
        }
        Err(self.expected_end_of_line())
    }

    fn block(&mut self, kind: Ident, around: &mut Body) -> Parsed<()> {
        let (start, problems) = (self.pos, self.problems.len());
        let block = self.one_block(kind.clone())?;
        let Some(unclosed) = self.unclosed.take() else {
            around.blocks.push(block);
            return self.end_of_item();
        };
        if self.nesting > 0 {
            self.unclosed = Some(unclosed);
        } else if self.lost_the_end {
            self.lost_the_end = false;
        } else if self.by_column {
            let problem = self.unclosed_block(block.header, unclosed.open);
            self.problems.push(*problem);
        } else {
            // Once more, this time with an eye on the first column, which tells where the brace
            // is missing.
            self.by_column = true;
            self.problems.truncate(problems);
            self.pos = start;
            return self.block(kind, around);
        }
        around.blocks.push(block);
        Ok(())
    }

    fn one_block(&mut self, kind: Ident) -> Parsed<Block> {
        let mut header = kind.span;
        let mut labels = Vec::new();
        while self.peek() != b'{' {
            let label = self.label(&kind)?;
            header = header.to(label.span);
            labels.push(label);
            self.skip_blanks()?;
        }
        let open = self.pos;
        let mut body = self.nested(|p| p.block_body(open))?;
        self.refuse_duplicates(&mut body);
        Ok(Block {
            kind,
            labels,
            body,
            header,
        })
    }

    fn label(&mut self, kind: &Ident) -> Parsed<BlockLabel> {
        if self.at_name() {
            let name = self.name();
            return Ok(BlockLabel {
                text: name.text,
                span: name.span,
                quoted: false,
            });
        }
        let start = self.pos;
        if !self.take(b'"') {
            return Err(self.expected_label_or_brace(kind));
        }
        let parts = self.template(End::Quote(start), false)?;
        let span = self.span(start, self.pos);
        let text = match parts.as_slice() {
            [] => Arc::from(""),
            [TemplatePart::Text(text)] => text.clone(),
            _ => return Err(self.template_in_label(span)),
        };
        Ok(BlockLabel {
            text,
            span,
            quoted: true,
        })
    }

    fn block_body(&mut self, open: usize) -> Parsed<Body> {
        self.pos = open + 1;
        let mut body = empty(self.span(open, open));
        self.skip_blanks()?;
        if !matches!(self.peek(), b'\n' | b'\r' | b'}') && !self.at_end() {
            // An error in it is behind its brace, not before.
            self.open.push((b'{', open));
            self.line_of_block(&mut body, open)?;
            self.open.pop();
        }
        if self.peek() != b'}' {
            self.items(&mut body);
        }
        if self.peek() != b'}' && self.unclosed.is_none() {
            self.unclosed = Some(Unclosed { open });
        }
        if self.unclosed.is_none() {
            self.pos += 1;
        }
        body.span = self.span(open, self.pos);
        Ok(body)
    }

    /// What stands on the line of the opening brace: one attribute, and the closing brace.
    fn line_of_block(&mut self, body: &mut Body, open: usize) -> Parsed<()> {
        if !self.at_name() {
            return Err(self.expected("an attribute, or a newline behind the `{`"));
        }
        let name = self.name();
        self.skip_blanks()?;
        if self.peek() != b'=' || self.peek_at(1) == b'=' {
            return Err(self.more_than_one_line_holds(open));
        }
        self.attribute(name, body)?;
        self.skip_blanks()?;
        if self.peek() != b'}' && !self.at_end() {
            let problem = self.more_than_one_line_holds(open);
            self.problems.push(*problem);
            // Where the line closes the block, the rest of it is passed over.
            let line = self.text[self.pos..]
                .lines()
                .next()
                .unwrap_or("")
                .trim_end();
            if line.ends_with('}') {
                self.pos += line.len() - 1;
            }
        }
        Ok(())
    }

    /// Of attributes with one name the first counts.
    fn refuse_duplicates(&mut self, body: &mut Body) {
        let attributes = &body.attributes;
        let mut duplicates = Vec::new();
        if attributes.len() <= FEW {
            for (i, a) in attributes.iter().enumerate() {
                if let Some(first) = attributes[..i].iter().find(|b| b.name.text == a.name.text) {
                    duplicates.push((i, first.name.span));
                }
            }
        } else {
            let mut seen = HashMap::with_capacity(attributes.len());
            for (i, a) in attributes.iter().enumerate() {
                let first = *seen.entry(a.name.text.clone()).or_insert(a.name.span);
                if first != a.name.span {
                    duplicates.push((i, first));
                }
            }
        }
        for (i, first) in duplicates.into_iter().rev() {
            let duplicate = body.attributes.remove(i);
            let problem = self.duplicate_attribute(&duplicate.name, first);
            self.problems.push(*problem);
        }
    }
}

fn empty(span: diagnostics::Span) -> Body {
    Body {
        attributes: Vec::new(),
        blocks: Vec::new(),
        span,
    }
}
