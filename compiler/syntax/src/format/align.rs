//! Columns: the `=` of consecutive lines stand below each other, and so do comments behind them.

use super::lines::Line;
use super::token::Token;
use unicode_segmentation::UnicodeSegmentation;

/// Sets the spaces before each `=`, then before each comment.
pub(super) fn align(tokens: &mut [Token<'_>], lines: &[Line]) {
    column(tokens, lines, |l| l.lead().start, |l| l.assign());
    column(tokens, lines, |l| l.lead().start, |l| l.comment());
}

/// Puts `cell` of consecutive lines that have one behind the longest of what precedes it.
fn column(
    tokens: &mut [Token<'_>],
    lines: &[Line],
    start: impl Fn(&Line) -> usize,
    cell: impl Fn(&Line) -> std::ops::Range<usize>,
) {
    for run in lines.chunk_by(|a, b| cell(a).is_empty() == cell(b).is_empty()) {
        if cell(&run[0]).is_empty() {
            continue;
        }
        let widths: Vec<_> = run
            .iter()
            .map(|l| width(&tokens[start(l)..cell(l).start]))
            .collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        for (line, width) in run.iter().zip(widths) {
            tokens[cell(line).start].spaces = (widest - width + 1) as u32;
        }
    }
}

/// The columns that tokens take.
fn width(tokens: &[Token<'_>]) -> usize {
    tokens
        .iter()
        .map(|t| t.spaces as usize + columns(t.text))
        .sum()
}

/// What looks like one character takes one column; so do both halves of a line's end.
fn columns(text: &str) -> usize {
    match text.is_ascii() && !text.contains('\r') {
        true => text.len(),
        false => text.graphemes(true).count(),
    }
}
