//! `kind "database" { … }`: the interface of a kind, and what may serve it.

use crate::discover::Role;
use crate::problems::{Problems, kinds, structure};
use crate::resolve::Resolver;
use crate::shape::{self, Shape, attribute};
use crate::{Implementation, Kind, Module};
use indexmap::IndexMap;
use model::{CallName, Type};
use std::sync::Arc;
use syntax::tree::Block;

const SHAPE: Shape = Shape {
    many: &["implementation"],
    ..Shape::new("a kind", &["doc"])
};
const IMPLEMENTATION: Shape = Shape::new("an implementation", &["when"]);

/// Words that begin something else where a kind's name would stand.
const TAKEN: [&str; 16] = [
    "var",
    "local",
    "each",
    "count",
    "self",
    "path",
    "target",
    "terraform",
    "for_each",
    "depends_on",
    "lifecycle",
    "rollout",
    "dynamic",
    "true",
    "false",
    "null",
];

pub(super) fn read(block: &Block, module: &mut Module, r: &mut Resolver) {
    let Role::Interface(directory) = &r.here.role else {
        return r.problems.push(kinds::outside(block.header));
    };
    let broken = r.here.broken_inside(block.body.span);
    SHAPE.check(block, broken, r.problems);
    let Some([name]) = shape::labels(block, ["NAME"], r.problems) else {
        return;
    };
    let label = block.labels[0].span;
    if name != directory {
        let problem = kinds::named_otherwise(name, directory, label);
        r.problems.push(problem);
    }
    if TAKEN.contains(&&**name)
        || structure::TOP_LEVEL.contains(&&**name)
        || **name == *CallName::MODULE
    {
        r.problems.push(kinds::word_taken(name, label));
    }
    if let Some(first) = &module.kind {
        let what = format!("the kind `{name}`");
        let problem = structure::declared_twice(&what, block.header, first.span);
        return r.problems.push(problem);
    }
    let implementations = implementations(block, r);
    if implementations.is_empty()
        && shape::blocks(&block.body, "implementation")
            .next()
            .is_none()
        && !broken
    {
        r.problems.push(kinds::no_implementation(block.header));
    }
    let doc = shape::text(&block.body, "doc", r.problems);
    module.kind = Some(Kind {
        name: directory.clone(),
        doc: doc.map(|doc| doc.to_string()).unwrap_or_default(),
        implementations,
        span: block.header,
    });
}

fn implementations(block: &Block, r: &mut Resolver) -> IndexMap<Arc<str>, Implementation> {
    let mut all: IndexMap<Arc<str>, Implementation> = IndexMap::new();
    for block in shape::blocks(&block.body, "implementation") {
        IMPLEMENTATION.check(block, r.here.broken_inside(block.body.span), r.problems);
        let Some([name]) = shape::labels(block, ["NAME"], r.problems) else {
            continue;
        };
        let when = attribute(&block.body, "when").map(|when| {
            let value = r.expr(&when.value);
            r.check(&value, &Type::Bool, "when");
            value
        });
        let Some(target) = r.here.targets.get(&block.header).copied() else {
            continue;
        };
        let span = block.header;
        if let Some(first) = all.get(name) {
            let what = format!("the implementation `{name}`");
            r.problems
                .push(structure::declared_twice(&what, span, first.span));
            continue;
        }
        if let Some(always) = all.values().find(|i| i.when.is_none()) {
            r.problems.push(kinds::never_asked(span, always.span));
        }
        let implementation = Implementation {
            module: target,
            when,
            span,
        };
        all.insert(name.clone(), implementation);
    }
    all
}

/// An interface without its `kind` block is none.
pub(super) fn check_there(module: &Module, r: &mut Resolver) {
    let broken = !r.here.broken.is_empty();
    if matches!(r.here.role, Role::Interface(_)) && module.kind.is_none() && !broken {
        let first = module.variables.values().map(|v| v.span).next();
        let first = first.or_else(|| module.outputs.values().map(|o| o.span).next());
        r.problems
            .push(kinds::no_kind_block(&module.directory, first));
    }
}

/// Whether a block may stand in a directory of a kind; what may not is reported.
pub(super) fn belongs(block: &Block, role: &Role, problems: &mut Problems) -> bool {
    let word = &*block.kind.text;
    match role {
        Role::Interface(_) if !matches!(word, "kind" | "variable" | "output") => {
            problems.push(kinds::only_interface(word, block.header));
            false
        }
        Role::Implementation(_) if word == "variable" => {
            problems.push(kinds::own_variable(block.header));
            false
        }
        _ => true,
    }
}
