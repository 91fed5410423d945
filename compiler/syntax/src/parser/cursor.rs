//! The lowest level: bytes, blanks, comments, names. It knows no grammar.

use super::MAX_NAME;
use super::{Newlines, Parsed, Parser};
use crate::tree::Ident;
use std::sync::Arc;

impl<'a> Parser<'a> {
    /// The byte at the position; 0 at the end.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.peek_at(0)
    }

    #[inline]
    pub(super) fn peek_at(&self, ahead: usize) -> u8 {
        self.text
            .as_bytes()
            .get(self.pos + ahead)
            .copied()
            .unwrap_or(0)
    }

    pub(super) fn at_end(&self) -> bool {
        self.pos >= self.text.len()
    }

    pub(super) fn looking_at(&self, text: &str) -> bool {
        self.text.as_bytes()[self.pos.min(self.text.len())..].starts_with(text.as_bytes())
    }

    /// Skips blanks and comments, and newlines where they have no meaning.
    #[inline]
    pub(super) fn skip_blanks(&mut self) -> Parsed<()> {
        loop {
            match self.peek() {
                b' ' | b'\t' => self.pos += 1,
                b'\n' if self.newlines == Newlines::Ignored => self.pos += 1,
                // Alone it ends no line: nobody sees it, and nothing else reads it so.
                b'\r' if self.newlines == Newlines::Ignored && self.peek_at(1) == b'\n' => {
                    self.pos += 2;
                }
                b'#' => self.skip_line(),
                b'/' if self.peek_at(1) == b'/' => self.skip_line(),
                b'/' if self.peek_at(1) == b'*' => self.skip_block_comment()?,
                _ => return Ok(()),
            }
        }
    }

    /// Skips blanks, comments and newlines.
    pub(super) fn skip_lines(&mut self) -> Parsed<()> {
        let around = std::mem::replace(&mut self.newlines, Newlines::Ignored);
        let result = self.skip_blanks();
        self.newlines = around;
        result
    }

    /// Goes to the end of the line, before its newline.
    pub(super) fn skip_line(&mut self) {
        let rest = &self.text.as_bytes()[self.pos..];
        self.pos += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    }

    fn skip_block_comment(&mut self) -> Parsed<()> {
        match self.text[self.pos + 2..].find("*/") {
            Some(length) => {
                self.pos += length + 4;
                Ok(())
            }
            None => Err(self.unclosed_comment()),
        }
    }

    /// Takes a byte where it comes next.
    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte && !self.at_end();
        self.pos += usize::from(found);
        found
    }

    /// Whether a name begins here.
    #[inline]
    pub(super) fn at_name(&self) -> bool {
        match self.peek() {
            b if b.is_ascii() => b.is_ascii_alphabetic() || b == b'_',
            _ => self.text[self.pos..]
                .chars()
                .next()
                .is_some_and(char::is_alphabetic),
        }
    }

    /// The end of the name that begins here.
    pub(super) fn name_end(&self) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = self.pos;
        while let Some(b) = bytes.get(end) {
            if b.is_ascii_alphanumeric() || *b == b'_' || *b == b'-' {
                end += 1;
            } else if b.is_ascii() {
                break;
            } else {
                match self.text[end..].chars().next() {
                    Some(c) if c.is_alphanumeric() => end += c.len_utf8(),
                    _ => break,
                }
            }
        }
        end
    }

    /// Takes the name that begins here.
    pub(super) fn name(&mut self) -> Ident {
        let (start, end) = (self.pos, self.name_end());
        if end - start > MAX_NAME {
            let problem = self.name_too_long(start);
            self.problems.push(*problem);
        }
        self.pos = end;
        // No problem about it shows more of it.
        let shown = self.text.floor_char_boundary(end.min(start + MAX_NAME));
        Ident {
            text: self.names.get(&self.text[start..shown]),
            span: self.span(start, end),
        }
    }

    /// Whether the word comes next, as a whole.
    pub(super) fn at_word(&self, word: &str) -> bool {
        self.looking_at(word) && self.name_end() == self.pos + word.len()
    }
}

/// Texts of names that were met lately, so that the usual ones are kept once.
pub(super) struct Names {
    slots: Vec<Option<Arc<str>>>,
}

impl Default for Names {
    fn default() -> Names {
        Names {
            slots: vec![None; 256],
        }
    }
}

impl Names {
    pub(super) fn get(&mut self, text: &str) -> Arc<str> {
        let hash = text.bytes().fold(0xcbf2_9ce4u32, |h, b| {
            (h ^ u32::from(b)).wrapping_mul(0x0100_0193)
        });
        let index = (hash ^ (hash >> 16)) as usize % self.slots.len();
        if let Some(known) = &self.slots[index]
            && **known == *text
        {
            return known.clone();
        }
        let fresh: Arc<str> = Arc::from(text);
        self.slots[index] = Some(fresh.clone());
        fresh
    }
}
