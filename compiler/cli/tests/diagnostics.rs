//! What docs/diagnostics.md says of problems as JSON, done.

#![allow(clippy::unwrap_used)]
mod support;

use serde_json::Value as Json;
use support::Project;

/// The text between fences of a language in the document.
fn fenced(language: &str) -> &'static str {
    let text = include_str!("../../../docs/diagnostics.md");
    let behind = text.split_once(&format!("```{language}\n")).unwrap().1;
    behind.split_once("```").unwrap().0
}

fn problems(project: &Project, line: &str) -> Vec<Json> {
    let said = project.run(line);
    assert_eq!(said.code, 1, "{}", said.err);
    assert_eq!(said.err, "");
    let documents = said.out.lines().map(|l| serde_json::from_str(l).unwrap());
    documents
        .filter(|d: &Json| d["type"] == "problem")
        .collect()
}

#[test]
fn a_problem_is_the_document_that_is_described() {
    let expected: Json = serde_json::from_str(fenced("json")).unwrap();
    let project = Project::new(fenced("hcl"));
    assert_eq!(problems(&project, "validate --format json"), [expected]);
}

#[test]
fn further_places_and_places_outside_of_files_are_told() {
    let project = Project::new("locals {\n  é = 1\n}\nlocals {\n  é = 2\n}\n");
    let found = problems(&project, "validate --format json");
    let spans = found[0]["spans"].as_array().unwrap();
    let places = spans.iter().map(|s| {
        let (start, end) = (&s["start"], &s["end"]);
        (
            s["primary"] == true,
            start["line"].as_u64(),
            end["column"].as_u64(),
            end["byte"].as_u64(),
        )
    });
    let expected = [
        (true, Some(5), Some(4), Some(33)),
        (false, Some(2), Some(4), Some(13)),
    ];
    assert_eq!(places.collect::<Vec<_>>(), expected);
    let project = Project::new("variable \"size\" {\n  type = number\n}\n");
    let found = problems(&project, "validate --format json --var size=x");
    assert_eq!(found[0]["spans"][0]["file"], "--var size");
}
