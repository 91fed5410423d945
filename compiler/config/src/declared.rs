//! What the blocks of a module declare: all that other blocks need to know to refer to it.
//! Bodies are not looked into further than that.

use crate::discover::{Directory, Role};
use crate::kinds::Kinds;
use crate::problems::{Problems, structure};
use crate::provider_name::provider_name;
use crate::shape::{self, attribute};
use crate::{ProviderName, ResourceKey, constant, type_expr};
use diagnostics::{FileId, Span};
use indexmap::IndexMap;
use indexmap::map::Entry;
use model::{CallName, Mode, Type};
use std::cell::{Cell, OnceCell};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::rc::Rc;
use std::sync::Arc;
use syntax::tree::{Block, Body, Expr, ExprKind};

/// What a module declares.
#[derive(Default)]
pub(crate) struct Declared {
    /// The directory, relative to the project's root.
    pub(crate) directory: String,
    /// What it is to those who call it.
    pub(crate) role: Role,
    pub(crate) variables: IndexMap<Arc<str>, DeclaredVariable>,
    pub(crate) locals: IndexMap<Arc<str>, Span>,
    pub(crate) outputs: IndexMap<Arc<str>, DeclaredOutput>,
    pub(crate) resources: IndexMap<ResourceKey, DeclaredResource>,
    pub(crate) calls: IndexMap<CallName, DeclaredCall>,
    pub(crate) providers: IndexMap<ProviderName, Span>,
    /// Those of them that there are several of, by key.
    pub(crate) keyed: HashSet<ProviderName>,
    pub(crate) checks: IndexMap<Arc<str>, Span>,
    /// Data sources inside of `check` blocks, with the block's name.
    pub(crate) scoped: IndexMap<ResourceKey, (Arc<str>, Span)>,
    /// Configurations with an alias that are used and not declared here: a caller's business.
    pub(crate) needed: IndexMap<ProviderName, Span>,
    /// Where something could not be read, with the text of that file.
    pub(crate) broken: Vec<(Span, Arc<str>)>,
    /// The words of those files that may declare something.
    broken_words: OnceCell<HashSet<Box<str>>>,
    /// How often a name was taken to be declared there.
    pub(crate) guesses: Rc<Cell<usize>>,
    /// Calls whose directory is known, by the block's place.
    pub(crate) targets: HashMap<Span, usize>,
}

#[derive(Clone)]
pub(crate) struct DeclaredVariable {
    pub(crate) ty: Type,
    /// Whether a type is given.
    pub(crate) typed: bool,
    pub(crate) required: bool,
    pub(crate) sensitive: bool,
    pub(crate) ephemeral: bool,
    pub(crate) span: Span,
    /// With its body.
    pub(crate) whole: Span,
}

pub(crate) struct DeclaredOutput {
    /// The type that a kind's interface declares; any elsewhere.
    pub(crate) ty: Type,
    pub(crate) span: Span,
}

pub(crate) struct DeclaredResource {
    pub(crate) instances: Instances,
    pub(crate) span: Span,
}

pub(crate) struct DeclaredCall {
    /// The module; none where it could not be read.
    pub(crate) module: Option<usize>,
    pub(crate) instances: Instances,
    pub(crate) span: Span,
}

/// How many instances of a block there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Instances {
    #[default]
    One,
    Count,
    ForEach,
}

impl Instances {
    pub(crate) fn of(body: &Body) -> Instances {
        match (attribute(body, "count"), attribute(body, "for_each")) {
            (_, Some(_)) => Instances::ForEach,
            (Some(_), None) => Instances::Count,
            (None, None) => Instances::One,
        }
    }
}

impl Declared {
    /// Gathers the declarations; each name that is declared twice is reported, the first counts.
    /// What serves a kind has the variables of its interface, which is one of `earlier`.
    pub(crate) fn gather(
        directory: &mut Directory,
        kinds: &Kinds,
        earlier: &[Declared],
        problems: &mut Problems,
    ) -> Declared {
        let mut declared = Declared {
            directory: directory.path.clone(),
            role: directory.role.clone(),
            broken: std::mem::take(&mut directory.broken),
            targets: std::mem::take(&mut directory.calls),
            ..Declared::default()
        };
        for file in &directory.files {
            for block in &file.body.blocks {
                declared.block(block, kinds, problems);
            }
        }
        if let Role::Implementation(interface) = declared.role {
            declared.variables = earlier[interface].variables.clone();
        }
        declared.note_needed(directory);
        declared
    }

    /// Whether something in a broken part of the text may declare this name: the name stands
    /// there somewhere, not behind a dot.
    pub(crate) fn may_be_declared(&self, name: &str) -> bool {
        let may = self.stands_broken(name);
        self.guesses.set(self.guesses.get() + usize::from(may));
        may
    }

    fn stands_broken(&self, name: &str) -> bool {
        if !name.chars().all(is_part) {
            return self.broken.iter().any(|(_, text)| text.contains(name));
        }
        let words = self.broken_words.get_or_init(|| {
            let texts: HashMap<FileId, &Arc<str>> = self
                .broken
                .iter()
                .map(|(place, text)| (place.file, text))
                .collect();
            let words = texts.values().flat_map(|text| words(text));
            words.map(Box::from).collect()
        });
        words.contains(name)
    }

    /// Whether something inside of `span` could not be read.
    pub(crate) fn broken_inside(&self, span: Span) -> bool {
        self.broken.iter().any(|(place, _)| {
            place.file == span.file && place.start <= span.end && place.end >= span.start
        })
    }

    /// Whether something in a file could not be read.
    pub(crate) fn broken_file(&self, file: FileId) -> bool {
        self.broken.iter().any(|(place, _)| place.file == file)
    }

    fn block(&mut self, block: &Block, kinds: &Kinds, problems: &mut Problems) {
        let label = |i: usize| block.labels.get(i).map(|l| l.text.clone());
        let span = block.header;
        match (&*block.kind.text, label(0), label(1)) {
            ("variable", Some(name), None) => {
                let what = || format!("the variable `{name}`");
                let variable = variable(block, kinds, problems);
                insert(
                    &mut self.variables,
                    name.clone(),
                    variable,
                    |v| v.span,
                    what,
                    problems,
                );
            }
            ("locals", None, None) => {
                for local in &block.body.attributes {
                    let name = &local.name.text;
                    let what = || format!("the local value `{name}`");
                    let span = local.name.span;
                    insert(&mut self.locals, name.clone(), span, |s| *s, what, problems);
                }
            }
            ("output", Some(name), None) => {
                let what = || format!("the output `{name}`");
                let ty = match &self.role {
                    Role::Interface(kind) => kinds.ty(kind).and_then(|ty| output_type(ty, &name)),
                    _ => None,
                };
                let ty = ty.unwrap_or_default();
                insert(
                    &mut self.outputs,
                    name.clone(),
                    DeclaredOutput { ty, span },
                    |o| o.span,
                    what,
                    problems,
                );
            }
            ("module", Some(name), None) => self.call(CallName::module(name), block, problems),
            (kind, Some(name), None) if kinds.interfaces.contains_key(kind) => {
                self.call(CallName::of(kind, name), block, problems);
            }
            ("provider", Some(name), None) => {
                let alias = attribute(&block.body, "alias").and_then(|a| constant::text(&a.value));
                let key = ProviderName { name, alias };
                if attribute(&block.body, "for_each").is_some() {
                    self.keyed.insert(key.clone());
                }
                let what = || format!("the provider configuration `{key}`");
                insert(
                    &mut self.providers,
                    key.clone(),
                    span,
                    |s| *s,
                    what,
                    problems,
                );
            }
            ("resource", Some(ty), Some(name)) => {
                self.resource(Mode::Managed, ty, name, block, problems);
            }
            ("data", Some(ty), Some(name)) => self.resource(Mode::Data, ty, name, block, problems),
            ("ephemeral", Some(ty), Some(name)) => {
                self.resource(Mode::Ephemeral, ty, name, block, problems);
            }
            ("check", Some(name), None) => self.check(name, block, problems),
            _ => {}
        }
    }

    fn call(&mut self, name: CallName, block: &Block, problems: &mut Problems) {
        let what = || match name.is_kind() {
            true => format!("`{name}`"),
            false => format!("the module call `{}`", name.name),
        };
        let call = DeclaredCall {
            module: self.targets.get(&block.header).copied(),
            instances: Instances::of(&block.body),
            span: block.header,
        };
        insert(
            &mut self.calls,
            name.clone(),
            call,
            |c| c.span,
            what,
            problems,
        );
    }

    fn resource(
        &mut self,
        mode: Mode,
        ty: Arc<str>,
        name: Arc<str>,
        block: &Block,
        problems: &mut Problems,
    ) {
        let resource = DeclaredResource {
            instances: Instances::of(&block.body),
            span: block.header,
        };
        let key = (mode, ty, name);
        let what = || match mode {
            Mode::Managed => format!("the resource `{}.{}`", key.1, key.2),
            Mode::Data => format!("the data source `data.{}.{}`", key.1, key.2),
            Mode::Ephemeral => format!("the resource `ephemeral.{}.{}`", key.1, key.2),
        };
        insert(
            &mut self.resources,
            key.clone(),
            resource,
            |r| r.span,
            what,
            problems,
        );
    }

    fn check(&mut self, name: Arc<str>, block: &Block, problems: &mut Problems) {
        for data in shape::blocks(&block.body, "data") {
            if let [ty, own] = data.labels.as_slice() {
                let key = (Mode::Data, ty.text.clone(), own.text.clone());
                let scoped = (name.clone(), data.header);
                self.scoped.entry(key).or_insert(scoped);
            }
        }
        let what = || format!("the check `{name}`");
        let (key, span) = (name.clone(), block.header);
        insert(&mut self.checks, key, span, |s| *s, what, problems);
    }

    fn note_needed(&mut self, directory: &Directory) {
        let all = directory.files.iter().flat_map(|file| &file.body.blocks);
        for block in all {
            match &*block.kind.text {
                "resource" | "data" | "ephemeral" => {
                    if let Some(provider) = attribute(&block.body, "provider") {
                        self.need(&provider.value);
                    }
                }
                "check" => {
                    for data in shape::blocks(&block.body, "data") {
                        if let Some(provider) = attribute(&data.body, "provider") {
                            self.need(&provider.value);
                        }
                    }
                }
                "module" => {
                    let Some(passed) = attribute(&block.body, "providers") else {
                        continue;
                    };
                    if let ExprKind::Object(items) = &passed.value.kind {
                        items.iter().for_each(|item| self.need(&item.value));
                    }
                }
                _ => {}
            }
        }
    }

    fn need(&mut self, expr: &Expr) {
        if let Some(name) = provider_name(expr)
            && name.alias.is_some()
            && !self.providers.contains_key(&name)
        {
            self.needed.entry(name).or_insert(expr.span);
        }
    }
}

fn output_type(kind: &Type, name: &str) -> Option<Type> {
    match kind {
        Type::Object(object) => object.fields.get(name).map(|f| f.ty.clone()),
        _ => None,
    }
}

fn variable(block: &Block, kinds: &Kinds, problems: &mut Problems) -> DeclaredVariable {
    let ty = attribute(&block.body, "type");
    // Whatever is not plainly false may hold a secret.
    let says = |name: &str| {
        let said = attribute(&block.body, name);
        said.is_some_and(|s| !matches!(s.value.kind, ExprKind::Bool(false)))
    };
    DeclaredVariable {
        ty: ty.map_or(Type::Any, |ty| type_expr::read(&ty.value, kinds, problems)),
        typed: ty.is_some(),
        required: attribute(&block.body, "default").is_none(),
        sensitive: says("sensitive"),
        ephemeral: says("ephemeral"),
        span: block.header,
        whole: block.header.to(block.body.span),
    }
}

fn insert<K: Hash + Eq, V>(
    map: &mut IndexMap<K, V>,
    key: K,
    value: V,
    span: impl Fn(&V) -> Span,
    what: impl Fn() -> String,
    problems: &mut Problems,
) {
    match map.entry(key) {
        Entry::Occupied(first) => {
            problems.push(structure::declared_twice(
                &what(),
                span(&value),
                span(first.get()),
            ));
        }
        Entry::Vacant(place) => {
            place.insert(value);
        }
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// The words of a text that don't stand behind a dot.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let mut before = ' ';
    std::iter::from_fn(move || {
        loop {
            let start = rest.find(is_part)?;
            before = rest[..start].chars().next_back().unwrap_or(before);
            let length = rest[start..].find(|c| !is_part(c));
            let end = length.map_or(rest.len(), |length| start + length);
            let word = &rest[start..end];
            rest = &rest[end..];
            if std::mem::replace(&mut before, ' ') != '.' {
                return Some(word);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_use_behind_a_dot_is_no_declaration() {
        for (text, expected) in [
            ("variable \"a\" {", true),
            ("locals { a = ", true),
            ("x = var.a", false),
            ("variable \"ab\" {", false),
            ("b-a", false),
            ("a", true),
            (".a", false),
            ("b.c a", true),
        ] {
            assert_eq!(words(text).any(|w| w == "a"), expected, "{text}");
        }
    }
}
