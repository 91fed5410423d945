//! What is kept from one load to the next, so that only what changed is parsed and resolved again.
//!
//! A file whose text is the same is not parsed again where it is still read in the same place.
//! Its blocks are not resolved again while the names in it mean what they did; where there was
//! something to say they are, since that may point into other files.

use crate::Module;
use crate::changed::{changed, same};
use crate::declared::Declared;
use crate::digest::{self, Part};
use crate::kinds::Kinds;
use crate::resolve::Known;
use diagnostics::{FileId, Problem, SourceMap, Span};
use model::ProviderSchema;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use syntax::tree;

/// For how many names all files are searched; where more have changed, they are resolved anew.
const SEARCHED: usize = 16;

/// What one load leaves for the next one, of the same project or of another.
#[derive(Default)]
pub struct Cache {
    /// Whether anything is kept at all.
    keeps: bool,
    sources: SourceMap,
    parsed: HashMap<FileId, Parsed>,
    resolved: HashMap<FileId, Module>,
    /// What stood in all modules when the blocks were resolved.
    known: Option<Seen>,
}

/// A file as it was parsed.
#[derive(Clone)]
pub(crate) struct Parsed {
    text: Arc<str>,
    pub(crate) tree: Arc<tree::File>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) digest: Part,
}

/// What resolved blocks were made with.
struct Seen {
    schemas: BTreeMap<String, Arc<ProviderSchema>>,
    modules: Vec<Declared>,
    kinds: Kinds,
}

impl Cache {
    /// One that keeps what it is given.
    pub fn new() -> Cache {
        Cache {
            keeps: true,
            ..Cache::default()
        }
    }

    /// One that keeps nothing: for a single load, whose trees are dropped on the way.
    pub fn none() -> Cache {
        Cache::default()
    }

    /// The file's tree, parsed unless that was done before.
    pub(crate) fn parse(&mut self, path: &str, text: Arc<str>, sources: &mut SourceMap) -> Parsed {
        let id = sources.next();
        if let Some(parsed) = self.parsed.get(&id)
            && self.sources.path(id) == path
            && (Arc::ptr_eq(&parsed.text, &text) || parsed.text == text)
        {
            sources.share(&self.sources, id);
            return parsed.clone();
        }
        self.resolved.remove(&id);
        sources.add(path, text.clone());
        let (tree, problems) = syntax::parse(id, &text);
        let parsed = Parsed {
            text: text.clone(),
            tree: Arc::new(tree),
            problems,
            digest: digest::part("file", path, &text),
        };
        if self.keeps {
            self.parsed.insert(id, parsed.clone());
        }
        parsed
    }

    /// Forgets what was resolved where other things were known.
    pub(crate) fn compare(
        &mut self,
        known: &Known<'_>,
        schemas: &BTreeMap<String, Arc<ProviderSchema>>,
    ) {
        let names = self.known.as_ref().and_then(|k| k.changed(known, schemas));
        match names.filter(|names| names.len() <= SEARCHED) {
            Some(names) => names.iter().for_each(|name| self.forget(name)),
            None => self.resolved.clear(),
        }
    }

    /// Forgets what came of the files in which a name stands.
    fn forget(&mut self, name: &str) {
        let finder = memchr::memmem::Finder::new(name);
        let sources = &self.sources;
        let without = |file| finder.find(sources.text(file).as_bytes()).is_none();
        self.resolved.retain(|file, _| without(*file));
    }

    /// What a file's blocks came to.
    pub(crate) fn resolved(&self, file: FileId) -> Option<Module> {
        self.resolved.get(&file).cloned()
    }

    /// Keeps what a file's blocks came to, where there was nothing to say about them.
    pub(crate) fn keep(&mut self, file: FileId, part: &Module) {
        if self.keeps {
            self.resolved.insert(file, part.clone());
        }
    }

    /// Keeps what all that was resolved was made with.
    pub(crate) fn remember(
        &mut self,
        known: Known<'_>,
        schemas: &BTreeMap<String, Arc<ProviderSchema>>,
        sources: &SourceMap,
    ) {
        if self.keeps {
            self.sources = sources.clone();
            self.known = Some(Seen {
                schemas: schemas.clone(),
                modules: known.modules,
                kinds: known.kinds,
            });
        }
    }
}

impl Seen {
    /// The names that meant something else; none where more than names has changed.
    fn changed(
        &self,
        known: &Known<'_>,
        schemas: &BTreeMap<String, Arc<ProviderSchema>>,
    ) -> Option<BTreeSet<Arc<str>>> {
        let around = same(&self.schemas, schemas, |a, b| {
            a.0 == b.0 && Arc::ptr_eq(a.1, b.1)
        }) && self.kinds.is_same(&known.kinds);
        changed(&self.modules, &known.modules).filter(|_| around)
    }
}

/// Where something could not be read, with the text of that file.
pub(crate) fn broken(problems: &[Problem], file: FileId, text: &Arc<str>) -> Vec<(Span, Arc<str>)> {
    let whole = Span::new(file, 0, text.len());
    let place = |p: &Problem| (p.primary().unwrap_or(whole), text.clone());
    problems.iter().map(place).collect()
}
