//! Template files and files of values: text whose names stand for what a call hands over.

use crate::declared::Declared;
use crate::kinds::Kinds;
use crate::problems::{Problems, inputs};
use crate::resolve::{Known, Place, Resolver};
use crate::schemas::Schemas;
use diagnostics::{Problem, SourceMap};
use eval::{Expr, TemplatePart};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The parts of a template file, for `templatefile`. Problems tell their place in words, since
/// the file is none of the configuration's.
///
/// # Errors
/// Every problem of its syntax.
pub fn template(path: &str, text: &str) -> Result<Arc<[TemplatePart]>, Vec<Problem>> {
    let mut sources = SourceMap::new();
    let file = sources.add(path, text);
    let parts = syntax::parse_template(file, text).map_err(|problems| {
        problems
            .into_iter()
            .map(|p| in_words(p, &sources))
            .collect::<Vec<_>>()
    })?;
    let parts = lowered(&sources, |r| r.parts(&parts))?;
    Ok(parts.into())
}

/// The names and values of a text that is written as a file of variables, for `decode_tfvars`.
/// Problems tell their place in words.
///
/// # Errors
/// Every problem of its syntax, and each block.
pub fn assignments(text: &str) -> Result<Vec<(Arc<str>, Expr)>, Vec<Problem>> {
    let mut sources = SourceMap::new();
    let file = sources.add("the text", text);
    let (tree, mut problems) = syntax::parse(file, text);
    let blocks = tree.body.blocks.iter().map(|block| &block.kind);
    problems.extend(blocks.map(|kind| inputs::block_in_var_file(&kind.text, kind.span)));
    if !problems.is_empty() {
        return Err(problems
            .into_iter()
            .map(|p| in_words(p, &sources))
            .collect());
    }
    lowered(&sources, |r| {
        let attributes = tree.body.attributes.iter();
        attributes
            .map(|a| (a.name.text.clone(), r.expr(&a.value)))
            .collect()
    })
}

/// What the tree means where names stand for what is handed over.
fn lowered<T>(
    sources: &SourceMap,
    lower: impl FnOnce(&mut Resolver<'_>) -> T,
) -> Result<T, Vec<Problem>> {
    let none = BTreeMap::new();
    let nothing = vec![Declared::default()];
    let known = Known::new(Schemas::new(&none), nothing, Kinds::default());
    let mut problems = Problems::default();
    let place = Place {
        template: true,
        ..Place::default()
    };
    let lowered = Resolver::new(&known, 0, &mut problems).at(place, lower);
    match problems.has_errors() {
        true => Err(problems
            .sorted()
            .into_iter()
            .map(|p| in_words(p, sources))
            .collect()),
        false => Ok(lowered),
    }
}

fn in_words(mut problem: Problem, sources: &SourceMap) -> Problem {
    for label in std::mem::take(&mut problem.labels) {
        let place = sources.locate(label.span);
        problem.details.push(match label.text.is_empty() {
            true => place,
            false => format!("{place}: {}", label.text),
        });
    }
    problem
}
