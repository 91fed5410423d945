//! Finds and reads every directory of the project: the root, what `module` blocks call, and the
//! kinds that are called or named, with all that may serve them.

use crate::cache::{self, Cache};
use crate::constant;
use crate::digest::Digest;
use crate::files::{Files, LIBRARY, is_source};
use crate::kinds::mentioned;
use crate::problems::structure::TOP_LEVEL;
use crate::problems::{Problems, kinds, modules};
use crate::shape::{attribute, blocks};
use diagnostics::{SourceMap, Span};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use syntax::tree::{self, Block};

/// The directory with a project's own kinds.
const KINDS: &str = "kinds";
/// Beside a kind's implementations, a project that calls it.
const EXAMPLE: &str = "example";

/// A directory as it was read.
pub(crate) struct Directory {
    /// Relative to the project's root; empty for the root.
    pub(crate) path: String,
    /// What it is to those who call it.
    pub(crate) role: Role,
    /// Its files.
    pub(crate) files: Vec<Arc<tree::File>>,
    /// Where something could not be read, with the text of that file.
    pub(crate) broken: Vec<(Span, Arc<str>)>,
    /// The directories that its blocks call, by the block's place.
    pub(crate) calls: HashMap<Span, usize>,
}

/// What a directory is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// The root, or what a `module` block calls.
    #[default]
    Module,
    /// The interface of a kind.
    Interface(Arc<str>),
    /// What may serve the calls of a kind, whose interface has this index.
    Implementation(usize),
}

/// Everything that was read.
#[derive(Default)]
pub(crate) struct Discovered {
    /// The root is the first; none where it can't be read.
    pub(crate) directories: Vec<Directory>,
    /// The interfaces of the kinds that are used, by name.
    pub(crate) kinds: BTreeMap<Arc<str>, usize>,
    /// The names of all kinds that there are.
    pub(crate) available: BTreeSet<String>,
}

/// A directory that another one uses.
struct Called {
    path: String,
    role: Role,
    /// The block that calls it, where it is a call.
    block: Option<Span>,
    /// What names it.
    named: Span,
}

/// Reads the root and all directories that are called from there, each once; on demand the
/// project's other kinds, too.
pub(crate) fn discover(
    files: &dyn Files,
    cache: &mut Cache,
    sources: &mut SourceMap,
    digest: &mut Digest,
    problems: &mut Problems,
    all_kinds: bool,
) -> Discovered {
    let own: BTreeSet<String> = files.directories(KINDS).into_iter().collect();
    let mut available: BTreeSet<String> = files.directories(LIBRARY).into_iter().collect();
    available.extend(own.iter().cloned());
    let mut reader = Reader {
        files,
        cache,
        sources,
        digest,
        problems,
        own,
        available,
    };
    let mut found: Vec<Directory> = reader.root().into_iter().collect();
    let mut kinds = BTreeMap::new();
    // What named each directory first, to be blamed where it is named as something else, too.
    let mut first: HashMap<usize, Span> = HashMap::new();
    let mut known: HashMap<String, Option<usize>> = HashMap::from([(String::new(), Some(0))]);
    let mut next = 0;
    let mut uncalled = match all_kinds {
        true => reader.own.clone(),
        false => BTreeSet::new(),
    };
    while next < found.len() || reader.goes_on(&mut uncalled, &mut known, &mut found, &mut kinds) {
        for called in reader.called(next, &found[next]) {
            let (role, named) = (called.role.clone(), called.named);
            let index = *known.entry(called.path).or_insert_with_key(|path| {
                if matches!(role, Role::Implementation(_)) && !reader.is_there(path, named) {
                    return None;
                }
                let mut directory = reader.directory(path, Some(named))?;
                directory.role = role;
                first.insert(found.len(), named);
                found.push(directory);
                Some(found.len() - 1)
            });
            let Some(index) = index else { continue };
            if found[index].role != called.role {
                let module = match called.role {
                    Role::Module => named,
                    _ => first.get(&index).copied().unwrap_or(named),
                };
                let problem = kinds::not_a_module(&found[index].path, module);
                reader.problems.push(problem);
                continue;
            }
            if let Role::Interface(kind) = called.role {
                kinds.insert(kind, index);
            }
            if let Some(block) = called.block {
                found[next].calls.insert(block, index);
            }
        }
        next += 1;
    }
    report_cycles(&found, reader.problems);
    if all_kinds {
        let own = found.iter().filter(|d| !d.path.starts_with(LIBRARY));
        own.for_each(|directory| reader.not_named(directory, &known));
    }
    Discovered {
        available: reader.available,
        directories: found,
        kinds,
    }
}

struct Reader<'a> {
    files: &'a dyn Files,
    cache: &'a mut Cache,
    sources: &'a mut SourceMap,
    digest: &'a mut Digest,
    problems: &'a mut Problems,
    /// The project's own kinds.
    own: BTreeSet<String>,
    /// Those of the library, too.
    available: BTreeSet<String>,
}

impl Reader<'_> {
    fn root(&mut self) -> Option<Directory> {
        self.directory("", None)
    }

    /// Reads the interface of the next kind that nobody has called so far.
    fn goes_on(
        &mut self,
        uncalled: &mut BTreeSet<String>,
        known: &mut HashMap<String, Option<usize>>,
        found: &mut Vec<Directory>,
        kinds: &mut BTreeMap<Arc<str>, usize>,
    ) -> bool {
        while let Some(name) = uncalled.pop_first() {
            let path = format!("{KINDS}/{name}");
            if known.contains_key(&path) {
                continue;
            }
            let read = self.directory(&path, None);
            known.insert(path, read.is_some().then_some(found.len()));
            if let Some(directory) = read {
                let name: Arc<str> = name.into();
                kinds.insert(name.clone(), found.len());
                let role = Role::Interface(name);
                found.push(Directory { role, ..directory });
                return true;
            }
        }
        false
    }

    /// Whether there is the directory of an implementation; where not, that is reported.
    fn is_there(&mut self, path: &str, named: Span) -> bool {
        let Some((kind, name)) = path.rsplit_once('/') else {
            return true;
        };
        let there = self.files.directories(kind);
        if there.iter().any(|d| d == name) {
            return true;
        }
        let there = there.iter().map(String::as_str);
        self.problems
            .push(kinds::no_directory(path, name, named, there));
        false
    }

    /// Reports what lies beside the implementations of a kind and is none of them, nor anything
    /// that they call.
    fn not_named(&mut self, interface: &Directory, known: &HashMap<String, Option<usize>>) {
        let Role::Interface(_) = interface.role else {
            return;
        };
        let files = interface.files.iter();
        let mut kind = files.flat_map(|file| blocks(&file.body, "kind"));
        let Some(kind) = kind.next().filter(|_| interface.broken.is_empty()) else {
            return;
        };
        // One of them may be meant by the name of one that is not there.
        let inside = format!("{}/", interface.path);
        let is_missing =
            |(path, read): (&String, &Option<usize>)| read.is_none() && path.starts_with(&inside);
        if known.iter().any(is_missing) {
            return;
        }
        for name in self.files.directories(&interface.path) {
            let path = join(&interface.path, &name);
            let has_sources = || {
                self.files
                    .list(&path)
                    .is_ok_and(|n| n.iter().any(|n| is_source(n)))
            };
            if name != EXAMPLE && !known.contains_key(&path) && has_sources() {
                let problem = kinds::not_named(&path, &name, kind.header);
                self.problems.push(problem);
            }
        }
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
            role: Role::Module,
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
        let parsed = self.cache.parse(path, text.clone(), self.sources);
        self.digest.push(parsed.digest);
        let broken = cache::broken(&parsed.problems, parsed.tree.file, &text);
        directory.broken.extend(broken);
        self.problems.extend(parsed.problems);
        directory.files.push(parsed.tree);
    }

    /// What a directory uses: modules, kinds, and of an interface what may serve it.
    fn called(&mut self, index: usize, directory: &Directory) -> Vec<Called> {
        let mut called = Vec::new();
        for block in directory.files.iter().flat_map(|file| &file.body.blocks) {
            match &*block.kind.text {
                "module" => called.extend(self.module(directory, block)),
                "kind" => called.extend(implementations(index, directory, block)),
                "variable" | "output" => self.types(block, &mut called),
                other if TOP_LEVEL.contains(&other) => {}
                kind => called.extend(self.kind(kind, Some(block.header), block.kind.span)),
            }
        }
        called
    }

    /// A `module` block whose source can be read.
    fn module(&mut self, directory: &Directory, block: &Block) -> Option<Called> {
        let source = attribute(&block.body, "source")?;
        let named = source.value.span;
        let Some(text) = constant::text(&source.value) else {
            if !constant::is_broken(&source.value) {
                self.problems.push(modules::source_not_literal(named));
            }
            return None;
        };
        match resolve(&directory.path, &text) {
            Ok(path) => Some(Called {
                path,
                role: Role::Module,
                block: Some(block.header),
                named,
            }),
            Err(wrong) => {
                self.problems.push(modules::source(&text, wrong, named));
                None
            }
        }
    }

    /// The kinds that a type names.
    fn types(&self, block: &Block, called: &mut Vec<Called>) {
        if let Some(ty) = attribute(&block.body, "type") {
            for name in mentioned(&ty.value) {
                called.extend(self.kind(&name.text, None, name.span));
            }
        }
    }

    /// The interface of a kind, where there is such: a project's own comes first.
    fn kind(&self, name: &str, block: Option<Span>, named: Span) -> Option<Called> {
        let path = match self.own.contains(name) {
            true => format!("{KINDS}/{name}"),
            false if self.available.contains(name) => format!("{LIBRARY}{name}"),
            false => return None,
        };
        Some(Called {
            path,
            role: Role::Interface(name.into()),
            block,
            named,
        })
    }
}

fn implementations(index: usize, directory: &Directory, block: &Block) -> Vec<Called> {
    if !matches!(directory.role, Role::Interface(_)) {
        return Vec::new();
    }
    let implementations = blocks(&block.body, "implementation");
    let called = implementations.filter_map(|i| {
        let label = i.labels.first()?;
        Some(Called {
            path: join(&directory.path, &label.text),
            role: Role::Implementation(index),
            block: Some(i.header),
            named: label.span,
        })
    });
    called.collect()
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
    if let Some(inside) = source.strip_prefix("std/") {
        return resolve(LIBRARY, &format!("./{inside}"));
    }
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
    let path = parts.join("/");
    match caller.starts_with(LIBRARY) {
        false => Ok(path),
        true => match path.strip_prefix(LIBRARY) {
            Some(inside) if !inside.is_empty() => {
                Ok(format!("{LIBRARY}{}", inside.trim_start_matches('/')))
            }
            _ => Err(WrongSource::Outside),
        },
    }
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
                let round = way[first..].iter().map(|i| &directories[*i]);
                let round: Vec<String> = round.filter_map(called_as).collect();
                problems.push(modules::cycle(&round, span));
            }
            None => follow(to, directories, way, done, problems),
        }
    }
    way.pop();
    done[at] = true;
}

/// What a directory is to the reader of a circle; what serves a kind is that kind.
fn called_as(directory: &Directory) -> Option<String> {
    match &directory.role {
        Role::Interface(kind) => Some(format!("the kind `{kind}`")),
        Role::Implementation(_) => None,
        Role::Module => Some(modules::show(&directory.path)),
    }
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
            ("", "std/server", Ok("std:server")),
            ("std:server/ssh", "../parts", Ok("std:server/parts")),
            ("std:server/ssh", "std/net/parts", Ok("std:net/parts")),
            ("std:server", "../../b", Err(WrongSource::Outside)),
            ("std:server", "..", Err(WrongSource::Outside)),
        ] {
            assert_eq!(
                resolve(caller, source),
                expected.map(String::from),
                "{caller} {source}"
            );
        }
    }
}
