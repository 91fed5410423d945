//! Labelled text in lines, and its way to a terminal: colours, wrapping, escaping.
//! Whatever gets into a line has its control characters escaped, wherever it came from.

use crate::view::look::Look;
use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

/// What a piece of text is; colours come from this alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    Plain,
    Heading,
    Address,
    Create,
    Update,
    Delete,
    Danger,
    Warning,
    Muted,
    Good,
}

impl Label {
    fn style(self) -> Style {
        let colour = |c: AnsiColor| c.on_default();
        match self {
            Label::Plain => Style::new(),
            Label::Heading | Label::Address => Style::new().bold(),
            Label::Create | Label::Good => colour(AnsiColor::Green),
            Label::Update | Label::Warning => colour(AnsiColor::Yellow),
            Label::Delete => colour(AnsiColor::Red),
            Label::Danger => colour(AnsiColor::Red).bold(),
            Label::Muted => Style::new().dimmed(),
        }
    }
}

/// Lines, one below the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Page {
    lines: Vec<Line>,
}

/// One line, before it is wrapped.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Line {
    indent: usize,
    hang: usize,
    verbatim: bool,
    pieces: Vec<(Label, String)>,
}

impl Page {
    /// An empty page.
    pub(crate) fn new() -> Page {
        Page::default()
    }

    /// A line that is wrapped between words.
    pub(crate) fn line(&mut self, indent: usize) -> &mut Line {
        self.push(Line {
            indent,
            hang: indent + 2,
            ..Line::default()
        })
    }

    /// A line whose spaces count (of a file): wrapped wherever the width ends.
    pub(crate) fn verbatim(&mut self, indent: usize) -> &mut Line {
        self.push(Line {
            indent,
            hang: indent + 2,
            verbatim: true,
            ..Line::default()
        })
    }

    /// An empty line, unless there is one already or nothing above.
    pub(crate) fn blank(&mut self) {
        if self.lines.last().is_some_and(|l| !l.pieces.is_empty()) {
            self.lines.push(Line::default());
        }
    }

    /// The lines of another page below, moved to the right.
    pub(crate) fn append(&mut self, other: Page, by: usize) {
        for mut line in other.lines {
            line.indent += by;
            line.hang += by;
            self.lines.push(line);
        }
    }

    /// Whether there is no line.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// As text for a receiver that looks like this; each line ends with a newline.
    pub(crate) fn render(&self, look: &Look) -> String {
        let mut out = String::new();
        for line in &self.lines {
            line.render(look, &mut out);
        }
        out
    }

    fn push(&mut self, line: Line) -> &mut Line {
        self.lines.push(line);
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }
}

impl Line {
    /// Adds a piece.
    pub(crate) fn add(&mut self, label: Label, text: impl AsRef<str>) -> &mut Line {
        let escaped = escape(text.as_ref(), self.verbatim);
        if !escaped.is_empty() {
            self.pieces.push((label, escaped));
        }
        self
    }

    /// Adds a plain piece.
    pub(crate) fn text(&mut self, text: impl AsRef<str>) -> &mut Line {
        self.add(Label::Plain, text)
    }

    /// Sets where what is wrapped goes on.
    pub(crate) fn hang(&mut self, columns: usize) -> &mut Line {
        self.hang = columns;
        self
    }

    fn render(&self, look: &Look, out: &mut String) {
        if self.pieces.is_empty() {
            out.push('\n');
            return;
        }
        let mut pen = Pen {
            look,
            out,
            column: 0,
            hang: self.hang,
        };
        // On a narrow terminal, room for the text comes before the look of the indentation.
        let limit = look.width.map_or(usize::MAX, |w| w / 3);
        pen.hang = pen.hang.min(limit);
        pen.spaces(self.indent.min(limit));
        match self.verbatim {
            true => self
                .pieces
                .iter()
                .for_each(|(label, text)| pen.anywhere(*label, text)),
            false => self.words().for_each(|word| pen.word(&word)),
        }
        pen.out.push('\n');
    }

    /// The words, each of one or several labelled parts.
    fn words(&self) -> impl Iterator<Item = Word<'_>> {
        let mut words: Vec<Word<'_>> = Vec::new();
        let mut spaces = 0;
        let mut glued = false;
        for (label, text) in &self.pieces {
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
        words.into_iter()
    }
}

struct Word<'a> {
    /// How many spaces stand before it.
    spaces: usize,
    parts: Vec<(Label, &'a str)>,
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
            self.out.push_str(&format!("{style}{text}{style:#}"));
        } else {
            self.out.push_str(text);
        }
    }
}

/// The text with everything shown that would move the cursor, colour the terminal, or turn the
/// direction of what follows. A tab stays where spaces count.
pub(crate) fn escape(text: &str, keep_tabs: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' if keep_tabs => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) => out.push_str(&format!("\\u{{{:04x}}}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

/// The same for text of several lines, which it keeps apart.
pub(crate) fn escape_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(|line| escape(line, false)).collect();
    lines.join("\n")
}

/// Whether a character acts on the terminal, or on the direction of text, where it should show.
pub(crate) fn is_unsafe(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c);
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    match c {
        '\t' => 8,
        c => c.width().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(width: usize, with: impl Fn(&mut Page), expected: &str) {
        let mut page = Page::new();
        with(&mut page);
        assert_eq!(page.render(&Look::plain(width)), expected);
    }

    #[test]
    fn wraps_between_words_and_keeps_long_ones_whole() {
        let long = "module.a.ssh_file.with_a_very_long_name";
        let line = |p: &mut Page| {
            p.line(2)
                .text("why: ")
                .add(Label::Address, long)
                .text(", see");
        };
        check(80, line, &format!("  why: {long}, see\n"));
        check(30, line, &format!("  why:\n    {long},\n    see\n"));
    }

    #[test]
    fn verbatim_lines_keep_their_spaces() {
        check(
            24,
            |p| {
                p.verbatim(2).text("+ a   b   c   d   e   f");
            },
            "  + a   b   c   d   e   \n    f\n",
        );
    }

    #[test]
    fn control_characters_are_shown() {
        let evil = "\u{1b}[31mred\r\n\u{202e}x\u{9b}";
        check(
            80,
            |p| {
                p.line(0).text(evil);
            },
            "\\u{001b}[31mred\\r\\n\\u{202e}x\\u{009b}\n",
        );
    }

    #[test]
    fn colours_come_and_go_with_the_look() {
        let mut page = Page::new();
        page.line(0).add(Label::Danger, "x y");
        let colour = Look {
            colour: true,
            ..Look::plain(80)
        };
        assert!(page.render(&colour).contains("\u{1b}["));
        assert_eq!(page.render(&Look::plain(80)), "x y\n");
    }

    #[test]
    fn wide_characters_count_twice() {
        check(
            20,
            |p| {
                p.line(0).text("漢字漢字漢字 漢字漢字");
            },
            "漢字漢字漢字\n  漢字漢字\n",
        );
    }
}
