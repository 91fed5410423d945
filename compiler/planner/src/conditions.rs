//! Conditions of the configuration: decided where they can be, else left to apply.

use crate::pass::{InstanceId, Pass};
use crate::resource::Block;
use config::Condition;
use diagnostics::Problem;
use eval::Reference;
use model::{Address, Mode, ResourceAddress, Type, Value, convert, show_type};
use plan::{Action, Check, PlanMode, StepId, When};
use std::collections::BTreeMap;

/// Where a condition stands, and when it is decided where it can't be at plan.
pub(crate) struct Place<'c> {
    pub(crate) module: InstanceId,
    pub(crate) each: &'c BTreeMap<Reference, Value>,
    /// What `self` stands for.
    pub(crate) this: Option<&'c Value>,
    pub(crate) address: &'c Address,
    pub(crate) when: When,
}

impl Pass<'_> {
    /// Reports a condition that does not hold; one that is not known yet is decided in apply.
    pub(crate) fn condition(
        &mut self,
        condition: &Condition,
        place: &Place<'_>,
        code: &'static str,
        message: impl Fn() -> String,
    ) {
        let names = crate::scope::Names {
            pass: self,
            module: place.module,
            each: place.each,
            this: place.this,
        };
        let held = eval::evaluate(&condition.condition, &names, self.input.world);
        let words = eval::evaluate(&condition.error_message, &names, self.input.world);
        let Some(held) = self.sink.take(held) else {
            return;
        };
        let held = match held {
            Value::Secret(ref secret) => secret.expose().cloned().unwrap_or(held),
            held => held,
        };
        if held.is_unknown() || matches!(held, Value::Secret(_)) {
            // What is sealed is known as soon as the secrets are; the rest comes with some step.
            if held.is_unknown() {
                self.undecided.insert(self.plan.checks.len());
            }
            self.plan.checks.push(Check {
                problem: message(),
                address: place.address.clone(),
                condition: Box::new(condition.condition.clone()),
                error_message: Box::new(condition.error_message.clone()),
                scope: place.module,
                instance: place.each.clone(),
                on_self: place.this.is_some(),
                when: place.when,
            });
            return;
        }
        match convert(&held, &Type::Bool) {
            Ok(Value::Bool(true)) => {}
            Ok(Value::Bool(false)) => {
                let words = self.sink.take(words).unwrap_or(Value::NULL);
                let said = plan::said(Some(&words));
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
    }

    /// `var.x` and `output.x` of a module instance, in the form of an address.
    pub(crate) fn name_of(&self, module: InstanceId, kind: &str, name: &str) -> Address {
        ResourceAddress {
            module: self.modules[module].path.clone(),
            mode: Mode::Managed,
            ty: kind.into(),
            name: name.into(),
        }
        .instance(None)
    }

    /// Conditions on a resource's instance, before it is looked at.
    pub(crate) fn preconditions(
        &mut self,
        block: &Block<'_>,
        address: &Address,
        each: &BTreeMap<Reference, Value>,
    ) {
        if self.input.options.mode != PlanMode::Apply {
            return;
        }
        let place = Place {
            module: block.module,
            each,
            this: None,
            address,
            when: When::AtEnd,
        };
        for condition in &block.resource.lifecycle.preconditions {
            self.condition(condition, &place, "LF0310", || {
                format!("a precondition of `{address}` does not hold")
            });
        }
    }

    /// What can't be decided at plan is decided before its step is begun; and before what it
    /// takes the place of goes, where that goes first.
    fn decided_before(&mut self, step: StepId, checks: usize) {
        for check in &mut self.plan.checks[checks..] {
            check.when = When::Before(step);
        }
        let made = &self.plan.steps[step];
        let goes_first = made.pair.filter(|_| !made.create_before_destroy);
        if let Some(end) = goes_first {
            if (checks..self.plan.checks.len()).any(|check| self.undecided.contains(&check)) {
                self.decided_late.insert(end);
            }
            let mut again = self.plan.checks[checks..].to_vec();
            again
                .iter_mut()
                .for_each(|check| check.when = When::Before(end));
            self.plan.checks.extend(again);
        }
    }

    /// Conditions on what it will be. `steps` and `checks` tell where those of this instance
    /// begin: what is decided in apply is decided at its step.
    pub(crate) fn postconditions(
        &mut self,
        block: &Block<'_>,
        address: &Address,
        each: &BTreeMap<Reference, Value>,
        value: &Value,
        (steps, checks): (StepId, usize),
    ) {
        if self.input.options.mode != PlanMode::Apply {
            return;
        }
        let makes = |s: &plan::Step| {
            matches!(
                s.action,
                Action::Create | Action::Adopt | Action::Import | Action::Update | Action::Read
            )
        };
        let step = (steps..self.plan.steps.len()).find(|id| makes(&self.plan.steps[*id]));
        if let Some(step) = step {
            self.decided_before(step, checks);
        }
        let place = Place {
            module: block.module,
            each,
            this: Some(value),
            address,
            when: step.map_or(When::AtEnd, When::After),
        };
        for condition in &block.resource.lifecycle.postconditions {
            self.condition(condition, &place, "LF0319", || {
                format!("a postcondition of `{address}` does not hold")
            });
        }
    }
}
