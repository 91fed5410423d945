//! Templates as a flat row of pieces: quoted strings, heredocs, template files.
//! What the directives enclose is put together in `directive`, blanks are stripped in `trim`.

use super::directive::assemble;
use super::trim::dedent;
use super::{Newlines, Parsed, Parser};
use crate::tree::{Expr, ExprKind, Ident, TemplatePart};
use diagnostics::Span;
use std::sync::Arc;

/// What ends a template.
#[derive(Clone, Copy)]
pub(super) enum End<'a> {
    /// A quote; the opening one stands here.
    Quote(usize),
    /// A line that holds nothing but this word.
    Marker(&'a str, Span),
    /// The end of the text.
    OfText,
}

/// A piece, before strings are put together.
pub(super) enum Piece {
    /// Text, of one line at most except between quotes.
    Text(String),
    Interpolation(Expr),
    If(Expr, Span),
    Else(Span),
    EndIf(Span),
    For(Box<(Option<Ident>, Ident, Expr)>, Span),
    EndFor(Span),
}

impl<'a> Parser<'a> {
    /// What stands behind an opening quote, up to and with the closing one.
    pub(super) fn quoted(&mut self, open: usize) -> Parsed<ExprKind> {
        if let Some(text) = self.plain_quoted() {
            return Ok(text);
        }
        let brackets = self.open.len();
        let parts = self.nested(|p| p.template(End::Quote(open), false));
        if let Err(problem) = &parts {
            // Without its quote, a string may have taken what follows its line for its own.
            if problem.code == "LF0003" {
                self.pos = open;
                self.skip_line();
            }
            self.leave_quoted(brackets);
        }
        Ok(ExprKind::Template(parts?))
    }

    /// The usual case: no escape, no sequence.
    fn plain_quoted(&mut self) -> Option<ExprKind> {
        let bytes = self.text.as_bytes();
        let start = self.pos;
        let length = bytes[start..].iter().position(|b| SPECIAL[*b as usize])?;
        let end = start + length;
        if bytes[end] != b'"' {
            return None;
        }
        self.pos = end + 1;
        let text = &self.text[start..end];
        Some(ExprKind::Template(match text.is_empty() {
            true => Vec::new(),
            false => vec![TemplatePart::Text(Arc::from(text))],
        }))
    }

    /// `<<MARKER`, the lines, and the line of the marker up to its newline.
    pub(super) fn heredoc(&mut self) -> Parsed<ExprKind> {
        let start = self.pos;
        self.pos += 2;
        let indented = self.take(b'-');
        if !self.at_name() {
            return Err(self.expected("the word that ends the heredoc"));
        }
        let word = self.pos;
        self.pos = self.name_end();
        let marker = &self.text[word..self.pos];
        let head = self.span(start, self.pos);
        self.pos += usize::from(self.peek() == b'\r');
        if !self.take(b'\n') {
            return Err(self.expected("a newline behind the word that ends the heredoc"));
        }
        let (body, brackets) = (self.pos, self.open.len());
        let parts = self.nested(|p| p.template(End::Marker(marker, head), indented));
        if parts.is_err() {
            self.leave_heredoc(marker, body, brackets);
        }
        let mut parts = parts?;
        if let [TemplatePart::Interpolation(_)] = parts.as_slice() {
            // A heredoc is a text, also where nothing is left of it but a value.
            parts.push(TemplatePart::Text(Arc::from("")));
        }
        Ok(ExprKind::Template(parts))
    }

    /// The parts of a template, its end taken.
    pub(super) fn template(&mut self, end: End<'a>, indented: bool) -> Parsed<Vec<TemplatePart>> {
        let mut pieces = self.pieces(end)?;
        if indented {
            dedent(&mut pieces);
        }
        assemble(self, pieces)
    }

    fn pieces(&mut self, end: End<'a>) -> Parsed<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut strip = false;
        loop {
            if self.takes_end(end)? {
                return Ok(pieces);
            }
            let sequence = matches!(self.peek(), b'$' | b'%') && self.peek_at(1) == b'{';
            if sequence {
                strip = self.sequence(&mut pieces)?;
            } else {
                let text = match end {
                    End::Quote(open) => self.quoted_text(open)?,
                    _ => self.line_of_text(),
                };
                pieces.push(Piece::Text(match std::mem::take(&mut strip) {
                    true => text.trim_start().to_string(),
                    false => text,
                }));
            }
        }
    }

    fn takes_end(&mut self, end: End<'_>) -> Parsed<bool> {
        match end {
            End::Quote(open) if self.at_end() => Err(self.unclosed_string(open)),
            End::Quote(_) => Ok(self.take(b'"')),
            End::Marker(_, head) if self.at_end() => Err(self.unclosed_heredoc(head)),
            End::Marker(marker, _) => Ok(self.takes_marker(marker)),
            End::OfText => Ok(self.at_end()),
        }
    }

    fn takes_marker(&mut self, marker: &str) -> bool {
        if self.text.as_bytes()[self.pos - 1] != b'\n' {
            return false;
        }
        let start = self.pos;
        self.skip_line();
        let line = &self.text[start..self.pos];
        if line.trim() != marker {
            self.pos = start;
            return false;
        }
        // The newline is not the heredoc's, but what ends the item around it.
        self.pos -= usize::from(line.ends_with('\r'));
        true
    }

    /// Text between quotes, up to a sequence or the quote.
    fn quoted_text(&mut self, open: usize) -> Parsed<String> {
        let mut text = String::new();
        loop {
            let rest = &self.text.as_bytes()[self.pos..];
            let length = rest
                .iter()
                .position(|b| SPECIAL[*b as usize])
                .unwrap_or(rest.len());
            text.push_str(&self.text[self.pos..self.pos + length]);
            self.pos += length;
            match self.peek() {
                b'\\' => text.push(self.escape()?),
                b @ (b'$' | b'%') => {
                    if self.peek_at(1) == b'{' {
                        return Ok(text);
                    }
                    self.escaped_sequence(b, &mut text);
                }
                b'\n' | b'\r' => return Err(self.unclosed_string(open)),
                _ => return Ok(text),
            }
        }
    }

    /// Text up to a sequence or, with its newline, to the end of the line.
    fn line_of_text(&mut self) -> String {
        let mut text = String::new();
        loop {
            let rest = &self.text.as_bytes()[self.pos..];
            let length = rest
                .iter()
                .position(|b| matches!(b, b'$' | b'%' | b'\n'))
                .unwrap_or(rest.len());
            text.push_str(&self.text[self.pos..self.pos + length]);
            self.pos += length;
            match self.peek() {
                b'\n' => {
                    self.pos += 1;
                    text.push('\n');
                    return text;
                }
                b @ (b'$' | b'%') if self.peek_at(1) != b'{' => {
                    self.escaped_sequence(b, &mut text);
                }
                _ => return text,
            }
        }
    }

    /// `$${` is `${` in the text; any other `$` is itself.
    fn escaped_sequence(&mut self, sign: u8, text: &mut String) {
        text.push(char::from(sign));
        self.pos += 1;
        if self.peek() == sign && self.peek_at(1) == b'{' {
            text.push('{');
            self.pos += 2;
        }
    }

    fn escape(&mut self) -> Parsed<char> {
        let start = self.pos;
        let digits = match self.peek_at(1) {
            b'n' => return Ok(self.escaped('\n')),
            b'r' => return Ok(self.escaped('\r')),
            b't' => return Ok(self.escaped('\t')),
            b'"' => return Ok(self.escaped('"')),
            b'\\' => return Ok(self.escaped('\\')),
            b'u' => 4,
            b'U' => 8,
            _ => return Err(self.bad_escape(start)),
        };
        let hex = self.text.get(start + 2..start + 2 + digits);
        let c = hex
            .filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|h| u32::from_str_radix(h, 16).ok())
            .and_then(char::from_u32)
            .ok_or_else(|| self.bad_escape(start))?;
        self.pos += 2 + digits;
        Ok(c)
    }

    fn escaped(&mut self, c: char) -> char {
        self.pos += 2;
        c
    }

    /// `${ … }` or `%{ … }`; whether blanks behind it are to be stripped.
    fn sequence(&mut self, pieces: &mut Vec<Piece>) -> Parsed<bool> {
        let start = self.pos;
        let directive = self.peek() == b'%';
        self.open.push((b'{', start));
        self.pos += 2;
        if self.take(b'~')
            && let Some(Piece::Text(before)) = pieces.last_mut()
        {
            before.truncate(before.trim_end().len());
        }
        let piece = self.bracketed(Newlines::Ignored, |p| {
            p.skip_blanks()?;
            match directive {
                true => p.directive(start),
                false => p.expr().map(Piece::Interpolation),
            }
        })?;
        let around = std::mem::replace(&mut self.newlines, Newlines::Ignored);
        self.skip_blanks()?;
        self.newlines = around;
        let strip = self.take(b'~');
        if !self.take(b'}') {
            return Err(self.unclosed_sequence(start));
        }
        self.open.pop();
        pieces.push(piece);
        Ok(strip)
    }

    fn directive(&mut self, start: usize) -> Parsed<Piece> {
        if !self.at_name() {
            return Err(self.expected_directive());
        }
        let word = self.pos;
        self.pos = self.name_end();
        let span = self.span(start, self.pos);
        let word = &self.text[word..self.pos];
        self.skip_blanks()?;
        Ok(match word {
            "if" => Piece::If(self.expr()?, span),
            "else" => Piece::Else(span),
            "endif" => Piece::EndIf(span),
            "for" => {
                let (key, value) = self.for_names()?;
                let collection = self.expr()?;
                Piece::For(Box::new((key, value, collection)), span)
            }
            "endfor" => Piece::EndFor(span),
            _ => {
                self.pos = span.end as usize;
                return Err(self.unknown_directive(word, span));
            }
        })
    }
}

/// What ends plain text between quotes.
static SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table[b'$' as usize] = true;
    table[b'%' as usize] = true;
    table[b'\n' as usize] = true;
    table[b'\r' as usize] = true;
    table
};
