//! Examples with their problems drawn under their lines, and what `landfall validate` says of them.

use crate::support::Project;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;

/// An example: what is given to `validate`, and its text as drawn.
pub(crate) struct Example {
    pub(crate) arguments: String,
    pub(crate) drawn: String,
}

/// The text around examples, and the examples between.
pub(crate) fn split(text: &str) -> (Vec<String>, Vec<Example>) {
    let (mut prose, mut examples) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("```hcl") {
        let (arguments, behind) = behind.split_once('\n').unwrap();
        let (drawn, behind) = behind.split_once("```").unwrap();
        prose.push(before.to_string());
        examples.push(Example {
            arguments: arguments.trim().to_string(),
            drawn: drawn.to_string(),
        });
        rest = behind;
    }
    prose.push(rest.to_string());
    (prose, examples)
}

pub(crate) fn is_drawing(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('^') || line.starts_with("! LF")
}

/// The example's files, by path.
pub(crate) fn files(example: &str) -> Vec<(String, Vec<&str>)> {
    let mut files = vec![("main.hcl".to_string(), Vec::new())];
    for line in example.lines().filter(|l| !is_drawing(l)) {
        match line.strip_prefix("--- ") {
            Some(path) => files.push((path.to_string(), Vec::new())),
            None => files.last_mut().unwrap().1.push(line),
        }
    }
    files
}

/// What `landfall validate` says of an example.
pub(crate) fn validate(example: &Example) -> Vec<Json> {
    let project = Project::new("");
    for (path, lines) in files(&example.drawn) {
        let path = project.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, lines.join("\n") + "\n").unwrap();
    }
    let line = format!("validate --format json {}", example.arguments);
    let said = project.run(line.trim());
    assert!(said.err.is_empty(), "{}", said.err);
    let documents = said.out.lines().map(|l| serde_json::from_str(l).unwrap());
    documents
        .filter(|d: &Json| d["type"] == "problem")
        .collect()
}

/// The example with its problems drawn.
pub(crate) fn draw(example: &Example, problems: &[Json]) -> String {
    let mut out = String::new();
    for (i, (path, lines)) in files(&example.drawn).iter().enumerate() {
        if i > 0 {
            out += &format!("--- {path}\n");
        }
        for (number, line) in lines.iter().enumerate() {
            out += &format!("{line}\n");
            let mut here: Vec<_> = problems
                .iter()
                .filter_map(|p| Some((place(p)?, p)))
                .filter(|((file, at, _, _), _)| file == path && *at == number as u64 + 1)
                .collect();
            here.sort_by_key(|((_, _, column, _), _)| *column);
            for ((_, _, column, end), problem) in here {
                let end = end
                    .unwrap_or(line.chars().count() as u64 + 1)
                    .max(column + 1);
                let blanks = " ".repeat(column as usize - 1);
                let marks = "^".repeat((end - column) as usize);
                out += format!("{blanks}{marks} {}", told(problem)).trim_end();
                out += "\n";
            }
        }
    }
    let paths: BTreeSet<_> = files(&example.drawn)
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    let elsewhere = |p: &&Json| place(p).is_none_or(|(file, ..)| !paths.contains(&file));
    for problem in problems.iter().filter(elsewhere) {
        out += &format!("! {}\n", told(problem));
    }
    out
}

/// The primary place: file, line, column, and where it ends on that line.
pub(crate) fn place(problem: &Json) -> Option<(String, u64, u64, Option<u64>)> {
    let span = problem["spans"]
        .as_array()?
        .iter()
        .find(|s| s["primary"] == true)?;
    let (start, end) = (&span["start"], &span["end"]);
    let on_the_line = start["line"] == end["line"];
    Some((
        span["file"].as_str()?.to_string(),
        start["line"].as_u64()?,
        start["column"].as_u64()?,
        end["column"].as_u64().filter(|_| on_the_line),
    ))
}

/// Its code and, of one with a place, what is said there.
pub(crate) fn told(problem: &Json) -> String {
    let code = problem["code"].as_str().unwrap();
    let warning = if problem["severity"] == "warning" {
        " (warning)"
    } else {
        ""
    };
    let text = match place(problem) {
        // What was given on the command line is no file.
        Some((file, ..)) if !file.starts_with('-') => {
            let spans = problem["spans"].as_array().unwrap();
            let primary = spans.iter().find(|s| s["primary"] == true).unwrap();
            primary["label"].as_str().unwrap()
        }
        _ => problem["message"].as_str().unwrap(),
    };
    format!("{code}{warning} {text}")
}
