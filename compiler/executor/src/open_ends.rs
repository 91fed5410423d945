//! Operations of this run whose end nobody knows: looked for as soon as nothing else is under
//! way, so that what waits for them can go on.

use crate::run::{OpenEnd, Run};
use crate::settle::settle_these;
use model::{ObjectId, Value, differences};
use plan::{Action, StepId};
use state::Status;

impl Run<'_> {
    /// Finds out what became of them; true where something turned out to be done, and what
    /// waits for it can go on.
    pub(crate) async fn settle_open_ends(&mut self) -> bool {
        let ends = std::mem::take(&mut self.open_ends);
        if ends.is_empty() {
            return self.still_under_way();
        }
        if *self.context.cancel.borrow() >= 1 || self.report.broken.is_some() {
            for end in ends {
                self.stays_open(end, "its end is not known".into());
            }
            return self.still_under_way();
        }
        let objects: Vec<Option<ObjectId>> = ends
            .iter()
            .map(|end| {
                self.state
                    .open
                    .get(&end.token)
                    .map(|open| open.intent.object)
            })
            .collect();
        let tokens: Vec<_> = ends.iter().map(|end| end.token).collect();
        let settled = settle_these(self.context, &mut self.state, &tokens).await;
        self.report.broken = settled.broken;
        let mut goes_on = false;
        for (end, object) in ends.into_iter().zip(objects) {
            if self.state.open.contains_key(&end.token) {
                let address = &self.plan.steps[end.step].address;
                let unclear = settled.unclear.iter().find(|(a, _)| a == address);
                let failed = settled.failed.iter().find(|(a, _)| a == address);
                let why = unclear.map(|(_, why)| why.clone());
                let why = why.or_else(|| failed.map(|(_, p)| p.message.clone()));
                self.stays_open(end, why.unwrap_or_else(|| "its end is not known".into()));
            } else if object.is_some_and(|object| self.was_done(end.step, object)) {
                self.done_well(end.step, end.elapsed_ms, false);
                goes_on = true;
            } else {
                self.fail(end.step, end.problem, end.elapsed_ms);
            }
        }
        goes_on && self.report.broken.is_none()
    }

    fn stays_open(&mut self, end: OpenEnd, why: String) {
        let address = self.plan.steps[end.step].address.clone();
        self.report.unclear.push((address, why));
        self.fail(end.step, end.problem, end.elapsed_ms);
    }

    /// What a run that was told to stop at once leaves behind.
    fn still_under_way(&mut self) -> bool {
        let left: Vec<StepId> = self.under_way.values().map(|u| u.step).collect();
        for step in left {
            let address = self.plan.steps[step].address.clone();
            let why = "it was under way when the run was stopped".to_string();
            self.report.unclear.push((address, why));
        }
        self.report.unclear.sort();
        false
    }

    /// Whether what was settled is what the step was to come to.
    fn was_done(&self, step: StepId, object: ObjectId) -> bool {
        let recorded = self.state.objects.get(&object);
        let step = &self.plan.steps[step];
        match (step.action, recorded) {
            (Action::Delete | Action::GoesWith, recorded) => recorded.is_none(),
            (_, None) => false,
            (_, Some(object)) => {
                let planned = step
                    .after
                    .as_ref()
                    .map(Value::expose)
                    .unwrap_or(Value::NULL);
                let open = |v: &Option<Value>| {
                    v.as_ref()
                        .is_some_and(|v| v.has_unknown() || v.has_sealed())
                };
                let write_only = |name: &str| {
                    let schema = self.schema(step.address.ty());
                    let attribute = schema.and_then(|s| s.block.attribute(name));
                    attribute.is_some_and(|a| a.write_only)
                };
                object.status == Status::Ready
                    && differences(&planned, &object.attributes.expose())
                        .iter()
                        .all(|d| open(&d.before) || write_only(d.path.first().unwrap_or_default()))
            }
        }
    }
}
