//! Expressions: operators, calls, and what they begin with.

use super::{Newlines, Parsed, Parser};
use crate::tree::{BinaryOp, Call, Expr, ExprKind, Ident, UnaryOp};
use std::sync::Arc;

impl Parser<'_> {
    /// The text as a whole.
    pub(super) fn whole_expr(&mut self) -> Parsed<Expr> {
        self.skip_blanks()?;
        let expr = self.expr()?;
        self.skip_blanks()?;
        if self.at_end() {
            Ok(expr)
        } else {
            Err(self.expected("the end of the expression"))
        }
    }

    /// An expression; the position is at its first byte, and then behind its last one.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        let condition = self.binary(1)?;
        let end = self.pos;
        self.skip_blanks()?;
        if self.peek() != b'?' {
            self.pos = end;
            return Ok(condition);
        }
        let mark = self.pos;
        self.pos += 1;
        self.skip_blanks()?;
        let yes = self.nested(Self::expr)?;
        self.skip_blanks()?;
        if !self.take(b':') {
            return Err(self.conditional_without_else(mark));
        }
        self.skip_blanks()?;
        let no = self.nested(Self::expr)?;
        let span = condition.span.to(no.span);
        let kind = ExprKind::Conditional(Box::new(condition), Box::new(yes), Box::new(no));
        Ok(Expr { kind, span })
    }

    /// Operands joined by operators that bind at least as tightly as `tightness`.
    fn binary(&mut self, tightness: u8) -> Parsed<Expr> {
        let mut left = self.unary()?;
        loop {
            let end = self.pos;
            self.skip_blanks()?;
            let Some((op, length, binds)) = self.operator().filter(|(_, _, b)| *b >= tightness)
            else {
                self.pos = end;
                return Ok(left);
            };
            self.pos += length;
            self.skip_blanks()?;
            let right = self.binary(binds + 1)?;
            self.lengthen_chain(1)?;
            let span = left.span.to(right.span);
            left = Expr {
                kind: ExprKind::Binary(op, Box::new(left), Box::new(right)),
                span,
            };
        }
    }

    /// The operator that comes next: its length, and how tightly it binds.
    #[inline]
    fn operator(&self) -> Option<(BinaryOp, usize, u8)> {
        let next = self.peek_at(1);
        Some(match self.peek() {
            b'|' if next == b'|' => (BinaryOp::Or, 2, 1),
            b'&' if next == b'&' => (BinaryOp::And, 2, 2),
            b'=' if next == b'=' => (BinaryOp::Equal, 2, 3),
            b'!' if next == b'=' => (BinaryOp::NotEqual, 2, 3),
            b'<' if next == b'=' => (BinaryOp::LessOrEqual, 2, 4),
            b'<' => (BinaryOp::Less, 1, 4),
            b'>' if next == b'=' => (BinaryOp::GreaterOrEqual, 2, 4),
            b'>' => (BinaryOp::Greater, 1, 4),
            b'+' => (BinaryOp::Add, 1, 5),
            b'-' => (BinaryOp::Subtract, 1, 5),
            b'*' => (BinaryOp::Multiply, 1, 6),
            b'/' => (BinaryOp::Divide, 1, 6),
            b'%' => (BinaryOp::Remainder, 1, 6),
            _ => return None,
        })
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let op = match self.peek() {
            b'!' => UnaryOp::Not,
            b'-' => UnaryOp::Negate,
            _ => {
                let term = self.term()?;
                return self.steps(term);
            }
        };
        let start = self.pos;
        self.pos += 1;
        self.skip_blanks()?;
        let operand = self.nested(Self::unary)?;
        let span = self.span(start, operand.span.end as usize);
        Ok(Expr {
            kind: ExprKind::Unary(op, Box::new(operand)),
            span,
        })
    }

    fn term(&mut self) -> Parsed<Expr> {
        let start = self.pos;
        let kind = match self.peek() {
            b'"' => {
                self.pos += 1;
                self.quoted(start)?
            }
            b'0'..=b'9' => self.number()?,
            b'[' => self.tuple()?,
            b'{' => self.object()?,
            b'(' => self.parentheses()?,
            b'<' if self.looking_at("<<") => self.heredoc()?,
            _ if self.at_name() => self.word()?,
            _ => return Err(self.expected_expression()),
        };
        Ok(Expr {
            kind,
            span: self.span(start, self.pos),
        })
    }

    /// As it is written; what it comes to is the evaluator's business.
    fn number(&mut self) -> Parsed<ExprKind> {
        let start = self.pos;
        self.digits();
        if self.peek() == b'.' && self.peek_at(1).is_ascii_digit() {
            self.pos += 1;
            self.digits();
        }
        if matches!(self.peek(), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek_at(1), b'+' | b'-'));
            if self.peek_at(1 + sign).is_ascii_digit() {
                self.pos += 1 + sign;
                self.digits();
            }
        }
        if self.at_name() {
            return Err(self.bad_number(start));
        }
        Ok(ExprKind::Number(Arc::from(&self.text[start..self.pos])))
    }

    pub(super) fn digits(&mut self) {
        while self.peek().is_ascii_digit() {
            self.pos += 1;
        }
    }

    fn parentheses(&mut self) -> Parsed<ExprKind> {
        let open = self.pos;
        self.open.push((b'(', open));
        self.pos += 1;
        let inner = self.bracketed(Newlines::Ignored, |p| {
            p.skip_blanks()?;
            let inner = p.expr()?;
            p.skip_blanks()?;
            if p.take(b')') {
                Ok(inner)
            } else {
                Err(p.expected_in("`)`", open))
            }
        })?;
        self.open.pop();
        Ok(ExprKind::Parentheses(Box::new(inner)))
    }

    /// A keyword, a name, or a call.
    fn word(&mut self) -> Parsed<ExprKind> {
        let name = self.name();
        let end = self.pos;
        self.skip_blanks()?;
        match self.peek() {
            b'(' => return self.call(name),
            b':' if self.peek_at(1) == b':' => {
                let name = self.namespaced(name)?;
                return self.call(name);
            }
            _ => self.pos = end,
        }
        Ok(match &*name.text {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            _ => ExprKind::Name(name),
        })
    }

    fn namespaced(&mut self, first: Ident) -> Parsed<Ident> {
        let mut text = first.text.to_string();
        let mut span = first.span;
        while self.looking_at("::") {
            self.pos += 2;
            self.skip_blanks()?;
            if !self.at_name() {
                return Err(self.expected("the rest of the function's name"));
            }
            let part = self.name();
            text.push_str("::");
            text.push_str(&part.text);
            span = span.to(part.span);
            self.skip_blanks()?;
        }
        if self.peek() != b'(' {
            return Err(self.expected("`(` behind the function's name"));
        }
        Ok(Ident {
            text: text.into(),
            span,
        })
    }

    fn call(&mut self, name: Ident) -> Parsed<ExprKind> {
        let open = self.pos;
        self.open.push((b'(', open));
        self.pos += 1;
        let (arguments, expand) = self.bracketed(Newlines::Ignored, |p| p.arguments(open))?;
        self.open.pop();
        Ok(ExprKind::Call(Call {
            name,
            arguments,
            expand,
        }))
    }

    fn arguments(&mut self, open: usize) -> Parsed<(Vec<Expr>, bool)> {
        let mut arguments = Vec::new();
        let mut expand = false;
        loop {
            self.skip_blanks()?;
            if self.take(b')') {
                break;
            }
            arguments.push(self.expr()?);
            self.skip_blanks()?;
            if self.looking_at("...") {
                self.pos += 3;
                self.skip_blanks()?;
                expand = true;
            } else if self.take(b',') {
                continue;
            }
            if !self.take(b')') {
                let what = if expand {
                    "`)` behind `...`"
                } else {
                    "`,` or `)`"
                };
                return Err(self.expected_in(what, open));
            }
            break;
        }
        Ok((arguments, expand))
    }
}
