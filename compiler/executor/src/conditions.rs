//! Conditions that the plan could not decide: before a step, after it, or at the end.

use crate::context::Event as Told;
use crate::refused::{Refused, told};
use crate::run::Run;
use eval::Reference;
use model::{Type, Value, convert};
use plan::{Action, Check, StepId, When};
use provider::ProviderProblem;

impl Run<'_> {
    /// Why a step may not be begun.
    pub(crate) fn refused_before(&mut self, id: StepId) -> Option<Refused> {
        let scope = self.plan.steps[id].deferred.as_ref().map(|d| d.scope);
        self.first_that_fails(|when| match when {
            When::Before(step) => step == id,
            When::Inside(inside) => Some(inside) == scope,
            When::After(_) | When::AtEnd => false,
        })
    }

    /// Why nothing that depends on a step may be begun, though it was done.
    pub(crate) fn refused_after(&mut self, id: StepId) -> Option<Refused> {
        self.first_that_fails(|when| when == When::After(id))
    }

    /// Decides what is left.
    pub(crate) fn conditions_at_end(&mut self) {
        let plan = self.plan;
        for (index, check) in plan.checks.iter().enumerate() {
            if self.decided.contains(&index) {
                continue;
            }
            let Some(problem) = self.decide(check) else {
                continue;
            };
            self.decided.insert(index);
            let failed = crate::Failed {
                address: check.address.clone(),
                action: Action::Record,
                problem: problem.problem,
                place: problem.place,
                elapsed_ms: 0,
            };
            self.context.watch.tell(Told::Failed(failed.clone()));
            self.report.failed.push(failed);
        }
    }

    fn first_that_fails(&mut self, which: impl Fn(When) -> bool) -> Option<Refused> {
        let plan = self.plan;
        for (index, check) in plan.checks.iter().enumerate() {
            if which(check.when)
                && let Some(problem) = self.decide(check)
            {
                self.decided.insert(index);
                return Some(problem);
            }
        }
        None
    }

    /// The problem, where the condition is known by now, and false.
    fn decide(&self, check: &Check) -> Option<Refused> {
        let mut instance = check.instance.clone();
        if check.on_self {
            let value = self.value_of(check.address.resource.mode, &check.address);
            instance.insert(Reference::This, value);
        }
        let held = match self.evaluate(&check.condition, check.scope, &instance) {
            Ok(held) => held,
            Err(problem) => return Some(told(problem)),
        };
        let held = held.expose();
        if held.has_unknown() || held.has_sealed() {
            return None;
        }
        let problem = ProviderProblem::error(check.problem.clone());
        let place = check.condition.span;
        match convert(&held, &Type::Bool) {
            Ok(Value::Bool(true)) => None,
            Ok(Value::Bool(false)) => {
                let words = self.evaluate(&check.error_message, check.scope, &instance);
                let problem = match words {
                    Ok(Value::String(words)) => problem.detail(words.to_string()),
                    Ok(Value::Secret(_) | Value::Mixed(_)) => {
                        problem.detail("the error message is sensitive, and is not shown")
                    }
                    _ => problem,
                };
                Some(Refused::at(problem, place, "is false"))
            }
            _ => {
                let problem = problem.detail("a condition has to be true or false");
                Some(Refused::at(problem, place, ""))
            }
        }
    }
}
