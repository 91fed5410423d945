//! The way from files to a resolved configuration.

use crate::blocks::{self, Choice, Root};
use crate::declared::Declared;
use crate::digest::Digest;
use crate::discover::discover;
use crate::inputs::Gathering;
use crate::problems::{Problems, inputs};
use crate::resolve::Known;
use crate::schemas::Schemas;
use crate::{Config, Files, Module, Project, Request};
use diagnostics::{Problem, SourceMap};
use indexmap::IndexMap;
use model::ProviderSchema;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The environment's name where no block says one.
const DEFAULT: &str = "default";

/// Reads the project's root and all modules that it calls, resolves every name, and checks all
/// that can be checked without looking at the world. There is a configuration where no problem
/// is an error.
pub fn load(
    files: &dyn Files,
    schemas: &BTreeMap<String, Arc<ProviderSchema>>,
    request: &Request,
    sources: &mut SourceMap,
) -> (Option<Config>, Vec<Problem>) {
    let (config, problems) = understand(files, schemas, request, sources);
    let right = !problems.iter().any(Problem::is_error);
    (config.filter(|_| right), problems)
}

/// The same as far as it can be understood, whatever is wrong with it: for finding more of that,
/// not for going on. What could not be resolved is null.
pub fn understand(
    files: &dyn Files,
    schemas: &BTreeMap<String, Arc<ProviderSchema>>,
    request: &Request,
    sources: &mut SourceMap,
) -> (Option<Config>, Vec<Problem>) {
    let mut problems = Problems::default();
    let mut digest = Digest::default();
    let mut directories = discover(files, sources, &mut digest, &mut problems);
    if directories.is_empty() {
        return (None, problems.sorted());
    }
    let gather = |directory| Declared::gather(directory, &mut problems);
    let modules = directories.iter_mut().map(gather).collect();
    let known = Known {
        schemas: Schemas::new(schemas),
        modules,
    };
    let mut root = Root::default();
    let resolve =
        |(index, directory)| blocks::module(index, directory, &known, &mut root, &mut problems);
    let modules: Vec<Module> = directories.into_iter().enumerate().map(resolve).collect();
    let choice = choose(root.environments, request, &mut problems);
    let environment = choice
        .as_ref()
        .map(|c| c.environment.clone())
        .unwrap_or_default();
    digest.add("environment", &environment.name, "");
    // Which variables lack a value is another question in another environment.
    let inputs = choice.map_or_else(IndexMap::new, |choice| {
        Gathering::new(&known, files, sources, &mut digest, &mut problems).all(request, choice)
    });
    let project = root.project.unwrap_or_else(|| Project {
        name: request.directory_name.as_str().into(),
        ..Project::default()
    });
    digest.add("project", &project.name, "");
    let config = Config {
        project,
        environment,
        modules,
        inputs,
        digest: digest.finish(),
    };
    (Some(config), problems.sorted())
}

/// The environment that was asked for, or the only one, or `default`.
fn choose(
    mut environments: Vec<Choice>,
    request: &Request,
    problems: &mut Problems,
) -> Option<Choice> {
    let wanted = match &request.environment {
        Some(name) => name.as_str(),
        None if environments.len() == 1 => return environments.pop(),
        None => DEFAULT,
    };
    let found = environments
        .iter()
        .position(|choice| &*choice.environment.name == wanted);
    if let Some(index) = found {
        return Some(environments.swap_remove(index));
    }
    if environments.is_empty() && wanted == DEFAULT {
        return Some(Choice::without_block(DEFAULT));
    }
    let known = environments.iter().map(|choice| &*choice.environment.name);
    problems.push(match &request.environment {
        Some(name) => inputs::unknown_environment(name, known),
        None => inputs::choose_environment(known),
    });
    None
}
