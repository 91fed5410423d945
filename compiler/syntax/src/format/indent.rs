//! How far each line stands in: by how many lines opened more brackets than they closed.

use super::lines::Line;
use super::token::{Kind, Token};

const STEP: u32 = 2;

/// Sets the spaces before the first token of each line.
pub(super) fn indent(tokens: &mut [Token<'_>], lines: &[Line]) {
    let mut open = Vec::new();
    for line in lines {
        let first = line.lead().start;
        if tokens[first].kind == Kind::Newline {
            tokens[first].spaces = 0;
            continue;
        }
        let change = opened(&tokens[first..line.comment().start]);
        if change < 0 {
            close(&mut open, change.unsigned_abs());
        }
        tokens[first].spaces = STEP * open.len() as u32;
        if change > 0 {
            open.push(change.unsigned_abs());
        }
    }
}

/// The brackets that a line leaves open; what a heredoc holds does not count.
fn opened(line: &[Token<'_>]) -> i32 {
    let code = line.iter().take_while(|t| t.kind != Kind::OpenHeredoc);
    code.map(Token::brackets).sum()
}

/// Takes back what `closed` brackets opened, line by line.
fn close(open: &mut Vec<u32>, mut closed: u32) {
    while closed > 0
        && let Some(last) = open.pop()
    {
        if last > closed {
            open.push(last - closed);
            return;
        }
        closed -= last;
    }
}
