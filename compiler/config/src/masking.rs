//! What messages may show of a text that holds secrets: the same length, the secrets covered.

use crate::constant;
use crate::declared::Declared;
use crate::problems::inputs;
use diagnostics::{FileId, Problem, Span};
use std::ops::Range;

/// The name that stands in an excerpt in the place of a secret.
const COVER: &str = "(sensitive)";

/// A text that is a secret as a whole. It is as long as the text or longer, so that every place
/// in the text is one in it.
pub(crate) fn whole(text: &str) -> String {
    format!("{COVER:<width$}", width = text.len())
}

/// A file of values, in which those of sensitive variables are secrets.
pub(crate) struct Masked {
    /// The text with the secrets covered, each byte in its place.
    pub(crate) text: String,
    secrets: Vec<Range<usize>>,
}

impl Masked {
    pub(crate) fn new(text: &str, root: &Declared) -> Masked {
        let secrets = secrets(text, root);
        let mut bytes = text.as_bytes().to_vec();
        for range in &secrets {
            bytes[range.clone()]
                .iter_mut()
                .filter(|b| **b != b'\n')
                .for_each(|b| *b = b'*');
        }
        // A range begins and ends between characters, so this is still text.
        let text = String::from_utf8(bytes).unwrap_or_default();
        Masked { text, secrets }
    }

    /// The problem; where it quotes a secret, one without words of the text.
    pub(crate) fn discreet(&self, problem: Problem) -> Problem {
        let touches = |span: Span| {
            let (start, end) = (span.start as usize, span.end as usize);
            self.secrets
                .iter()
                .any(|secret| start < secret.end && secret.start <= end)
        };
        match problem.labels.iter().find(|label| touches(label.span)) {
            Some(label) => inputs::unreadable_secret(label.span),
            None => problem,
        }
    }
}

fn secrets(text: &str, root: &Declared) -> Vec<Range<usize>> {
    let sensitive = |name: &str| root.variables.get(name).is_some_and(|v| v.sensitive);
    let (tree, _) = syntax::parse(FileId(0), text);
    let values = tree
        .body
        .attributes
        .iter()
        .filter(|a| sensitive(&a.name.text));
    let values = values.map(|a| match constant::is_broken(&a.value) {
        // Nobody knows where it ends.
        true => a.value.span.start as usize..text.len(),
        false => a.value.span.start as usize..a.value.span.end as usize,
    });
    let mut from = 0;
    let lines = text.split_inclusive('\n').filter_map(|line| {
        let start = from;
        from += line.len();
        let name = line
            .trim_start()
            .split(|c: char| c.is_whitespace() || c == '=')
            .next()?;
        let behind = start + (line.len() - line.trim_start().len()) + name.len();
        sensitive(name).then_some(behind..from)
    });
    values.chain(lines).collect()
}
