//! Replacements that hung on something unknown: decided before anything goes, and left out where
//! the object can stay. What is on a machine that stays, stays too.

use crate::refused::Refused;
use crate::run::Run;
use model::{Containment, Value};
use plan::{Action, Reason, Step, StepId};
use state::Object;

impl Run<'_> {
    /// Whether a step that ends an object is the first half of a replacement that turned out
    /// not to be needed.
    pub(crate) fn stays_after_all(&mut self, end: StepId) -> Result<bool, Box<Refused>> {
        if self.spared.contains(&end) {
            return Ok(true);
        }
        let step = &self.plan.steps[end];
        let Some(create) = step.pair else {
            return Ok(false);
        };
        if self.plan.steps[create].create_before_destroy || !self.not_needed(create, end)? {
            return Ok(false);
        }
        self.spare(create, end);
        Ok(true)
    }

    /// Whether a step that makes an object is the second half of such a replacement: then the
    /// object is changed in place.
    pub(crate) fn changes_in_place(&mut self, create: StepId) -> Result<bool, Box<Refused>> {
        if self.kept.contains(&create) {
            return Ok(true);
        }
        let Some(end) = self.plan.steps[create].pair else {
            return Ok(false);
        };
        let stays = match self.plan.steps[end].action {
            Action::GoesWith => self.machine_stays(end),
            _ => self.plan.steps[create].create_before_destroy && self.not_needed(create, end)?,
        };
        if stays {
            self.spare(create, end);
        }
        Ok(stays)
    }

    /// Whether the machine that something was to go with stays after all.
    pub(crate) fn machine_stays(&self, goes_with: StepId) -> bool {
        let step = &self.plan.steps[goes_with];
        let machine = |s: &Step| {
            let schema = self.schema(s.address.ty());
            schema.is_some_and(|s| matches!(s.containment, Containment::Machine(_)))
        };
        step.waits_for
            .iter()
            .any(|w| self.spared.contains(w) && machine(&self.plan.steps[*w]))
    }

    pub(crate) fn spare(&mut self, create: StepId, end: StepId) {
        self.kept.insert(create);
        self.spared.insert(end);
    }

    fn not_needed(&self, create: StepId, end: StepId) -> Result<bool, Box<Refused>> {
        let step = &self.plan.steps[create];
        let only_forced =
            !step.reasons.is_empty() && step.reasons.iter().all(|r| matches!(r, Reason::Forced(_)));
        if !only_forced || step.deferred.is_none() {
            return Ok(false);
        }
        let mut others = step.waits_for.iter().filter(|w| **w != end);
        if !others.all(|w| self.is_done(*w)) {
            return Ok(false);
        }
        let recorded = self.plan.steps[end].object;
        let Some(recorded) = recorded.and_then(|o| self.state.objects.get(&o)) else {
            return Ok(false);
        };
        self.takes_another(step, recorded).map(|takes| !takes)
    }

    fn takes_another(&self, step: &Step, recorded: &Object) -> Result<bool, Box<Refused>> {
        let Some(schema) = self.schema(step.address.ty()) else {
            return Ok(true);
        };
        let again = self.replanned(step, Some(recorded))?;
        if again.open {
            return Ok(true);
        }
        let changes = plan::changes(&schema.block, &recorded.attributes, &again.planned);
        Ok(changes.iter().any(|d| {
            let name = d.path.first().unwrap_or_default();
            let named =
                |path: &model::AttrPath| d.path.starts_with(path) || path.starts_with(&d.path);
            schema.block.attribute(name).is_some_and(|a| a.replaces)
                || again.replaced.iter().any(named)
        }))
    }

    /// What a step that changes nothing in the world still has to record.
    pub(crate) fn bookkeeping(&self, id: StepId) -> Option<state::Event> {
        let step = &self.plan.steps[id];
        let recorded = match self.kept.contains(&id) {
            true => self.state.at(&step.address),
            false => step.object.and_then(|o| self.state.objects.get(&o)),
        }?;
        let mut now = Object::clone(recorded);
        now.dependencies = step.dependencies.clone();
        now.create_before_destroy = step.create_before_destroy;
        now.protected = step.protected;
        let same = now == **recorded || step.after.as_ref().is_none_or(Value::is_null);
        (!same).then(|| state::Event::Put(Box::new(now)))
    }
}
