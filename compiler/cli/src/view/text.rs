//! Text in lines in which secret ranges are opaque, and the difference of two such texts.

use model::{Part, Secret, Value};
use similar::{Algorithm, ChangeTag, DiffOp};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many lines around a change are shown.
const CONTEXT: usize = 3;

/// After this long, a difference may be larger than it has to be.
const PATIENCE: Duration = Duration::from_millis(500);

/// What a secret range looks like.
pub(crate) const SENSITIVE: &str = "(sensitive)";
/// What a secret range looks like where its secret was another one before.
pub(crate) const SENSITIVE_CHANGED: &str = "(sensitive, changed)";
/// What stands for a line that can't be told from a secret.
pub(crate) const WITHHELD: &str = "(not shown: may hold a secret)";

/// One line, without its newline.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextLine {
    pieces: Vec<Piece>,
    ended: bool,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Secret(Arc<Secret>),
}

/// A row of a unified diff; nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// `@@ -1,3 +1,4 @@`
    Hunk(String),
    /// A line that both have.
    Same(String),
    /// A line of the former text.
    Removed(String),
    /// A line of the latter text.
    Added(String),
    /// The line above does not end with a newline.
    Open,
}

impl TextLine {
    /// As shown; secrets that `changed` names say so.
    fn shown(&self, changed: &impl Fn(&Secret) -> bool) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Secret(s) if changed(s) => SENSITIVE_CHANGED.to_string(),
            Piece::Secret(_) => SENSITIVE.to_string(),
        };
        self.pieces.iter().map(piece).collect()
    }

    fn secrets(&self) -> impl Iterator<Item = &Arc<Secret>> {
        self.pieces.iter().filter_map(|p| match p {
            Piece::Secret(s) => Some(s),
            Piece::Text(_) => None,
        })
    }
}

/// The lines of a string, plain or with secrets in some ranges; none of anything else.
pub(crate) fn lines(value: &Value) -> Option<Vec<TextLine>> {
    let mut lines = vec![TextLine::default()];
    match value {
        Value::String(text) => feed(&mut lines, text),
        Value::Mixed(mixed) => {
            for part in mixed.parts() {
                match part {
                    Part::Text(text) => feed(&mut lines, text),
                    Part::Secret(s) => {
                        if let Some(line) = lines.last_mut() {
                            line.pieces.push(Piece::Secret(s.clone()));
                        }
                    }
                }
            }
        }
        _ => return None,
    }
    if lines.last().is_some_and(|l| l.pieces.is_empty()) {
        lines.pop();
    }
    Some(lines)
}

/// The lines as shown, secrets hidden.
pub(crate) fn shown_lines(value: &Value) -> Option<Vec<String>> {
    Some(lines(value)?.iter().map(|l| l.shown(&|_| false)).collect())
}

/// Whether a value is a string that takes more than one line.
pub(crate) fn is_multiline(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\n'),
        Value::Mixed(mixed) => mixed
            .parts()
            .iter()
            .any(|p| matches!(p, Part::Text(t) if t.contains('\n'))),
        _ => false,
    }
}

/// The unified difference of two texts; none where one of the values is no string.
pub(crate) fn text_diff(before: &Value, after: &Value) -> Option<Vec<Row>> {
    let (before, after) = (lines(before)?, lines(after)?);
    let (left, right) = intern(&before, &after);
    let deadline = Instant::now().checked_add(PATIENCE);
    let ops = similar::capture_diff_slices_deadline(Algorithm::Myers, &left, &right, deadline);
    let show = Show::new(&before, &after);
    let mut rows = Vec::new();
    for group in similar::group_diff_ops(ops, CONTEXT) {
        rows.push(Row::Hunk(hunk_header(&group)));
        for op in group {
            for change in op.iter_changes(&left, &right) {
                let (at_before, at_after) = (change.old_index(), change.new_index());
                show.row(change.tag(), at_before, at_after, &mut rows);
            }
        }
    }
    Some(rows)
}

fn feed(lines: &mut Vec<TextLine>, text: &str) {
    for (i, part) in text.split('\n').enumerate() {
        if i > 0 {
            if let Some(line) = lines.last_mut() {
                line.ended = true;
            }
            lines.push(TextLine::default());
        }
        if let Some(line) = lines.last_mut()
            && !part.is_empty()
        {
            line.pieces.push(Piece::Text(part.to_string()));
        }
    }
}

/// The secrets of a line, and the line's number.
type Alike = (Vec<Arc<Secret>>, usize);

/// A number for each line, equal for equal lines: the same text around equal secrets.
fn intern(before: &[TextLine], after: &[TextLine]) -> (Vec<usize>, Vec<usize>) {
    let mut known: HashMap<(String, bool), Vec<Alike>> = HashMap::new();
    let mut next = 0;
    let mut number = |line: &TextLine| {
        let secrets: Vec<_> = line.secrets().cloned().collect();
        let alike = known
            .entry((line.shown(&|_| false), line.ended))
            .or_default();
        if let Some((_, id)) = alike.iter().find(|(other, _)| *other == secrets) {
            return *id;
        }
        next += 1;
        alike.push((secrets, next));
        next
    };
    let left = before.iter().map(&mut number).collect();
    let right = after.iter().map(&mut number).collect();
    (left, right)
}

struct Show<'a> {
    before: &'a [TextLine],
    after: &'a [TextLine],
    before_secrets: Vec<&'a Arc<Secret>>,
    /// Whether only one of the two says where its secrets are: then the other may hold the
    /// same secrets without saying so.
    withheld: (bool, bool),
}

impl<'a> Show<'a> {
    fn new(before: &'a [TextLine], after: &'a [TextLine]) -> Show<'a> {
        let before_secrets: Vec<_> = before.iter().flat_map(TextLine::secrets).collect();
        let after_has = after.iter().any(|l| l.secrets().next().is_some());
        let withheld = (
            after_has && before_secrets.is_empty(),
            !after_has && !before_secrets.is_empty(),
        );
        Show {
            before,
            after,
            before_secrets,
            withheld,
        }
    }

    fn row(
        &self,
        tag: ChangeTag,
        at_before: Option<usize>,
        at_after: Option<usize>,
        rows: &mut Vec<Row>,
    ) {
        let line = match tag {
            ChangeTag::Insert => at_after.and_then(|i| self.after.get(i)),
            _ => at_before.and_then(|i| self.before.get(i)),
        };
        let Some(line) = line else { return };
        rows.push(match tag {
            ChangeTag::Equal => Row::Same(line.shown(&|_| false)),
            ChangeTag::Delete if self.withheld.0 => Row::Removed(WITHHELD.into()),
            ChangeTag::Delete => Row::Removed(line.shown(&|_| false)),
            ChangeTag::Insert if self.withheld.1 => Row::Added(WITHHELD.into()),
            ChangeTag::Insert => Row::Added(line.shown(&|s| self.is_new(s))),
        });
        if !line.ended {
            rows.push(Row::Open);
        }
    }

    fn is_new(&self, secret: &Secret) -> bool {
        !self.before_secrets.is_empty() && !self.before_secrets.iter().any(|s| ***s == *secret)
    }
}

fn hunk_header(group: &[DiffOp]) -> String {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return String::new();
    };
    let range = |start: usize, end: usize| match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    };
    let before = range(first.old_range().start, last.old_range().end);
    let after = range(first.new_range().start, last.new_range().end);
    format!("@@ -{before} +{after} @@")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::tests::{mixed, secret};

    fn check(before: Value, after: Value, expected: &str) {
        let rows = text_diff(&before, &after).unwrap();
        let text: Vec<_> = rows
            .iter()
            .map(|row| match row {
                Row::Hunk(t) => t.clone(),
                Row::Same(t) => format!(" {t}"),
                Row::Removed(t) => format!("-{t}"),
                Row::Added(t) => format!("+{t}"),
                Row::Open => "\\".to_string(),
            })
            .collect();
        assert_eq!(text.join("\n"), expected);
    }

    #[test]
    fn three_lines_of_context() {
        check(
            "1\n2\n3\n4\n5\n6\n7\n8\n9\n".into(),
            "1\n2\n3\n4\nfive\n6\n7\n8\n9\n".into(),
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8",
        );
    }

    #[test]
    fn a_missing_newline_at_the_end_is_a_difference() {
        check("a\n".into(), "a".into(), "@@ -1 +1 @@\n-a\n+a\n\\");
        check("".into(), "a\n".into(), "@@ -0,0 +1 @@\n+a");
    }

    #[test]
    fn another_secret_is_a_change_and_stays_hidden() {
        check(
            mixed(&["A=", "!old", "\nB=1\nC=", "!same", "\n"]),
            mixed(&["A=", "!new", "\nB=1\nC=", "!same", "\n"]),
            "@@ -1,3 +1,3 @@\n-A=(sensitive)\n+A=(sensitive, changed)\n B=1\n C=(sensitive)",
        );
    }

    #[test]
    fn text_beside_a_changed_line_shows_that_the_secret_is_the_same() {
        check(
            mixed(&["A=", "!s", "\n"]),
            mixed(&["AA=", "!s", "\n"]),
            "@@ -1 +1 @@\n-A=(sensitive)\n+AA=(sensitive)",
        );
    }

    #[test]
    fn where_one_side_does_not_know_its_secrets_its_own_lines_are_withheld() {
        check(
            "B=1\nA=hunter2\n".into(),
            mixed(&["B=1\nA=", "!hunter2", "\n"]),
            "@@ -1,2 +1,2 @@\n B=1\n-(not shown: may hold a secret)\n+A=(sensitive)",
        );
    }

    #[test]
    fn only_strings_have_lines() {
        assert!(text_diff(&Value::int(1), &"a".into()).is_none());
        assert!(lines(&secret("x")).is_none());
    }
}
