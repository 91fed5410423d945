//! Answers expressions one by one. How they come and where answers go is for the modules below.

pub(crate) mod lines;
pub(crate) mod terminal;

use config::Names;
use diagnostics::{Problem, SourceMap};
use driver::Scene;
use eval::{Call, ExprKind};
use model::{Type, Value};
use std::borrow::Cow;

/// What expressions are answered from.
pub(crate) struct Console<'a> {
    names: &'a Names<'a>,
    scene: &'a Scene<'a>,
    /// The project's files, and then every expression as one of its own.
    pub(crate) sources: SourceMap,
}

/// An answer.
pub(crate) enum Answer {
    /// The value of an expression.
    Value(Value),
    /// `type(x)`
    Type(Type),
}

/// What an expression is called in messages.
pub(crate) const NAME: &str = "console";

impl<'a> Console<'a> {
    /// On a configuration that was read from `sources`.
    pub(crate) fn new(names: &'a Names<'a>, scene: &'a Scene<'a>, sources: &SourceMap) -> Self {
        Console {
            names,
            scene,
            sources: sources.clone(),
        }
    }

    /// The answer to an expression.
    pub(crate) fn answer(&mut self, text: &str) -> Result<Answer, Vec<Problem>> {
        let text = ended(text);
        let file = self.sources.add(NAME, &*text);
        let expr = self.names.expr(file, &text)?;
        let one = |problem| vec![problem];
        match &expr.kind {
            ExprKind::Call(call) if is_type(call) => {
                let value = self.scene.evaluate(&call.arguments[0]).map_err(one)?;
                Ok(Answer::Type(value.ty()))
            }
            _ => self.scene.evaluate(&expr).map(Answer::Value).map_err(one),
        }
    }
}

/// `type` looks at what no other function may tell, so it is the console's alone.
fn is_type(call: &Call) -> bool {
    &*call.name == "type" && call.arguments.len() == 1 && !call.expand
}

/// Whether there is nothing to be answered: no text, or only a comment.
pub(crate) fn is_blank(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.starts_with('#') || text.starts_with("//")
}

/// Whether a text that is open would have an answer if it went on.
pub(crate) fn goes_on(text: &str, brackets: bool) -> bool {
    if in_heredoc(text) {
        return true;
    }
    let text = ended(text);
    let file = SourceMap::new().add(NAME, &*text);
    let problems = syntax::parse_expr(file, &text).err().unwrap_or_default();
    brackets && problems.iter().any(|p| p.code == syntax::UNCLOSED)
}

/// Whether the text ends within a heredoc. By its lines, since what is in it may be open, too.
fn in_heredoc(text: &str) -> bool {
    let mut word: Option<&str> = None;
    for line in text.lines() {
        word = match word {
            Some(word) if line.trim() == word => None,
            Some(word) => Some(word),
            None => line.rsplit_once("<<").and_then(|(_, behind)| {
                let word = behind.strip_prefix('-').unwrap_or(behind).trim_end();
                let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                (!word.is_empty() && word.chars().all(is_name)).then_some(word)
            }),
        };
    }
    word.is_some()
}

/// The word that ends a heredoc stands on a line of its own, with its end.
fn ended(text: &str) -> Cow<'_, str> {
    match text.contains("<<") && !text.ends_with('\n') {
        true => Cow::Owned(format!("{text}\n")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_goes_on() {
        for (text, in_line, on_terminal) in [
            ("1 + 2", false, false),
            ("[1,", false, true),
            ("f(", false, true),
            ("{ a = 1", false, true),
            ("[for x in y : x", false, true),
            ("<<EOT", true, true),
            ("<<EOT\nabc", true, true),
            ("f(<<EOT\n%{ if true }", true, true),
            ("<<EOT\nabc\nEOT", false, false),
            ("upper(<<-EOT\nabc\n  EOT", false, true),
            ("[1)", false, false),
            ("\"abc", false, false),
        ] {
            assert_eq!(goes_on(text, false), in_line, "{text}");
            assert_eq!(goes_on(text, true), on_terminal, "{text}");
        }
    }
}
