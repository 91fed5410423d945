//! How a rollout stands to the one that was recorded of the same block.

use crate::pass::Pass;
use model::Key;
use plan::{Action, Begins, Later, Reason, Step, StepId};
use state::{Before, Rollout, RolloutPhase};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Pass<'_> {
    /// What comes of a recorded rollout, now that the steps are decided.
    pub(super) fn begins(
        &self,
        known: Option<&Rollout>,
        instances: &BTreeMap<Option<Key>, Vec<StepId>>,
    ) -> Begins {
        let Some(known) = known else {
            return Begins::Anew;
        };
        let changed = known.before.iter().filter(|b| self.is_changed(b));
        let changed: Vec<_> = changed.map(|b| &b.address).collect();
        let steps = instances.values().flatten().map(|id| &self.plan.steps[*id]);
        let again = |step: &Step| changed.contains(&&step.address) && is_wanted_otherwise(step);
        // Only somebody's wish keeps one from going back, not what the world did meanwhile.
        let wanted = known.wanted.as_ref();
        let same = wanted.is_some_and(|w| w.config.0 == self.input.config.digest);
        if same && known.phase == RolloutPhase::Reverting {
            return Begins::Reverts;
        }
        if steps.clone().any(again) || (!same && self.waiting_is_otherwise(known, instances)) {
            return Begins::Supersedes;
        }
        match known.phase {
            RolloutPhase::AwaitingPromotion => Begins::Promotes,
            RolloutPhase::Reverting => Begins::Reverts,
            _ => Begins::Resumes,
        }
    }

    /// Whether an instance that still waits is to become something else than when the rollout
    /// began: what went first has not tried that. While the configuration is the same, it is only
    /// known better.
    fn waiting_is_otherwise(
        &self,
        known: &Rollout,
        instances: &BTreeMap<Option<Key>, Vec<StepId>>,
    ) -> bool {
        let Some(wanted) = &known.wanted else {
            return false;
        };
        known.phase != RolloutPhase::Reverting
            && wanted.instances.iter().any(|(key, before)| {
                let steps = instances.get(key).filter(|_| known.waiting.contains(key));
                steps.is_some_and(|steps| {
                    let steps = steps.iter().map(|id| &self.plan.steps[*id]);
                    plan::wanted(steps) != *before
                })
            })
    }

    /// Whether the rollout has changed it already.
    fn is_changed(&self, image: &Before) -> bool {
        let now = self.input.state.at(&image.address);
        match (now, &image.object) {
            (Some(now), Some(before)) => now.id != before.id || now.attributes != before.attributes,
            (now, before) => now.is_some() != before.is_some(),
        }
    }

    /// A rollout that was going back does so to the end, and nothing else is done meanwhile: what
    /// else there is to do is decided on what then stands there.
    pub(super) fn only_go_back(&mut self) {
        let reverts = |r: &plan::Rollout| r.begins == Begins::Reverts;
        if !self.plan.rollouts.iter().any(reverts) {
            return;
        }
        self.plan.rollouts.retain(reverts);
        for rollout in &mut self.plan.rollouts {
            rollout.promotion = None;
            rollout.instances.iter_mut().for_each(|i| i.steps.clear());
        }
        self.plan.steps.clear();
        self.plan.checks.clear();
        self.plan.outputs.clear();
        self.data_waits.clear();
        self.plan.later = vec![Later {
            what: "everything else".into(),
            why: "a rollout goes back to what was there before, and the rest is planned on that"
                .into(),
            waits_for: self
                .plan
                .rollouts
                .iter()
                .map(|r| r.of.to_string())
                .collect(),
        }];
    }

    /// Recorded rollouts of what does not roll any more.
    pub(super) fn forget_rollouts(&mut self, planned: &[Arc<str>]) {
        if self.selection.is_partial() || !self.unexpanded_modules.is_empty() {
            return;
        }
        for of in self.input.state.rollouts.keys() {
            if !planned.contains(of) {
                self.plan
                    .rollouts
                    .push(plan::Rollout::bare(of.clone(), Begins::Forgets));
            }
        }
    }
}

/// Whether somebody wants it otherwise, and not only whole again.
fn is_wanted_otherwise(step: &Step) -> bool {
    let otherwise = |reason: &Reason| {
        matches!(
            reason,
            Reason::Configured(_)
                | Reason::Forced(_)
                | Reason::Upstream(_)
                | Reason::Triggered(_)
                | Reason::Asked
                | Reason::OtherMachine
                | Reason::Unconfigured
                | Reason::InstanceGone
        )
    };
    step.action != Action::Record && step.reasons.iter().any(otherwise)
}
