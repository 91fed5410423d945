//! What a rollout adds to the order of steps: what instances share first, what depends on them
//! behind all of them, the end of old ones behind the promotion of the new ones.

use crate::pass::Pass;
use model::{Address, ResourceAddress};
use plan::{Action, Rollout, Step, StepId};
use state::ProviderKey;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

impl Pass<'_> {
    /// The step of an instance that was changed by an earlier run and has only to pass its gates:
    /// what depends on it, and the end of what it used, waits for it.
    pub(super) fn only_gated(&mut self, addresses: &[Address], of: &str) -> Option<StepId> {
        let first = addresses.first()?.clone();
        let own = addresses.iter().flat_map(|a| [a.clone(), a.whole()]);
        let own: BTreeSet<Address> = own.collect();
        let recorded = self.input.state.rollouts.get(of);
        let images = recorded.into_iter().flat_map(|r| &r.before);
        let images = images.filter(|b| addresses.contains(&b.address));
        let used: BTreeSet<Address> = images
            .filter_map(|b| b.object.as_ref())
            .flat_map(|o| o.dependencies.iter().cloned())
            .collect();
        let behind = |step: &Step| match step.action {
            Action::Delete => used.contains(&step.address) || used.contains(&step.address.whole()),
            _ => step.dependencies.iter().any(|d| own.contains(d)),
        };
        let steps = self.plan.steps.iter().enumerate();
        let behind: Vec<StepId> = steps.filter(|(_, s)| behind(s)).map(|(id, _)| id).collect();
        let barrier = self.push(barrier(first));
        for id in behind {
            self.plan.steps[id].waits_for.push(barrier);
        }
        Some(barrier)
    }

    /// The step that stands for the promotion of what is new: behind all instances, and before
    /// what depends on any of them. The old ones end once that uses the new ones.
    pub(super) fn promotion(
        &mut self,
        rollout: &Rollout,
        ends: &[StepId],
        is_inside: &dyn Fn(&ResourceAddress) -> bool,
        at: Address,
    ) -> StepId {
        let steps: BTreeSet<StepId> = rollout.steps().collect();
        let ahead = self.ahead(&steps);
        let mut users = BTreeSet::new();
        for (id, step) in self.plan.steps.iter().enumerate() {
            let waits = step.waits_for.iter().any(|w| steps.contains(w));
            let depends =
                step.action.changes() && step.dependencies.iter().any(|d| is_inside(&d.resource));
            let own = steps.contains(&id) || ends.contains(&id) || ahead.contains(&id);
            if !own && (waits || depends) {
                users.insert(id);
            }
        }
        let mut barrier = barrier(at);
        barrier.waits_for = steps.iter().copied().collect();
        let barrier = self.push(barrier);
        for id in ends.iter().chain(&users).filter(|id| !ahead.contains(id)) {
            self.plan.steps[*id].waits_for.push(barrier);
        }
        // An end that one of them needs can't wait for it.
        let needed = self.ahead(&users);
        for id in ends.iter().filter(|id| !needed.contains(id)) {
            self.plan.steps[*id].waits_for.extend(&users);
        }
        barrier
    }

    /// Every step that one of these waits for, directly or not.
    fn ahead(&self, steps: &BTreeSet<StepId>) -> BTreeSet<StepId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<StepId> = steps.iter().copied().collect();
        while let Some(id) = open.pop() {
            for before in &self.plan.steps[id].waits_for {
                if found.insert(*before) {
                    open.push(*before);
                }
            }
        }
        found
    }

    /// What instances share comes before the first of them begins, unless it has to wait for
    /// something of theirs itself.
    pub(super) fn shared_first(&mut self, rollout: &Rollout) {
        let steps: BTreeSet<StepId> = rollout.steps().collect();
        let behind = self.behind(&steps);
        let shared: BTreeSet<StepId> = steps
            .iter()
            .flat_map(|id| &self.plan.steps[*id].waits_for)
            .filter(|w| !steps.contains(w) && !behind.contains(w))
            .copied()
            .collect();
        let Some(first) = steps.first().filter(|_| !shared.is_empty()) else {
            return;
        };
        let address = self.plan.steps[*first].address.resource.instance(None);
        let mut barrier = barrier(address);
        barrier.waits_for = shared.into_iter().collect();
        let barrier = self.push(barrier);
        for id in steps {
            self.plan.steps[id].waits_for.push(barrier);
        }
    }

    /// What waits for one instance waits for all: until then any of them may be taken back.
    pub(super) fn users_last(&mut self, rollout: &Rollout) {
        let steps: BTreeSet<StepId> = rollout.steps().collect();
        let ahead = self.ahead(&steps);
        let waits = |step: &Step| {
            let on = step.waits_for.iter().filter(|w| steps.contains(w)).count();
            on > 0 && on < steps.len() && step.action != Action::Barrier
        };
        let all = self.plan.steps.iter().enumerate();
        let users = all.filter(|(id, step)| waits(step) && !steps.contains(id));
        let users: Vec<StepId> = users.map(|(id, _)| id).collect();
        let users: Vec<_> = users.into_iter().filter(|id| !ahead.contains(id)).collect();
        let Some(first) = users.first() else {
            return;
        };
        let mut barrier = barrier(self.plan.steps[*first].address.whole());
        barrier.waits_for = steps.into_iter().collect();
        let barrier = self.push(barrier);
        for id in users {
            self.plan.steps[id].waits_for.push(barrier);
        }
    }

    /// Every step that waits for one of these, directly or not.
    fn behind(&self, steps: &BTreeSet<StepId>) -> BTreeSet<StepId> {
        let mut dependents: HashMap<StepId, Vec<StepId>> = HashMap::new();
        for (id, step) in self.plan.steps.iter().enumerate() {
            for before in &step.waits_for {
                dependents.entry(*before).or_default().push(id);
            }
        }
        let mut found = BTreeSet::new();
        let mut open: Vec<StepId> = steps.iter().copied().collect();
        while let Some(id) = open.pop() {
            for next in dependents.get(&id).into_iter().flatten() {
                if found.insert(*next) {
                    open.push(*next);
                }
            }
        }
        found
    }
}

fn barrier(address: Address) -> Step {
    Step::new(address, Action::Barrier, ProviderKey(Arc::from("")))
}
