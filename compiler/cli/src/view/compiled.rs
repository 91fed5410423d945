//! The resources that a configuration came to, as HCL. Secrets are never shown: where one would
//! stand, the expression that gives it does.

use config::{Config, Resource};
use diagnostics::SourceMap;
use eval::ExprKind;
use model::{Value, show};
use plan::{Action, Plan, Step};
use serde_json::{Value as Json, json};
use std::fmt;

/// One resource, and where it comes from.
pub(crate) struct Block {
    address: String,
    ty: String,
    name: String,
    /// Where the block stands, and then each call that led to it, the nearest first.
    origin: Vec<String>,
    implementation: Option<String>,
    arguments: Vec<Argument>,
}

struct Argument {
    name: String,
    /// As HCL.
    value: String,
    /// Why it is an expression still.
    remark: Option<&'static str>,
}

/// The resources that a plan from nothing makes, in the order of their addresses.
pub(crate) fn blocks(plan: &Plan, config: &Config, sources: &SourceMap) -> Vec<Block> {
    let made = plan.steps.iter().filter(|s| s.action == Action::Create);
    let mut made: Vec<&Step> = made.collect();
    made.sort_by(|a, b| a.address.cmp(&b.address));
    let block = |step: &&Step| block(step, config, sources);
    made.iter().filter_map(block).collect()
}

fn block(step: &Step, config: &Config, sources: &SourceMap) -> Option<Block> {
    let served = step.implementation.as_deref();
    let (_, resource) = config.resource(&step.address.resource, served)?;
    let mut origin = config.calls(&step.address.resource.module, served);
    origin.push(resource.span);
    origin.reverse();
    Some(Block {
        address: step.address.to_string(),
        ty: resource.ty.to_string(),
        name: resource.name.to_string(),
        origin: origin
            .into_iter()
            .map(|span| sources.locate(span))
            .collect(),
        implementation: served.map(String::from),
        arguments: arguments(step, resource, sources),
    })
}

fn arguments(step: &Step, resource: &Resource, sources: &SourceMap) -> Vec<Argument> {
    let ExprKind::Object(items) = &resource.body.kind else {
        return Vec::new();
    };
    let argument = |(key, expr): &(eval::Expr, eval::Expr)| {
        let ExprKind::Literal(Value::String(name)) = &key.kind else {
            return None;
        };
        let value = step.after.as_ref().and_then(|after| after.get(name));
        let known = value.filter(|v| !v.has_unknown() && !v.has_secret());
        let remark = match (known, value) {
            (Some(_), _) => None,
            (None, Some(value)) if value.has_secret() => Some("sensitive"),
            (None, _) => Some("known after apply"),
        };
        Some(Argument {
            name: name.to_string(),
            value: match known {
                Some(value) => show(value),
                None => sources.slice(expr.span).to_string(),
            },
            remark,
        })
    };
    items.iter().filter_map(argument).collect()
}

impl Block {
    /// For programs.
    pub(crate) fn document(&self) -> Json {
        let argument =
            |a: &Argument| json!({ "name": a.name, "value": a.value, "known": a.remark.is_none() });
        json!({
            "address": self.address,
            "type": self.ty,
            "name": self.name,
            "origin": self.origin,
            "implementation": self.implementation,
            "arguments": self.arguments.iter().map(argument).collect::<Json>(),
        })
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}", self.address)?;
        let mut origin = self.origin.iter();
        if let Some(own) = origin.next() {
            write!(f, "# {own}")?;
        }
        for call in origin {
            write!(f, ", called at {call}")?;
        }
        if let Some(implementation) = &self.implementation {
            write!(f, ", served by {implementation}")?;
        }
        writeln!(f, "\nresource \"{}\" \"{}\" {{", self.ty, self.name)?;
        let width = self
            .arguments
            .iter()
            .map(|a| a.name.len())
            .max()
            .unwrap_or(0);
        for argument in &self.arguments {
            write!(f, "  {:width$} = {}", argument.name, argument.value)?;
            match argument.remark.filter(|_| !argument.value.contains('\n')) {
                Some(remark) => writeln!(f, " # {remark}")?,
                None => writeln!(f)?,
            }
        }
        writeln!(f, "}}")
    }
}
