//! Objects that stay while what they depend on is replaced: they keep depending on it, though
//! the state lets them inherit when the old object leaves.

use crate::run::Run;
use model::{Address, ObjectId};
use plan::{Action, StepId};
use state::{Event, Object};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What each object depended on when the run began.
pub(crate) type Before = BTreeMap<ObjectId, Arc<[Address]>>;

impl Run<'_> {
    /// What depends on an object that this plan makes again.
    pub(crate) fn dependencies_at_risk(&self) -> Before {
        let made: BTreeSet<Address> = self
            .plan
            .steps
            .iter()
            .filter(|s| matches!(s.action, Action::Create | Action::Adopt))
            .flat_map(|s| [s.address.clone(), s.address.whole()])
            .collect();
        if made.is_empty() {
            return Before::new();
        }
        let at_risk = |dependencies: &[Address]| dependencies.iter().any(|d| made.contains(d));
        // What is recorded to depend on it from now on may be so before the old one leaves.
        let recorded = self
            .plan
            .steps
            .iter()
            .filter(|s| s.action == Action::Record);
        let from_now_on: BTreeSet<ObjectId> = recorded
            .filter(|s| at_risk(&s.dependencies))
            .filter_map(|s| s.object)
            .collect();
        let objects = self.state.objects.values();
        objects
            .filter(|o| at_risk(&o.dependencies) || from_now_on.contains(&o.id))
            .map(|o| (o.id, o.dependencies.clone()))
            .collect()
    }

    /// Records the dependencies again that were lost on the way.
    pub(crate) async fn restore_dependencies(&mut self, before: Before) {
        if self.report.broken.is_some() {
            return;
        }
        let steps: HashMap<ObjectId, StepId> = (0..self.plan.steps.len())
            .filter(|id| self.is_done(*id))
            .filter(|id| matches!(self.plan.steps[*id].action, Action::Update | Action::Record))
            .filter_map(|id| Some((self.plan.steps[id].object?, id)))
            .collect();
        let events: Vec<Event> = before
            .into_iter()
            .filter_map(|(id, dependencies)| {
                let recorded = self.state.objects.get(&id)?;
                let dependencies = match steps.get(&id) {
                    Some(step) => self.plan.steps[*step].dependencies.clone(),
                    None => self.as_far_as_there(recorded, &dependencies),
                };
                if recorded.dependencies == dependencies {
                    return None;
                }
                let mut object = Object::clone(recorded);
                object.dependencies = dependencies;
                Some(Event::Put(Box::new(object)))
            })
            .collect();
        if !events.is_empty() {
            self.record(events).await;
        }
    }

    /// Those of before that are there; and where one is not, what was inherited from it.
    fn as_far_as_there(&self, recorded: &Object, before: &[Address]) -> Arc<[Address]> {
        let there = |address: &&Address| {
            let mut behind = self.state.current.range((*address).clone()..);
            behind.next().is_some_and(|(a, _)| address.means(a))
        };
        let kept: BTreeSet<_> = before.iter().filter(there).cloned().collect();
        let whole = kept.len() == before.len();
        let inherited = recorded.dependencies.iter().filter(|_| !whole).cloned();
        state::dependencies(kept.into_iter().chain(inherited).collect())
    }
}
