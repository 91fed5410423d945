//! Rollouts: which steps belong to which instance, and how they go.

use crate::pass::{InstanceId, Pass};
use config::Rollout as Block;
use diagnostics::Problem;
use model::{Address, Key, ModulePath, Value};
use plan::{Action, Rollout, Step, StepId, Strategy};
use state::ProviderKey;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

impl Pass<'_> {
    /// Puts the steps of every block with a `rollout` into batches.
    pub(crate) fn rollouts(&mut self) {
        let config = self.input.config;
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
                    let instance = |a: &Address| (a.resource == of).then(|| a.key.clone());
                    self.rollout(id, block, of.to_string(), &instance);
                }
                for (name, call) in &module.calls {
                    let Some(block) = &call.rollout else { continue };
                    let of = path.child(name, None).to_string();
                    let instance = |a: &Address| inside(&path, name, a);
                    self.rollout(id, block, of, &instance);
                }
            }
        }
    }

    fn rollout(
        &mut self,
        module: InstanceId,
        block: &Block,
        of: String,
        instance: &dyn Fn(&Address) -> Option<Option<Key>>,
    ) {
        let mut instances: BTreeMap<Option<Key>, Vec<StepId>> = BTreeMap::new();
        for (id, step) in self.plan.steps.iter().enumerate() {
            if step.action == Action::Barrier {
                continue;
            }
            if let Some(key) = instance(&step.address) {
                instances.entry(key).or_default().push(id);
            }
        }
        // What only comes into being, or only goes, does not roll.
        let changes = instances.values().flatten().any(|id| {
            let step = &self.plan.steps[*id];
            step.action == Action::Update || step.replaces()
        });
        if !changes {
            return;
        }
        let body = self.evaluate(&block.body, module, &BTreeMap::new());
        let Some(mut rollout) = self.read_rollout(block, &body) else {
            return;
        };
        rollout.of = Arc::from(of);
        // Applying again is what promotes canaries that wait for it.
        let waits = self.input.state.rollouts.get(&rollout.of).map(|r| r.phase);
        if waits == Some(state::RolloutPhase::AwaitingPromotion) {
            rollout.canary = 0;
        }
        rollout.instances = instances.into_iter().collect();
        if rollout.auto_revert {
            self.can_go_back(block, &rollout);
        }
        let index = self.plan.rollouts.len();
        for id in rollout.instances.iter().flat_map(|(_, steps)| steps) {
            self.plan.steps[*id].rollout = Some(index);
        }
        self.shared_first(&rollout);
        self.plan.rollouts.push(rollout);
    }

    /// What instances share comes before the first of them begins, unless it has to wait for
    /// something of theirs itself.
    fn shared_first(&mut self, rollout: &Rollout) {
        let steps: BTreeSet<StepId> = rollout
            .instances
            .iter()
            .flat_map(|(_, steps)| steps.iter().copied())
            .collect();
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
        let mut barrier = Step::new(address, Action::Barrier, ProviderKey(Arc::from("")));
        barrier.waits_for = shared.into_iter().collect();
        let barrier = self.push(barrier);
        for id in steps {
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

    /// Refuses to promise what can't be kept.
    fn can_go_back(&mut self, block: &Block, rollout: &Rollout) {
        let steps = rollout.instances.iter().flat_map(|(_, steps)| steps);
        let mut steps = steps.map(|id| &self.plan.steps[*id]);
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

    fn read_rollout(&mut self, block: &Block, body: &Value) -> Option<Rollout> {
        let mut refused = None;
        let mut refuse = |name: &str, why: String| {
            refused.get_or_insert((name.to_string(), why));
        };
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_string);
        let strategy = match text("strategy").as_deref() {
            None | Some("rolling") => Strategy::Rolling,
            Some("blue_green") => Strategy::BlueGreen,
            Some("canary") => Strategy::Canary,
            Some("all_at_once") => Strategy::AllAtOnce,
            Some(other) => {
                refuse(
                    "strategy",
                    format!("{other:?} is none of rolling, blue_green, canary, all_at_once"),
                );
                Strategy::Rolling
            }
        };
        let mut count = |name: &str, otherwise: usize| match body.get(name) {
            None | Some(Value::Null(_)) => otherwise,
            Some(value) => match value.as_i64().and_then(|i| usize::try_from(i).ok()) {
                Some(count) => count,
                None => {
                    refuse(
                        name,
                        format!("is {}, not a whole number", model::show(value)),
                    );
                    otherwise
                }
            },
        };
        let canary = count("canary", usize::from(strategy == Strategy::Canary));
        let max_parallel = count("max_parallel", 1).max(1);
        let mut duration = |name: &str, otherwise: u64| match text(name) {
            None => otherwise,
            Some(text) => duration_ms(&text).unwrap_or_else(|| {
                refuse(
                    name,
                    format!("{text:?} is no duration: write \"30s\", \"5m\" or \"1h\""),
                );
                otherwise
            }),
        };
        let (min_healthy_ms, healthy_deadline_ms, progress_deadline_ms) = (
            duration("min_healthy_time", 10_000),
            duration("healthy_deadline", 300_000),
            duration("progress_deadline", 600_000),
        );
        let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
        if let Some((name, why)) = refused {
            let span = crate::loads::item_span(&block.body, &name).unwrap_or(block.span);
            let problem = Problem::error("LF0325", format!("`{name}` of the rollout is refused"));
            self.sink.push(problem.at(span, why));
            return None;
        }
        Some(Rollout {
            of: Arc::from(""),
            strategy,
            max_parallel,
            min_healthy_ms,
            healthy_deadline_ms,
            progress_deadline_ms,
            canary,
            auto_promote: flag("auto_promote"),
            auto_revert: flag("auto_revert"),
            gate: text("gate").map(Arc::from),
            instances: Vec::new(),
        })
    }
}

fn inside(path: &ModulePath, name: &Arc<str>, address: &Address) -> Option<Option<Key>> {
    let module = &address.resource.module;
    let step = module
        .0
        .get(path.0.len())
        .filter(|_| module.starts_with(path))?;
    (step.name == *name).then(|| step.key.clone())
}

/// `30s`, `5m`, `1h30m` in ms.
pub(crate) fn duration_ms(text: &str) -> Option<u64> {
    let mut total = 0u64;
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let units = [
            ("ms", 1),
            ("s", 1000),
            ("m", 60_000),
            ("h", 3_600_000),
            ("d", 86_400_000),
        ];
        let (unit, factor) = units.into_iter().find(|(unit, _)| rest.starts_with(unit))?;
        total = total.checked_add(number.checked_mul(factor)?)?;
        rest = &rest[unit.len()..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::duration_ms;

    #[test]
    fn durations() {
        for (text, ms) in [("30s", 30_000), ("1h30m", 5_400_000), ("250ms", 250)] {
            assert_eq!(duration_ms(text), Some(ms), "{text}");
        }
        for text in ["", "30", "s", "1x", "-1s"] {
            assert_eq!(duration_ms(text), None, "{text}");
        }
    }
}
