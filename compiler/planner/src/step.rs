//! The step of the loop: one pass over everything, in order.

use crate::graph::Item;
use crate::pass::Pass;
use crate::sites::SiteId;
use crate::{Input, Round};
use config::{Condition, Repeat};
use diagnostics::{Problem, Span};
use eval::Reference;
use model::{Type, Value, convert, show_type};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Looks at everything once. The answer is the plan, or what has to be read before there can be
/// one; where something is wrong, the problems, before anything is read.
pub fn step(input: &Input<'_>) -> Round {
    let mut pass = Pass::new(input);
    pass.select();
    pass.moves();
    for (rank, (site, item)) in input.prepared.nodes.iter().enumerate() {
        match item {
            Item::Variable(name) => pass.variable(*site, name),
            Item::Local(name) => pass.local(*site, name),
            Item::Output(name) => pass.output(*site, name),
            Item::Call(name) => pass.expand_call(*site, name),
            Item::Provider(name) => pass.connection_of(*site, name),
            Item::Resource(key) => pass.resource(rank, *site, key),
        }
    }
    pass.unconfigured();
    if !pass.reads.is_empty() && !pass.sink.has_errors() {
        return Round::Reads(pass.reads);
    }
    pass.outputs();
    pass.order();
    pass.rollouts();
    pass.capture();
    pass.finish()
}

impl Pass<'_> {
    fn variable(&mut self, site: SiteId, name: &Arc<str>) {
        for id in self.of_site[site].clone() {
            let value = self.variable_value(id, name);
            self.modules[id].variables.insert(name.clone(), value);
            self.validations(id, name);
        }
    }

    fn variable_value(&mut self, id: usize, name: &Arc<str>) -> Value {
        let config = self.input.config;
        let variable = &self.module_of(id).variables[name];
        let (given, span) = match self.modules[id].parent {
            None => match config.inputs.get(name) {
                Some(input) => (self.try_given(&input.value, id), input.value.span),
                None => (None, variable.span),
            },
            Some(parent) => {
                let call = &self.module_of(parent).calls
                    [&self.prepared().sites[self.modules[id].site].name];
                match call.inputs.get(name) {
                    Some(expr) => {
                        let each = self.modules[id].each.clone();
                        (Some(self.evaluate(expr, parent, &each)), expr.span)
                    }
                    None => (None, variable.span),
                }
            }
        };
        let default = variable.default.as_ref();
        let none = BTreeMap::new();
        let value = match given {
            Some(value) if !(value.is_null() && !variable.nullable && default.is_some()) => value,
            _ => match default {
                Some(expr) => self.evaluate(expr, id, &none),
                None => Value::unknown(Type::Any),
            },
        };
        let value = self.converted(value, &variable.ty, span, variable.span, name);
        match variable.sensitive {
            true => self.input.world.fingerprints.conceal(&value),
            false => value,
        }
    }

    fn try_given(&mut self, expr: &eval::Expr, id: usize) -> Option<Value> {
        Some(self.evaluate(expr, id, &BTreeMap::new()))
    }

    fn converted(
        &mut self,
        value: Value,
        ty: &Type,
        at: Span,
        declared: Span,
        name: &str,
    ) -> Value {
        match convert(&value, ty) {
            Ok(value) => value,
            Err(error) => {
                self.sink.push(
                    Problem::error(
                        "LF0307",
                        format!("the value of `var.{name}` has a wrong type"),
                    )
                    .at(at, error.to_string())
                    .and(declared, format!("declared as {} here", show_type(ty))),
                );
                Value::unknown(ty.clone())
            }
        }
    }

    fn validations(&mut self, id: usize, name: &Arc<str>) {
        let variable = &self.module_of(id).variables[name];
        let none = BTreeMap::new();
        for validation in &variable.validations {
            self.condition(validation, id, &none, None, "LF0308", || {
                format!("the value of `var.{name}` is refused")
            });
        }
    }

    /// Reports a condition that does not hold. Whether it is decided: one that is not known
    /// yet is not.
    pub(crate) fn condition(
        &mut self,
        condition: &Condition,
        module: usize,
        each: &BTreeMap<Reference, Value>,
        this: Option<&Value>,
        code: &'static str,
        message: impl Fn() -> String,
    ) -> bool {
        let names = crate::scope::Names {
            pass: self,
            module,
            each,
            this,
        };
        let held = eval::evaluate(&condition.condition, &names, self.input.world);
        let words = eval::evaluate(&condition.error_message, &names, self.input.world);
        let Some(held) = self.sink.take(held) else {
            return true;
        };
        let held = match held {
            Value::Secret(ref secret) => secret.expose().cloned().unwrap_or(held),
            held => held,
        };
        if held.is_unknown() || matches!(held, Value::Secret(_)) {
            return false;
        }
        match convert(&held, &Type::Bool) {
            Ok(Value::Bool(true)) => {}
            Ok(Value::Bool(false)) => {
                let words = self.sink.take(words).unwrap_or(Value::NULL);
                let said = match &words {
                    Value::String(s) => s.to_string(),
                    Value::Secret(_) | Value::Mixed(_) => {
                        "the error message is sensitive, and is not shown".into()
                    }
                    _ => "the error message is not known".into(),
                };
                let problem = Problem::error(code, message());
                self.sink.push(
                    problem
                        .at(condition.condition.span, "is false")
                        .detail(said),
                );
            }
            _ => self.sink.push(
                Problem::error("LF0309", "a condition has to be true or false").at(
                    condition.condition.span,
                    format!("is {}", show_type(&held.ty())),
                ),
            ),
        }
        true
    }

    fn local(&mut self, site: SiteId, name: &Arc<str>) {
        let none = BTreeMap::new();
        for id in self.of_site[site].clone() {
            let expr = &self.module_of(id).locals[name].value;
            let value = self.evaluate(expr, id, &none);
            self.modules[id].locals.insert(name.clone(), value);
        }
    }

    fn output(&mut self, site: SiteId, name: &Arc<str>) {
        let none = BTreeMap::new();
        for id in self.of_site[site].clone() {
            let output = &self.module_of(id).outputs[name];
            for precondition in &output.preconditions {
                self.condition(precondition, id, &none, None, "LF0310", || {
                    format!("a precondition of `output.{name}` does not hold")
                });
            }
            let mut value = self.evaluate(&output.value, id, &none);
            if output.sensitive {
                value = self.input.world.fingerprints.conceal(&value);
            } else if id == 0 && value.has_secret() {
                self.sink.push(
                    Problem::error("LF0311", format!("`output.{name}` holds a sensitive value"))
                        .at(output.value.span, "sensitive")
                        .help("write `sensitive = true` in the output, and its value is not shown"),
                );
            }
            self.modules[id].outputs.insert(name.clone(), value);
        }
    }

    /// Whether a block of this kind can have instances at all.
    pub(crate) fn repetition(repeat: &Repeat) -> plan::Repetition {
        match repeat {
            Repeat::Once => plan::Repetition::Once,
            Repeat::Count(_) => plan::Repetition::Count,
            Repeat::ForEach(_) => plan::Repetition::ForEach,
        }
    }
}

impl Pass<'_> {
    pub(crate) fn finish(mut self) -> Round {
        let input = self.input;
        let header = &mut self.plan.header;
        header.version = input.options.version.clone();
        header.project = input.config.project.name.clone();
        header.environment = input.config.environment.name.clone();
        header.lineage = input.state.lineage;
        header.changed = input.state.changed;
        header.config = input.config.digest;
        header.planned_at = input.world.planned_at.to_string();
        header.mode = input.options.mode;
        header.partial = self.selection.is_partial();
        self.plan.refreshed = std::mem::take(&mut self.drift).into_values().collect();
        self.plan
            .refreshed
            .sort_by(|a, b| a.address.cmp(&b.address));
        self.plan.settling = input
            .state
            .open
            .values()
            .map(|open| plan::Settling {
                token: open.intent.token,
                address: open.intent.address.clone(),
                change: open.intent.change.word(),
                unclear: open.unclear.clone(),
            })
            .collect();
        if !self.sink.has_errors() {
            for wrong in plan::check(&self.plan, input.state) {
                self.sink.push(
                    Problem::error("LF0391", "the plan does not hold together")
                        .detail(wrong)
                        .help("this is a bug of Landfall; nothing was changed"),
                );
            }
        }
        Round::Plan(Box::new(self.plan), self.sink.into_problems())
    }
}
