//! What stands behind a term: attributes, indexes, splats.

use super::{Newlines, Parsed, Parser};
use crate::tree::{Expr, ExprKind, Ident, Splat, SplatStep};
use diagnostics::Span;
use std::sync::Arc;

impl Parser<'_> {
    /// `.name`, `[index]`, `.*`, `[*]` behind a term.
    pub(super) fn steps(&mut self, mut source: Expr) -> Parsed<Expr> {
        loop {
            let end = self.pos;
            self.skip_blanks()?;
            let start = source.span;
            let kind = match self.step()? {
                None => {
                    self.pos = end;
                    return Ok(source);
                }
                Some(Step::Attribute(name)) => ExprKind::Attribute(Box::new(source), name),
                Some(Step::Index(index)) => ExprKind::Index(Box::new(source), Box::new(index)),
                Some(Step::Splat(full, _)) => {
                    let steps = self.splat_steps(full)?;
                    ExprKind::Splat(Box::new(Splat {
                        source,
                        full,
                        steps,
                    }))
                }
            };
            self.lengthen_chain(1)?;
            source = Expr {
                kind,
                span: start.to(self.span(self.pos, self.pos)),
            };
        }
    }

    /// What belongs to each item of a splat: behind `.*` names, behind `[*]` everything.
    fn splat_steps(&mut self, full: bool) -> Parsed<Vec<SplatStep>> {
        let mut steps = Vec::new();
        loop {
            let end = self.pos;
            self.skip_blanks()?;
            if !full && self.peek() != b'.' {
                self.pos = end;
                return Ok(steps);
            }
            match self.step()? {
                None => {
                    self.pos = end;
                    return Ok(steps);
                }
                Some(Step::Attribute(name)) => steps.push(SplatStep::Attribute(name)),
                Some(Step::Index(index)) => steps.push(SplatStep::Index(index)),
                Some(Step::Splat(_, span)) if !full => return Err(self.splat_in_splat(span)),
                Some(Step::Splat(full, span)) => {
                    let inner = self.nested(|p| p.splat_steps(full))?;
                    steps.push(SplatStep::Splat {
                        full,
                        steps: inner,
                        span,
                    });
                }
            }
            self.lengthen_chain(1)?;
        }
    }

    #[inline]
    fn step(&mut self) -> Parsed<Option<Step>> {
        match self.peek() {
            b'.' if !self.looking_at("..") => self.dot().map(Some),
            b'[' => self.index().map(Some),
            _ => Ok(None),
        }
    }

    fn dot(&mut self) -> Parsed<Step> {
        let dot = self.pos;
        self.pos += 1;
        self.skip_blanks()?;
        let start = self.pos;
        match self.peek() {
            b'*' => {
                self.pos += 1;
                Ok(Step::Splat(false, self.span(dot, self.pos)))
            }
            b'0'..=b'9' => {
                self.digits();
                if self.peek() == b'.' && self.peek_at(1).is_ascii_digit() {
                    return Err(self.two_dotted_indexes(dot));
                }
                if self.at_name() {
                    return Err(self.bad_number(start));
                }
                let kind = ExprKind::Number(Arc::from(&self.text[start..self.pos]));
                Ok(Step::Index(Expr {
                    kind,
                    span: self.span(start, self.pos),
                }))
            }
            _ if self.at_name() => Ok(Step::Attribute(self.name())),
            _ => Err(self.dangling_dot(dot)),
        }
    }

    fn index(&mut self) -> Parsed<Step> {
        let open = self.pos;
        self.open.push((b'[', open));
        self.pos += 1;
        let step = self.bracketed(Newlines::Ignored, |p| {
            p.skip_blanks()?;
            let splat = p.peek() == b'*';
            if splat {
                p.pos += 1;
            }
            let index = if splat { None } else { Some(p.expr()?) };
            p.skip_blanks()?;
            if !p.take(b']') {
                return Err(p.expected_in("`]`", open));
            }
            Ok(match index {
                Some(index) => Step::Index(index),
                None => Step::Splat(true, p.span(open, p.pos)),
            })
        })?;
        self.open.pop();
        Ok(step)
    }
}

enum Step {
    Attribute(Ident),
    Index(Expr),
    Splat(bool, Span),
}
