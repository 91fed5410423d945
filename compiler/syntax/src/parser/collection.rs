//! Tuples, objects, and `for` expressions.

use super::{Newlines, Parsed, Parser};
use crate::tree::{Expr, ExprKind, For, Ident, ObjectItem};
use std::sync::Arc;

impl Parser<'_> {
    /// `[a, b]` or `[for …]`
    pub(super) fn tuple(&mut self) -> Parsed<ExprKind> {
        let open = self.pos;
        self.open.push((b'[', open));
        self.pos += 1;
        let kind = self.bracketed(Newlines::Ignored, |p| {
            p.skip_blanks()?;
            if p.at_word("for") {
                p.for_tuple(open)
            } else {
                p.tuple_items(open)
            }
        })?;
        self.open.pop();
        Ok(kind)
    }

    fn tuple_items(&mut self, open: usize) -> Parsed<ExprKind> {
        let mut items = Vec::new();
        loop {
            if self.take(b']') {
                return Ok(ExprKind::Tuple(items));
            }
            items.push(self.expr()?);
            self.skip_blanks()?;
            if self.take(b',') {
                self.skip_blanks()?;
            } else if self.peek() != b']' {
                return Err(self.expected_in("`,` or `]`", open));
            }
        }
    }

    /// `{ a = b }` or `{for …}`
    pub(super) fn object(&mut self) -> Parsed<ExprKind> {
        let open = self.pos;
        self.open.push((b'{', open));
        self.pos += 1;
        self.skip_lines()?;
        let kind = if self.at_word("for") {
            self.bracketed(Newlines::Ignored, |p| p.for_object(open))?
        } else {
            self.bracketed(Newlines::Significant, |p| p.object_items(open))?
        };
        self.open.pop();
        Ok(kind)
    }

    fn object_items(&mut self, open: usize) -> Parsed<ExprKind> {
        let mut items = Vec::new();
        loop {
            self.skip_lines()?;
            if self.take(b'}') {
                return Ok(ExprKind::Object(items));
            }
            let key = self.object_key()?;
            self.skip_blanks()?;
            if !(self.take(b':') || (self.peek_at(1) != b'=' && self.take(b'='))) {
                return Err(self.expected_in("`=` and the value of this key", open));
            }
            self.skip_blanks()?;
            let value = self.expr()?;
            items.push(ObjectItem { key, value });
            self.skip_blanks()?;
            match self.peek() {
                b',' | b'\n' => self.pos += 1,
                b'\r' if self.peek_at(1) == b'\n' => self.pos += 2,
                b'}' => {}
                _ => return Err(self.expected_in("`,`, a newline or `}`", open)),
            }
        }
    }

    /// A word that stands alone is a name, be it a keyword elsewhere.
    fn object_key(&mut self) -> Parsed<Expr> {
        let key = self.expr()?;
        let word = |text: &str| {
            let name = Ident {
                text: Arc::from(text),
                span: key.span,
            };
            Ok(Expr {
                kind: ExprKind::Name(name),
                span: key.span,
            })
        };
        match &key.kind {
            ExprKind::Null => word("null"),
            ExprKind::Bool(value) => word(if *value { "true" } else { "false" }),
            _ => Ok(key),
        }
    }

    fn for_tuple(&mut self, open: usize) -> Parsed<ExprKind> {
        let (key, value, collection) = self.for_intro(open)?;
        let result = self.expr()?;
        let condition = self.for_condition()?;
        if !self.take(b']') {
            return Err(self.expected_in("`]`, or `if` and a condition", open));
        }
        Ok(ExprKind::For(Box::new(For {
            key,
            value,
            collection,
            result_key: None,
            result,
            grouping: false,
            condition,
        })))
    }

    fn for_object(&mut self, open: usize) -> Parsed<ExprKind> {
        let (key, value, collection) = self.for_intro(open)?;
        let result_key = self.expr()?;
        self.skip_blanks()?;
        if !self.looking_at("=>") {
            return Err(self.expected_in("`=>` and the value of this key", open));
        }
        self.pos += 2;
        self.skip_blanks()?;
        let result = self.expr()?;
        self.skip_blanks()?;
        let grouping = self.looking_at("...");
        self.pos += if grouping { 3 } else { 0 };
        let condition = self.for_condition()?;
        if !self.take(b'}') {
            return Err(self.expected_in("`}`, or `if` and a condition", open));
        }
        Ok(ExprKind::For(Box::new(For {
            key,
            value,
            collection,
            result_key: Some(result_key),
            result,
            grouping,
            condition,
        })))
    }

    /// `for key, value in collection :`
    fn for_intro(&mut self, open: usize) -> Parsed<(Option<Ident>, Ident, Expr)> {
        self.pos += "for".len();
        let (key, value) = self.for_names()?;
        let collection = self.expr()?;
        self.skip_blanks()?;
        if !self.take(b':') {
            return Err(self.expected_in("`:` behind the collection", open));
        }
        self.skip_blanks()?;
        Ok((key, value, collection))
    }

    /// `key, value in`, and what blanks follow.
    pub(super) fn for_names(&mut self) -> Parsed<(Option<Ident>, Ident)> {
        let first = self.for_name()?;
        let (key, value) = if self.take(b',') {
            (Some(first), self.for_name()?)
        } else {
            (None, first)
        };
        if !self.at_word("in") {
            return Err(self.expected("`in` and the collection to go through"));
        }
        self.pos += "in".len();
        self.skip_blanks()?;
        Ok((key, value))
    }

    fn for_name(&mut self) -> Parsed<Ident> {
        self.skip_blanks()?;
        if !self.at_name() {
            return Err(self.expected("a name for each item"));
        }
        let name = self.name();
        self.skip_blanks()?;
        Ok(name)
    }

    fn for_condition(&mut self) -> Parsed<Option<Expr>> {
        self.skip_blanks()?;
        if !self.at_word("if") {
            return Ok(None);
        }
        self.pos += "if".len();
        self.skip_blanks()?;
        let condition = self.expr()?;
        self.skip_blanks()?;
        Ok(Some(condition))
    }
}
