//! The way from files to a resolved configuration.

use crate::blocks::{self, Choice, Root};
use crate::cache::Cache;
use crate::declared::Declared;
use crate::digest::Digest;
use crate::discover::{Discovered, discover};
use crate::inputs::Gathering;
use crate::kinds::{self, Kinds};
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
/// not for going on. What could not be resolved is not known; there is nothing where calls go in
/// a circle.
pub fn understand(
    files: &dyn Files,
    schemas: &BTreeMap<String, Arc<ProviderSchema>>,
    request: &Request,
    sources: &mut SourceMap,
) -> (Option<Config>, Vec<Problem>) {
    understand_again(files, schemas, request, sources, &mut Cache::none())
}

/// The same, with what an earlier time left; the answer is the same one, too.
pub fn understand_again(
    files: &dyn Files,
    schemas: &BTreeMap<String, Arc<ProviderSchema>>,
    request: &Request,
    sources: &mut SourceMap,
    cache: &mut Cache,
) -> (Option<Config>, Vec<Problem>) {
    let mut problems = Problems::default();
    let mut digest = Digest::default();
    let all = request.all_kinds;
    let mut found = discover(files, cache, sources, &mut digest, &mut problems, all);
    if found.directories.is_empty() {
        return (None, problems.sorted());
    }
    let known = known(&mut found, Schemas::new(schemas), &mut problems);
    cache.compare(&known, schemas);
    let mut root = Root::default();
    let resolve = |(index, directory)| {
        blocks::module(index, directory, &known, cache, &mut root, &mut problems)
    };
    let directories = found.directories.into_iter().enumerate();
    let mut modules: Vec<Module> = directories.map(resolve).collect();
    kinds::join(&mut modules, &known.modules, &mut problems);
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
    cache.remember(known, schemas, sources);
    let config = Config {
        project,
        environment,
        modules,
        inputs,
        digest: digest.finish(),
    };
    let config = Some(config).filter(|config| ends(&config.modules));
    (config, problems.sorted())
}

/// What all that was read declares.
pub(crate) fn known<'a>(
    found: &mut Discovered,
    schemas: Schemas<'a>,
    problems: &mut Problems,
) -> Known<'a> {
    let kinds = Kinds::read(found, problems);
    let mut modules = Vec::with_capacity(found.directories.len());
    for directory in &mut found.directories {
        modules.push(Declared::gather(directory, &kinds, &modules, problems));
    }
    Known::new(schemas, modules, kinds)
}

/// Whether whoever follows the calls from module to module comes to an end.
fn ends(modules: &[Module]) -> bool {
    let called = |module: &Module| -> Vec<usize> {
        let calls = module.calls.values().map(|call| call.module);
        let kind = module.kind.iter().flat_map(|k| k.implementations.values());
        calls.chain(kind.map(|i| i.module)).collect()
    };
    // From those that call nobody to those that call only such.
    let mut open: Vec<Vec<usize>> = modules.iter().map(called).collect();
    let mut callers = vec![Vec::new(); modules.len()];
    for (caller, called) in open.iter().enumerate() {
        for one in called {
            match callers.get_mut(*one) {
                Some(of_one) => of_one.push(caller),
                None => return false,
            }
        }
    }
    let mut done: Vec<usize> = (0..modules.len()).filter(|i| open[*i].is_empty()).collect();
    let mut count = 0;
    while let Some(one) = done.pop() {
        count += 1;
        for caller in &callers[one] {
            open[*caller].pop();
            done.extend(open[*caller].is_empty().then_some(*caller));
        }
    }
    count == modules.len()
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
