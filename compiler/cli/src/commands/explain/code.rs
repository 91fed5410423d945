//! What a code means: docs/problems, as they were when the program was built.

use super::prose;
use crate::app::{App, Run};
use crate::exit::Exit;
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
        false => app.out.page(&prose::page(text)),
    }
    Ok(Exit::Ok)
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
