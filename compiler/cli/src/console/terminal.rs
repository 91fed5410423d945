//! The console for people: a prompt, editing, a history, and answers laid out to be read.

use super::{Answer, Console, goes_on, is_blank};
use crate::app::{App, Run};
use crate::view::answer::{Layout, answer};
use diagnostics::Problem;
use model::show_type;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Context, Editor, Helper};
use std::path::PathBuf;

const PROMPT: &str = "> ";

/// Answers what is typed, until there is an end. Nothing typed makes the run a failure.
pub(crate) fn run(app: &App, console: &mut Console<'_>, history: Option<PathBuf>) -> Run<bool> {
    let broken = |e: ReadlineError| app.fail(no_terminal(&e));
    let mut editor = editor(history.as_ref()).map_err(broken)?;
    loop {
        match editor.readline(PROMPT) {
            Ok(line) if matches!(line.trim(), "exit" | "quit") => break,
            Ok(line) if is_blank(&line) => {}
            Ok(line) => say(app, console, &line),
            // Ctrl-c gives up what is being typed.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(broken(error)),
        }
    }
    if let Some(path) = history {
        // A history that can't be kept is no reason to fail.
        let _ = editor.save_history(&path);
    }
    Ok(false)
}

fn say(app: &App, console: &mut Console<'_>, line: &str) {
    match console.answer(line) {
        Ok(Answer::Value(value)) => app.out.raw(&format!("{}\n", answer(&value, Layout::Lines))),
        Ok(Answer::Type(ty)) => app.out.raw(&format!("{}\n", show_type(&ty))),
        Err(problems) => drop(app.out.problems(&problems, &console.sources)),
    }
}

fn editor(history: Option<&PathBuf>) -> Result<Editor<Typing, FileHistory>, ReadlineError> {
    let config = Config::builder()
        .auto_add_history(true)
        // What begins with a blank is kept nowhere: it may hold a secret.
        .history_ignore_space(true)
        .max_history_size(1000)?
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Typing));
    if let Some(path) = history {
        if let Some(parent) = path.parent() {
            let _ = std::fs::create_dir_all(parent);
        }
        let _ = editor.load_history(path);
    }
    Ok(editor)
}

fn no_terminal(error: &ReadlineError) -> Problem {
    Problem::error("LF0539", format!("the terminal can't be read: {error}"))
        .help("expressions can come from standard input, too: `echo '1 + 2' | landfall console`")
}

/// What helps while a line is typed.
struct Typing;

impl Validator for Typing {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match goes_on(context.input(), true) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}

impl Completer for Typing {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, names) = completions(line, position);
        let pair = |name: &str| Pair {
            display: name.to_string(),
            replacement: format!("{name}("),
        };
        Ok((start, names.into_iter().map(pair).collect()))
    }
}

impl Hinter for Typing {
    type Hint = String;
}

impl Highlighter for Typing {}

impl Helper for Typing {}

/// The functions that the word before the cursor may become, and where that word begins.
fn completions(line: &str, position: usize) -> (usize, Vec<&'static str>) {
    let before = &line[..position];
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = before.rfind(|c: char| !is_name(c)).map_or(0, |at| {
        at + before[at..].chars().next().map_or(1, char::len_utf8)
    });
    let word = &before[start..];
    if word.is_empty() || before[..start].ends_with('.') {
        return (position, Vec::new());
    }
    let mut names: Vec<_> = eval::function_names()
        .filter(|name| name.starts_with(word))
        .collect();
    names.sort_unstable();
    (start, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_completed_and_attributes_are_not() {
        for (line, start, expected) in [
            ("cidrs", 0, vec!["cidrsubnet", "cidrsubnets"]),
            ("[1, é+cidrsubnets", 7, vec!["cidrsubnets"]),
            ("var.cidrs", 9, vec![]),
            ("", 0, vec![]),
        ] {
            assert_eq!(completions(line, line.len()), (start, expected), "{line}");
        }
    }
}
