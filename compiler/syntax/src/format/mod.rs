//! The formatter: a file's tokens with the blanks between them set anew. It works on tokens, not
//! on the tree, so that no comment and nothing of what is written can get lost.
//!
//! Its rules are those of `terraform fmt`, to the byte, but for what is said in
//! docs/terraform-differences.md.

mod align;
mod indent;
mod lines;
mod rewrite;
mod scan;
mod spaces;
mod token;

use diagnostics::{FileId, Problem};
use token::Token;

/// The text of a file as it is to be laid out.
///
/// # Errors
/// Where it is not right: what is meant is not known then.
pub fn format(file: FileId, text: &str) -> Result<String, Vec<Problem>> {
    let (tree, problems) = crate::parse(file, text);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut tokens = rewrite::rewrite(&tree.body, scan::tokens(text));
    let lines = lines::lines(&tokens);
    indent::indent(&mut tokens, &lines);
    spaces::space(&mut tokens, &lines);
    align::align(&mut tokens, &lines);
    Ok(print(&tokens, text.len()))
}

fn print(tokens: &[Token<'_>], about: usize) -> String {
    let mut out = String::with_capacity(about + about / 4);
    for token in tokens {
        let mut spaces = token.spaces as usize;
        while spaces > 0 {
            let some = spaces.min(BLANKS.len());
            out.push_str(&BLANKS[..some]);
            spaces -= some;
        }
        out.push_str(token.text);
    }
    out
}

const BLANKS: &str = "                                                                ";

#[cfg(test)]
mod tests;
