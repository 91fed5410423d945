//! Template files: text to parts whose names stand for what the call hands over.

use crate::declared::Declared;
use crate::kinds::Kinds;
use crate::problems::Problems;
use crate::resolve::{Known, Place, Resolver};
use crate::schemas::Schemas;
use diagnostics::{Problem, SourceMap};
use eval::TemplatePart;
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
    let none = BTreeMap::new();
    let nothing = vec![Declared::default()];
    let known = Known::new(Schemas::new(&none), nothing, Kinds::default());
    let mut problems = Problems::default();
    let place = Place {
        template: true,
        ..Place::default()
    };
    let parts = Resolver::new(&known, 0, &mut problems).at(place, |r| r.parts(&parts));
    match problems.has_errors() {
        true => Err(problems
            .sorted()
            .into_iter()
            .map(|p| in_words(p, &sources))
            .collect()),
        false => Ok(parts.into()),
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
