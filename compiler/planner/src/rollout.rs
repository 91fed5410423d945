//! Rollouts: which steps belong to which instance, what gates it, and how it goes.

mod beside;
mod order;
mod resume;
mod settings;

use crate::pass::{InstanceId, Pass};
use config::Rollout as Block;
use diagnostics::Problem;
use model::{Address, CallName, Key, ModulePath, ResourceAddress};
use plan::{Action, Begins, PlanMode, Rollout, RolloutInstance, StepId, Strategy};
use state::RolloutPhase;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A block with a `rollout`.
struct Rolling<'r> {
    module: InstanceId,
    block: &'r Block,
    /// Its address without an instance key.
    of: Arc<str>,
    /// The instance that an address is a part of.
    instance: &'r dyn Fn(&Address) -> Option<Option<Key>>,
}

impl Pass<'_> {
    /// Puts the steps of every block with a `rollout` into batches.
    pub(crate) fn rollouts(&mut self) {
        if self.input.options.mode == PlanMode::RefreshOnly {
            return;
        }
        let config = self.input.config;
        let mut planned = Vec::new();
        for site in 0..self.prepared().sites.len() {
            let module = self.prepared().module(config, site);
            for id in self.of_site[site].clone() {
                let path = self.modules[id].path.clone();
                for resource in module.resources.values() {
                    let Some(block) = &resource.rollout else {
                        continue;
                    };
                    let of = model::ResourceAddress {
                        module: path.clone(),
                        mode: resource.mode,
                        ty: resource.ty.clone(),
                        name: resource.name.clone(),
                    };
                    let rolling = Rolling {
                        module: id,
                        block,
                        of: Arc::from(of.to_string()),
                        instance: &|a| (a.resource == of).then(|| a.key.clone()),
                    };
                    self.rollout(&rolling);
                    planned.push(rolling.of);
                }
                for (name, call) in &module.calls {
                    let Some(block) = &call.rollout else { continue };
                    let rolling = Rolling {
                        module: id,
                        block,
                        of: Arc::from(path.child(name.clone(), None).to_string()),
                        instance: &|a| inside(&path, name, a),
                    };
                    self.rollout(&rolling);
                    planned.push(rolling.of);
                }
            }
        }
        if self.input.options.mode == PlanMode::Destroy {
            planned.clear();
        }
        self.forget_rollouts(&planned);
        self.only_go_back();
    }

    fn rollout(&mut self, rolling: &Rolling<'_>) {
        if self.input.options.mode == PlanMode::Destroy {
            return;
        }
        let mut instances: BTreeMap<Option<Key>, Vec<StepId>> = BTreeMap::new();
        for (id, step) in self.plan.steps.iter().enumerate() {
            if step.action == Action::Barrier {
                continue;
            }
            if let Some(key) = (rolling.instance)(&step.address) {
                instances.entry(key).or_default().push(id);
            }
        }
        let known = self.input.state.rollouts.get(&rolling.of);
        // What only comes into being, or only goes, does not roll.
        let changes = instances.values().flatten().any(|id| {
            let step = &self.plan.steps[*id];
            step.action == Action::Update || step.replaces()
        });
        if !changes && known.is_none() {
            return;
        }
        let body = self.evaluate(&rolling.block.body, rolling.module, &BTreeMap::new());
        let Some(mut rollout) = self.settings(rolling.block, &body) else {
            return;
        };
        rollout.of = rolling.of.clone();
        rollout.begins = self.begins(known, &instances);
        if let Some(known) = known {
            go_on(&mut rollout, known);
        }
        let ends = match rollout.strategy {
            Strategy::BlueGreen => self.ends(&mut instances),
            _ => Vec::new(),
        };
        self.instances(rolling, &mut rollout, instances);
        let nothing = rollout.instances.is_empty() && rollout.begins == Begins::Resumes;
        // Whether everything is in place can't be told where only a part was looked at.
        if nothing && (self.selection.is_partial() || !self.unexpanded.is_empty()) {
            return;
        }
        self.put(rolling, rollout, &ends);
    }

    /// Takes what ends out of the instances of a blue-green rollout: it comes behind all of them.
    fn ends(&self, instances: &mut BTreeMap<Option<Key>, Vec<StepId>>) -> Vec<StepId> {
        let mut ends = Vec::new();
        let is_end = |id: &StepId| {
            let action = self.plan.steps[*id].action;
            matches!(action, Action::Delete | Action::GoesWith | Action::Forget)
        };
        for steps in instances.values_mut() {
            ends.extend(steps.iter().copied().filter(is_end));
            steps.retain(|id| !is_end(id));
        }
        instances.retain(|_, steps| !steps.is_empty());
        ends
    }

    /// The instances, each with what it has to pass; those too that an earlier run changed, and
    /// that have only to pass.
    fn instances(
        &mut self,
        rolling: &Rolling<'_>,
        rollout: &mut Rollout,
        mut steps: BTreeMap<Option<Key>, Vec<StepId>>,
    ) {
        let known = self.input.state.rollouts.get(&rolling.of);
        let begun = known.map(|k| k.under_way.clone()).unwrap_or_default();
        let mut gates = self.gates(rolling, rollout.gate.as_deref());
        for key in &begun {
            let gated: Vec<Address> = gates
                .get(key)
                .into_iter()
                .flatten()
                .map(|(address, _)| address.clone())
                .collect();
            if !steps.contains_key(key)
                && let Some(barrier) = self.only_gated(&gated, &rolling.of)
            {
                steps.insert(key.clone(), vec![barrier]);
            }
        }
        for (key, steps) in steps {
            rollout.instances.push(RolloutInstance {
                gates: gates.remove(&key).unwrap_or_default(),
                begun: begun.contains(&key),
                key,
                steps,
            });
        }
    }

    /// What each instance has to pass: of everything it is made of the check that is asked for,
    /// or the first that its type has.
    fn gates(
        &mut self,
        rolling: &Rolling<'_>,
        asked: Option<&str>,
    ) -> BTreeMap<Option<Key>, Vec<(Address, Arc<str>)>> {
        let mut gates: BTreeMap<Option<Key>, Vec<(Address, Arc<str>)>> = BTreeMap::new();
        let mut configured: Vec<&Address> = self.configured.iter().collect();
        configured.sort_unstable();
        for address in configured {
            let Some(key) = (rolling.instance)(address) else {
                continue;
            };
            let Some((_, schema)) = self.input.providers.resource(address.ty()) else {
                continue;
            };
            let mut known = schema.gates.iter();
            let gate = known.find(|g| asked.is_none_or(|asked| g.name == asked));
            let gate = gate.map(|g| (address.clone(), Arc::from(g.name)));
            gates.entry(key).or_default().extend(gate);
        }
        if let Some(asked) = asked
            && !gates.is_empty()
            && gates.values().all(Vec::is_empty)
        {
            let span = crate::loads::item_span(&rolling.block.body, "gate");
            let problem = Problem::error("LF0325", "`gate` of the rollout is refused");
            let why = format!("nothing in `{}` has a check `{asked}`", rolling.of);
            self.sink
                .push(problem.at(span.unwrap_or(rolling.block.span), why));
        }
        gates
    }

    fn put(&mut self, rolling: &Rolling<'_>, mut rollout: Rollout, ends: &[StepId]) {
        let index = self.plan.rollouts.len();
        let blue_green = rollout.strategy == Strategy::BlueGreen;
        // One that goes back takes none of these steps: nothing of them is to be promised.
        let begins = rollout.begins != Begins::Reverts;
        if blue_green && begins {
            self.side_by_side(rolling.block, &rollout);
        }
        if rollout.auto_revert && begins {
            self.can_go_back(rolling.block, &rollout);
        }
        for id in rollout.steps() {
            self.plan.steps[id].rollout = Some(index);
        }
        self.shared_first(&rollout);
        let first = rollout.steps().next().or(ends.first().copied());
        if blue_green && let Some(first) = first {
            let at = self.plan.steps[first].address.resource.instance(None);
            let inside = |r: &ResourceAddress| (rolling.instance)(&r.instance(None)).is_some();
            let promotion = self.promotion(&rollout, ends, &inside, at);
            self.plan.steps[promotion].rollout = Some(index);
            rollout.promotion = Some(promotion);
        } else {
            self.users_last(&rollout);
        }
        self.plan.rollouts.push(rollout);
    }

    /// Refuses to promise what can't be kept.
    fn can_go_back(&mut self, block: &Block, rollout: &Rollout) {
        let mut steps = rollout.steps().map(|id| &self.plan.steps[id]);
        let Some(step) = steps.find(|s| !s.undoable && s.action != Action::Read) else {
            return;
        };
        let what = match (step.action, step.replaces()) {
            (Action::Create, _) => "making it",
            (_, true) => "replacing it",
            (Action::Update, _) => "changing it",
            _ => "ending it",
        };
        let problem = Problem::error(
            "LF0326",
            format!("`{}` can't be rolled out with `auto_revert`", rollout.of),
        );
        let span = crate::loads::item_span(&block.body, "auto_revert").unwrap_or(block.span);
        self.sink.push(
            problem
                .at(span, "asks for what can't be promised")
                .on(&step.address)
                .detail(format!("{}: {what} can't be taken back", step.address))
                .help("leave `auto_revert` out of this rollout, or make the change in another way"),
        );
    }
}

/// What of a rollout is left, going on from a recorded one.
fn go_on(rollout: &mut Rollout, known: &state::Rollout) {
    let promoted = known.promoted.len();
    rollout.canary = match rollout.begins {
        // Applying again is what promotes canaries that wait for it.
        Begins::Promotes => 0,
        Begins::Resumes if known.phase == RolloutPhase::Rolling => {
            rollout.canary.saturating_sub(promoted)
        }
        _ => rollout.canary,
    };
}

fn inside(path: &ModulePath, call: &CallName, address: &Address) -> Option<Option<Key>> {
    let module = &address.resource.module;
    let step = module
        .0
        .get(path.0.len())
        .filter(|_| module.starts_with(path))?;
    (step.call == *call).then(|| step.key.clone())
}
