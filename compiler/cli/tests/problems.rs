//! The explanations in docs/problems: each code has one, and each example in it yields just the
//! problems that are drawn under its lines.
//!
//! A line of `^` is under the primary place of a problem and is no part of the example; a line
//! `! LF0123 …` tells of one without a place. `--- path` begins another file. What follows `hcl`
//! on the fence goes to `landfall validate`. `LANDFALL_DRAW=1` draws anew: look at the difference.

#![allow(clippy::unwrap_used)]
#[path = "problems/drawn.rs"]
mod drawn;
mod support;

use drawn::{Example, draw, split, validate};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Of every code below, an example is drawn.
const DRAWN_BELOW: &str = "LF0300";
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
        if examples.is_empty() && code.as_str() < DRAWN_BELOW {
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

/// The problems of a project in a file beside this one, which must be those that are drawn there.
#[track_caller]
fn as_drawn(name: &str) -> Vec<Json> {
    let path = root().join("compiler/cli/tests/problems").join(name);
    let drawn = fs::read_to_string(&path).unwrap();
    let arguments = String::new();
    let example = Example { arguments, drawn };
    let problems = validate(&example);
    let found = draw(&example, &problems);
    match std::env::var_os("LANDFALL_DRAW") {
        Some(_) => fs::write(&path, &found).unwrap(),
        None => assert_eq!(found, example.drawn, "\n{found}"),
    }
    problems
}

/// Twenty mistakes of twenty kinds in one project: each is told once, and nothing else is.
#[test]
fn twenty_mistakes_are_twenty_problems() {
    let problems = as_drawn("twenty.hcl");
    let kinds: BTreeSet<_> = problems.iter().map(|p| p["code"].to_string()).collect();
    assert_eq!((problems.len(), kinds.len()), (20, 20));
}

/// What is wrong in a project's kinds is told whoever calls them, and once.
#[test]
fn kinds_are_checked_whole() {
    for name in ["uncalled.hcl", "called.hcl", "circles.hcl"] {
        assert!(!as_drawn(name).is_empty(), "{name}");
    }
    assert!(as_drawn("sound.hcl").is_empty());
}

/// Wrong values are told along with names and types that are wrong, and what follows from either
/// is not.
#[test]
fn wrong_values_are_told_beside_other_mistakes() {
    as_drawn("values.hcl");
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
