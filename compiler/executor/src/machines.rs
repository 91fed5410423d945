//! Machines that a run makes, changes or ends: what stands on them can't be asked about meanwhile.

use crate::run::Run;
use model::{AttrPath, Containment, Value};
use plan::Step;
use std::collections::HashSet;
use std::sync::Arc;

/// Ids of machines.
pub(crate) type Machines = HashSet<Arc<str>>;

impl Run<'_> {
    /// Those that this run changes.
    pub(crate) fn machines_that_change(&self) -> Machines {
        let changing = self.plan.steps.iter().filter(|s| s.action.changes());
        let machine = |step: &Step| {
            let schema = self.schema(step.address.ty())?;
            attributes(step).find_map(|a| plan::machine_of(schema, a))
        };
        changing.filter_map(machine).collect()
    }

    /// Whether an object lives on a machine that is not known yet or is one of these, or is
    /// reached through one.
    pub(crate) fn awaits_machine(&self, ty: &str, attributes: &Value, changing: &Machines) -> bool {
        let schema = self.schema(ty);
        let Some((schema, Containment::On(host))) = schema.map(|s| (s, &s.containment)) else {
            return false;
        };
        let jump = AttrPath::name(host).then("jump_host").then("id");
        let jump = jump.get(attributes).and_then(Value::as_str);
        plan::lives_on(schema, attributes).is_none_or(|id| changing.contains(&id))
            || jump.is_some_and(|id| changing.contains(id))
    }
}

/// What a step's object will be, and what it is.
pub(crate) fn attributes(step: &Step) -> impl Iterator<Item = &Value> {
    step.after.iter().chain(&step.before)
}
