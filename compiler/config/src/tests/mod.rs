//! Configurations with what is expected drawn under the offending word.

mod again;
mod blocks;
mod bodies;
mod broken;
mod checks;
mod ephemeral;
mod imports;
mod inputs;
mod keyed_providers;
mod kinds;
mod modules;
mod ordinary;
mod references;
mod schemas;
mod structure;
mod values;

use crate::{Config, MemoryFiles, Request, load};
use diagnostics::{Problem, SourceMap};

/// Loads `text`, in which `--- path` begins a file (`main.hcl` without), and compares all
/// problems with those drawn in comments: `# ^^^^ LF0123 words`, under the offending word.
/// Several groups of words are parted by ` & `; each must stand in a message, label or help.
#[track_caller]
pub(crate) fn check(text: &str) {
    check_with(text, &Request::default());
}

#[track_caller]
pub(crate) fn check_with(text: &str, request: &Request) {
    let (_, problems, sources) = run(text, request);
    let mut expected = drawn(text);
    for problem in &problems {
        let found = found(problem, &sources);
        let index = expected.iter().position(|e| e.matches(&found, problem));
        match index {
            Some(index) => drop(expected.remove(index)),
            None => panic!("not expected: {found:?}\n{problem:#?}\nstill expected: {expected:#?}"),
        }
    }
    assert!(expected.is_empty(), "not found: {expected:#?}");
}

/// The configuration, where there is no problem at all.
#[track_caller]
pub(crate) fn config(text: &str) -> Config {
    config_with(text, &Request::default())
}

#[track_caller]
pub(crate) fn config_with(text: &str, request: &Request) -> Config {
    let (config, problems, _) = run(text, request);
    assert!(problems.is_empty(), "{problems:#?}");
    config.unwrap()
}

pub(crate) fn run(text: &str, request: &Request) -> (Option<Config>, Vec<Problem>, SourceMap) {
    again::check(text, request);
    let mut files = MemoryFiles::new();
    for (path, text) in split(text) {
        files = files.with(path, text);
    }
    let mut sources = SourceMap::new();
    let (config, problems) = load(&files, &schemas::all(), request, &mut sources);
    assert_eq!(
        config.is_none(),
        problems.iter().any(Problem::is_error),
        "{problems:#?}"
    );
    (config, problems, sources)
}

fn split(text: &str) -> Vec<(String, String)> {
    let mut files = vec![("main.hcl".to_string(), String::new())];
    for line in text.lines() {
        match line.trim().strip_prefix("--- ") {
            Some(path) => files.push((path.to_string(), String::new())),
            None => {
                let (_, text) = files.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    if files.len() > 1 && files[0].1.trim().is_empty() {
        files.remove(0);
    }
    files
}

/// A problem as it is drawn: file, line from 1, column from 0, length on that line.
#[derive(Debug, PartialEq)]
struct Place(String, usize, usize, usize);

#[derive(Debug)]
struct Expected {
    place: Option<Place>,
    code: String,
    words: Vec<String>,
}

impl Expected {
    fn matches(&self, place: &Option<Place>, problem: &Problem) -> bool {
        let labels = problem.labels.iter().map(|l| &l.text);
        let texts: Vec<&String> = [&problem.message]
            .into_iter()
            .chain(labels)
            .chain(&problem.details)
            .chain(&problem.help)
            .collect();
        self.place == *place
            && self.code == problem.code
            && self
                .words
                .iter()
                .all(|w| texts.iter().any(|t| t.contains(w.as_str())))
    }
}

fn found(problem: &Problem, sources: &SourceMap) -> Option<Place> {
    let span = problem.primary()?;
    let position = sources.position(span.file, span.start);
    let text = sources.slice(span).lines().next().unwrap_or_default();
    let path = sources.path(span.file).to_string();
    Some(Place(
        path,
        position.line,
        position.column - 1,
        text.chars().count(),
    ))
}

/// A line `#! LF0123 words` expects a problem without a place.
fn drawn(text: &str) -> Vec<Expected> {
    let mut expected = Vec::new();
    for (path, text) in split(text) {
        let mut line_above = 0;
        for (i, line) in text.lines().enumerate() {
            let comment = line.trim_start().strip_prefix('#').map(str::trim_start);
            let Some(comment) = comment.filter(|c| c.starts_with(['^', '!'])) else {
                line_above = i + 1;
                continue;
            };
            let words = comment.trim_start_matches(['^', '!']);
            let length = comment.len() - words.len();
            let column = line.len() - comment.len();
            let place = Place(path.clone(), line_above, column, length);
            let (code, words) = words.trim().split_once(' ').unwrap_or((words.trim(), ""));
            expected.push(Expected {
                place: comment.starts_with('^').then_some(place),
                code: code.to_string(),
                words: words.split(" & ").map(String::from).collect(),
            });
        }
    }
    expected
}
