//! Bodies that a schema lays down: arguments and nested blocks become one object expression.

use super::expr::text;
use super::{Resolver, dynamic};
use crate::problems::{is_meant, structure};
use crate::shape;
use diagnostics::Span;
use eval::{Expr, ExprKind};
use model::{AttributeUse, BlockSchema};
use syntax::tree::Body;

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
                    let key = Expr::literal(model::Value::string(name.clone()), span);
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
                    .map(|b| &*b.name)
                    .chain(meta.blocks.iter().copied());
                let blocks: Vec<&str> = blocks.collect();
                match blocks.is_empty() {
                    true => structure::unknown_argument(what, name, span, settable(schema, meta)),
                    false => structure::unknown_nested(what, name, span, blocks),
                }
            }
        });
    }

    /// What must be there is, unless it may stand in what could not be read.
    fn check_complete(&mut self, body: &Body, header: Span, schema: &BlockSchema, what: &str) {
        let given = |name: &str| {
            shape::attribute(body, name).is_some()
                || schema.attributes.iter().any(|a| {
                    a.loads_into == Some(name) && shape::attribute(body, &a.name).is_some()
                })
        };
        let unknown = body.attributes.iter().map(|a| &*a.name.text);
        let unknown = unknown.filter(|name| schema.attribute(name).is_none());
        let missing: Vec<&str> = schema
            .attributes
            .iter()
            .filter(|a| a.usage == AttributeUse::Required && !given(&a.name))
            .filter(|a| !is_meant(&a.name, unknown.clone()))
            .map(|a| &*a.name)
            .collect();
        let written = |name: &str| {
            body.blocks
                .iter()
                .any(|b| dynamic::target(b).is_some_and(|t| **t.0 == *name))
        };
        let lacking = schema
            .blocks
            .iter()
            .find(|b| b.min > 0 && !written(&b.name));
        if (missing.is_empty() && lacking.is_none()) || self.here.broken_inside(body.span) {
            return;
        }
        if !missing.is_empty() {
            self.problems
                .push(structure::missing(what, &missing, header));
        }
        if let Some(block) = lacking {
            self.problems.push(structure::too_few_blocks(
                what,
                &block.name,
                block.min,
                header,
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
    let blocks = schema.blocks.iter().map(|b| &*b.name);
    let own = meta.arguments.iter().chain(meta.blocks).copied();
    arguments.map(|a| &*a.name).chain(blocks).chain(own)
}
