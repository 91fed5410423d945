//! What every step has to wait for.

use crate::pass::Pass;
use model::{Address, ObjectId, ResourceAddress};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use plan::{Action, Reason, Step, StepId};
use state::ProviderKey;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Steps by what they do, and by what they are depended on as: an instance, or with it all.
#[derive(Default)]
struct Depended {
    /// Steps after which it is as wanted.
    makes: BTreeMap<Address, Vec<StepId>>,
    /// Steps that end it.
    ends: BTreeMap<Address, Vec<StepId>>,
}

impl Pass<'_> {
    /// Orders the steps: what is depended on is made before, and ends after.
    pub(crate) fn order(&mut self) {
        let by = self.depended();
        self.make_after_dependencies(&by);
        let mut wishes = self.end_after_dependents(&by);
        wishes.extend(self.order_replacements());
        self.where_nothing_knots(wishes);
        for step in &mut self.plan.steps {
            step.waits_for.sort_unstable();
            step.waits_for.dedup();
        }
    }

    fn depended(&self) -> Depended {
        let mut by = Depended::default();
        for (id, step) in self.plan.steps.iter().enumerate() {
            let steps = match step.action {
                Action::Create | Action::Adopt | Action::Import | Action::Update | Action::Read => {
                    &mut by.makes
                }
                Action::Delete => &mut by.ends,
                Action::GoesWith | Action::Record | Action::Forget | Action::Barrier => continue,
            };
            steps.entry(step.address.whole()).or_default().push(id);
            if step.address.key.is_some() {
                steps.entry(step.address.clone()).or_default().push(id);
            }
        }
        by
    }

    fn make_after_dependencies(&mut self, by: &Depended) {
        // One step that stands for all makes of a resource, where there are several.
        let mut all_made: HashMap<Address, Option<StepId>> = HashMap::new();
        for (_, ids) in by.makes.iter().filter(|(address, _)| address.key.is_none()) {
            for id in ids {
                let dependencies = self.plan.steps[*id].dependencies.clone();
                let data = self.data_waits.get(id).cloned().unwrap_or_default();
                for needed in dependencies.iter().chain(data.iter()) {
                    if needed.resource == self.plan.steps[*id].address.resource {
                        continue;
                    }
                    let made = match all_made.get(needed) {
                        Some(made) => *made,
                        None => {
                            let steps = by.makes.get(needed).cloned().unwrap_or_default();
                            let made = self.together(&needed.resource, steps);
                            all_made.insert(needed.clone(), made);
                            made
                        }
                    };
                    self.plan.steps[*id].waits_for.extend(made);
                }
            }
        }
    }

    /// One step that is done when all of these are.
    fn together(&mut self, resource: &ResourceAddress, steps: Vec<StepId>) -> Option<StepId> {
        match steps.as_slice() {
            [] => None,
            [one] => Some(*one),
            _ => {
                let address = resource.instance(None);
                let mut barrier = Step::new(address, Action::Barrier, ProviderKey(Arc::from("")));
                barrier.waits_for = steps;
                Some(self.push(barrier))
            }
        }
    }

    /// Answers which changes had better come before which ends.
    fn end_after_dependents(&mut self, by: &Depended) -> Vec<Wish> {
        // Of everything that ends: the steps of objects recorded to depend on it.
        let mut ends_of: BTreeMap<&Address, Vec<StepId>> = BTreeMap::new();
        let mut changes_of: BTreeMap<&Address, Vec<StepId>> = BTreeMap::new();
        let recorded: HashMap<ObjectId, Arc<[Address]>> = self
            .plan
            .steps
            .iter()
            .filter_map(|s| s.object)
            .filter_map(|id| Some((id, self.object(id)?.dependencies.clone())))
            .collect();
        for (id, step) in self.plan.steps.iter().enumerate() {
            let old = step.object.and_then(|o| recorded.get(&o));
            match step.action {
                Action::Delete => {
                    for needed in old.into_iter().flat_map(|d| d.iter()) {
                        if let Some((needed, _)) = by.ends.get_key_value(needed) {
                            ends_of.entry(needed).or_default().push(id);
                        }
                    }
                }
                Action::Create | Action::Update | Action::Adopt | Action::Import => {
                    // A new object that stands in for a recorded one, or changes it, has let go
                    // of what the old one held.
                    let new = step.dependencies.iter();
                    for needed in new.chain(old.into_iter().flat_map(|d| d.iter())) {
                        if let Some((needed, _)) = by.ends.get_key_value(needed) {
                            changes_of.entry(needed).or_default().push(id);
                        }
                    }
                }
                _ => {}
            }
        }
        for (needed, steps) in ends_of {
            let waits = self.together(&needed.resource, steps);
            for id in &by.ends[needed] {
                self.plan.steps[*id]
                    .waits_for
                    .extend(waits.filter(|w| w != id));
            }
        }
        let mut wishes = Vec::new();
        for (needed, before) in changes_of {
            let ends = by.ends[needed].iter().copied();
            let ends: Vec<StepId> = ends.filter(|id| self.ends_last(*id)).collect();
            wishes.push(Wish {
                resource: needed.resource.clone(),
                before,
                ends,
            });
        }
        wishes
    }

    /// Whether an object ends only after everything that used it has changed: where nothing
    /// takes its place, or where what takes its place is made first.
    fn ends_last(&self, id: StepId) -> bool {
        let step = &self.plan.steps[id];
        match step.pair {
            None => true,
            Some(create) => self.plan.steps[create].create_before_destroy,
        }
    }

    /// Answers of which replacements the decision had better come before the delete.
    fn order_replacements(&mut self) -> Vec<Wish> {
        let pairs: Vec<(StepId, StepId)> = self
            .plan
            .steps
            .iter()
            .enumerate()
            .filter(|(_, s)| matches!(s.action, Action::Create | Action::Adopt))
            .filter_map(|(id, s)| Some((id, s.pair?)))
            .collect();
        let mut undecided = Vec::new();
        for (create, delete) in pairs {
            // What goes with its machine is in nobody's way: the new one is on another machine.
            if self.plan.steps[delete].action == Action::GoesWith {
                continue;
            }
            if self.plan.steps[create].create_before_destroy {
                self.plan.steps[delete].waits_for.push(create);
                continue;
            }
            self.plan.steps[create].waits_for.push(delete);
            if self.hangs_on_unknown(create) || self.decided_late.contains(&delete) {
                undecided.push((create, delete));
            }
        }
        undecided
            .into_iter()
            .map(|(create, delete)| self.decided_first(create, delete))
            .collect()
    }

    fn hangs_on_unknown(&self, create: StepId) -> bool {
        let step = &self.plan.steps[create];
        let forced = step.reasons.iter().any(|r| matches!(r, Reason::Forced(_)));
        forced && step.deferred.is_some() && step.after.as_ref().is_some_and(|a| a.has_unknown())
    }

    /// A replacement that may turn out not to be needed, or to be refused, is decided before its
    /// delete: once what it depends on is known.
    fn decided_first(&self, create: StepId, delete: StepId) -> Wish {
        let waits = self.plan.steps[create].waits_for.iter();
        Wish {
            resource: self.plan.steps[create].address.resource.clone(),
            before: waits.copied().filter(|w| *w != delete).collect(),
            ends: vec![delete],
        }
    }

    /// Fulfils the wishes, but those that would make steps wait for themselves: what changed its
    /// dependencies may have to end before what it let go of is done.
    fn where_nothing_knots(&mut self, wishes: Vec<Wish>) {
        let wishes: Vec<Wish> = wishes.into_iter().filter(|w| !w.ends.is_empty()).collect();
        if wishes.is_empty() {
            return;
        }
        let knot = self.knots(&wishes);
        for Wish {
            resource,
            before,
            ends,
        } in wishes
        {
            let apart = |b: &StepId, e: &StepId| knot[*b] != knot[*e];
            if before.iter().all(|b| ends.iter().all(|e| apart(b, e))) {
                let all = self.together(&resource, before);
                ends.iter()
                    .for_each(|end| self.plan.steps[*end].waits_for.extend(all));
                continue;
            }
            for end in ends {
                let before = before.iter().copied().filter(|b| apart(b, &end));
                self.plan.steps[end].waits_for.extend(before);
            }
        }
    }

    /// Of each step a number: those of one number would wait for each other, were all wishes
    /// fulfilled.
    fn knots(&self, wishes: &[Wish]) -> Vec<usize> {
        let steps = self.plan.steps.len();
        let mut graph = DiGraph::<(), ()>::with_capacity(steps + wishes.len(), steps);
        for _ in 0..steps + wishes.len() {
            graph.add_node(());
        }
        let mut edge = |before: usize, after: usize| {
            graph.add_edge(NodeIndex::new(before), NodeIndex::new(after), ());
        };
        for (id, step) in self.plan.steps.iter().enumerate() {
            step.waits_for.iter().for_each(|before| edge(*before, id));
        }
        for (number, wish) in wishes.iter().enumerate() {
            let all = steps + number;
            wish.before.iter().for_each(|before| edge(*before, all));
            wish.ends.iter().for_each(|end| edge(all, *end));
        }
        let mut knot = vec![0; steps + wishes.len()];
        for (number, nodes) in kosaraju_scc(&graph).iter().enumerate() {
            nodes.iter().for_each(|n| knot[n.index()] = number);
        }
        knot
    }
}

/// Ends that had better come after these steps.
struct Wish {
    resource: ResourceAddress,
    before: Vec<StepId>,
    ends: Vec<StepId>,
}
