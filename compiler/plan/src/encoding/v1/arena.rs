//! All expressions of a plan in one flat list, each part behind what it is a part of: neither
//! writing nor reading recurses, however deep an expression is.

use super::expr::{EncodedNode, Index, encode_expr, encode_part};
use eval::{Expr, TemplatePart};
use state::encoding::v1::{Decoder, EncodingError, SecretsOut};
use std::collections::HashMap;
use std::sync::Arc;

/// The deepest that expressions may be: about twice what the language allows, and little enough
/// for whoever walks through one, drops or compares it on an ordinary stack.
const DEEPEST: u32 = 1024;

/// Collects expressions. One that several share is there once.
#[derive(Default)]
pub(super) struct Arena<'a> {
    encoded: Vec<EncodedNode<'a>>,
    nodes: Nodes<'a>,
    shared: HashMap<*const Expr, Index>,
}

impl<'a> Arena<'a> {
    /// Where the expression stands.
    pub(super) fn add(&mut self, expr: &'a Expr, secrets: &mut SecretsOut) -> Index {
        self.nodes.level = 0;
        let index = self.nodes.expr(expr);
        while let Some((item, level)) = self.nodes.queue.get(self.encoded.len()).copied() {
            self.nodes.level = level;
            self.encoded.push(match item {
                Item::Expr(expr) => encode_expr(expr, &mut self.nodes, secrets),
                Item::Part(part) => encode_part(part, &mut self.nodes),
            });
        }
        index
    }

    /// Where an expression stands that several share.
    pub(super) fn add_shared(&mut self, expr: &'a Arc<Expr>, secrets: &mut SecretsOut) -> Index {
        if let Some(known) = self.shared.get(&Arc::as_ptr(expr)) {
            return *known;
        }
        let index = self.add(expr, secrets);
        self.shared.insert(Arc::as_ptr(expr), index);
        index
    }

    /// The list.
    pub(super) fn finish(self) -> Result<Vec<EncodedNode<'a>>, EncodingError> {
        match self.nodes.deepest > DEEPEST {
            true => Err(too_deep()),
            false => Ok(self.encoded),
        }
    }
}

/// What is still to be written; the index of each is settled as it joins the queue.
#[derive(Default)]
pub(super) struct Nodes<'a> {
    queue: Vec<(Item<'a>, u32)>,
    level: u32,
    deepest: u32,
}

#[derive(Clone, Copy)]
enum Item<'a> {
    Expr(&'a Expr),
    Part(&'a TemplatePart),
}

impl<'a> Nodes<'a> {
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Index {
        self.push(Item::Expr(expr))
    }

    pub(super) fn exprs(&mut self, exprs: &'a [Expr]) -> Vec<Index> {
        exprs.iter().map(|e| self.expr(e)).collect()
    }

    pub(super) fn parts(&mut self, parts: &'a [TemplatePart]) -> Vec<Index> {
        parts.iter().map(|p| self.push(Item::Part(p))).collect()
    }

    fn push(&mut self, item: Item<'a>) -> Index {
        let level = self.level + 1;
        self.deepest = self.deepest.max(level);
        self.queue.push((item, level));
        (self.queue.len() - 1) as Index
    }
}

/// The expressions of a list that was read.
#[derive(Default)]
pub(super) struct Exprs {
    nodes: Slots,
    shared: HashMap<Index, Arc<Expr>>,
}

/// A node that was read.
pub(super) enum Node {
    /// An expression.
    Expr(Expr),
    /// A piece of a template.
    Part(TemplatePart),
}

/// Nodes with their depths; empty where somebody took the node.
type Slots = Vec<Option<(Node, u32)>>;

impl Exprs {
    /// Of a list.
    pub(super) fn decode(
        encoded: &[EncodedNode<'_>],
        names: &mut Decoder<'_>,
    ) -> Result<Exprs, EncodingError> {
        let mut nodes: Slots = Vec::new();
        nodes.resize_with(encoded.len(), || None);
        for (index, node) in encoded.iter().enumerate().rev() {
            let (_, behind) = nodes.split_at_mut(index + 1);
            let mut inside = Inside {
                offset: index + 1,
                behind,
                depth: 0,
            };
            let node = node.decode(&mut inside, names)?;
            let depth = inside.depth + 1;
            if depth > DEEPEST {
                return Err(too_deep());
            }
            nodes[index] = Some((node, depth));
        }
        Ok(Exprs {
            nodes,
            shared: HashMap::new(),
        })
    }

    /// An expression that belongs to one alone.
    pub(super) fn take(&mut self, index: Index) -> Result<Expr, EncodingError> {
        take_expr(&mut self.nodes, Some(index as usize)).map(|(expr, _)| expr)
    }

    /// An expression that several share.
    pub(super) fn shared(&mut self, index: Index) -> Result<Arc<Expr>, EncodingError> {
        if let Some(known) = self.shared.get(&index) {
            return Ok(known.clone());
        }
        let expr = Arc::new(self.take(index)?);
        self.shared.insert(index, expr.clone());
        Ok(expr)
    }
}

/// What stands behind a node in the list, where all that is inside of it is.
pub(super) struct Inside<'n> {
    offset: usize,
    behind: &'n mut [Option<(Node, u32)>],
    depth: u32,
}

impl Inside<'_> {
    pub(super) fn expr(&mut self, index: Index) -> Result<Expr, EncodingError> {
        let at = (index as usize).checked_sub(self.offset);
        let (expr, depth) = take_expr(self.behind, at)?;
        self.depth = self.depth.max(depth);
        Ok(expr)
    }

    pub(super) fn boxed(&mut self, index: Index) -> Result<Box<Expr>, EncodingError> {
        self.expr(index).map(Box::new)
    }

    pub(super) fn maybe(&mut self, index: Option<Index>) -> Result<Option<Expr>, EncodingError> {
        index.map(|i| self.expr(i)).transpose()
    }

    pub(super) fn exprs(&mut self, indices: &[Index]) -> Result<Vec<Expr>, EncodingError> {
        indices.iter().map(|i| self.expr(*i)).collect()
    }

    pub(super) fn parts(&mut self, indices: &[Index]) -> Result<Vec<TemplatePart>, EncodingError> {
        indices.iter().map(|i| self.part(*i)).collect()
    }

    fn part(&mut self, index: Index) -> Result<TemplatePart, EncodingError> {
        let at = (index as usize).checked_sub(self.offset);
        match at.and_then(|at| self.behind.get_mut(at)?.take()) {
            Some((Node::Part(part), depth)) => {
                self.depth = self.depth.max(depth);
                Ok(part)
            }
            _ => Err(EncodingError("a piece of a template is missing".into())),
        }
    }
}

fn take_expr(
    nodes: &mut [Option<(Node, u32)>],
    at: Option<usize>,
) -> Result<(Expr, u32), EncodingError> {
    match at.and_then(|at| nodes.get_mut(at)?.take()) {
        Some((Node::Expr(expr), depth)) => Ok((expr, depth)),
        _ => Err(EncodingError("an expression is missing".into())),
    }
}

fn too_deep() -> EncodingError {
    EncodingError(format!(
        "an expression is nested deeper than {DEEPEST} levels; put its inner parts into locals"
    ))
}
