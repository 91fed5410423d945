//! The lines of a file that a problem is about, without the rest of the file: what renders them
//! looks at everything it is handed.

use super::clip::clip;
use crate::view::page::{escape_lines, is_unsafe};
use diagnostics::{FileId, Label, Problem, SourceMap};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// The most bytes between the first and the last label of one excerpt.
const LARGEST: usize = 32 * 1024;

/// A label that covers more lines than this points to the first of them alone.
const TALLEST: usize = 8;

/// Some lines of a file, with labels on them.
#[derive(Debug)]
pub(super) struct Excerpt {
    path: String,
    text: String,
    /// How many lines of the file stand before.
    lines_before: usize,
    labels: Vec<LabeledSpan>,
    /// In which column of the file each label begins, counted in characters.
    columns: Vec<(usize, usize)>,
}

/// The places of a problem: the primary one with what is near it first, then the others.
pub(super) fn excerpts(problem: &Problem, sources: &SourceMap) -> Vec<Excerpt> {
    let mut groups: Vec<Vec<&Label>> = Vec::new();
    for label in &problem.labels {
        match groups.iter_mut().find(|group| fits(group, label)) {
            Some(group) => group.push(label),
            None => groups.push(vec![label]),
        }
    }
    groups
        .iter()
        .filter_map(|group| Excerpt::new(group, sources))
        .collect()
}

impl Excerpt {
    fn new(labels: &[&Label], sources: &SourceMap) -> Option<Excerpt> {
        let file = labels.first()?.span.file;
        let text = sources.text(file);
        let ranges: Vec<_> = labels.iter().map(|l| range(&text, l)).collect();
        let first = ranges.iter().map(|r| r.0).min()?;
        let last = ranges.iter().map(|r| r.1).max()?;
        let start = lines_up(&text, first, 1);
        let end = lines_down(&text, last, 1);
        let inside: Vec<_> = ranges.iter().map(|r| r.0 - start..r.1 - start).collect();
        let (shown, moved) = clip(&text[start..end], &inside);
        if shown.len() > 2 * LARGEST {
            return None;
        }
        let labelled = labels.iter().zip(&moved).map(|(label, at)| {
            let text = (!label.text.is_empty()).then(|| escape_lines(&label.text));
            match label.primary {
                true => LabeledSpan::new_primary_with_span(text, (at.start, at.len())),
                false => LabeledSpan::new(text, at.start, at.len()),
            }
        });
        let columns = moved.iter().zip(&ranges);
        let columns = columns.map(|(at, range)| (at.start, column_of(sources, file, range.0)));
        Some(Excerpt {
            path: escape_lines(sources.path(file)),
            labels: labelled.collect(),
            columns: columns.collect(),
            lines_before: line_of(sources, file, start) - 1,
            text: harmless(&shown),
        })
    }

    /// The labels, counted from the excerpt's start.
    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.labels.iter().cloned()
    }

    /// The text of the first label, to stand as a headline instead.
    pub(super) fn take_first_label(&mut self) -> Option<String> {
        let first = self.labels.first_mut()?;
        let text = first.label().map(str::to_string)?;
        first.set_label(None);
        Some(text)
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.read_span(span, lines_before, lines_after)?;
        // What is asked for without lines around it is where a label begins.
        let column = match (lines_before, lines_after) {
            (0, 0) => self.columns.iter().find(|c| c.0 == span.offset()),
            _ => None,
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.clone(),
            inner.data(),
            *inner.span(),
            inner.line() + self.lines_before,
            column.map_or(inner.column(), |c| c.1 - 1),
            inner.line_count(),
        )))
    }
}

fn fits(group: &[&Label], label: &Label) -> bool {
    let starts = group.iter().map(|l| l.span.start).chain([label.span.start]);
    let (first, last) = starts.fold((u32::MAX, 0), |(a, b), s| (a.min(s), b.max(s)));
    group[0].span.file == label.span.file && (last - first) as usize <= LARGEST
}

/// The label's bytes, on character boundaries, and not too many lines of them.
fn range(text: &str, label: &Label) -> (usize, usize) {
    let start = boundary(text, label.span.start as usize);
    let end = boundary(text, label.span.end as usize).max(start);
    let covered = &text[start..end];
    match covered.lines().count() > TALLEST {
        true => (start, start + covered.find('\n').unwrap_or(covered.len())),
        false => (start, end),
    }
}

fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|i| text.is_char_boundary(*i))
        .unwrap_or(0)
}

fn lines_up(text: &str, at: usize, lines: usize) -> usize {
    text[..at]
        .rmatch_indices('\n')
        .nth(lines)
        .map_or(0, |(i, _)| i + 1)
}

fn lines_down(text: &str, at: usize, lines: usize) -> usize {
    text[at..]
        .match_indices('\n')
        .nth(lines)
        .map_or(text.len(), |(i, _)| at + i + 1)
}

fn line_of(sources: &SourceMap, file: FileId, offset: usize) -> usize {
    sources
        .position(file, u32::try_from(offset).unwrap_or(u32::MAX))
        .line
}

fn column_of(sources: &SourceMap, file: FileId, offset: usize) -> usize {
    sources
        .position(file, u32::try_from(offset).unwrap_or(u32::MAX))
        .column
}

/// The text with what acts on a terminal replaced by as many bytes that don't.
fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if is_unsafe(c) => match c.len_utf8() {
                3 => out.push('\u{fffd}'),
                bytes => out.extend(std::iter::repeat_n(
                    if c == '\r' { ' ' } else { '?' },
                    bytes,
                )),
            },
            c => out.push(c),
        }
    }
    out
}
