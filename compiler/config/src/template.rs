//! Template files and files of values: text whose names stand for what a call hands over.

use crate::declared::Declared;
use crate::kinds::Kinds;
use crate::problems::{Problems, inputs};
use crate::resolve::{Known, Place, Resolver};
use crate::schemas::Schemas;
use diagnostics::{FileId, Problem};
use eval::{Expr, Template};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A template file, for `templatefile`.
///
/// # Errors
/// Every problem of its syntax, with places in it apart.
pub fn template(path: &str, text: &str) -> Result<Template, Vec<Problem>> {
    let text: Arc<str> = text.into();
    let parts = syntax::parse_template(FileId::APART, &text)
        .and_then(|parts| lowered(|r| r.parts(&parts)))
        .map_err(|problems| within(problems, path, &text))?;
    Ok(Template {
        path: path.into(),
        text,
        parts,
    })
}

/// The names and values of a text that is written as a file of variables, for `decode_tfvars`.
/// Problems tell their places apart.
///
/// # Errors
/// Every problem of its syntax, and each block.
pub fn assignments(text: &str) -> Result<Vec<(Arc<str>, Expr)>, Vec<Problem>> {
    let text: Arc<str> = text.into();
    let (tree, mut problems) = syntax::parse(FileId::APART, &text);
    let blocks = tree.body.blocks.iter().map(|block| &block.kind);
    problems.extend(blocks.map(|kind| inputs::block_in_var_file(&kind.text, kind.span)));
    let attributes = tree.body.attributes.iter();
    let lowered = match problems.is_empty() {
        false => Err(problems),
        true => lowered(|r| {
            attributes
                .map(|a| (a.name.text.clone(), r.expr(&a.value)))
                .collect()
        }),
    };
    lowered.map_err(|problems| within(problems, "the text", &text))
}

/// What the tree means where names stand for what is handed over.
fn lowered<T>(lower: impl FnOnce(&mut Resolver<'_>) -> T) -> Result<T, Vec<Problem>> {
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
        true => Err(problems.sorted()),
        false => Ok(lowered),
    }
}

fn within(problems: Vec<Problem>, path: &str, text: &Arc<str>) -> Vec<Problem> {
    let within = |p: Problem| p.within(path, text);
    problems.into_iter().map(within).collect()
}
