//! What a code means: docs/problems, as they were when the program was built.

use crate::app::{App, Run};
use crate::exit::Exit;
use crate::view::page::{Label, Page};
use diagnostics::{Problem, did_you_mean};
use serde_json::json;

/// Code and text, sorted.
static EXPLANATIONS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/explanations.rs"));

/// The code that is meant, where one is: `LF0121`, `lf121`.
pub(super) fn written(text: &str) -> Option<String> {
    let digits = text.get(..2).filter(|l| l.eq_ignore_ascii_case("lf"));
    let digits = digits.and_then(|_| text.get(2..))?;
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| format!("LF{digits:0>4}"))
}

/// Tells what it means.
pub(super) fn run(app: &App, code: &str) -> Run {
    let Some((_, text)) = EXPLANATIONS.iter().find(|(known, _)| *known == code) else {
        let problem = Problem::error("LF0542", format!("there is no problem `{code}`"));
        let close = did_you_mean(code, EXPLANATIONS.iter().map(|(known, _)| *known));
        return Err(app.fail(problem.maybe_help(close.map(|c| format!("did you mean `{c}`?")))));
    };
    match app.out.is_json() {
        true => app
            .out
            .json(&json!({ "type": "explanation", "code": code, "text": text })),
        false => app.out.page(&page(text)),
    }
    Ok(Exit::Ok)
}

/// Paragraphs are wrapped, examples stay as they are, with what is drawn in them made to stand out.
fn page(text: &str) -> Page {
    let mut page = Page::new();
    let mut in_example = false;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("# ") {
            page.line(0).add(Label::Heading, title);
        } else if let Some(arguments) = line.strip_prefix("```") {
            in_example = !in_example;
            if let Some(arguments) = arguments.strip_prefix("hcl ") {
                let command = format!("landfall validate {arguments}");
                page.line(4).add(Label::Muted, command);
            }
        } else if line.is_empty() && !in_example {
            page.blank();
        } else if in_example {
            let drawn = line.trim_start().starts_with(['^', '!']);
            let label = if drawn { Label::Danger } else { Label::Plain };
            page.verbatim(4).add(label, line);
        } else {
            page.line(0).text(line);
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_by_their_form() {
        for (text, expected) in [
            ("LF0542", Some("LF0542")),
            ("lf0542", Some("LF0542")),
            ("LF542", Some("LF0542")),
            ("LF", None),
            ("LF01x1", None),
            ("lf.a", None),
            ("é", None),
        ] {
            assert_eq!(written(text).as_deref(), expected, "{text}");
        }
    }
}
