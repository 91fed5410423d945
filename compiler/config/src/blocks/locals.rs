//! `locals { name = value }`

use crate::problems::structure;
use crate::resolve::Resolver;
use crate::shape;
use crate::{Local, Module};
use std::sync::Arc;
use syntax::tree::Block;

pub(super) fn read(block: &Block, module: &mut Module, r: &mut Resolver) {
    let [] = shape::labels(block, [], r.problems).unwrap_or_default();
    for inner in &block.body.blocks {
        let name = &inner.kind.text;
        r.problems
            .push(structure::is_argument(name, inner.kind.span));
    }
    for attribute in &block.body.attributes {
        let local = Local {
            value: r.expr(&attribute.value),
            span: attribute.name.span,
        };
        module
            .locals
            .entry(attribute.name.text.clone())
            .or_insert_with(|| Arc::new(local));
    }
}
