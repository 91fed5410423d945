//! Outputs of the root module, beside what is recorded of them.

use crate::pass::Pass;
use model::{Value, differences};
use plan::{OutputChange, PlanMode};

impl Pass<'_> {
    /// Finds the outputs that change.
    pub(crate) fn outputs(&mut self) {
        if self.input.options.mode == PlanMode::Destroy {
            return self.outputs_go();
        }
        let declared = &self.input.config.modules[0].outputs;
        let mut left_out = self.outputs_left_out();
        for (name, output) in declared {
            let after = self.modules[0]
                .outputs
                .get(name)
                .cloned()
                .unwrap_or(Value::NULL);
            let recorded = self.input.state.outputs.get(name);
            let before = recorded.map(|o| o.value.clone());
            let same = recorded.is_some_and(|o| {
                o.sensitive == output.sensitive && differences(&o.value, &after).is_empty()
            });
            if same || (before.is_none() && after.is_null()) {
                continue;
            }
            if let Some(why) = left_out.remove(name) {
                self.name_left_out(format!("output.{name}"), why);
                continue;
            }
            // Nothing that this plan does makes these known.
            let partial =
                self.input.options.mode == PlanMode::RefreshOnly || self.selection.is_partial();
            if after.has_unknown() && partial && self.plan.steps.is_empty() {
                continue;
            }
            let sensitive = output.sensitive;
            let change = OutputChange {
                before,
                after: Some(after),
                deferred: None,
                sensitive,
            };
            self.plan.outputs.insert(name.clone(), change);
        }
        for (name, recorded) in &self.input.state.outputs {
            if !declared.contains_key(name) {
                let (before, sensitive) = (Some(recorded.value.clone()), recorded.sensitive);
                let change = OutputChange {
                    before,
                    after: None,
                    deferred: None,
                    sensitive,
                };
                self.plan.outputs.insert(name.clone(), change);
            }
        }
    }

    fn outputs_go(&mut self) {
        if self.selection.is_partial() {
            return;
        }
        for (name, recorded) in &self.input.state.outputs {
            let (before, sensitive) = (Some(recorded.value.clone()), recorded.sensitive);
            let change = OutputChange {
                before,
                after: None,
                deferred: None,
                sensitive,
            };
            self.plan.outputs.insert(name.clone(), change);
        }
    }
}
