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

use crate::discover::Directory;
use crate::problems::{Problems, hint, structure};
use crate::resolve::{Known, Resolver};
use crate::{Module, Project};
use syntax::tree::{self, Block};

pub(crate) use environment::Choice;

/// What stands only in the project's root.
#[derive(Default)]
pub(crate) struct Root {
    pub(crate) project: Option<Project>,
    pub(crate) environments: Vec<Choice>,
}

/// Resolves all blocks of a directory; its trees are dropped one by one on the way.
pub(crate) fn module(
    index: usize,
    directory: Directory,
    known: &Known,
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
        for block in file.body.blocks {
            if kind::belongs(&block, &resolver.here.role, resolver.problems) {
                read(&block, index == 0, &mut module, root, &mut resolver);
            }
        }
    }
    import::check_providers(&module, &mut resolver);
    kind::check_there(&module, &mut resolver);
    module
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
