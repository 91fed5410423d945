//! The indentation that `<<-` takes away.

use super::template::Piece;

/// Takes from the start of each line as many blanks as the least indented line begins with.
/// A line of blanks alone counts for nothing and stays; a line that begins with a sequence counts
/// as not indented.
pub(super) fn dedent(pieces: &mut [Piece]) {
    let mut least = usize::MAX;
    let mut starts = Vec::new();
    let mut at_start = true;
    for (i, piece) in pieces.iter().enumerate() {
        let text = match piece {
            Piece::Text(text) => Some(text),
            _ => None,
        };
        if std::mem::take(&mut at_start) {
            match text {
                Some(text) if text.trim_start().is_empty() && text.ends_with('\n') => {}
                Some(text) => {
                    let blanks = &text[..text.len() - text.trim_start().len()];
                    least = least.min(blanks.chars().count());
                    starts.push(i);
                }
                None => least = 0,
            }
        }
        at_start = text.is_some_and(|t| t.ends_with('\n'));
    }
    for i in starts {
        if let Piece::Text(text) = &mut pieces[i] {
            let cut = text
                .char_indices()
                .nth(least)
                .map_or(text.len(), |(at, _)| at);
            text.drain(..cut);
        }
    }
}
