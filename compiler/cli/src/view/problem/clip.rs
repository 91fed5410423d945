//! Lines of any length brought to a width that people can read, with places in them kept. What
//! is cut off is an ellipsis.

use std::ops::Range;

/// The most characters of a line that are shown.
const LONGEST: usize = 160;

/// How many characters stand before a place in a line that is cut there.
const BEFORE: usize = 40;

/// A text whose lines were cut, and where each range of it went.
pub(super) fn clip(text: &str, ranges: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let mut out = String::new();
    let mut moved = ranges.to_vec();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let end = start + content.len();
        let kept = kept(content, first_place(ranges, start, end));
        let cut_before = kept.start > 0;
        let base = out.len() + if cut_before { ELLIPSIS.len() } else { 0 };
        let at = |place: usize| base + (place - start).clamp(kept.start, kept.end) - kept.start;
        let here = |place: usize| start <= place && place < start + line.len().max(1);
        for (old, new) in ranges.iter().zip(&mut moved) {
            if here(old.start) {
                new.start = at(old.start);
            }
            // A range that ends with the text, or before a line's first character.
            if here(old.end) || (old.end == start + line.len() && old.end == text.len()) {
                new.end = at(old.end);
            }
        }
        if cut_before {
            out.push_str(ELLIPSIS);
        }
        out.push_str(&content[kept.clone()]);
        if kept.end < content.len() {
            out.push_str(ELLIPSIS);
        }
        out.push_str(&line[content.len()..]);
        start += line.len();
    }
    let length = out.len();
    for range in &mut moved {
        range.start = range.start.min(length);
        range.end = range.end.clamp(range.start, length);
    }
    (out, moved)
}

const ELLIPSIS: &str = "…";

/// The first place of a line, from its start.
fn first_place(ranges: &[Range<usize>], start: usize, end: usize) -> usize {
    let places = ranges.iter().map(|r| r.start);
    let inside = places.filter(|p| (start..=end).contains(p));
    inside.min().map_or(0, |p| p - start)
}

/// Which bytes of a line are shown.
fn kept(line: &str, place: usize) -> Range<usize> {
    if line.len() <= LONGEST || line.chars().count() <= LONGEST {
        return 0..line.len();
    }
    let before = line[..place].char_indices().rev();
    let start = before.take(BEFORE).last().map_or(place, |(i, _)| i);
    let rest = line[start..].char_indices();
    let end = rest.map(|(i, _)| start + i).nth(LONGEST);
    start..end.unwrap_or(line.len())
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;

    /// The text, cut, and what its ranges cover then.
    fn check(text: &str, ranges: &[Range<usize>], expected: &str, covered: &[&str]) {
        let (cut, moved) = clip(text, ranges);
        assert_eq!(cut, expected);
        let found: Vec<_> = moved.iter().map(|r| &cut[r.clone()]).collect();
        assert_eq!(found, covered);
    }

    #[test]
    fn what_is_short_stays() {
        check(
            "a = 1\nb = 日本\n",
            &[0..1, 10..16],
            "a = 1\nb = 日本\n",
            &["a", "日本"],
        );
        check("", &[0..0], "", &[""]);
        check("a", &[0..1, 1..1], "a", &["a", ""]);
    }

    #[test]
    fn what_is_long_is_cut_around_its_place() {
        let long = format!("x = \"{}${{nope}}{}\"\n", "b".repeat(300), "c".repeat(300));
        let at = long.find("nope").unwrap();
        let expected = format!("…{}${{nope}}{}…\n", "b".repeat(38), "c".repeat(115));
        check(&long, &[at..at + 4], &expected, &["nope"]);
    }

    #[test]
    fn a_place_longer_than_the_line_ends_with_it() {
        let long = "x".repeat(500);
        let expected = format!("{}…", "x".repeat(LONGEST));
        check(
            &long,
            &[0..500, 400..401],
            &expected,
            &[&expected[..LONGEST], ""],
        );
    }

    #[test]
    fn a_line_without_a_place_is_cut_at_its_end() {
        let text = format!("{}\nb\n", "語".repeat(500));
        let expected = format!("{}…\nb\n", "語".repeat(LONGEST));
        check(&text, &[1501..1502], &expected, &["b"]);
    }
}
