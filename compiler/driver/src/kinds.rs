//! The kinds of a project, tried with any values: what is wrong in an implementation, chosen or
//! not, called or not.

use crate::{Loaded, Session};
use config::{Config, Input, LIBRARY, Module};
use diagnostics::{Problem, Span};
use eval::{Expr, ExprKind};
use model::Value;
use planner::{Options, Prepared};
use std::sync::Arc;

/// The configurations that have in turn each part of the project's own kinds, interfaces and
/// implementations, for their root, with variables that may have any value.
fn trials(config: &Config) -> impl Iterator<Item = Config> {
    let own = |m: &&Module| m.kind.is_some() && !m.directory.starts_with(LIBRARY);
    let parts = config.modules.iter().filter(own).flat_map(|interface| {
        let kind = interface.kind.iter();
        let serving = kind.flat_map(|k| k.implementations.values());
        let serving = serving.filter_map(|i| config.modules.get(i.module));
        [interface].into_iter().chain(serving)
    });
    let rest = &config.modules;
    parts.map(move |part| Config {
        project: config.project.clone(),
        environment: config::Environment {
            target: None,
            ..config.environment.clone()
        },
        modules: [trial(part)]
            .into_iter()
            .chain(rest.iter().skip(1).cloned())
            .collect(),
        inputs: any_values(part).collect(),
        digest: config.digest,
    })
}

/// A part of a kind as a root. What is secret of it, its callers may well take.
fn trial(part: &Module) -> Module {
    let mut root = part.clone();
    for output in root.outputs.values_mut() {
        Arc::make_mut(output).sensitive = true;
    }
    root
}

fn any_values(part: &Module) -> impl Iterator<Item = (Arc<str>, Input)> {
    let any = |(name, variable): (&Arc<str>, &Arc<config::Variable>)| {
        let kind = ExprKind::Literal(Value::unknown(variable.ty.clone()));
        let (span, origin) = (variable.span, String::new());
        let value = Expr { kind, span };
        (name.clone(), Input { value, origin })
    };
    part.variables.iter().map(any)
}

/// What is wrong with the order inside the project's kinds, called or not.
pub(crate) fn circles(config: &Config, known: &[Problem]) -> Vec<Problem> {
    let found = trials(config).filter_map(|trial| Prepared::new(&trial).err());
    let mut new: Vec<Problem> = Vec::new();
    for problem in found.flatten() {
        if !is_told(&problem, known) && !is_told(&problem, &new) {
            new.push(problem);
        }
    }
    new
}

/// Whether a problem of the same code names the same place.
fn is_told(problem: &Problem, told: &[Problem]) -> bool {
    told.iter().any(|t| tells(t, problem))
}

fn tells(told: &Problem, problem: &Problem) -> bool {
    let places = |span: Span| told.labels.iter().any(|l| l.span == span);
    told.code == problem.code && problem.primary().is_some_and(places)
}

impl Session<'_> {
    /// Adds to what was found wrong what is wrong in the project's own kinds whatever their
    /// callers say, each once.
    pub fn check_kinds(&self, options: &Options, problems: &mut Vec<Problem>) {
        let options = Options {
            any_values: true,
            ..options.clone()
        };
        for config in trials(&self.setup.loaded.config) {
            let Ok(prepared) = Prepared::new(&config) else {
                continue;
            };
            let loaded = Loaded { config, prepared };
            for mut found in self.look_over(&loaded, &options) {
                found.address = None;
                // Once is enough of what each call would run into.
                let mut first = true;
                let keep = |p: &Problem| !tells(p, &found) || std::mem::take(&mut first);
                problems.retain(keep);
                if first {
                    problems.push(found);
                }
            }
        }
    }
}
