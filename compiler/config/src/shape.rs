//! The blocks whose form the language itself lays down: which arguments and blocks they have,
//! and readers for what must be written out.

use crate::constant;
use crate::problems::{Problems, is_meant, structure, values};
use model::Value;
use std::sync::Arc;
use syntax::tree::{Attribute, Block, Body, Expr};

/// What may stand in a block.
pub(crate) struct Shape {
    /// The block, as messages name it.
    pub(crate) what: &'static str,
    /// Arguments that must be there.
    pub(crate) required: &'static [&'static str],
    /// Arguments that may.
    pub(crate) optional: &'static [&'static str],
    /// Blocks that may stand there once.
    pub(crate) once: &'static [&'static str],
    /// Blocks that may stand there many times.
    pub(crate) many: &'static [&'static str],
}

impl Shape {
    /// Only optional arguments, no blocks: to be filled in further.
    pub(crate) const fn new(what: &'static str, optional: &'static [&'static str]) -> Shape {
        Shape {
            what,
            required: &[],
            optional,
            once: &[],
            many: &[],
        }
    }

    /// Reports what does not belong in the block, and what is missing.
    pub(crate) fn check(&self, block: &Block, broken: bool, problems: &mut Problems) {
        for attribute in &block.body.attributes {
            let name = &*attribute.name.text;
            if !self.arguments().any(|n| n == name) {
                problems.push(self.misplaced(name, attribute.name.span, true));
            }
        }
        for (i, inner) in block.body.blocks.iter().enumerate() {
            let name = &*inner.kind.text;
            if self.once.contains(&name) {
                let first = block.body.blocks[..i]
                    .iter()
                    .find(|b| *b.kind.text == *name);
                if let Some(first) = first {
                    problems.push(structure::block_twice(name, inner.header, first.header));
                }
            } else if !self.many.contains(&name) {
                problems.push(self.misplaced(name, inner.kind.span, false));
            }
        }
        let unknown = block.body.attributes.iter().map(|a| &*a.name.text);
        let unknown = unknown.filter(|name| !self.arguments().any(|n| n == *name));
        let there = |n: &&str| attribute(&block.body, n).is_some();
        let missing: Vec<&str> = self
            .required
            .iter()
            .copied()
            .filter(|n| !there(n) && !is_meant(n, unknown.clone()))
            .collect();
        if !missing.is_empty() && !broken {
            problems.push(structure::missing(self.what, &missing, block.header));
        }
    }

    fn arguments(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }

    fn blocks(&self) -> impl Iterator<Item = &'static str> {
        self.once.iter().chain(self.many).copied()
    }

    fn misplaced(&self, name: &str, span: diagnostics::Span, set: bool) -> diagnostics::Problem {
        if set && self.blocks().any(|n| n == name) {
            return structure::is_block(name, span);
        }
        if !set && self.arguments().any(|n| n == name) {
            return structure::is_argument(name, span);
        }
        structure::unknown_argument(self.what, name, span, self.arguments().chain(self.blocks()))
    }
}

/// The argument of a name.
pub(crate) fn attribute<'t>(body: &'t Body, name: &str) -> Option<&'t Attribute> {
    body.attributes.iter().find(|a| *a.name.text == *name)
}

/// The blocks of a name.
pub(crate) fn blocks<'t>(body: &'t Body, name: &'static str) -> impl Iterator<Item = &'t Block> {
    body.blocks.iter().filter(move |b| *b.kind.text == *name)
}

/// The block's labels, where they are as many as `names` and all of them identifiers.
pub(crate) fn labels<'t, const N: usize>(
    block: &'t Block,
    names: [&str; N],
    problems: &mut Problems,
) -> Option<[&'t Arc<str>; N]> {
    if block.labels.len() != N {
        problems.push(structure::labels(block, &names));
        return None;
    }
    let mut fine = true;
    for label in &block.labels {
        if !is_identifier(&label.text) {
            problems.push(structure::no_identifier(&label.text, label.span));
            fine = false;
        }
    }
    fine.then(|| std::array::from_fn(|i| &block.labels[i].text))
}

/// A truth value that is written out; `otherwise` where there is none or it is wrong.
pub(crate) fn flag(body: &Body, name: &str, otherwise: bool, problems: &mut Problems) -> bool {
    optional_flag(body, name, problems).unwrap_or(otherwise)
}

/// A truth value that is written out.
pub(crate) fn optional_flag(body: &Body, name: &str, problems: &mut Problems) -> Option<bool> {
    let attribute = attribute(body, name)?;
    match written(&attribute.value, &model::Type::Bool) {
        Some(Value::Bool(flag)) => Some(flag),
        _ => literal_missing(attribute, "`true` or `false`", problems),
    }
}

/// A string that is written out.
pub(crate) fn text(body: &Body, name: &str, problems: &mut Problems) -> Option<Arc<str>> {
    let attribute = attribute(body, name)?;
    constant::text(&attribute.value).or_else(|| literal_missing(attribute, "a string", problems))
}

fn written(expr: &Expr, ty: &model::Type) -> Option<Value> {
    constant::of_tree(expr)
        .ok()
        .and_then(|value| model::convert(&value, ty).ok())
}

fn literal_missing<T>(attribute: &Attribute, expected: &str, problems: &mut Problems) -> Option<T> {
    if !constant::is_broken(&attribute.value) {
        let name = &attribute.name.text;
        problems.push(values::literal_needed(name, expected, attribute.value.span));
    }
    None
}

/// Whether a text is a name: a letter or `_`, then letters, digits, `_` and `-`.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}
