//! Replacements that hung on something unknown: decided before the delete, and undone where the
//! object can stay.

use crate::run::Run;
use model::differences;
use plan::{Reason, StepId};
use provider::ProviderProblem;

impl Run<'_> {
    /// Whether a delete is the first half of a replacement that turned out not to be needed.
    pub(crate) fn stays_after_all(&self, delete: StepId) -> Result<bool, Box<ProviderProblem>> {
        let step = &self.plan.steps[delete];
        let Some(create) = step.pair else {
            return Ok(false);
        };
        let create_step = &self.plan.steps[create];
        let only_forced = !create_step.reasons.is_empty()
            && create_step
                .reasons
                .iter()
                .all(|r| matches!(r, Reason::Forced(_)));
        if !only_forced || create_step.deferred.is_none() || create_step.create_before_destroy {
            return Ok(false);
        }
        let others = create_step.waits_for.iter().filter(|w| **w != delete);
        if !others.into_iter().all(|w| self.is_done(*w)) {
            return Ok(false);
        }
        let recorded = step.object.and_then(|o| self.state.objects.get(&o));
        let (Some(recorded), Some(schema)) = (recorded, self.schema(step.address.ty())) else {
            return Ok(false);
        };
        let (planned, _) = self.replanned(create_step, Some(&recorded.attributes))?;
        if planned.has_unknown() {
            return Ok(false);
        }
        let forced = differences(&recorded.attributes, &planned).iter().any(|d| {
            let name = d.path.first().unwrap_or_default();
            schema.block.attribute(name).is_some_and(|a| a.replaces)
        });
        Ok(!forced)
    }
}
