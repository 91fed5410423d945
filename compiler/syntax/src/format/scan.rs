//! Text to tokens. It takes the text for right, as the parser found it; what is wrong makes odd
//! tokens, and their texts and blanks still come to the whole.

use super::token::{Kind, Token};

/// All tokens; the last one is the end.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut scanner = Scanner {
        text,
        pos: if text.starts_with('\u{feff}') { 3 } else { 0 },
        within: Vec::new(),
        tokens: Vec::with_capacity(text.len() / 4),
    };
    while scanner.pos < text.len() {
        match scanner.within.last() {
            None | Some(Within::Braces) => scanner.code(),
            Some(Within::Sequence) => scanner.code(),
            Some(Within::Quotes) => scanner.quoted(),
            Some(Within::Heredoc(word)) => scanner.heredoc(word),
        }
    }
    if !matches!(
        scanner.tokens.last(),
        Some(Token {
            kind: Kind::End,
            ..
        })
    ) {
        scanner.push(Kind::End, text.len(), 0);
    }
    scanner.tokens
}

/// What the position is within.
#[derive(Clone, Copy)]
enum Within<'a> {
    /// `{`
    Braces,
    /// `${` or `%{`
    Sequence,
    /// `"`
    Quotes,
    /// `<<WORD`
    Heredoc(&'a str),
}

struct Scanner<'a> {
    text: &'a str,
    pos: usize,
    within: Vec<Within<'a>>,
    tokens: Vec<Token<'a>>,
}

impl<'a> Scanner<'a> {
    /// One token with the blanks before it.
    fn code(&mut self) {
        let blanks = self.skip_blanks();
        let start = self.pos;
        let kind = match self.byte(0) {
            0 if start >= self.text.len() => Kind::End,
            b'\n' => self.takes(1, Kind::Newline),
            b'\r' if self.byte(1) == b'\n' => self.takes(2, Kind::Newline),
            b'#' => self.line_comment(),
            b'/' if self.byte(1) == b'/' => self.line_comment(),
            b'/' if self.byte(1) == b'*' => self.block_comment(),
            b'0'..=b'9' => self.number(),
            b'"' => self.opens(1, Kind::OpenQuote, Within::Quotes),
            b'<' if self.byte(1) == b'<' => self.opens_heredoc(),
            b'{' => self.opens(1, Kind::OpenBrace, Within::Braces),
            b'}' => self.closes(),
            b'~' if self.byte(1) == b'}' => self.closes(),
            b if b.is_ascii_alphabetic() || b == b'_' || !b.is_ascii() => self.name(),
            b => self.sign(b),
        };
        self.push(kind, start, blanks);
    }

    /// Between quotes: text, the beginning of a sequence, or the closing quote.
    fn quoted(&mut self) {
        let start = self.pos;
        let bytes = self.text.as_bytes();
        while let Some(b) = bytes.get(self.pos) {
            match b {
                b'"' => break,
                b'\\' => self.skip_escape(),
                b'$' | b'%' if self.at_sequence() => break,
                b'$' | b'%' => self.skip_sign(*b),
                _ => self.pos += 1,
            }
        }
        if self.pos > start {
            return self.push(Kind::Quoted, start, 0);
        }
        let kind = match self.byte(0) {
            b'"' => {
                self.within.pop();
                self.takes(1, Kind::CloseQuote)
            }
            _ => self.opens_sequence(),
        };
        self.push(kind, start, 0);
    }

    /// In a heredoc: a line or a piece of one, the beginning of a sequence, or the last line.
    fn heredoc(&mut self, word: &str) {
        let start = self.pos;
        let bytes = self.text.as_bytes();
        if bytes[start - 1] == b'\n' {
            let length = bytes[start..].iter().position(|b| *b == b'\n');
            let line = &self.text[start..start + length.unwrap_or(bytes.len() - start)];
            if line.trim() == word {
                self.within.pop();
                self.pos += line.len() - usize::from(line.ends_with('\r'));
                return self.push(Kind::CloseHeredoc, start, 0);
            }
        }
        while let Some(b) = bytes.get(self.pos) {
            match b {
                b'\n' => {
                    self.pos += 1;
                    break;
                }
                b'$' | b'%' if self.at_sequence() => break,
                b'$' | b'%' => self.skip_sign(*b),
                _ => self.pos += 1,
            }
        }
        let kind = match self.pos > start {
            true => Kind::Line,
            false => self.opens_sequence(),
        };
        self.push(kind, start, 0);
    }

    fn at_sequence(&self) -> bool {
        self.byte(1) == b'{'
    }

    /// `$${` is text.
    fn skip_sign(&mut self, sign: u8) {
        let escaped = self.byte(1) == sign && self.byte(2) == b'{';
        self.pos += if escaped { 3 } else { 1 };
    }

    fn skip_escape(&mut self) {
        self.pos += 1;
        self.pos += self.text[self.pos..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
    }

    fn opens_sequence(&mut self) -> Kind {
        let kind = match self.byte(0) {
            b'$' => Kind::Interpolation,
            _ => Kind::Directive,
        };
        let length = if self.byte(2) == b'~' { 3 } else { 2 };
        self.opens(length, kind, Within::Sequence)
    }

    fn opens_heredoc(&mut self) -> Kind {
        let word = self.pos + 2 + usize::from(self.byte(2) == b'-');
        let rest = &self.text.as_bytes()[word..];
        let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        let name = self.text[word..word + length].trim_end_matches('\r');
        self.pos = (word + length + 1).min(self.text.len());
        self.within.push(Within::Heredoc(name));
        Kind::OpenHeredoc
    }

    fn opens(&mut self, length: usize, kind: Kind, within: Within<'a>) -> Kind {
        self.within.push(within);
        self.takes(length, kind)
    }

    fn closes(&mut self) -> Kind {
        self.pos += if self.byte(0) == b'~' { 2 } else { 1 };
        match self.within.pop() {
            Some(Within::Sequence) => Kind::CloseSequence,
            _ => Kind::CloseBrace,
        }
    }

    fn line_comment(&mut self) -> Kind {
        let rest = &self.text.as_bytes()[self.pos..];
        let length = rest.iter().position(|b| *b == b'\n').map(|n| n + 1);
        self.takes(length.unwrap_or(rest.len()), Kind::Comment)
    }

    fn block_comment(&mut self) -> Kind {
        let rest = &self.text[self.pos + 2..];
        let length = rest.find("*/").map_or(rest.len() + 2, |n| n + 4);
        self.takes(length, Kind::Comment)
    }

    fn number(&mut self) -> Kind {
        self.digits();
        if self.byte(0) == b'.' && self.byte(1).is_ascii_digit() {
            self.pos += 1;
            self.digits();
        }
        if matches!(self.byte(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
            if self.byte(1 + sign).is_ascii_digit() {
                self.pos += 1 + sign;
                self.digits();
            }
        }
        Kind::Number
    }

    fn digits(&mut self) {
        while self.byte(0).is_ascii_digit() {
            self.pos += 1;
        }
    }

    fn name(&mut self) -> Kind {
        let bytes = self.text.as_bytes();
        while let Some(b) = bytes.get(self.pos) {
            if b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-') || !b.is_ascii() {
                self.pos += 1;
            } else {
                break;
            }
        }
        Kind::Name
    }

    fn sign(&mut self, b: u8) -> Kind {
        let next = self.byte(1);
        let (length, kind) = match b {
            b'[' => (1, Kind::OpenBracket),
            b']' => (1, Kind::CloseBracket),
            b'(' => (1, Kind::OpenParen),
            b')' => (1, Kind::CloseParen),
            b',' => (1, Kind::Comma),
            b'?' => (1, Kind::Question),
            b'-' => (1, Kind::Minus),
            b':' if next == b':' => (2, Kind::DoubleColon),
            b':' => (1, Kind::Colon),
            b'.' if next == b'.' && self.byte(2) == b'.' => (3, Kind::Ellipsis),
            b'.' => (1, Kind::Dot),
            b'=' if next == b'>' => (2, Kind::Arrow),
            b'=' | b'!' | b'<' | b'>' if next == b'=' => (2, Kind::Operator),
            b'&' | b'|' if next == b => (2, Kind::Operator),
            b'=' => (1, Kind::Equal),
            b'!' => (1, Kind::Not),
            _ => (1, Kind::Operator),
        };
        self.takes(length, kind)
    }

    fn skip_blanks(&mut self) -> usize {
        let rest = &self.text.as_bytes()[self.pos..];
        let blank = |b: &u8| matches!(b, b' ' | b'\t');
        let length = rest.iter().position(|b| !blank(b)).unwrap_or(rest.len());
        self.pos += length;
        length
    }

    fn takes(&mut self, length: usize, kind: Kind) -> Kind {
        self.pos += length;
        kind
    }

    #[inline]
    fn byte(&self, ahead: usize) -> u8 {
        let bytes = self.text.as_bytes();
        bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    fn push(&mut self, kind: Kind, start: usize, spaces: usize) {
        self.tokens.push(Token {
            kind,
            start: start as u32,
            spaces: spaces as u32,
            text: &self.text[start..self.pos],
        });
    }
}
