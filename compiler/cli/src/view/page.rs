//! Labelled text in lines. Whatever gets into a line has its control characters escaped,
//! wherever it came from. How a page reaches a terminal stands in `page/render.rs`.

mod escape;
mod render;

use anstyle::{AnsiColor, Style};
pub(crate) use escape::{escape, escape_lines, is_unsafe};

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

/// Lines, one below the other. There may be thousands, so all their text lies in one piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Page {
    text: String,
    pieces: Vec<Piece>,
    lines: Vec<Line>,
    /// Whether the lines above, that were taken out, end with text.
    below_text: bool,
}

/// A stretch of the text, from where the piece before it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    label: Label,
    end: usize,
}

/// Where a line begins, before it is wrapped.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    indent: usize,
    hang: usize,
    verbatim: bool,
    first_piece: usize,
}

impl Page {
    /// An empty page.
    pub(crate) fn new() -> Page {
        Page::default()
    }

    /// Begins a line that is wrapped between words; what is added next stands in it.
    pub(crate) fn line(&mut self, indent: usize) -> &mut Page {
        self.begin(indent, indent + 2, false)
    }

    /// Begins a line whose spaces count (of a file): wrapped wherever the width ends.
    pub(crate) fn verbatim(&mut self, indent: usize) -> &mut Page {
        self.begin(indent, indent + 2, true)
    }

    /// An empty line, unless there is one already or nothing above.
    pub(crate) fn blank(&mut self) {
        if self.ends_with_text() {
            self.begin(0, 0, false);
        }
    }

    /// Takes out all lines that there are; what is written next stands below them.
    pub(crate) fn take(&mut self) -> Page {
        let below = Page {
            below_text: self.ends_with_text(),
            ..Page::new()
        };
        std::mem::replace(self, below)
    }

    /// Adds a piece to the last line.
    pub(crate) fn add(&mut self, label: Label, text: impl AsRef<str>) -> &mut Page {
        let begin = self.text.len();
        let keep_tabs = self.lines.last().is_some_and(|l| l.verbatim);
        escape::push(&mut self.text, text.as_ref(), keep_tabs);
        let end = self.text.len();
        if end > begin {
            self.pieces.push(Piece { label, end });
        }
        self
    }

    /// Adds a plain piece to the last line.
    pub(crate) fn text(&mut self, text: impl AsRef<str>) -> &mut Page {
        self.add(Label::Plain, text)
    }

    /// Sets where the last line goes on when it is wrapped.
    pub(crate) fn hang(&mut self, columns: usize) -> &mut Page {
        if let Some(line) = self.lines.last_mut() {
            line.hang = columns;
        }
        self
    }

    /// The lines of another page below, moved to the right.
    pub(crate) fn append(&mut self, other: &Page, by: usize) {
        let (text, pieces) = (self.text.len(), self.pieces.len());
        self.text.push_str(&other.text);
        self.pieces.extend(other.pieces.iter().map(|p| Piece {
            end: p.end + text,
            ..*p
        }));
        self.lines.extend(other.lines.iter().map(|l| Line {
            indent: l.indent + by,
            hang: l.hang + by,
            first_piece: l.first_piece + pieces,
            ..*l
        }));
    }

    /// How many lines there are.
    pub(crate) fn lines(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no line.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn ends_with_text(&self) -> bool {
        let last = self.lines.last();
        last.map_or(self.below_text, |l| l.first_piece < self.pieces.len())
    }

    fn begin(&mut self, indent: usize, hang: usize, verbatim: bool) -> &mut Page {
        self.lines.push(Line {
            indent,
            hang,
            verbatim,
            first_piece: self.pieces.len(),
        });
        self
    }

    /// Each line with its pieces.
    fn each_line(&self) -> impl Iterator<Item = (Line, Vec<(Label, &str)>)> {
        let ends = self.lines.iter().skip(1).map(|l| l.first_piece);
        let ends = ends.chain([self.pieces.len()]);
        self.lines.iter().zip(ends).map(|(line, end)| {
            let pieces = (line.first_piece..end).map(|i| {
                let begin = i.checked_sub(1).map_or(0, |before| self.pieces[before].end);
                (self.pieces[i].label, &self.text[begin..self.pieces[i].end])
            });
            (*line, pieces.collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::look::Look;

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
    fn what_was_taken_out_stands_above() {
        let mut page = Page::new();
        page.blank();
        page.line(0).text("a");
        let mut told = page.take().render(&Look::plain(80));
        page.blank();
        page.blank();
        told.push_str(&page.take().render(&Look::plain(80)));
        page.blank();
        page.line(0).text("b");
        told.push_str(&page.render(&Look::plain(80)));
        assert_eq!(told, "a\n\nb\n");
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
