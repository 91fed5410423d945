//! Puts the flat row of a template's pieces together: what `if` and `for` enclose.

use super::template::Piece;
use super::{Parsed, Parser};
use crate::tree::{Expr, Ident, TemplatePart};
use diagnostics::Span;
use std::sync::Arc;

/// The parts of a template.
pub(super) fn assemble(parser: &mut Parser<'_>, pieces: Vec<Piece>) -> Parsed<Vec<TemplatePart>> {
    if let [Piece::Text(text)] = pieces.as_slice() {
        return Ok(match text.is_empty() {
            true => Vec::new(),
            false => vec![TemplatePart::Text(Arc::from(text.as_str()))],
        });
    }
    let mut around: Vec<(Open, Vec<TemplatePart>)> = Vec::new();
    let mut parts = Vec::new();
    let mut text = String::new();
    for piece in pieces {
        if let Piece::Text(t) = &piece {
            text.push_str(t);
            continue;
        }
        flush(&mut text, &mut parts);
        match piece {
            Piece::Text(_) => {}
            Piece::Interpolation(expr) => parts.push(TemplatePart::Interpolation(expr)),
            Piece::If(condition, span) => {
                enter(parser, &mut around, Open::If(condition, span), &mut parts)?;
            }
            Piece::For(names, span) => {
                enter(parser, &mut around, Open::For(names, span), &mut parts)?;
            }
            Piece::Else(span) => match around.pop() {
                Some((Open::If(condition, start), outer)) => {
                    let yes = std::mem::take(&mut parts);
                    around.push((Open::Else(condition, yes, start), outer));
                }
                other => return Err(parser.unexpected_directive("else", span, opener(other))),
            },
            Piece::EndIf(span) => {
                let (part, outer) = match around.pop() {
                    Some((Open::If(condition, _), outer)) => {
                        let yes = std::mem::take(&mut parts);
                        (
                            TemplatePart::If {
                                condition,
                                yes,
                                no: Vec::new(),
                            },
                            outer,
                        )
                    }
                    Some((Open::Else(condition, yes, _), outer)) => {
                        let no = std::mem::take(&mut parts);
                        (TemplatePart::If { condition, yes, no }, outer)
                    }
                    other => return Err(parser.unexpected_directive("endif", span, opener(other))),
                };
                parts = outer;
                parts.push(part);
            }
            Piece::EndFor(span) => match around.pop() {
                Some((Open::For(names, _), outer)) => {
                    let (key, value, collection) = *names;
                    let body = std::mem::replace(&mut parts, outer);
                    parts.push(TemplatePart::For {
                        key,
                        value,
                        collection,
                        body,
                    });
                }
                other => return Err(parser.unexpected_directive("endfor", span, opener(other))),
            },
        }
    }
    flush(&mut text, &mut parts);
    match around.pop() {
        None => Ok(parts),
        Some((open, _)) => Err(parser.unclosed_directive(open.word(), open.span())),
    }
}

/// A directive that is not closed yet.
enum Open {
    If(Expr, Span),
    Else(Expr, Vec<TemplatePart>, Span),
    For(Box<(Option<Ident>, Ident, Expr)>, Span),
}

impl Open {
    fn span(&self) -> Span {
        match self {
            Open::If(_, span) | Open::Else(_, _, span) | Open::For(_, span) => *span,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Open::If(..) | Open::Else(..) => "if",
            Open::For(..) => "for",
        }
    }
}

fn opener(open: Option<(Open, Vec<TemplatePart>)>) -> Option<(&'static str, Span)> {
    open.map(|(open, _)| (open.word(), open.span()))
}

fn enter(
    parser: &mut Parser<'_>,
    around: &mut Vec<(Open, Vec<TemplatePart>)>,
    open: Open,
    parts: &mut Vec<TemplatePart>,
) -> Parsed<()> {
    if around.len() + parser.nesting >= super::MAX_NESTING {
        return Err(parser.too_deep());
    }
    around.push((open, std::mem::take(parts)));
    Ok(())
}

fn flush(text: &mut String, parts: &mut Vec<TemplatePart>) {
    if !text.is_empty() {
        parts.push(TemplatePart::Text(Arc::from(text.as_str())));
        text.clear();
    }
}
