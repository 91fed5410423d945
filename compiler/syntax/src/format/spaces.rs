//! Whether a space stands between two tokens of a line.

use super::lines::Line;
use super::token::{Kind, Token};
use std::ops::Range;

/// Sets the spaces between the tokens of each line; not those before its cells.
pub(super) fn space(tokens: &mut [Token<'_>], lines: &[Line]) {
    for line in lines {
        cell(tokens, line.lead());
        cell(tokens, line.assign());
    }
}

fn cell(tokens: &mut [Token<'_>], cell: Range<usize>) {
    for i in cell.clone().skip(1) {
        let before = (i - 1 > cell.start).then(|| tokens[i - 2]);
        let spaced = between(before, &tokens[i - 1], &tokens[i]);
        tokens[i].spaces = u32::from(spaced);
    }
}

/// Whether a space stands between `left` and `right`; `before` precedes them.
fn between(before: Option<Token<'_>>, left: &Token<'_>, right: &Token<'_>) -> bool {
    use Kind::*;
    match (left.kind, right.kind) {
        (_, Newline) => false,
        // A call, and a name with its namespaces.
        (Name, OpenParen | DoubleColon) | (DoubleColon, Name) => false,
        // Without it, a number would become another one.
        (Dot, Number) => before.is_some_and(|b| b.kind == Number),
        (Dot, _) | (_, Dot) => false,
        (_, Comma | Ellipsis) => false,
        (Comma, _) => true,
        (Quoted | Line | OpenQuote | OpenHeredoc, _) => false,
        (_, Quoted | Line | CloseQuote | CloseHeredoc) => false,
        // `[for x in [a]: x]`: no index, but a collection.
        (Name, _) if left.text == "in" && before.is_some_and(|b| b.kind == Name) => true,
        (Name | Number, OpenBracket) => false,
        (_, OpenBracket) if left.brackets() < 0 => false,
        (Not, _) => false,
        (Minus, _) => before.is_some_and(|b| ends_operand(b.kind)),
        (OpenBrace, CloseBrace) => false,
        (OpenBrace, _) | (_, CloseBrace) => true,
        // So that the braces of an object can be told from those of the sequence.
        (Interpolation | Directive, OpenBrace) | (CloseBrace, CloseSequence) => true,
        (CloseSequence, Interpolation | Directive) => false,
        _ => left.brackets() <= 0 && right.brackets() >= 0,
    }
}

/// Whether a minus behind it takes something away from it, and is no sign.
fn ends_operand(kind: Kind) -> bool {
    use Kind::*;
    !matches!(
        kind,
        OpenParen
            | OpenBrace
            | OpenBracket
            | Equal
            | Colon
            | Comma
            | Question
            | Minus
            | Operator
            | Not
    )
}
