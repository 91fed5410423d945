//! Rollouts: which instances may change now, the gate that each has to pass, and going back.

use crate::context::Event as Told;
use crate::run::{Message, Run};
use model::{Address, Key};
use plan::{Action, Plan, Rollout, StepId, Strategy};
use provider::{Made, ProviderProblem};
use state::{Event, RolloutPhase};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a gate is asked, in ms.
const GATE_EVERY_MS: u64 = 500;

/// What a gate came to for one instance.
pub(crate) struct GateAnswer {
    instance: usize,
    failed: Option<ProviderProblem>,
}

/// The rollouts of a plan, by index.
pub(crate) struct Rollouts {
    rolls: Vec<Roll>,
    /// Of each step that rolls: its rollout and instance. Of a barrier inside an instance too.
    of_step: HashMap<StepId, (usize, usize)>,
}

/// One rollout under way.
struct Roll {
    active: BTreeSet<usize>,
    promoted: Vec<usize>,
    open: Vec<usize>,
    parked: Vec<StepId>,
    checking: usize,
    limit: usize,
    phase: Option<RolloutPhase>,
    canary: usize,
    failed: bool,
}

impl Rollouts {
    pub(crate) fn new(plan: &Plan) -> Rollouts {
        let mut of_step = HashMap::new();
        let mut rolls = Vec::new();
        for (index, rollout) in plan.rollouts.iter().enumerate() {
            for (instance, (_, steps)) in rollout.instances.iter().enumerate() {
                of_step.extend(steps.iter().map(|s| (*s, (index, instance))));
            }
            rolls.push(Roll {
                active: BTreeSet::new(),
                promoted: Vec::new(),
                open: rollout
                    .instances
                    .iter()
                    .map(|(_, steps)| steps.len())
                    .collect(),
                parked: Vec::new(),
                checking: 0,
                limit: first_limit(rollout),
                phase: None,
                canary: rollout.canary.min(rollout.instances.len()),
                failed: false,
            });
        }
        let mut rollouts = Rollouts { rolls, of_step };
        rollouts.barriers(plan);
        rollouts
    }

    /// A barrier that waits for steps of one instance alone belongs to that instance.
    fn barriers(&mut self, plan: &Plan) {
        if self.rolls.is_empty() {
            return;
        }
        for (id, step) in plan.steps.iter().enumerate() {
            if step.action != Action::Barrier {
                continue;
            }
            let mut of = step.waits_for.iter().map(|s| self.of_step.get(s));
            if let Some(Some(first)) = of.next().map(Option::<&(usize, usize)>::copied)
                && of.all(|other| other == Some(&first))
            {
                self.of_step.insert(id, first);
            }
        }
    }

    /// Whether a step may be begun as soon as one that it waits for is done: outside of the
    /// instance, only once the instance has passed its gate.
    pub(crate) fn releases(&self, done: StepId, next: StepId) -> bool {
        match self.of_step.get(&done) {
            None => true,
            Some(at @ (index, instance)) => {
                self.of_step.get(&next) == Some(at)
                    || self.rolls[*index].promoted.contains(instance)
            }
        }
    }

    /// Whether a step's instance may change now. An instance begins when there is room.
    pub(crate) fn may_begin(&mut self, id: StepId) -> bool {
        let Some((index, instance)) = self.of_step.get(&id).copied() else {
            return true;
        };
        let roll = &mut self.rolls[index];
        if roll.active.contains(&instance) || roll.promoted.contains(&instance) {
            return !roll.failed;
        }
        let waits = roll.phase == Some(RolloutPhase::AwaitingPromotion);
        if roll.failed || waits || roll.active.len() >= roll.limit {
            return false;
        }
        let canaries_only = roll.canary > 0 && roll.promoted.len() < roll.canary;
        if canaries_only && roll.promoted.len() + roll.active.len() >= roll.canary {
            return false;
        }
        roll.active.insert(instance);
        true
    }

    pub(crate) fn park(&mut self, id: StepId) {
        if let Some((index, _)) = self.of_step.get(&id) {
            self.rolls[*index].parked.push(id);
        }
    }

    /// Whether a gate is being asked.
    pub(crate) fn is_waiting(&self) -> bool {
        self.rolls.iter().any(|r| r.checking > 0)
    }

    pub(crate) fn failed(&mut self, id: StepId) {
        if let Some((index, _)) = self.of_step.get(&id) {
            self.rolls[*index].failed = true;
        }
    }

    /// A step is never begun, since something else failed: an instance that has begun stays half
    /// done.
    pub(crate) fn skipped(&mut self, id: StepId) {
        if let Some((index, instance)) = self.of_step.get(&id) {
            let roll = &mut self.rolls[*index];
            roll.failed |= roll.active.contains(instance);
        }
    }

    /// Rollouts that failed.
    pub(crate) fn that_failed(&self) -> Vec<usize> {
        (0..self.rolls.len())
            .filter(|index| self.rolls[*index].failed)
            .collect()
    }

    /// Whether a step waits for somebody to promote the canaries.
    pub(crate) fn awaits_promotion(&self, id: StepId) -> bool {
        let of = self.of_step.get(&id);
        of.is_some_and(|(i, _)| self.rolls[*i].phase == Some(RolloutPhase::AwaitingPromotion))
    }

    /// The instances that were begun.
    pub(crate) fn begun(&self, index: usize) -> Vec<usize> {
        let roll = &self.rolls[index];
        let promoted = roll.promoted.iter().copied();
        promoted.chain(roll.active.iter().copied()).collect()
    }
}

fn first_limit(rollout: &Rollout) -> usize {
    match rollout.strategy {
        Strategy::AllAtOnce => usize::MAX,
        _ if rollout.canary > 0 => rollout.max_parallel.max(rollout.canary),
        _ => rollout.max_parallel,
    }
}

impl Run<'_> {
    /// A step that rolls was done; with the last of its instance, the gate is asked.
    pub(crate) fn rollout_step_done(&mut self, id: StepId) {
        let Some((index, instance)) = self.rollouts.of_step.get(&id).copied() else {
            return;
        };
        if self.plan.steps[id].action == Action::Barrier {
            return;
        }
        let roll = &mut self.rollouts.rolls[index];
        roll.open[instance] = roll.open[instance].saturating_sub(1);
        if roll.open[instance] > 0 {
            return;
        }
        // Steps that ask nobody may be the whole of it: they need no room.
        roll.active.insert(instance);
        roll.checking += 1;
        let rollout = &self.plan.rollouts[index];
        let gated = rollout.instances[instance].1.iter().rev().find_map(|step| {
            let step = &self.plan.steps[*step];
            let object = self.state.at(&step.address)?;
            let schema = self.schema(step.address.ty())?;
            let gate = match &rollout.gate {
                Some(name) => schema.gates.iter().find(|g| *g.name == **name)?,
                None => schema.gates.first()?,
            };
            Some((step, gate.name, object.clone()))
        });
        let sender = self.sender.clone();
        let Some((step, gate, object)) = gated else {
            let answer = GateAnswer {
                instance,
                failed: None,
            };
            let _ = sender.send(Message::Gate(index, answer));
            return;
        };
        let (ty, provider) = (
            step.address.ty().clone(),
            self.provider(&step.provider).cloned(),
        );
        let config = self
            .plan
            .providers
            .get(&step.provider)
            .map(|p| p.config.expose());
        let (min_ms, deadline_ms) = (rollout.min_healthy_ms, rollout.healthy_deadline_ms);
        let made = Made {
            attributes: object.attributes.clone(),
            private: object.private.to_vec(),
        };
        tokio::spawn(async move {
            let failed = match (provider, config) {
                (Some(provider), Some(config)) => match provider.connect(config).await {
                    Ok(connection) => {
                        healthy(&*connection, &ty, gate, &made, min_ms, deadline_ms).await
                    }
                    Err(problem) => Some(problem),
                },
                _ => Some(ProviderProblem::error("its provider is not there")),
            };
            let _ = sender.send(Message::Gate(index, GateAnswer { instance, failed }));
        });
    }

    pub(crate) fn gate_answered(&mut self, index: usize, answer: GateAnswer) {
        let rollout = &self.plan.rollouts[index];
        let key = rollout.instances[answer.instance].0.clone();
        let roll = &mut self.rollouts.rolls[index];
        roll.checking -= 1;
        if let Some(problem) = answer.failed {
            roll.failed = true;
            let of = rollout.of.clone();
            let message = format!("{} did not become healthy: {problem}", named(&key));
            self.context.watch.tell(Told::Rollout { of, message });
            let step = rollout.instances[answer.instance].1.last().copied();
            if let Some(step) = step {
                self.fail_gate(step, problem);
            }
            return;
        }
        roll.active.remove(&answer.instance);
        roll.promoted.push(answer.instance);
        if roll.promoted.len() == roll.canary && roll.promoted.len() < roll.open.len() {
            match rollout.auto_promote {
                true => roll.limit = rollout.max_parallel,
                false => roll.phase = Some(RolloutPhase::AwaitingPromotion),
            }
        }
        let message = format!("{} is healthy", named(&key));
        self.context.watch.tell(Told::Rollout {
            of: rollout.of.clone(),
            message,
        });
        self.release_behind(index, answer.instance);
        for id in std::mem::take(&mut self.rollouts.rolls[index].parked) {
            self.schedule.put_back(id);
        }
    }

    /// What waited for an instance as a whole.
    fn release_behind(&mut self, index: usize, instance: usize) {
        let at = (index, instance);
        let own = self.rollouts.of_step.iter().filter(|(_, of)| **of == at);
        let mut own: Vec<StepId> = own.map(|(id, _)| *id).collect();
        own.sort_unstable();
        own.retain(|id| self.is_done(*id));
        for id in own {
            self.schedule.done(id, |_| true);
        }
    }

    fn fail_gate(&mut self, step: StepId, problem: ProviderProblem) {
        let step = &self.plan.steps[step];
        let failed = crate::Failed {
            address: step.address.clone(),
            action: step.action,
            problem,
            elapsed_ms: 0,
        };
        self.context.watch.tell(Told::Failed(failed.clone()));
        self.report.failed.push(failed);
    }

    /// Goes back on rollouts that failed and ask for it, and records where each stands.
    pub(crate) async fn end_rollouts(&mut self) {
        for index in self.rollouts.that_failed() {
            let rollout = &self.plan.rollouts[index];
            if rollout.auto_revert && self.report.broken.is_none() && !self.is_interrupted() {
                self.rollouts.rolls[index].phase = Some(RolloutPhase::Reverting);
                let of = rollout.of.clone();
                let message = "going back to what was there before".to_string();
                self.context.watch.tell(Told::Rollout { of, message });
                let reverted = self.revert(index).await;
                self.rollouts.rolls[index].phase = Some(match reverted {
                    true => RolloutPhase::Reverted,
                    false => RolloutPhase::Reverting,
                });
            }
        }
        for index in 0..self.plan.rollouts.len() {
            if let Some(event) = self.rollout_record(index)
                && !self.record(vec![event]).await
            {
                return;
            }
        }
    }

    fn is_interrupted(&self) -> bool {
        *self.context.cancel.borrow() >= 1
    }

    fn rollout_record(&self, index: usize) -> Option<Event> {
        let (rollout, roll) = (&self.plan.rollouts[index], &self.rollouts.rolls[index]);
        let key = |i: &usize| -> Option<Key> { rollout.instances[*i].0.clone() };
        let all = roll.promoted.len() == rollout.instances.len();
        let phase = roll.phase.unwrap_or(match all {
            true => RolloutPhase::Done,
            false => RolloutPhase::Rolling,
        });
        let known = self.state.rollouts.contains_key(&rollout.of);
        let over = matches!(phase, RolloutPhase::Done | RolloutPhase::Reverted);
        if over && !known {
            return None;
        }
        let waiting = (0..rollout.instances.len())
            .filter(|i| !roll.promoted.contains(i) && !roll.active.contains(i));
        let changed: Vec<Address> = self
            .rollouts
            .begun(index)
            .iter()
            .flat_map(|i| rollout.instances[*i].1.iter())
            .filter(|s| self.is_done(**s))
            .map(|s| self.plan.steps[*s].address.clone())
            .collect();
        Some(Event::Rollout(state::Rollout {
            of: rollout.of.clone(),
            plan: self
                .context
                .plan_id
                .clone()
                .unwrap_or_else(|| Arc::from("")),
            promoted: roll.promoted.iter().map(key).collect(),
            under_way: roll.active.iter().map(key).collect(),
            waiting: waiting.map(|i| key(&i)).collect(),
            phase,
            changed,
        }))
    }
}

fn named(key: &Option<Key>) -> String {
    key.as_ref()
        .map_or_else(|| "the instance".into(), |k| format!("instance {k}"))
}

/// Asks a gate until it has been passed for a while without a break; a problem where it was not
/// by the deadline.
async fn healthy(
    connection: &dyn provider::Connection,
    ty: &str,
    gate: &str,
    made: &Made,
    min_ms: u64,
    deadline_ms: u64,
) -> Option<ProviderProblem> {
    let began = Instant::now();
    let mut since: Option<Instant> = None;
    let mut last = None;
    loop {
        match connection.gate(ty, gate, made).await {
            Ok(true) => {
                let since = *since.get_or_insert_with(Instant::now);
                if since.elapsed().as_millis() as u64 >= min_ms {
                    return None;
                }
            }
            Ok(false) => since = None,
            Err(problem) => {
                since = None;
                last = Some(problem);
            }
        }
        if began.elapsed().as_millis() as u64 >= deadline_ms {
            let late = || {
                ProviderProblem::error(format!(
                    "the gate `{gate}` was not passed within {} s",
                    deadline_ms / 1000
                ))
            };
            return Some(last.unwrap_or_else(late));
        }
        tokio::time::sleep(Duration::from_millis(GATE_EVERY_MS.min(min_ms.max(20)))).await;
    }
}
