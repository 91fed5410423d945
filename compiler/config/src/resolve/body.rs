//! Bodies that a schema lays down: arguments and nested blocks become one object expression.

use super::expr::text;
use super::{Resolver, dynamic};
use crate::problems::structure;
use crate::shape;
use diagnostics::Span;
use eval::{Call, Expr, ExprKind};
use model::{AttributeUse, BlockSchema, NestedBlock, Nesting};
use std::collections::HashMap;
use std::sync::Arc;
use syntax::tree::{Block, Body};

/// What may stand in a body beside what the schema says; it is read elsewhere.
pub(crate) struct Meta {
    pub(crate) arguments: &'static [&'static str],
    pub(crate) blocks: &'static [&'static str],
}

impl Meta {
    /// Nothing else.
    pub(crate) const NONE: Meta = Meta {
        arguments: &[],
        blocks: &[],
    };
}

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
    /// The body as an object expression. Its keys stand where the names were written.
    pub(crate) fn body(
        &mut self,
        body: &Body,
        header: Span,
        schema: &BlockSchema,
        what: &str,
        meta: &Meta,
    ) -> Expr {
        let mut items = Vec::with_capacity(body.attributes.len() + body.blocks.len());
        self.arguments(body, schema, what, meta, &mut items);
        self.blocks(body, schema, what, meta, &mut items);
        self.check_complete(body, header, schema, what);
        Expr {
            kind: ExprKind::Object(items),
            span: header,
        }
    }

    /// A body of which nothing is known: only its names are looked at.
    pub(crate) fn unknown_body(&mut self, body: &Body, meta: &Meta) {
        for attribute in &body.attributes {
            if !meta.arguments.contains(&&*attribute.name.text) {
                self.expr(&attribute.value);
            }
        }
    }

    fn arguments(
        &mut self,
        body: &Body,
        schema: &BlockSchema,
        what: &str,
        meta: &Meta,
        items: &mut Vec<(Expr, Expr)>,
    ) {
        for attribute in &body.attributes {
            let name = &attribute.name;
            if meta.arguments.contains(&&*name.text) {
                continue;
            }
            let value = self.expr(&attribute.value);
            match schema.attribute(&name.text) {
                Some(known) if known.usage == AttributeUse::Computed => {
                    self.problems
                        .push(structure::computed(what, &name.text, name.span));
                }
                Some(known) => {
                    self.check(&value, &known.ty, &name.text);
                    items.push((text(name), value));
                }
                None => self.no_argument(schema, what, meta, &name.text, name.span),
            }
        }
    }

    fn no_argument(
        &mut self,
        schema: &BlockSchema,
        what: &str,
        meta: &Meta,
        name: &str,
        span: Span,
    ) {
        let is_block = schema.block(name).is_some() || meta.blocks.contains(&name);
        self.problems.push(match is_block {
            true => structure::is_block(name, span),
            false => structure::unknown_argument(what, name, span, settable(schema, meta)),
        });
    }

    fn blocks(
        &mut self,
        body: &Body,
        schema: &BlockSchema,
        what: &str,
        meta: &Meta,
        items: &mut Vec<(Expr, Expr)>,
    ) {
        let mut seen: Vec<&str> = Vec::new();
        for (i, block) in body.blocks.iter().enumerate() {
            let Some((name, span)) = dynamic::target(block) else {
                self.problems.push(structure::labels(block, &["NAME"]));
                continue;
            };
            let first = !seen.contains(&&**name);
            if first {
                seen.push(name);
            }
            if meta.blocks.contains(&&**name) && *block.kind.text == **name {
                self.once(body, i, name);
                continue;
            }
            match schema.block(name) {
                Some(nested) if first => {
                    let key = Expr::literal(model::Value::String(name.clone()), span);
                    items.push((key, self.nested(body, i, nested, what)));
                }
                Some(_) => {}
                None => self.no_block(schema, what, meta, name, span),
            }
        }
    }

    fn once(&mut self, body: &Body, at: usize, name: &str) {
        let first = body.blocks[..at].iter().find(|b| *b.kind.text == *name);
        if let Some(first) = first {
            let problem = structure::block_twice(name, body.blocks[at].header, first.header);
            self.problems.push(problem);
        }
    }

    fn no_block(&mut self, schema: &BlockSchema, what: &str, meta: &Meta, name: &str, span: Span) {
        self.problems.push(match schema.attribute(name) {
            Some(a) if a.usage == AttributeUse::Computed => structure::computed(what, name, span),
            Some(_) => structure::is_argument(name, span),
            None => {
                let blocks = schema
                    .blocks
                    .iter()
                    .map(|b| b.name)
                    .chain(meta.blocks.iter().copied());
                let blocks: Vec<&str> = blocks.collect();
                match blocks.is_empty() {
                    true => structure::unknown_argument(what, name, span, settable(schema, meta)),
                    false => structure::unknown_nested(what, name, span, blocks),
                }
            }
        });
    }

    /// All blocks of one name; the first stands at `from`.
    fn nested(&mut self, body: &Body, from: usize, nested: &NestedBlock, what: &str) -> Expr {
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
                    let problem = structure::block_twice(nested.name, second.header, all[0].header);
                    self.problems.push(problem);
                }
                return;
            }
            _ => nested.max.unwrap_or(usize::MAX),
        };
        if let Some(surplus) = written.nth(most) {
            let problem = structure::too_many_blocks(what, nested.name, most, surplus.header);
            self.problems.push(problem);
        }
        let only_written = !all.iter().any(|b| dynamic::is_dynamic(b));
        if only_written && all.len() < nested.min {
            let span = all.last().map_or(all[0].header, |b| b.header);
            self.problems.push(structure::too_few_blocks(
                what,
                nested.name,
                nested.min,
                span,
            ));
        }
    }

    /// What must be there is, unless it may stand in what could not be read.
    fn check_complete(&mut self, body: &Body, header: Span, schema: &BlockSchema, what: &str) {
        let given = |name: &str| {
            shape::attribute(body, name).is_some()
                || schema
                    .attributes
                    .iter()
                    .any(|a| a.loads_into == Some(name) && shape::attribute(body, a.name).is_some())
        };
        let missing: Vec<&str> = schema
            .attributes
            .iter()
            .filter(|a| a.usage == AttributeUse::Required && !given(a.name))
            .map(|a| a.name)
            .collect();
        let written = |name: &str| {
            body.blocks
                .iter()
                .any(|b| dynamic::target(b).is_some_and(|t| **t.0 == *name))
        };
        let lacking = schema.blocks.iter().find(|b| b.min > 0 && !written(b.name));
        if (missing.is_empty() && lacking.is_none()) || self.here.broken_inside(body.span) {
            return;
        }
        if !missing.is_empty() {
            self.problems
                .push(structure::missing(what, &missing, header));
        }
        if let Some(block) = lacking {
            self.problems.push(structure::too_few_blocks(
                what, block.name, block.min, header,
            ));
        }
    }
}

/// All names that a user may write.
fn settable<'s>(schema: &'s BlockSchema, meta: &Meta) -> impl Iterator<Item = &'s str> {
    let arguments = schema
        .attributes
        .iter()
        .filter(|a| a.usage != AttributeUse::Computed);
    let blocks = schema.blocks.iter().map(|b| b.name);
    let own = meta.arguments.iter().chain(meta.blocks).copied();
    arguments.map(|a| a.name).chain(blocks).chain(own)
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
