//! Evaluations without files and without a world around them.
#![allow(dead_code)]

use config::Config;
use diagnostics::{FileId, Problem, Span};
use eval::{Expr, ExprKind, Functions, Reference, Scope, Sources, Template, World};
use model::{FingerprintKey, FunctionSchema, Value};
use planner::{Input, Observed, Options, Prepared, Providers};
use state::State;

/// Evaluates the text of a template.
pub fn evaluate(text: &str) {
    let Ok(template) = config::template("text", text) else {
        return;
    };
    let expr = Expr {
        kind: ExprKind::Template(template.parts),
        span: Span::new(FileId(0), 0, 0),
    };
    let world = World {
        sources: &Nothing,
        functions: &Nothing,
        fingerprints: &FingerprintKey::new([7; 32]),
        planned_at: "2026-01-02T03:04:05Z",
    };
    let _ = eval::evaluate(&expr, &Nothing, &world);
}

/// What is wrong with a configuration's values, in a world in which nothing was made yet.
pub fn check(config: &Config, providers: &Providers) {
    let Ok(prepared) = Prepared::new(config) else {
        return;
    };
    let world = World {
        sources: &Nothing,
        functions: &Nothing,
        fingerprints: &FingerprintKey::new([7; 32]),
        planned_at: "2026-01-02T03:04:05Z",
    };
    let _ = planner::step(&Input {
        config,
        prepared: &prepared,
        providers,
        state: &State::default(),
        observed: &Observed::default(),
        world: &world,
        options: &Options::default(),
    });
}

struct Nothing;

impl Scope for Nothing {
    fn resolve(&self, _: &Reference, span: Span) -> Result<Value, Problem> {
        Err(Problem::error("LF0121", "there is nothing").at(span, "here"))
    }
}

impl Functions for Nothing {
    fn schema(&self, _: &str, _: &str) -> Option<&FunctionSchema> {
        None
    }

    fn call(&self, _: &str, _: &str, _: &[Value]) -> Result<Value, String> {
        Err("there is nothing".into())
    }
}

impl Sources for Nothing {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("there is nothing".into())
    }

    fn exists(&self, _: &str) -> Result<bool, String> {
        Ok(false)
    }

    fn list(&self, _: &str) -> Result<Vec<String>, String> {
        Err("there is nothing".into())
    }

    fn template(&self, _: &str) -> Result<Template, Problem> {
        Err(Problem::error("LF0313", "there is nothing"))
    }
}
