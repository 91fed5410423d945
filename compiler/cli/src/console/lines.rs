//! The console for programs: an expression a line, an answer a line.

use super::{Answer, Console, goes_on, is_blank};
use crate::app::{App, Run};
use crate::view::answer::{Layout, answer};
use crate::view::{json, problem};
use diagnostics::{Problem, SourceMap};
use model::show_type;
use serde_json::{Value as Json, json};
use std::io::BufRead;

/// Answers every line of standard input. Says whether any was wrong.
pub(crate) fn run(app: &App, console: &mut Console<'_>) -> Run<bool> {
    let mut failed = false;
    let mut lines = (1usize..).zip(std::io::stdin().lock().lines());
    while let Some((number, line)) = lines.next() {
        let mut text = line.map_err(|e| app.fail(unreadable(number, &e)))?;
        if is_blank(&text) {
            continue;
        }
        // A heredoc has lines of its own; whatever else is open at the end of a line is wrong.
        if text.contains("<<") && goes_on(&text, false) {
            while goes_on(&text, true) {
                let Some((number, line)) = lines.next() else {
                    break;
                };
                text.push('\n');
                text.push_str(&line.map_err(|e| app.fail(unreadable(number, &e)))?);
            }
        }
        let answer = console.answer(&text);
        failed |= answer.is_err();
        match app.out.is_json() {
            true => app.out.json(&document(number, &answer, &console.sources)),
            false => app.out.raw(&format!(
                "{}\n",
                in_a_line(number, &answer, &console.sources)
            )),
        }
    }
    Ok(failed)
}

fn unreadable(number: usize, error: &std::io::Error) -> Problem {
    Problem::error(
        "LF0538",
        format!("line {number} of standard input can't be read: {error}"),
    )
    .help("expressions are text in UTF-8")
}

fn in_a_line(number: usize, given: &Result<Answer, Vec<Problem>>, sources: &SourceMap) -> String {
    match given {
        Ok(Answer::Value(value)) => answer(value, Layout::Line),
        Ok(Answer::Type(ty)) => show_type(ty),
        Err(problems) => {
            let all: Vec<_> = problems.iter().map(|p| short(number, p, sources)).collect();
            all.join("; ")
        }
    }
}

/// A problem in a line, with its place in the input.
fn short(number: usize, problem: &Problem, sources: &SourceMap) -> String {
    let mut text = match problem.primary() {
        Some(span) => {
            let position = sources.position(span.file, span.start);
            let line = number + position.line - 1;
            format!("error: line {line}, column {}: ", position.column)
        }
        None => format!("error: line {number}: "),
    };
    text.push_str(&format!("{}: {}", problem.code, problem.message));
    let label = problem.labels.iter().find(|l| l.primary);
    if let Some(label) = label.filter(|l| !l.text.is_empty()) {
        text.push_str(&format!(" ({})", label.text));
    }
    // Whatever a message quotes, an answer is one line.
    text.replace(['\n', '\r'], " ")
}

fn document(number: usize, given: &Result<Answer, Vec<Problem>>, sources: &SourceMap) -> Json {
    match given {
        Ok(Answer::Value(value)) => json!({
            "type": "answer",
            "line": number,
            "value": json::value(value),
            "value_type": show_type(&value.ty()),
        }),
        Ok(Answer::Type(ty)) => {
            json!({ "type": "answer", "line": number, "value_type": show_type(ty) })
        }
        Err(problems) => {
            let problems: Vec<Json> = problems.iter().map(|p| problem::json(p, sources)).collect();
            json!({ "type": "refused", "line": number, "problems": problems })
        }
    }
}
