//! What is recorded of a rollout: before an instance is changed, that it is, and how it was.

use crate::run::Run;
use model::Fingerprint;
use plan::{Action, Begins};
use state::{Before, Event, Object, Rollout, RolloutMove, RolloutPhase, Status, Wanted};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Run<'_> {
    /// These events behind what is still to be recorded of rollouts: all become durable together,
    /// so that nothing of an instance is changed before it is recorded how it was.
    pub(crate) fn with_rollouts(&mut self, events: Vec<Event>) -> Vec<Event> {
        if self.plan.rollouts.is_empty() {
            return events;
        }
        let mut all = Vec::new();
        for (index, instance) in std::mem::take(&mut self.rollouts.beginning) {
            all.extend(self.first_record(index));
            all.push(Event::RolloutMoved {
                of: self.plan.rollouts[index].of.clone(),
                by: self.images(index, instance),
            });
            if self.rollouts.rolls[index].clock.is_none() {
                self.wind_clock(index);
            }
        }
        for index in 0..self.plan.rollouts.len() {
            all.extend(self.promotion(index));
        }
        all.append(&mut self.rollouts.unrecorded);
        self.keep_of_known(&mut all);
        all.extend(events);
        all
    }

    /// That a rollout began, with the first of its instances.
    fn first_record(&self, index: usize) -> Option<Event> {
        let rollout = &self.plan.rollouts[index];
        if self.rollouts.rolls[index].progress > 0 {
            return None;
        }
        let known = self.state.rollouts.get(&rollout.of);
        match (rollout.begins, known) {
            (Begins::Resumes | Begins::Promotes, Some(known)) => {
                let rolling = RolloutMove::Phase(RolloutPhase::Rolling);
                (known.phase != RolloutPhase::Rolling).then(|| Event::RolloutMoved {
                    of: rollout.of.clone(),
                    by: rolling,
                })
            }
            (begins, known) => Some(Event::Rollout(Rollout {
                of: rollout.of.clone(),
                plan: self.context.plan_id.clone().unwrap_or_else(|| "".into()),
                promoted: Vec::new(),
                under_way: Vec::new(),
                waiting: rollout.instances.iter().map(|i| i.key.clone()).collect(),
                phase: RolloutPhase::Rolling,
                // What was never whole is nothing to go back to.
                before: match (begins, known) {
                    (Begins::Supersedes, Some(known)) => known.before.clone(),
                    _ => Vec::new(),
                },
                wanted: Some(self.wanted(index)),
            })),
        }
    }

    /// What each instance is to become, for the next plan to tell whether that is still so.
    fn wanted(&self, index: usize) -> Wanted {
        let instances = self.plan.rollouts[index].instances.iter();
        let wanted = instances.map(|instance| {
            let steps = instance.steps.iter().map(|id| &self.plan.steps[*id]);
            (instance.key.clone(), plan::wanted(steps))
        });
        Wanted {
            config: Fingerprint(self.plan.header.config),
            instances: wanted.collect(),
        }
    }

    fn images(&self, index: usize, instance: usize) -> RolloutMove {
        let of = &self.plan.rollouts[index].instances[instance];
        let steps = of.steps.iter().map(|id| &self.plan.steps[*id]);
        let changing = steps.filter(|s| !matches!(s.action, Action::Read | Action::Barrier));
        let mut seen = BTreeSet::new();
        let mut before = Vec::new();
        for address in changing.map(|s| &s.address) {
            if seen.insert(address) {
                let whole = |o: &&Arc<Object>| o.status != Status::Tainted;
                before.push(Before {
                    instance: of.key.clone(),
                    address: address.clone(),
                    object: self.state.at(address).filter(whole).map(Arc::clone),
                });
            }
        }
        RolloutMove::Began {
            instance: of.key.clone(),
            before,
        }
    }

    /// That what is new was promoted, or waits for that.
    fn promotion(&mut self, index: usize) -> Option<Event> {
        let rollout = &self.plan.rollouts[index];
        rollout.promotion?;
        let phase = self.rollouts.rolls[index].phase?;
        let known = self.state.rollouts.get(&rollout.of)?;
        (known.phase != phase).then(|| Event::RolloutMoved {
            of: rollout.of.clone(),
            by: RolloutMove::Phase(phase),
        })
    }

    /// Drops what became of rollouts of which nothing is recorded: they never began.
    fn keep_of_known(&self, events: &mut Vec<Event>) {
        let mut known: BTreeSet<Arc<str>> = self.state.rollouts.keys().cloned().collect();
        events.retain(|event| match event {
            Event::Rollout(rollout) => {
                known.insert(rollout.of.clone());
                true
            }
            Event::RolloutMoved { of, by } => match by {
                RolloutMove::Phase(phase) if phase.is_over() => known.remove(of),
                _ => known.contains(of),
            },
            _ => true,
        });
    }
}
