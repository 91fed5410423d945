//! The tour of the language: every example in it is run.

#![allow(clippy::unwrap_used, clippy::expect_used)]
mod support;

use std::io::Write;
use std::process::Stdio;
use support::Project;

const TOUR: &str = include_str!("../../../docs/language.md");

/// A chapter: its name, its files, and what is typed into a console, with the answers.
#[derive(Default)]
struct Chapter {
    name: String,
    files: Vec<(String, String)>,
    asked: Vec<(String, String)>,
}

fn chapters() -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = Vec::new();
    let mut fence: Option<(&str, Vec<&str>)> = None;
    for line in TOUR.lines() {
        match (&mut fence, line) {
            (None, line) if line.starts_with("## ") => chapters.push(Chapter {
                name: line[3..].to_string(),
                ..Chapter::default()
            }),
            (None, "```hcl" | "```jinja" | "```text") => fence = Some((&line[3..], Vec::new())),
            (Some((what, lines)), "```") => {
                let chapter = chapters.last_mut().expect("no example before a chapter");
                match *what {
                    "text" => chapter.ask(lines),
                    _ => chapter.file(lines),
                }
                fence = None;
            }
            (Some((_, lines)), line) => lines.push(line),
            _ => {}
        }
    }
    chapters
}

impl Chapter {
    fn file(&mut self, lines: &[&str]) {
        let first = lines[0].trim_start_matches("{# ").trim_start_matches("# ");
        let first = first.trim_end_matches(" #}");
        let named = [".hcl", ".j2"].iter().any(|end| first.ends_with(end));
        let named = named.then_some(first);
        let text = lines.join("\n") + "\n";
        self.files.push((named.unwrap_or("main.hcl").into(), text));
    }

    fn ask(&mut self, lines: &[&str]) {
        for pair in lines.chunks(2) {
            let question = pair[0].strip_prefix("> ").expect("a question");
            self.asked.push((question.into(), pair[1].into()));
        }
    }

    fn project(&self) -> Project {
        let project = Project::new("");
        for (path, text) in &self.files {
            let at = project.root().join(path);
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            std::fs::write(at, text).unwrap();
        }
        project
    }

    /// The environments that it has; nothing stands for the one of a project without any.
    fn environments(&self) -> Vec<String> {
        let lines = self.files.iter().flat_map(|(_, text)| text.lines());
        let named = lines.filter_map(|l| l.strip_prefix("environment \"")?.split('"').next());
        let named: Vec<String> = named.map(|name| format!(" {name}")).collect();
        match named.is_empty() {
            true => vec![String::new()],
            false => named,
        }
    }
}

#[test]
fn every_configuration_is_valid_and_can_be_applied() {
    let chapters = chapters();
    assert!(chapters.len() >= 9);
    for chapter in chapters.iter().filter(|c| !c.files.is_empty()) {
        let project = chapter.project();
        for environment in chapter.environments() {
            println!("{}{environment}", chapter.name);
            project.check(&format!("validate{environment}"), 0, "valid");
            let command = format!("apply{environment} --rehearse --auto-approve");
            project.check(&command, 0, "Done");
        }
        project.check("fmt --check", 0, "");
    }
}

#[test]
fn every_expression_has_the_answer_that_stands_below_it() {
    for chapter in chapters().iter().filter(|c| !c.asked.is_empty()) {
        let project = chapter.project();
        let mut console = project
            .command("console")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let questions: String = chapter
            .asked
            .iter()
            .map(|(q, _)| format!("{q}\n"))
            .collect();
        let mut stdin = console.stdin.take().unwrap();
        stdin.write_all(questions.as_bytes()).unwrap();
        drop(stdin);
        let said = console.wait_with_output().unwrap();
        let answers = String::from_utf8(said.stdout).unwrap();
        let expected: String = chapter
            .asked
            .iter()
            .map(|(_, a)| format!("{a}\n"))
            .collect();
        assert_eq!(
            answers,
            expected,
            "{}\n{}",
            chapter.name,
            String::from_utf8_lossy(&said.stderr)
        );
    }
}
