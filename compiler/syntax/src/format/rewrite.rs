//! What is written anew: quotes around an expression that is no string, types of long ago, and
//! labels without quotes.

use super::token::{Kind, Token};
use crate::tree::{Attribute, Block, Body, ExprKind, TemplatePart};
use diagnostics::Span;

/// The tokens, with what is to be written differently replaced.
pub(super) fn rewrite<'a>(body: &Body, tokens: Vec<Token<'a>>) -> Vec<Token<'a>> {
    let mut places = Vec::new();
    collect(body, &[], &mut places);
    if places.is_empty() {
        return tokens;
    }
    places.sort_by_key(|p| p.span.start);
    let mut rewritten = Vec::with_capacity(tokens.len() + places.len() * 3);
    let mut rest = tokens.as_slice();
    for Place { span, what } in places {
        let before = rest.partition_point(|t| t.start < span.start);
        rewritten.extend_from_slice(&rest[..before]);
        rest = &rest[before..];
        let length = rest.partition_point(|t| t.start < span.end);
        let (old, behind) = rest.split_at(length);
        rest = behind;
        match what {
            What::Value => value(old, &mut rewritten),
            What::Type => type_expression(old, &mut rewritten),
            What::Label => label(old, &mut rewritten),
        }
    }
    rewritten.extend_from_slice(rest);
    rewritten
}

/// Something that may have to be replaced.
struct Place {
    span: Span,
    what: What,
}

enum What {
    Value,
    Type,
    Label,
}

fn collect(body: &Body, around: &[&Block], places: &mut Vec<Place>) {
    for attribute in &body.attributes {
        places.extend(place(attribute, around));
    }
    for block in &body.blocks {
        let bare = block.labels.iter().filter(|l| !l.quoted);
        places.extend(bare.map(|l| Place {
            span: l.span,
            what: What::Label,
        }));
        collect(&block.body, &[around, &[block]].concat(), places);
    }
}

fn place(attribute: &Attribute, around: &[&Block]) -> Option<Place> {
    let is_type = &*attribute.name.text == "type"
        && matches!(around, [block] if &*block.kind.text == "variable");
    let what = match (&attribute.value.kind, is_type) {
        (ExprKind::Name(_) | ExprKind::Template(_), true) => What::Type,
        (ExprKind::Template(parts), false)
            if matches!(parts.as_slice(), [TemplatePart::Interpolation(_)]) =>
        {
            What::Value
        }
        _ => return None,
    };
    let span = attribute.value.span;
    Some(Place { span, what })
}

/// `"${a}"` is `a`.
fn value<'a>(tokens: &[Token<'a>], out: &mut Vec<Token<'a>>) {
    let mut bare = Vec::with_capacity(tokens.len());
    unwrap_all(tokens, &mut bare);
    if bare.len() == tokens.len() || !needs_parentheses(&bare) {
        return out.extend(bare);
    }
    let at = tokens[0].start;
    out.push(put_in(Kind::OpenParen, "(", at));
    out.extend(bare);
    out.push(put_in(Kind::CloseParen, ")", at));
}

/// Also what the sequence holds may be nothing but one, with comments around it.
fn unwrap_all<'a>(tokens: &[Token<'a>], out: &mut Vec<Token<'a>>) {
    let Some(inner) = unwrap(tokens) else {
        return out.extend_from_slice(tokens);
    };
    let apart = |t: &Token<'_>| matches!(t.kind, Kind::Newline | Kind::Comment);
    let start = inner.iter().take_while(|t| apart(t)).count();
    let behind = inner[start..].iter().rev().take_while(|t| apart(t)).count();
    let end = inner.len() - behind;
    out.extend_from_slice(&inner[..start]);
    unwrap_all(&inner[start..end], out);
    out.extend_from_slice(&inner[end..]);
}

/// What stands in `"${ … }"`, where that is all.
fn unwrap<'s, 'a>(tokens: &'s [Token<'a>]) -> Option<&'s [Token<'a>]> {
    let [open, begin, inner @ .., end, close] = tokens else {
        return None;
    };
    let kinds = [open.kind, begin.kind, end.kind, close.kind];
    let expected = [
        Kind::OpenQuote,
        Kind::Interpolation,
        Kind::CloseSequence,
        Kind::CloseQuote,
    ];
    (kinds == expected && is_one_sequence(inner)).then(|| without_newlines(inner))
}

/// Whether no other sequence or text stands beside; what is in quotes of its own is no matter.
fn is_one_sequence(inner: &[Token<'_>]) -> bool {
    let mut quotes = 0;
    inner.iter().all(|token| {
        match token.kind {
            Kind::OpenQuote => quotes += 1,
            Kind::CloseQuote => quotes -= 1,
            Kind::Interpolation | Kind::CloseSequence | Kind::Quoted => return quotes > 0,
            _ => {}
        }
        true
    })
}

fn without_newlines<'s, 'a>(mut tokens: &'s [Token<'a>]) -> &'s [Token<'a>] {
    while let [first, rest @ ..] = tokens
        && first.kind == Kind::Newline
    {
        tokens = rest;
    }
    while let [rest @ .., last] = tokens
        && last.kind == Kind::Newline
    {
        tokens = rest;
    }
    tokens
}

/// An expression over several lines stands in parentheses, as it stood in the sequence.
fn needs_parentheses(tokens: &[Token<'_>]) -> bool {
    let enclosed = matches!(tokens, [first, .., last]
        if first.kind == Kind::OpenParen && last.kind == Kind::CloseParen);
    let over_lines = tokens.iter().any(|t| t.kind == Kind::Newline);
    let mut open = 0;
    let bare_end = tokens.iter().any(|token| {
        open += token.brackets();
        open == 0 && token.ends_line() && token.kind != Kind::CloseHeredoc
    });
    (over_lines && !enclosed) || bare_end
}

/// Types as they were written before they were expressions.
fn type_expression<'a>(tokens: &[Token<'a>], out: &mut Vec<Token<'a>>) {
    let replaced: &[(Kind, &'static str)] = match tokens {
        [name] if name.kind == Kind::Name => match name.text {
            "list" => &of("list", "any"),
            "map" => &of("map", "any"),
            "set" => &of("set", "any"),
            _ => &[],
        },
        [open, text, _] if open.kind == Kind::OpenQuote => match text.text {
            "string" => &[(Kind::Name, "string")],
            "list" => &of("list", "string"),
            "map" => &of("map", "string"),
            _ => &[],
        },
        _ => &[],
    };
    if replaced.is_empty() {
        return out.extend_from_slice(tokens);
    }
    let at = tokens[0].start;
    out.extend(replaced.iter().map(|(kind, text)| put_in(*kind, text, at)));
}

const fn of(collection: &'static str, item: &'static str) -> [(Kind, &'static str); 4] {
    [
        (Kind::Name, collection),
        (Kind::OpenParen, "("),
        (Kind::Name, item),
        (Kind::CloseParen, ")"),
    ]
}

/// Labels stand in quotes.
fn label<'a>(tokens: &[Token<'a>], out: &mut Vec<Token<'a>>) {
    for token in tokens {
        out.push(put_in(Kind::OpenQuote, "\"", token.start));
        out.push(Token {
            kind: Kind::Quoted,
            ..*token
        });
        out.push(put_in(Kind::CloseQuote, "\"", token.start));
    }
}

fn put_in(kind: Kind, text: &str, start: u32) -> Token<'_> {
    Token {
        kind,
        start,
        spaces: 0,
        text,
    }
}
