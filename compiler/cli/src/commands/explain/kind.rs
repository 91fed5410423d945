//! A kind, called or not: its interface is read beside an empty project. How it is told is in
//! `manual`.

mod manual;

use super::prose;
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::files::ProjectFiles;
use crate::providers;
use config::{Files, LIBRARY, Module, Request};
use diagnostics::{Problem, SourceMap, did_you_mean};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The one file of the project that kinds are looked at from.
const ROOT: &str = "(explain)";

/// Tells what a kind takes, gives out, and what serves it.
pub(super) fn run(app: &App, name: &str) -> Run {
    let paths = app.paths()?;
    let files = ProjectFiles::new(&paths.root, &app.global.allow_read);
    let files = files.map_err(|why| app.fail(Problem::error("LF0520", why)))?;
    let known = known(&files);
    if !known.contains(name) {
        return Err(app.fail(unknown(name, &known)));
    }
    let alone = Alone {
        files: &files,
        text: format!("variable \"one\" {{\n  type = kind.{name}\n}}\n").into(),
    };
    let mut sources = SourceMap::new();
    let request = Request {
        values_optional: true,
        ..Request::default()
    };
    let schemas = providers::real().schemas();
    let (config, problems) = config::understand(&alone, &schemas, &request, &mut sources);
    let broken = app.out.problems(&problems, &sources);
    let modules = config.map(|c| c.modules).unwrap_or_default();
    let of_name = |m: &&Module| m.kind.as_ref().is_some_and(|k| &*k.name == name);
    let interface = modules.iter().find(of_name).filter(|_| !broken);
    let interface = interface.ok_or(Exit::Error)?;
    let text = manual::text(interface, &modules, &sources, example(&files, interface));
    match app.out.is_json() {
        true => app
            .out
            .json(&json!({ "type": "kind", "name": name, "text": text })),
        false => app.out.page(&prose::page(&text)),
    }
    Ok(Exit::Ok)
}

/// The names of all kinds that there are.
fn known(files: &ProjectFiles) -> BTreeSet<String> {
    let own = Files::directories(files, "kinds");
    own.into_iter()
        .chain(Files::directories(files, LIBRARY))
        .collect()
}

fn unknown(name: &str, known: &BTreeSet<String>) -> Problem {
    if name.is_empty() {
        let problem = Problem::error("LF0520", "`explain kind` takes the name of a kind");
        return problem.help(format!("there are {}", listed(known)));
    }
    let problem = Problem::error("LF0542", format!("there is no kind `{name}`"));
    let close = did_you_mean(name, known.iter().map(String::as_str));
    problem.help(match close {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("there are {}", listed(known)),
    })
}

fn listed(known: &BTreeSet<String>) -> String {
    let quoted: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
    quoted.join(", ")
}

/// A project's call of the kind, from the directory `example` beside its interface.
fn example(files: &ProjectFiles, interface: &Module) -> Option<Arc<str>> {
    let implementations = &interface.kind.as_ref()?.implementations;
    let path = format!("{}/example/main.hcl", interface.directory);
    let read = || Files::read(files, &path).ok();
    (!implementations.contains_key("example"))
        .then(read)
        .flatten()
}

/// The project's directories with a root of our own.
struct Alone<'a> {
    files: &'a ProjectFiles,
    text: Arc<str>,
}

impl Files for Alone<'_> {
    fn list(&self, dir: &str) -> Result<Vec<String>, String> {
        match dir {
            "" => Ok(vec![format!("{ROOT}.hcl")]),
            dir => Files::list(self.files, dir),
        }
    }

    fn directories(&self, dir: &str) -> Vec<String> {
        Files::directories(self.files, dir)
    }

    fn read(&self, path: &str) -> Result<Arc<str>, String> {
        match path.strip_suffix(".hcl") {
            Some(ROOT) => Ok(self.text.clone()),
            _ => Files::read(self.files, path),
        }
    }
}
