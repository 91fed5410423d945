//! The step of the loop: one pass over everything, in order.

use crate::conditions::Place;
use crate::graph::{Item, Rank};
use crate::left_out::Found;
use crate::pass::Pass;
use crate::sites::SiteId;
use crate::{Input, Problems, Round};
use config::{Output, Repeat};
use diagnostics::{Problem, Span};
use model::{Type, Value, convert, show_type};
use plan::{PlanMode, When};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Looks at everything once. The answer is the plan, or what has to be read before there can be
/// one; where something is wrong, the problems, before anything is read.
pub fn step(input: &Input<'_>) -> Round {
    let mut found = Found::default();
    loop {
        let mut pass = Pass::new(input, found);
        pass.look();
        if !pass.reads.is_empty() && !pass.sink.has_errors() {
            return Round::Reads(pass.reads);
        }
        // What something left out needs is left out too, with all that follows from it.
        found = match pass.another_pass() {
            Some(more) => more,
            None => return pass.planned_whole(),
        };
    }
}

/// What is wrong as far as values go, without a plan: nothing is read, and what would have to be
/// is left open.
pub fn look_over(input: &Input<'_>) -> Vec<Problem> {
    let mut pass = Pass::new(input, Found::default());
    pass.look();
    pass.sink.into_problems()
}

impl Pass<'_> {
    /// Decides on every object, as far as what was read allows.
    fn look(&mut self) {
        self.select();
        self.moves();
        for (rank, (site, item)) in self.prepared().nodes.iter().enumerate() {
            let before = self.sink.problems().len();
            self.hangs_on_later(rank, item);
            if !matches!(item, Item::Resource(_)) {
                self.look_through(rank, *site);
            }
            match item {
                Item::Variable(name) => self.variable(*site, name),
                Item::Local(name) => self.local(*site, name),
                Item::Output(name) => self.output(*site, name),
                Item::Call(name) => self.expand_call(rank, *site, name),
                Item::Serve => self.serve(rank, *site),
                Item::Provider(name) => self.connection_of(*site, name),
                Item::Resource(key) => self.resource(rank, *site, key),
                Item::Check(name) => self.check_block(rank, *site, name),
            }
            self.blame_calls(*site, before);
        }
        self.unconfigured();
    }

    /// The plan of what was decided.
    fn planned_whole(mut self) -> Round {
        self.outputs();
        self.order();
        self.rollouts();
        self.capture();
        self.finish()
    }
}

impl Pass<'_> {
    /// What names something of a later stage is of a later stage itself. A resource decides
    /// that for itself, since it may name parts of it that are known.
    fn hangs_on_later(&mut self, rank: Rank, item: &Item) {
        let needs = &self.prepared().needs[rank];
        if !matches!(item, Item::Resource(_))
            && !self.later_ranks.is_empty()
            && needs.iter().any(|n| self.later_ranks.contains(n))
        {
            self.later_ranks.insert(rank);
        }
    }

    pub(crate) fn variable(&mut self, site: SiteId, name: &Arc<str>) {
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
                let Some(call) = &self.prepared().sites[self.modules[id].site].call else {
                    let handed_on = self.modules[parent].variables.get(name).cloned();
                    return handed_on.unwrap_or_else(|| Value::unknown(variable.ty.clone()));
                };
                match self.module_of(parent).calls[call].inputs.get(name) {
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
        if value.is_null() && !variable.nullable {
            self.sink.push(
                Problem::error("LF0364", format!("the value of `var.{name}` is null"))
                    .at(span, "null")
                    .and(variable.span, "declared with `nullable = false`")
                    .help("hand a value over, or give the variable a default"),
            );
        }
        if variable.ephemeral {
            return self.input.world.fingerprints.conceal_ephemeral(&value);
        }
        if value.has_ephemeral() {
            self.not_declared_ephemeral(span, &format!("var.{name}"), variable.span);
        }
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

    /// The value of an output in the type that a kind's interface declares.
    fn given_out(&mut self, value: Value, output: &Output, name: &str) -> Value {
        match convert(&value, &output.ty) {
            Ok(value) => value,
            Err(error) => {
                let wanted = show_type(&output.ty);
                self.sink.push(
                    Problem::error(
                        "LF0330",
                        format!("the value of `output.{name}` has a wrong type"),
                    )
                    .at(output.value.span, error.to_string())
                    .help(format!("the kind's interface declares it as {wanted}")),
                );
                Value::unknown(output.ty.clone())
            }
        }
    }

    fn validations(&mut self, id: usize, name: &Arc<str>) {
        let variable = &self.module_of(id).variables[name];
        let none = BTreeMap::new();
        let address = self.name_of(id, "var", name);
        for validation in &variable.validations {
            let place = Place {
                module: id,
                each: &none,
                this: None,
                address: &address,
                when: When::Inside(id),
            };
            self.condition(validation, &place, "LF0308", || {
                format!("the value of `var.{name}` is refused")
            });
        }
    }

    pub(crate) fn local(&mut self, site: SiteId, name: &Arc<str>) {
        let none = BTreeMap::new();
        for id in self.of_site[site].clone() {
            let expr = &self.module_of(id).locals[name].value;
            let value = self.evaluate(expr, id, &none);
            self.modules[id].locals.insert(name.clone(), value);
        }
    }

    pub(crate) fn output(&mut self, site: SiteId, name: &Arc<str>) {
        let none = BTreeMap::new();
        for id in self.of_site[site].clone() {
            let output = &self.module_of(id).outputs[name];
            if self.input.options.mode != PlanMode::Destroy {
                let address = self.name_of(id, "output", name);
                for precondition in &output.preconditions {
                    let place = Place {
                        module: id,
                        each: &none,
                        this: None,
                        address: &address,
                        when: When::AtEnd,
                    };
                    self.condition(precondition, &place, "LF0310", || {
                        format!("a precondition of `output.{name}` does not hold")
                    });
                }
            }
            let mut value = self.evaluate(&output.value, id, &none);
            value = self.given_out(value, output, name);
            if output.ephemeral {
                value = self.input.world.fingerprints.conceal_ephemeral(&value);
            } else if value.has_ephemeral() {
                let (span, declared) = (output.value.span, output.span);
                self.not_declared_ephemeral(span, &format!("output.{name}"), declared);
            } else if output.sensitive {
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
        self.rest_on_what_was_read();
        self.plan.refreshed = std::mem::take(&mut self.drift).into_values().collect();
        self.plan
            .refreshed
            .sort_by(|a, b| a.address.cmp(&b.address));
        self.plan
            .check_blocks
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
        let problems = Problems {
            refusing: self.sink.into_problems(),
            unreached: self.left.into_problems(),
        };
        Round::Plan(Box::new(self.plan), problems)
    }
}
