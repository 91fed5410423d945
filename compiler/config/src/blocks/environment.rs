//! `environment "production" { … }`

use super::{Root, provider};
use crate::problems::{inputs, structure, values};
use crate::resolve::Resolver;
use crate::shape::{self, Shape, attribute};
use crate::{Environment, constant};
use diagnostics::Span;
use eval::Expr;
use std::sync::Arc;
use syntax::tree::{self, Block, ExprKind};

const SHAPE: Shape = Shape::new("an environment", &["target", "inputs", "protected"]);

/// An environment that may be chosen.
pub(crate) struct Choice {
    pub(crate) environment: Environment,
    /// Values of root variables: name, where it stands, value.
    pub(crate) inputs: Vec<(Arc<str>, Span, Expr)>,
}

impl Choice {
    /// An environment that no block speaks of.
    pub(crate) fn without_block(name: &str) -> Choice {
        let environment = Environment {
            name: name.into(),
            ..Environment::default()
        };
        Choice {
            environment,
            inputs: Vec::new(),
        }
    }
}

pub(super) fn read(block: &Block, root: &mut Root, r: &mut Resolver) {
    SHAPE.check(block, r.here.broken_inside(block.body.span), r.problems);
    let labels = shape::labels(block, ["NAME"], r.problems);
    let body = &block.body;
    let target = attribute(body, "target").and_then(|a| provider::named(&a.value, r));
    let protected = shape::flag(body, "protected", false, r.problems);
    let inputs = attribute(body, "inputs")
        .map(|a| inputs(&a.value, r))
        .unwrap_or_default();
    let Some([name]) = labels else { return };
    let first = root
        .environments
        .iter()
        .find(|e| e.environment.name == *name);
    if let Some(first) = first.and_then(|e| e.environment.span) {
        let what = format!("the environment `{name}`");
        return r
            .problems
            .push(structure::declared_twice(&what, block.header, first));
    }
    let span = Some(block.header);
    let environment = Environment {
        name: name.clone(),
        protected,
        target,
        span,
    };
    root.environments.push(Choice {
        environment,
        inputs,
    });
}

fn inputs(value: &tree::Expr, r: &mut Resolver) -> Vec<(Arc<str>, Span, Expr)> {
    let ExprKind::Object(items) = &value.kind else {
        if !constant::is_broken(value) {
            let expected = "an object such as `{ name = value }`";
            r.problems
                .push(values::literal_needed("inputs", expected, value.span));
        }
        return Vec::new();
    };
    items.iter().filter_map(|item| input(item, r)).collect()
}

fn input(item: &tree::ObjectItem, r: &mut Resolver) -> Option<(Arc<str>, Span, Expr)> {
    let name = match &item.key.kind {
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Attribute(..) => {
            r.problems.push(values::ambiguous_key(item.key.span));
            return None;
        }
        _ => constant::text(&item.key)?,
    };
    let span = item.key.span;
    let value = r.constant("an input", &item.value);
    let here = r.here;
    let Some(variable) = here.variables.get(&name) else {
        if !here.may_be_declared(&name) {
            let known = here.variables.keys().map(|n| &**n);
            r.problems.push(inputs::unknown_input(&name, span, known));
        }
        return None;
    };
    r.check(&value, &variable.ty, &name);
    Some((name, span, value))
}
