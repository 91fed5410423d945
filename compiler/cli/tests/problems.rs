//! The explanations in docs/problems: each code has one, and each example in it yields just the
//! problems that are drawn under its lines.
//!
//! A line of `^` is under the primary place of a problem and is no part of the example; a line
//! `! LF0123 …` tells of one without a place. `--- path` begins another file. What follows `hcl`
//! on the fence goes to `landfall validate`. `LANDFALL_DRAW=1` draws anew: look at the difference.

#![allow(clippy::unwrap_used)]
mod support;

use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use support::Project;

/// Of every code below, an example is drawn.
const DRAWN_BELOW: &str = "LF0300";
/// But of these: no resource of the real providers has inner blocks.
const NOT_DRAWN: [&str; 1] = ["LF0119"];
/// As many different problems are drawn at least.
const AT_LEAST: usize = 80;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The explanations by code.
fn explanations() -> Vec<(String, PathBuf)> {
    let directory = root().join("docs/problems");
    let files = fs::read_dir(directory).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<_> = files
        .map(|path| {
            (
                path.file_stem().unwrap().to_str().unwrap().to_string(),
                path,
            )
        })
        .collect();
    files.sort();
    files
}

/// An example: what is given to `validate`, and its text as drawn.
struct Example {
    arguments: String,
    drawn: String,
}

/// The text around examples, and the examples between.
fn split(text: &str) -> (Vec<String>, Vec<Example>) {
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

fn is_drawing(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('^') || line.starts_with("! LF")
}

/// The example's files, by path.
fn files(example: &str) -> Vec<(String, Vec<&str>)> {
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
fn validate(example: &Example) -> Vec<Json> {
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
fn draw(example: &Example, problems: &[Json]) -> String {
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
fn place(problem: &Json) -> Option<(String, u64, u64, Option<u64>)> {
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
fn told(problem: &Json) -> String {
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

#[test]
fn every_example_yields_what_is_drawn_and_nothing_else() {
    let redraw = std::env::var_os("LANDFALL_DRAW").is_some();
    let mut kinds = BTreeSet::new();
    let mut wrong = String::new();
    for (code, path) in explanations() {
        let text = fs::read_to_string(&path).unwrap();
        let (prose, examples) = split(&text);
        let mut drawn = prose[0].clone();
        for (example, behind) in examples.iter().zip(&prose[1..]) {
            let problems = validate(example);
            let found = draw(example, &problems);
            if problems.is_empty() || problems.iter().any(|p| p["code"] != code.as_str()) {
                wrong += &format!("{code}: other problems than its own:\n{found}\n");
            } else if found != example.drawn && !redraw {
                wrong += &format!("{code}:\n{found}\nexpected:\n{}\n", example.drawn);
            }
            kinds.extend(problems.iter().map(|p| format!("{code} {}", shape(p))));
            let arguments = match example.arguments.as_str() {
                "" => String::new(),
                arguments => format!(" {arguments}"),
            };
            drawn += &format!("```hcl{arguments}\n{found}```{behind}");
        }
        let drawn_elsewhere = NOT_DRAWN.contains(&code.as_str());
        if examples.is_empty() && code.as_str() < DRAWN_BELOW && !drawn_elsewhere {
            wrong += &format!("{code}: no example\n");
        }
        if redraw && drawn != text {
            fs::write(&path, drawn).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(
        kinds.len() >= AT_LEAST,
        "only {} different problems",
        kinds.len()
    );
}

/// A message without what stands in quotes: what two problems of one kind share.
fn shape(problem: &Json) -> String {
    let message = problem["message"].as_str().unwrap();
    message.split('`').step_by(2).collect()
}

#[test]
fn every_code_has_one_explanation_and_every_explanation_a_code() {
    let explained: BTreeSet<String> = explanations().into_iter().map(|(code, _)| code).collect();
    let used = codes();
    let list = |a: &BTreeSet<String>, b: &BTreeSet<String>| -> Vec<String> {
        a.difference(b).cloned().collect()
    };
    assert_eq!(
        list(&used, &explained),
        Vec::<String>::new(),
        "are not explained in docs/problems"
    );
    assert_eq!(
        list(&explained, &used),
        Vec::<String>::new(),
        "are explained, and used nowhere"
    );
    for (code, path) in explanations() {
        let text = fs::read_to_string(path).unwrap();
        let paragraphs = split(&text).0.concat();
        assert!(
            text.starts_with(&format!("# {code}: ")),
            "{code}: the first line"
        );
        let paragraphs = paragraphs.split("\n\n").filter(|p| !p.trim().is_empty());
        assert!(
            paragraphs.count() >= 3,
            "{code}: a title, what it means, how it is mended"
        );
    }
}

/// The codes that stand in the program's text; not in its tests.
fn codes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![root().join("compiler"), root().join("providers")];
    while let Some(path) = open.pop() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "target" {
            open.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let literals = text.split("\"LF").skip(1).filter_map(|t| t.split_once('"'));
            let codes = literals.map(|(digits, _)| digits).filter(|d| d.len() == 4);
            let codes = codes.filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
            found.extend(codes.map(|d| format!("LF{d}")));
        }
    }
    found
}
