//! The blocks at the top of a file, each kind in a file of its own.

mod address;
mod call;
mod check;
mod condition;
mod environment;
mod import;
mod kind;
mod kind_call;
mod lifecycle;
mod locals;
mod meta;
mod moved;
mod output;
mod project;
mod provider;
mod resource;
mod rollout;
mod variable;

use crate::cache::Cache;
use crate::discover::Directory;
use crate::problems::{Problems, hint, structure};
use crate::resolve::{Known, Resolver};
use crate::{Module, Project};
use indexmap::IndexMap;
use std::hash::Hash;
use std::sync::Arc;
use syntax::tree::{self, Block};

pub(crate) use environment::Choice;

/// What stands only in the project's root.
#[derive(Default)]
pub(crate) struct Root {
    pub(crate) project: Option<Project>,
    pub(crate) environments: Vec<Choice>,
}

/// Resolves all blocks of a directory; trees that nobody keeps are dropped one by one on the way.
pub(crate) fn module(
    index: usize,
    directory: Directory,
    known: &Known,
    cache: &mut Cache,
    root: &mut Root,
    problems: &mut Problems,
) -> Module {
    let mut module = Module {
        directory: directory.path,
        ..Module::default()
    };
    let mut resolver = Resolver::new(known, index, problems);
    for file in directory.files {
        stray_arguments(&file, &mut resolver);
        let id = file.file;
        let done = cache.resolved(id);
        let before = resolver.said();
        let mut part = Module::default();
        let mut one = |block: &Block| {
            if !kind::belongs(block, &resolver.here.role, resolver.problems) {
            } else if !stands_alone(block) {
                read(block, index == 0, &mut module, root, &mut resolver);
            } else if done.is_none() {
                read(block, index == 0, &mut part, root, &mut resolver);
            }
        };
        match Arc::try_unwrap(file) {
            Ok(file) => file.body.blocks.into_iter().for_each(|block| one(&block)),
            Err(shared) => shared.body.blocks.iter().for_each(&mut one),
        }
        let nothing_said = resolver.said() == before;
        if done.is_none() && nothing_said {
            cache.keep(id, &part);
        }
        gather(done.unwrap_or(part), &mut module);
    }
    import::check_providers(&module, &mut resolver);
    kind::check_there(&module, &mut resolver);
    module
}

/// Whether a block comes to the same, whatever other blocks of its sort there are.
fn stands_alone(block: &Block) -> bool {
    !matches!(
        &*block.kind.text,
        "project" | "environment" | "kind" | "moved" | "removed" | "import"
    )
}

/// Adds what the blocks of one file came to; of two by one name the first counts.
fn gather(part: Module, module: &mut Module) {
    fn add<K: Hash + Eq, V>(from: IndexMap<K, V>, to: &mut IndexMap<K, V>) {
        to.reserve(from.len());
        for (key, value) in from {
            to.entry(key).or_insert(value);
        }
    }
    add(part.variables, &mut module.variables);
    add(part.locals, &mut module.locals);
    add(part.outputs, &mut module.outputs);
    add(part.resources, &mut module.resources);
    add(part.calls, &mut module.calls);
    add(part.providers, &mut module.providers);
    add(part.checks, &mut module.checks);
}

/// Where a brace is wrong, what was inside of a block comes to stand outside: no problem more.
fn stray_arguments(file: &tree::File, r: &mut Resolver) {
    if r.here.broken_file(file.file) {
        return;
    }
    for attribute in &file.body.attributes {
        let name = &attribute.name;
        r.problems
            .push(structure::stray_argument(&name.text, name.span));
    }
}

fn read(block: &Block, in_root: bool, module: &mut Module, root: &mut Root, r: &mut Resolver) {
    match &*block.kind.text {
        "project" | "environment" | "import" if !in_root => {
            r.problems
                .push(structure::root_only(&block.kind.text, block.header));
        }
        "project" => project::read(block, root, r),
        "environment" => environment::read(block, root, r),
        "variable" => variable::read(block, module, r),
        "locals" => locals::read(block, module, r),
        "output" => output::read(block, module, r),
        "provider" => provider::read(block, module, r),
        "resource" => resource::read(model::Mode::Managed, block, module, r),
        "data" => resource::read(model::Mode::Data, block, module, r),
        "ephemeral" => resource::read(model::Mode::Ephemeral, block, module, r),
        "module" => call::read(block, module, r),
        "kind" => kind::read(block, module, r),
        "moved" => moved::read_moved(block, module, r),
        "removed" => moved::read_removed(block, module, r),
        "check" => check::read(block, module, r),
        "import" => import::read(block, module, r),
        other => match r.known.kinds.interfaces.get(other) {
            Some(interface) => kind_call::read(block, *interface, module, r),
            None => unknown_block(other, block, r),
        },
    }
}

fn unknown_block(name: &str, block: &Block, r: &mut Resolver) {
    let kinds = r.known.kinds.available.iter().map(String::as_str);
    let known = || structure::TOP_LEVEL.into_iter().chain(kinds.clone());
    let slip = hint(name, known()).is_some();
    if slip || !r.here.broken_file(block.kind.span.file) {
        r.problems
            .push(structure::unknown_block(name, block.kind.span, known()));
    }
}
