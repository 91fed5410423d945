//! `dynamic` blocks: a collection of nested blocks becomes a `for` expression.

use super::{Binding, Resolver};
use crate::constant;
use crate::problems::{addresses, structure};
use crate::shape::{Shape, attribute, blocks};
use diagnostics::Span;
use eval::{Expr, ExprKind, For};
use model::{NestedBlock, Nesting};
use std::sync::Arc;
use syntax::tree::{self, Block};

const SHAPE: Shape = Shape {
    required: &["for_each"],
    many: &["content"],
    ..Shape::new("`dynamic`", &["iterator", "labels"])
};

pub(super) fn is_dynamic(block: &Block) -> bool {
    &*block.kind.text == "dynamic"
}

/// The nested block that a block is or makes, and where its name stands.
pub(super) fn target(block: &Block) -> Option<(&Arc<str>, Span)> {
    match is_dynamic(block) {
        true => block.labels.first().map(|label| (&label.text, label.span)),
        false => Some((&block.kind.text, block.kind.span)),
    }
}

/// What `NAME.key` and `NAME.value` are bound to; no name of the language can be this.
pub(super) fn bound(iterator: &str, part: &str) -> Arc<str> {
    Arc::from(format!("{iterator}.{part}"))
}

impl Resolver<'_> {
    /// The blocks that a `dynamic` block makes: a list of objects, or an object of them where
    /// they are labelled.
    pub(super) fn dynamic(&mut self, block: &Block, nested: &NestedBlock) -> Option<Expr> {
        let broken = self.here.broken_inside(block.body.span);
        SHAPE.check(block, broken, self.problems);
        if block.labels.len() != 1 {
            self.problems.push(structure::labels(block, &["NAME"]));
            return None;
        }
        let content: Vec<&Block> = blocks(&block.body, "content").collect();
        let [content] = content.as_slice() else {
            if !broken {
                let span = content.get(1).map_or(block.header, |second| second.header);
                self.problems
                    .push(structure::dynamic_content(span, content.len()));
            }
            return None;
        };
        let collection = self.expr(&attribute(&block.body, "for_each")?.value);
        let iterator = self.iterator_name(block, nested);
        let (key, value) = (bound(&iterator, "key"), bound(&iterator, "value"));
        let for_each = self.bind([Binding::Iterator(iterator)], |r| For {
            key: Some(key),
            value,
            collection,
            result_key: (nested.nesting == Nesting::Map).then(|| r.label(block)),
            result: r.block(&content.body, content.header, nested),
            grouping: false,
            condition: None,
        });
        Some(Expr {
            kind: ExprKind::For(Box::new(for_each)),
            span: block.header,
        })
    }

    fn iterator_name(&mut self, block: &Block, nested: &NestedBlock) -> Arc<str> {
        match attribute(&block.body, "iterator").map(|a| &a.value) {
            None => Arc::from(&*nested.name),
            Some(tree::Expr {
                kind: tree::ExprKind::Name(name),
                ..
            }) => name.text.clone(),
            Some(other) => {
                if !constant::is_broken(other) {
                    self.problems.push(addresses::no_iterator(other.span));
                }
                Arc::from(&*nested.name)
            }
        }
    }

    /// The label of each block: the one of `labels`, or else the key.
    fn label(&mut self, block: &Block) -> Expr {
        let given = attribute(&block.body, "labels").map(|a| &a.value);
        match given.map(|e| (&e.kind, e.span)) {
            Some((tree::ExprKind::Tuple(items), _)) if items.len() == 1 => self.expr(&items[0]),
            Some((_, span)) => {
                self.problems.push(addresses::no_label(span));
                super::nothing(span)
            }
            None => {
                self.problems
                    .push(structure::missing("`dynamic`", &["labels"], block.header));
                super::nothing(block.header)
            }
        }
    }
}
