//! The text of a configuration: lines, words, sections, and the files that are included.

use super::Words;
use super::pattern::matches_list;
use provider::ProviderProblem;
use std::path::{Path, PathBuf};

/// As deep as files include files.
const DEPTH: usize = 16;

/// The lines from one `Host` or `Match` to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    pub(super) is_match: bool,
    /// Patterns of `Host`, words of `Match`; none before the first of them.
    pub(super) criteria: Vec<String>,
    pub(super) lines: Vec<Line>,
    pub(super) place: String,
}

#[derive(Clone, Debug)]
pub(super) enum Line {
    Said(Words),
    Included(Vec<Section>),
}

/// The sections of a file; none where there is no such file.
pub(super) fn read(path: &Path) -> Result<Vec<Section>, ProviderProblem> {
    read_at(path, path.parent().unwrap_or(Path::new("/")), 0)
}

fn read_at(path: &Path, home: &Path, depth: usize) -> Result<Vec<Section>, ProviderProblem> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => {
            return Err(ProviderProblem::error(format!(
                "ssh's configuration {} can't be read: {e}",
                path.display()
            ))
            .help(
                "mend that, or set `ssh_config` of the provider to another file or to \"none\"",
            ));
        }
    };
    sections(&String::from_utf8_lossy(&bytes), path, home, depth)
}

fn sections(
    text: &str,
    path: &Path,
    home: &Path,
    depth: usize,
) -> Result<Vec<Section>, ProviderProblem> {
    let mut sections = vec![Section::default()];
    for (number, line) in text.lines().enumerate() {
        let place = || format!("{} line {}", path.display(), number + 1);
        let Some((keyword, rest)) = keyword(line) else {
            continue;
        };
        let Some(words) = words(rest) else {
            return Err(
                ProviderProblem::error(format!("{}: a quote is never closed", place()))
                    .help("mend the line; `ssh -G HOST` shows how ssh reads the file"),
            );
        };
        match keyword.as_str() {
            "host" | "match" => sections.push(Section {
                is_match: keyword == "match",
                // A block that names none applies to none.
                criteria: if words.is_empty() {
                    vec!["!*".into()]
                } else {
                    words
                },
                lines: Vec::new(),
                place: place(),
            }),
            "include" => {
                let included = include(&words, home, depth, place)?;
                push(&mut sections, Line::Included(included));
            }
            _ => push(
                &mut sections,
                Line::Said(Words {
                    keyword,
                    words,
                    rest: rest.to_string(),
                    place: place(),
                }),
            ),
        }
    }
    Ok(sections)
}

fn push(sections: &mut [Section], line: Line) {
    if let Some(last) = sections.last_mut() {
        last.lines.push(line);
    }
}

fn include(
    words: &[String],
    home: &Path,
    depth: usize,
    place: impl Fn() -> String,
) -> Result<Vec<Section>, ProviderProblem> {
    if depth >= DEPTH {
        return Err(ProviderProblem::error(format!(
            "{}: files include files more than {DEPTH} deep",
            place()
        ))
        .help("see whether a file includes itself"));
    }
    let mut sections = Vec::new();
    for word in words {
        let path = match (word.strip_prefix("~/"), std::env::home_dir()) {
            (Some(rest), Some(user)) => user.join(rest),
            // What is not absolute stands beside the user's configuration.
            _ => home.join(word),
        };
        for file in glob(&path) {
            sections.extend(read_at(&file, home, depth + 1)?);
        }
    }
    Ok(sections)
}

/// The files that a path with `*` and `?` in it stands for, in the order of their names.
fn glob(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in path.components() {
        let name = part.as_os_str().to_string_lossy();
        if !name.contains(['*', '?']) {
            found.iter_mut().for_each(|p| p.push(part));
            continue;
        }
        let pattern = [name.to_string()];
        found = found.iter().flat_map(|p| entries(p, &pattern)).collect();
    }
    found.retain(|p| p.is_file());
    found
}

fn entries(directory: &Path, pattern: &[String]) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let named = |p: &PathBuf| {
        let name = p.file_name().unwrap_or_default().to_string_lossy();
        let hidden = name.starts_with('.') && !pattern[0].starts_with('.');
        !hidden && matches_list(pattern, &name)
    };
    let mut found: Vec<_> = entries.flatten().map(|e| e.path()).filter(named).collect();
    found.sort();
    found
}

/// The keyword of a line, and what follows it; `=` may stand between them.
fn keyword(line: &str) -> Option<(String, &str)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find(|c: char| c.is_whitespace() || c == '=');
    let (keyword, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest).trim_start();
    Some((keyword.to_ascii_lowercase(), rest))
}

/// Words between blanks; quotes keep blanks in, and a `#` that begins a word ends the line.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = text.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        match rest.peek() {
            None | Some('#') => return Some(words),
            Some(_) => {}
        }
        let mut word = String::new();
        while let Some(c) = rest.next_if(|c| !c.is_whitespace()) {
            match c {
                '"' | '\'' => loop {
                    match rest.next()? {
                        end if end == c => break,
                        '\\' => word.push(escaped(&mut rest)?),
                        inner => word.push(inner),
                    }
                },
                '\\' => word.push(escaped(&mut rest).unwrap_or('\\')),
                c => word.push(c),
            }
        }
        words.push(word);
    }
}

/// A backslash keeps a quote or another backslash; before anything else it is itself.
fn escaped(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    Some(
        rest.next_if(|c| ['"', '\'', '\\', ' '].contains(c))
            .unwrap_or('\\'),
    )
}
