//! Nested blocks: those of one name become one object or one collection.

use super::{Meta, Resolver, dynamic};
use crate::problems::structure;
use diagnostics::Span;
use eval::{Call, Expr, ExprKind};
use model::{NestedBlock, Nesting};
use std::collections::HashMap;
use std::sync::Arc;
use syntax::tree::{Block, Body};

/// A block's body, for a map with its label.
type Labelled = (Option<Expr>, Expr);

/// What the blocks of one name came to.
enum Piece {
    /// One that was written.
    Written(Labelled),
    /// A collection of them, made by a `dynamic` block.
    Made(Expr),
}

impl Resolver<'_> {
    /// All blocks of one name; the first stands at `from`.
    pub(super) fn nested(
        &mut self,
        body: &Body,
        from: usize,
        nested: &NestedBlock,
        what: &str,
    ) -> Expr {
        let same = |b: &&Block| dynamic::target(b).is_some_and(|t| **t.0 == *nested.name);
        let all: Vec<&Block> = body.blocks[from..].iter().filter(same).collect();
        self.check_number(&all, nested, what);
        self.check_labels(&all, nested);
        let pieces: Vec<Piece> = all
            .iter()
            .filter_map(|block| self.piece(block, nested))
            .collect();
        let span = body.blocks[from].header;
        match nested.nesting {
            Nesting::Single => single(pieces, span),
            Nesting::List | Nesting::Set => joined(pieces, "concat", tuple, span),
            Nesting::Map => joined(pieces, "merge", object, span),
        }
    }

    fn piece(&mut self, block: &Block, nested: &NestedBlock) -> Option<Piece> {
        if dynamic::is_dynamic(block) {
            return self.dynamic(block, nested).map(Piece::Made);
        }
        let labels: &[&str] = if nested.nesting == Nesting::Map {
            &["KEY"]
        } else {
            &[]
        };
        if block.labels.len() != labels.len() {
            self.problems.push(structure::labels(block, labels));
            return None;
        }
        let label = block.labels.first();
        let label = label.map(|l| Expr::literal(model::Value::String(l.text.clone()), l.span));
        let inner = self.block(&block.body, block.header, nested);
        Some(Piece::Written((label, inner)))
    }

    pub(super) fn block(&mut self, body: &Body, header: Span, nested: &NestedBlock) -> Expr {
        self.body(
            body,
            header,
            &nested.block,
            &format!("the block `{}`", nested.name),
            &Meta::NONE,
        )
    }

    fn check_number(&mut self, all: &[&Block], nested: &NestedBlock, what: &str) {
        let mut written = all.iter().filter(|b| !dynamic::is_dynamic(b));
        let most = match nested.nesting {
            Nesting::Single => {
                if let Some(second) = all.get(1) {
                    let problem =
                        structure::block_twice(&nested.name, second.header, all[0].header);
                    self.problems.push(problem);
                }
                return;
            }
            _ => nested.max.unwrap_or(usize::MAX),
        };
        if let Some(surplus) = written.nth(most) {
            let problem = structure::too_many_blocks(what, &nested.name, most, surplus.header);
            self.problems.push(problem);
        }
        let only_written = !all.iter().any(|b| dynamic::is_dynamic(b));
        if only_written && all.len() < nested.min {
            let span = all.last().map_or(all[0].header, |b| b.header);
            self.problems.push(structure::too_few_blocks(
                what,
                &nested.name,
                nested.min,
                span,
            ));
        }
    }

    /// The keys of a map are distinct.
    fn check_labels(&mut self, all: &[&Block], nested: &NestedBlock) {
        if nested.nesting != Nesting::Map {
            return;
        }
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for block in all.iter().filter(|b| !dynamic::is_dynamic(b)) {
            let Some(label) = block.labels.first() else {
                continue;
            };
            if let Some(first) = seen.insert(&label.text, label.span) {
                let what = format!("{} \"{}\"", nested.name, label.text);
                self.problems
                    .push(structure::block_twice(&what, label.span, first));
            }
        }
    }
}

fn single(pieces: Vec<Piece>, span: Span) -> Expr {
    match pieces.into_iter().next() {
        Some(Piece::Written((_, object))) => object,
        Some(Piece::Made(list)) => call("one", vec![list], span),
        None => super::nothing(span),
    }
}

/// One collection of all pieces, in their order.
fn joined(
    pieces: Vec<Piece>,
    join: &str,
    collect: fn(Vec<Labelled>, Span) -> Expr,
    span: Span,
) -> Expr {
    let mut parts = Vec::new();
    let mut written = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Written(labelled) => written.push(labelled),
            Piece::Made(made) => {
                if !written.is_empty() {
                    parts.push(collect(std::mem::take(&mut written), span));
                }
                parts.push(made);
            }
        }
    }
    if parts.is_empty() || !written.is_empty() {
        parts.push(collect(written, span));
    }
    match parts.len() {
        1 => parts.swap_remove(0),
        _ => call(join, parts, span),
    }
}

fn tuple(items: Vec<Labelled>, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Tuple(items.into_iter().map(|(_, item)| item).collect()),
        span,
    }
}

fn object(items: Vec<Labelled>, span: Span) -> Expr {
    let items = items
        .into_iter()
        .filter_map(|(label, item)| Some((label?, item)))
        .collect();
    Expr {
        kind: ExprKind::Object(items),
        span,
    }
}

fn call(name: &str, arguments: Vec<Expr>, span: Span) -> Expr {
    let name = Arc::from(name);
    Expr {
        kind: ExprKind::Call(Call {
            name,
            name_span: span,
            arguments,
            expand: false,
        }),
        span,
    }
}
