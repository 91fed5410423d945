//! A page's way to a terminal: colours, and wrapping at its width.

use super::{Label, Line, Page};
use crate::view::look::Look;
use anstyle::Style;
use std::fmt::Write;
use unicode_width::UnicodeWidthChar;

impl Page {
    /// As text for a receiver that looks like this; each line ends with a newline.
    pub(crate) fn render(&self, look: &Look) -> String {
        let mut out = String::with_capacity(self.text.len() * 5 / 4);
        for (line, pieces) in self.each_line() {
            render(line, &pieces, look, &mut out);
        }
        out
    }
}

fn render(line: Line, pieces: &[(Label, &str)], look: &Look, out: &mut String) {
    if !pieces.is_empty() {
        // On a narrow terminal, room for the text comes before the look of the indentation.
        let limit = look.width.map_or(usize::MAX, |w| w / 3);
        let hang = line.hang.min(limit);
        let mut pen = Pen {
            look,
            out,
            column: 0,
            hang,
        };
        pen.spaces(line.indent.min(limit));
        match line.verbatim {
            true => pieces
                .iter()
                .for_each(|(label, text)| pen.anywhere(*label, text)),
            false if pen.fits(pieces) => pen.whole(pieces),
            false => words(pieces).iter().for_each(|word| pen.word(word)),
        }
    }
    out.push('\n');
}

/// A stretch without a space, of one or several labelled parts.
struct Word<'a> {
    /// How many spaces stand before it.
    spaces: usize,
    parts: Vec<(Label, &'a str)>,
}

fn words<'a>(pieces: &[(Label, &'a str)]) -> Vec<Word<'a>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut spaces = 0;
    let mut glued = false;
    for (label, text) in pieces {
        for (i, part) in text.split(' ').enumerate() {
            if i > 0 {
                spaces += 1;
                glued = false;
            }
            if part.is_empty() {
                continue;
            }
            match words.last_mut() {
                Some(word) if glued => word.parts.push((*label, part)),
                _ => words.push(Word {
                    spaces,
                    parts: vec![(*label, part)],
                }),
            }
            spaces = 0;
            glued = true;
        }
    }
    words
}

struct Pen<'a> {
    look: &'a Look,
    out: &'a mut String,
    column: usize,
    hang: usize,
}

impl Pen<'_> {
    fn spaces(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
        self.column += count;
    }

    fn fits(&self, pieces: &[(Label, &str)]) -> bool {
        self.look.width.is_none_or(|limit| {
            let wide: usize = pieces.iter().map(|(_, text)| width(text)).sum();
            self.column + wide <= limit
        })
    }

    /// A line that needs no wrapping, without what is blank at its end.
    fn whole(&mut self, pieces: &[(Label, &str)]) {
        let blank = |text: &str| text.bytes().all(|b| b == b' ');
        let last = pieces.iter().rposition(|(_, text)| !blank(text));
        for (i, (label, text)) in pieces.iter().enumerate().take(last.map_or(0, |l| l + 1)) {
            let text = if Some(i) == last {
                text.trim_end_matches(' ')
            } else {
                text
            };
            self.styled(*label, text);
        }
    }

    fn newline(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.spaces(self.hang);
    }

    fn word(&mut self, word: &Word<'_>) {
        let wide: usize = word.parts.iter().map(|(_, text)| width(text)).sum();
        let end = self.column + word.spaces + wide;
        // A word that is too long for any line (an address) stays whole.
        if self.look.width.is_some_and(|w| end > w) && self.column > self.hang {
            self.newline();
        } else {
            self.spaces(word.spaces);
        }
        for (label, text) in &word.parts {
            self.styled(*label, text);
        }
        self.column += wide;
    }

    fn anywhere(&mut self, label: Label, text: &str) {
        let Some(limit) = self.look.width else {
            return self.styled(label, text);
        };
        let mut start = 0;
        for (i, c) in text.char_indices() {
            let wide = char_width(c);
            if self.column + wide > limit && self.column > self.hang {
                self.styled(label, &text[start..i]);
                self.newline();
                start = i;
            }
            self.column += wide;
        }
        self.styled(label, &text[start..]);
    }

    fn styled(&mut self, label: Label, text: &str) {
        let style = label.style();
        if self.look.colour && style != Style::new() {
            let _ = write!(self.out, "{style}{text}{style:#}");
        } else {
            self.out.push_str(text);
        }
    }
}

fn width(text: &str) -> usize {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return text.len();
    }
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    match c {
        '\t' => 8,
        c => c.width().unwrap_or(0),
    }
}
