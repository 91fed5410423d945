//! The names of a project's root module, for expressions that stand in none of its files.

use crate::Files;
use crate::cache::Cache;
use crate::declared::Declared;
use crate::digest::Digest;
use crate::discover::discover;
use crate::load::known;
use crate::problems::Problems;
use crate::resolve::{Known, Place, Resolver};
use crate::schemas::Schemas;
use diagnostics::{FileId, Problem, SourceMap};
use eval::Expr;
use model::ProviderSchema;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the root module declares.
pub struct Names<'a> {
    known: Known<'a>,
}

impl<'a> Names<'a> {
    /// Gathers what there is to refer to; problems of the project are not told again.
    pub fn gather(
        files: &dyn Files,
        schemas: &'a BTreeMap<String, Arc<ProviderSchema>>,
    ) -> Names<'a> {
        let mut problems = Problems::default();
        let mut sources = SourceMap::new();
        let mut digest = Digest::default();
        let mut cache = Cache::none();
        let mut found = discover(
            files,
            &mut cache,
            &mut sources,
            &mut digest,
            &mut problems,
            false,
        );
        let mut known = known(&mut found, Schemas::new(schemas), &mut problems);
        if known.modules.is_empty() {
            known.modules.push(Declared::default());
        }
        Names { known }
    }

    /// An expression as it would mean in the root module.
    ///
    /// # Errors
    /// Every problem of its syntax and its names.
    pub fn expr(&self, file: FileId, text: &str) -> Result<Expr, Vec<Problem>> {
        let tree = syntax::parse_expr(file, text)?;
        let mut problems = Problems::default();
        let place = Place {
            outside: true,
            ..Place::default()
        };
        let mut resolver = Resolver::new(&self.known, 0, &mut problems);
        let expr = resolver.at(place, |r| r.expr(&tree));
        match problems.has_errors() {
            true => Err(problems.sorted()),
            false => Ok(expr),
        }
    }
}
