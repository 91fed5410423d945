//! Finds and reads every directory of the project: the root, and what `module` blocks call.

use crate::constant;
use crate::digest::Digest;
use crate::files::{Files, is_source};
use crate::problems::{Problems, modules};
use crate::shape::{attribute, blocks};
use diagnostics::{FileId, SourceMap, Span};
use std::collections::HashMap;
use std::sync::Arc;
use syntax::tree;

/// A directory as it was read.
pub(crate) struct Directory {
    /// Relative to the project's root; empty for the root.
    pub(crate) path: String,
    /// Its files.
    pub(crate) files: Vec<tree::File>,
    /// Where something could not be read, with the text of that file.
    pub(crate) broken: Vec<(Span, Arc<str>)>,
    /// The directories that its `module` blocks call, by the block's place.
    pub(crate) calls: HashMap<Span, usize>,
}

/// Reads the root and all directories that are called from there, each once.
pub(crate) fn discover(
    files: &dyn Files,
    sources: &mut SourceMap,
    digest: &mut Digest,
    problems: &mut Problems,
) -> Vec<Directory> {
    let mut reader = Reader {
        files,
        sources,
        digest,
        problems,
    };
    let mut found: Vec<Directory> = reader.root().into_iter().collect();
    let mut known: HashMap<String, Option<usize>> = HashMap::from([(String::new(), Some(0))]);
    let mut next = 0;
    while next < found.len() {
        for (path, header, source) in reader.called(&found[next]) {
            let index = *known.entry(path).or_insert_with_key(|path| {
                reader.directory(path, Some(source)).map(|directory| {
                    found.push(directory);
                    found.len() - 1
                })
            });
            if let Some(index) = index {
                found[next].calls.insert(header, index);
            }
        }
        next += 1;
    }
    report_cycles(&found, problems);
    found
}

struct Reader<'a> {
    files: &'a dyn Files,
    sources: &'a mut SourceMap,
    digest: &'a mut Digest,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn root(&mut self) -> Option<Directory> {
        self.directory("", None)
    }

    /// The directory's files; none where there is nothing to read.
    fn directory(&mut self, path: &str, source: Option<Span>) -> Option<Directory> {
        let mut names = match self.files.list(path) {
            Ok(names) => names,
            Err(why) => {
                self.problems
                    .push(modules::unreadable_directory(path, &why, source));
                return None;
            }
        };
        let foreign = names.iter().any(|name| name.ends_with(".tf"));
        names.retain(|name| is_source(name));
        names.sort_unstable();
        if names.is_empty() {
            self.problems
                .push(modules::nothing_there(path, foreign, source));
            return None;
        }
        let mut directory = Directory {
            path: path.to_string(),
            files: Vec::with_capacity(names.len()),
            broken: Vec::new(),
            calls: HashMap::new(),
        };
        for name in names {
            self.file(&mut directory, &join(path, &name));
        }
        Some(directory)
    }

    fn file(&mut self, directory: &mut Directory, path: &str) {
        let text = match self.files.read(path) {
            Ok(text) => text,
            Err(why) => return self.problems.push(modules::unreadable_file(path, &why)),
        };
        self.digest.add("file", path, &text);
        let id: FileId = self.sources.add(path, text.clone());
        let (file, problems) = syntax::parse(id, &text);
        for problem in &problems {
            let place = problem.primary().unwrap_or(Span::new(id, 0, text.len()));
            directory.broken.push((place, text.clone()));
        }
        self.problems.extend(problems);
        directory.files.push(file);
    }

    /// Path, block and source of each `module` block whose source can be read.
    fn called(&mut self, directory: &Directory) -> Vec<(String, Span, Span)> {
        let mut called = Vec::new();
        for file in &directory.files {
            for block in blocks(&file.body, "module") {
                let Some(source) = attribute(&block.body, "source") else {
                    continue;
                };
                let span = source.value.span;
                let Some(text) = constant::text(&source.value) else {
                    if !constant::is_broken(&source.value) {
                        self.problems.push(modules::source_not_literal(span));
                    }
                    continue;
                };
                match resolve(&directory.path, &text) {
                    Ok(path) => called.push((path, block.header, span)),
                    Err(wrong) => self.problems.push(modules::source(&text, wrong, span)),
                }
            }
        }
        called
    }
}

/// Why a `source` names no directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrongSource {
    /// It does not begin with `./` or `../`.
    NotRelative,
    /// It leads out of the project's root.
    Outside,
}

/// The directory that `source` means in a module of `caller`.
fn resolve(caller: &str, source: &str) -> Result<String, WrongSource> {
    let relative =
        matches!(source, "." | "..") || source.starts_with("./") || source.starts_with("../");
    if !relative || source.contains('\\') {
        return Err(WrongSource::NotRelative);
    }
    let mut parts: Vec<&str> = caller.split('/').filter(|part| !part.is_empty()).collect();
    for part in source.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(WrongSource::Outside)?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.to_string()
    } else {
        format!("{directory}/{name}")
    }
}

/// A module that calls itself, through others or not, would never end.
fn report_cycles(directories: &[Directory], problems: &mut Problems) {
    let mut done = vec![false; directories.len()];
    for start in 0..directories.len() {
        let mut way = Vec::new();
        follow(start, directories, &mut way, &mut done, problems);
    }
}

fn follow(
    at: usize,
    directories: &[Directory],
    way: &mut Vec<usize>,
    done: &mut [bool],
    problems: &mut Problems,
) {
    if done[at] {
        return;
    }
    way.push(at);
    let mut calls: Vec<(Span, usize)> = directories[at]
        .calls
        .iter()
        .map(|(span, to)| (*span, *to))
        .collect();
    calls.sort_unstable();
    for (span, to) in calls {
        match way.iter().position(|on_way| *on_way == to) {
            Some(first) => {
                let round: Vec<&str> = way[first..]
                    .iter()
                    .map(|i| directories[*i].path.as_str())
                    .collect();
                problems.push(modules::cycle(&round, span));
            }
            None => follow(to, directories, way, done, problems),
        }
    }
    way.pop();
    done[at] = true;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_stays_inside() {
        for (caller, source, expected) in [
            ("", "./m", Ok("m")),
            ("", "./a//b/./c/", Ok("a/b/c")),
            ("a/b", "../c", Ok("a/c")),
            ("a/b", "../..", Ok("")),
            ("a", "../../b", Err(WrongSource::Outside)),
            ("", "..", Err(WrongSource::Outside)),
            ("", "m", Err(WrongSource::NotRelative)),
            ("", "/m", Err(WrongSource::NotRelative)),
            ("", ".\\m", Err(WrongSource::NotRelative)),
            ("", "git::https://x", Err(WrongSource::NotRelative)),
        ] {
            assert_eq!(
                resolve(caller, source),
                expected.map(String::from),
                "{caller} {source}"
            );
        }
    }
}
