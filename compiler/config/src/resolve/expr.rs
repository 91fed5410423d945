//! Expressions, part by part.

use super::{Binding, Resolver, nothing};
use crate::constant;
use crate::problems::values;
use diagnostics::Span;
use eval::{Call, Expr, ExprKind, For, SPLAT_ITEM, TemplatePart};
use model::Value;
use std::sync::Arc;
use syntax::tree::{self, ExprKind as Tree, SplatStep};

impl Resolver<'_> {
    /// The expression with every name resolved.
    pub(crate) fn expr(&mut self, e: &tree::Expr) -> Expr {
        let kind = match &e.kind {
            _ if constant::is_broken(e) => return nothing(e.span),
            Tree::Null => ExprKind::Literal(Value::NULL),
            Tree::Bool(b) => ExprKind::Literal(Value::Bool(*b)),
            Tree::Number(digits) => return self.number(digits, e.span),
            Tree::Template(parts) => return self.template(parts, e.span),
            Tree::Tuple(items) => ExprKind::Tuple(self.exprs(items)),
            Tree::Object(items) => ExprKind::Object(
                items
                    .iter()
                    .map(|item| (self.key(&item.key), self.expr(&item.value)))
                    .collect(),
            ),
            Tree::Name(_) | Tree::Attribute(..) | Tree::Index(..) => return self.traversal(e),
            Tree::Splat(splat) => return self.splat(splat, e.span),
            Tree::Unary(op, operand) => ExprKind::Unary(unary(*op), self.boxed(operand)),
            Tree::Binary(op, left, right) => {
                ExprKind::Binary(binary(*op), self.boxed(left), self.boxed(right))
            }
            Tree::Conditional(condition, yes, no) => {
                let condition = self.boxed(condition);
                let [yes, no] = self.perhaps(true, |r| [r.boxed(yes), r.boxed(no)]);
                ExprKind::Conditional(condition, yes, no)
            }
            Tree::For(f) => return self.for_expr(f, e.span),
            Tree::Call(call) => ExprKind::Call(self.call(call)),
            Tree::Parentheses(inner) => return self.expr(inner),
        };
        Expr { kind, span: e.span }
    }

    fn call(&mut self, call: &tree::Call) -> Call {
        let name = call.name.text.clone();
        let catches = matches!(&*name, "try" | "can");
        let call = Call {
            name,
            name_span: call.name.span,
            arguments: self.perhaps(catches, |r| r.exprs(&call.arguments)),
            expand: call.expand,
        };
        // The console has a function of its own.
        let known = self.place.outside && &*call.name == "type";
        if let (false, Some(problem)) = (self.perhaps || known, eval::wrong_call(&call)) {
            self.problems.unless_evaluated(problem);
        }
        call
    }

    /// Resolves what is perhaps never evaluated.
    fn perhaps<T>(&mut self, perhaps: bool, work: impl FnOnce(&mut Self) -> T) -> T {
        let around = self.perhaps;
        self.perhaps |= perhaps;
        let result = work(self);
        self.perhaps = around;
        result
    }

    fn boxed(&mut self, e: &tree::Expr) -> Box<Expr> {
        Box::new(self.expr(e))
    }

    fn exprs(&mut self, items: &[tree::Expr]) -> Vec<Expr> {
        items.iter().map(|item| self.expr(item)).collect()
    }

    fn number(&mut self, digits: &str, span: Span) -> Expr {
        match digits.parse() {
            Ok(number) => Expr::literal(Value::Number(number), span),
            Err(_) => {
                self.problems.push(values::no_number(span));
                nothing(span)
            }
        }
    }

    /// A bare name as a key means its own text.
    fn key(&mut self, key: &tree::Expr) -> Expr {
        match &key.kind {
            Tree::Name(name) => text(name),
            Tree::Attribute(..) => {
                self.problems.push(values::ambiguous_key(key.span));
                nothing(key.span)
            }
            _ => self.expr(key),
        }
    }

    fn template(&mut self, parts: &[tree::TemplatePart], span: Span) -> Expr {
        match parts {
            [] => Expr::literal(Value::string(""), span),
            [tree::TemplatePart::Text(text)] => Expr::literal(Value::string(text.clone()), span),
            [tree::TemplatePart::Interpolation(inner)] => self.expr(inner),
            parts => Expr {
                kind: ExprKind::Template(self.parts(parts)),
                span,
            },
        }
    }

    pub(crate) fn parts(&mut self, parts: &[tree::TemplatePart]) -> Vec<TemplatePart> {
        parts.iter().map(|part| self.template_part(part)).collect()
    }

    fn template_part(&mut self, part: &tree::TemplatePart) -> TemplatePart {
        match part {
            tree::TemplatePart::Text(text) => TemplatePart::Text(text.clone()),
            tree::TemplatePart::Interpolation(inner) => {
                TemplatePart::Interpolation(self.expr(inner))
            }
            tree::TemplatePart::If { condition, yes, no } => TemplatePart::If {
                condition: self.expr(condition),
                yes: self.parts(yes),
                no: self.parts(no),
            },
            tree::TemplatePart::For {
                key,
                value,
                collection,
                body,
            } => TemplatePart::For {
                collection: self.expr(collection),
                key: key.as_ref().map(|k| k.text.clone()),
                value: value.text.clone(),
                body: self.bind(bindings(key, value), |r| r.parts(body)),
            },
        }
    }

    fn for_expr(&mut self, f: &tree::For, span: Span) -> Expr {
        let collection = self.expr(&f.collection);
        let kind = self.bind(bindings(&f.key, &f.value), |r| {
            ExprKind::For(Box::new(For {
                key: f.key.as_ref().map(|k| k.text.clone()),
                value: f.value.text.clone(),
                collection,
                result_key: f.result_key.as_ref().map(|k| r.expr(k)),
                result: r.expr(&f.result),
                grouping: f.grouping,
                condition: f.condition.as_ref().map(|c| r.expr(c)),
            }))
        });
        Expr { kind, span }
    }

    fn splat(&mut self, splat: &tree::Splat, span: Span) -> Expr {
        let source = self.expr(&splat.source);
        if let Some(SplatStep::Attribute(name)) = splat.steps.first() {
            self.check_member_of_each(&source, name);
        }
        let each = self.splat_steps(&splat.steps, source.span);
        Expr {
            kind: ExprKind::Splat(Box::new(source), Box::new(each)),
            span,
        }
    }

    fn splat_steps(&mut self, steps: &[SplatStep], start: Span) -> Expr {
        let item = Expr {
            kind: ExprKind::Bound(Arc::from(SPLAT_ITEM)),
            span: start,
        };
        steps.iter().fold(item, |item, step| {
            let from = item.span;
            match step {
                SplatStep::Attribute(name) => Expr {
                    kind: ExprKind::Attribute(Box::new(item), name.text.clone()),
                    span: from.to(name.span),
                },
                SplatStep::Index(index) => {
                    let index = self.boxed(index);
                    let span = from.to(index.span);
                    Expr {
                        kind: ExprKind::Index(Box::new(item), index),
                        span,
                    }
                }
                SplatStep::Splat { steps, span, .. } => {
                    let span = from.to(*span);
                    let each = self.splat_steps(steps, span);
                    Expr {
                        kind: ExprKind::Splat(Box::new(item), Box::new(each)),
                        span,
                    }
                }
            }
        })
    }
}

/// A name as a plain string.
pub(super) fn text(name: &tree::Ident) -> Expr {
    Expr::literal(Value::string(name.text.clone()), name.span)
}

fn bindings(key: &Option<tree::Ident>, value: &tree::Ident) -> impl Iterator<Item = Binding> {
    key.iter()
        .chain([value])
        .map(|n| Binding::Value(n.text.clone()))
        .collect::<Vec<_>>()
        .into_iter()
}

fn unary(op: tree::UnaryOp) -> eval::UnaryOp {
    match op {
        tree::UnaryOp::Not => eval::UnaryOp::Not,
        tree::UnaryOp::Negate => eval::UnaryOp::Negate,
    }
}

fn binary(op: tree::BinaryOp) -> eval::BinaryOp {
    use tree::BinaryOp as From;
    match op {
        From::Or => eval::BinaryOp::Or,
        From::And => eval::BinaryOp::And,
        From::Equal => eval::BinaryOp::Equal,
        From::NotEqual => eval::BinaryOp::NotEqual,
        From::Less => eval::BinaryOp::Less,
        From::LessOrEqual => eval::BinaryOp::LessOrEqual,
        From::Greater => eval::BinaryOp::Greater,
        From::GreaterOrEqual => eval::BinaryOp::GreaterOrEqual,
        From::Add => eval::BinaryOp::Add,
        From::Subtract => eval::BinaryOp::Subtract,
        From::Multiply => eval::BinaryOp::Multiply,
        From::Divide => eval::BinaryOp::Divide,
        From::Remainder => eval::BinaryOp::Remainder,
    }
}
