//! Lines of tokens, each divided into what leads, what is assigned, and a comment behind them:
//! the columns that are aligned. A line is one of tokens: a heredoc is part of the line it
//! begins in.

use super::token::{Kind, Token};
use std::ops::Range;

/// A line, as indexes of tokens.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Where it begins.
    start: usize,
    /// Where the `=` stands; `comment` where there is none to align.
    assign: usize,
    /// Where the comment behind it stands; `end` where there is none.
    comment: usize,
    /// Behind its last token.
    end: usize,
}

impl Line {
    /// What stands before the `=`, or all but the comment.
    pub(super) fn lead(&self) -> Range<usize> {
        self.start..self.assign
    }

    /// The `=` and what is assigned; may be empty.
    pub(super) fn assign(&self) -> Range<usize> {
        self.assign..self.comment
    }

    /// The comment; may be empty.
    pub(super) fn comment(&self) -> Range<usize> {
        self.comment..self.end
    }
}

/// All lines.
pub(super) fn lines(tokens: &[Token<'_>]) -> Vec<Line> {
    let mut lines = Vec::with_capacity(tokens.len() / 6);
    let mut start = 0;
    for (i, token) in tokens.iter().enumerate() {
        let end = match token.kind {
            Kind::End => i,
            _ if token.ends_line() => i + 1,
            _ => continue,
        };
        if end > start {
            lines.push(line(tokens, start, end));
        }
        start = i + 1;
    }
    lines
}

fn line(tokens: &[Token<'_>], start: usize, end: usize) -> Line {
    let commented = end - start > 1 && tokens[end - 1].kind == Kind::Comment;
    let comment = end - usize::from(commented);
    Line {
        start,
        assign: assign(&tokens[start..comment]).map_or(comment, |at| start + at),
        comment,
        end,
    }
}

/// Where the `=` stands, if the line holds all of what is assigned.
fn assign(lead: &[Token<'_>]) -> Option<usize> {
    let at = lead.iter().skip(1).position(|t| t.kind == Kind::Equal)? + 1;
    let open: i32 = lead[at..].iter().map(Token::brackets).sum();
    (open == 0).then_some(at)
}
