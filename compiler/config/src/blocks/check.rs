//! `check "name" { … }`, with a data source that only it sees.

use super::{condition, resource};
use crate::problems::{checks, names, structure};
use crate::resolve::{Place, Resolver};
use crate::shape::{self, Shape, attribute};
use crate::{CheckBlock, Module, Resource};
use model::Mode;
use std::sync::Arc;
use syntax::tree::Block;

const SHAPE: Shape = Shape {
    many: &["assert", "data"],
    ..Shape::new("a check", &[])
};

pub(super) fn read(block: &Block, module: &mut Module, r: &mut Resolver) {
    SHAPE.check(block, r.here.broken_inside(block.body.span), r.problems);
    let labels = shape::labels(block, ["NAME"], r.problems);
    let place = Place {
        check: labels.map(|[name]| name.clone()),
        ..Place::default()
    };
    let (data, assertions) = r.at(place, |r| {
        (data(block, r), condition::all(&block.body, "assert", r))
    });
    let none = shape::blocks(&block.body, "assert").next().is_none();
    if none && !r.here.broken_inside(block.body.span) {
        r.problems.push(checks::no_assertion(block.header));
    }
    let Some([name]) = labels else { return };
    let check = CheckBlock {
        data,
        assertions,
        span: block.header,
    };
    module
        .checks
        .entry(name.clone())
        .or_insert_with(|| Arc::new(check));
}

fn data(block: &Block, r: &mut Resolver) -> Option<Resource> {
    let mut all = shape::blocks(&block.body, "data");
    let first = all.next()?;
    if let Some(second) = all.next() {
        r.problems
            .push(checks::second_data(second.header, first.header));
    }
    for name in ["count", "for_each"] {
        if let Some(meta) = attribute(&first.body, name) {
            r.problems.push(checks::no_meta(name, meta.name.span));
        }
    }
    for inner in shape::blocks(&first.body, "lifecycle") {
        r.problems
            .push(checks::no_meta("lifecycle", inner.kind.span));
    }
    let (key, data) = resource::one(Mode::Data, first, r)?;
    let taken = r.here.resources.get(&key).map(|d| d.span);
    let taken = taken.or_else(|| {
        let (_, known) = r.here.scoped.get(&key)?;
        (*known != first.header).then_some(*known)
    });
    if let Some(span) = taken {
        let address = names::resource(key.0, &key.1, &key.2);
        let what = format!("the data source `{address}`");
        r.problems
            .push(structure::declared_twice(&what, first.header, span));
    }
    Some(data)
}
