//! Rollouts: which instances may change now. What an instance has to pass is asked in `gate`,
//! what is recorded of it stands in `record`.

mod course;
mod gate;
mod record;

pub(crate) use course::News;

use plan::{Action, Begins, Plan, Rollout, StepId, Strategy};
use state::RolloutPhase;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tokio::task::AbortHandle;

/// The rollouts of a plan, by index.
pub(crate) struct Rollouts {
    rolls: Vec<Roll>,
    /// Of each step that rolls: its rollout and instance. Of a barrier inside an instance too.
    of_step: HashMap<StepId, (usize, usize)>,
    /// Steps that stand for a promotion.
    promotions: HashMap<StepId, usize>,
    /// Instances that begin with the next thing that is recorded.
    beginning: Vec<(usize, usize)>,
    /// Instances whose gates are to be asked.
    to_ask: Vec<(usize, usize)>,
    /// Events that go along with the next ones.
    unrecorded: Vec<state::Event>,
}

/// One rollout under way.
struct Roll {
    begins: Begins,
    /// Instances that are being changed, or have not passed yet.
    active: BTreeSet<usize>,
    /// Instances that passed.
    promoted: Vec<usize>,
    /// Instances that an earlier run began: they pass before any other begins.
    first: BTreeSet<usize>,
    /// How many steps of each instance are still to be done.
    open: Vec<usize>,
    parked: Vec<StepId>,
    /// Gates that are being asked, by instance.
    checking: BTreeMap<usize, Task>,
    limit: usize,
    phase: Option<RolloutPhase>,
    canary: usize,
    auto_promote: bool,
    failed: bool,
    /// Ends when it has gone without progress for too long, with the number of its last progress.
    clock: Option<Task>,
    progress: u64,
}

/// A task that ends with what it was begun for.
struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Rollouts {
    pub(crate) fn new(plan: &Plan) -> Rollouts {
        let mut rollouts = Rollouts {
            rolls: plan.rollouts.iter().map(Roll::new).collect(),
            of_step: HashMap::new(),
            promotions: HashMap::new(),
            beginning: Vec::new(),
            to_ask: Vec::new(),
            unrecorded: Vec::new(),
        };
        for (index, rollout) in plan.rollouts.iter().enumerate() {
            rollouts
                .promotions
                .extend(rollout.promotion.map(|p| (p, index)));
            for (instance, of) in rollout.instances.iter().enumerate() {
                let steps = of.steps.iter().map(|s| (*s, (index, instance)));
                rollouts.of_step.extend(steps);
            }
        }
        rollouts.barriers(plan);
        rollouts
    }

    /// A barrier that waits for steps of one instance alone belongs to that instance.
    fn barriers(&mut self, plan: &Plan) {
        if self.rolls.is_empty() {
            return;
        }
        for (id, step) in plan.steps.iter().enumerate() {
            if step.action != Action::Barrier || step.rollout.is_some() {
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

    /// Whether a step may be begun now, as far as its rollout goes. An instance begins when there
    /// is room.
    pub(crate) fn may_begin(&mut self, id: StepId) -> bool {
        if let Some(index) = self.promotions.get(&id).copied() {
            return self.may_promote(index);
        }
        let Some((index, instance)) = self.of_step.get(&id).copied() else {
            return true;
        };
        let roll = &mut self.rolls[index];
        if roll.active.contains(&instance) || roll.promoted.contains(&instance) {
            return !roll.failed;
        }
        if !roll.has_room(instance) {
            return false;
        }
        roll.active.insert(instance);
        self.beginning.push((index, instance));
        true
    }

    /// Whether what is new takes over: everything has passed by now.
    fn may_promote(&mut self, index: usize) -> bool {
        let roll = &mut self.rolls[index];
        if roll.failed || roll.phase.is_some() {
            return false;
        }
        let promotes = roll.auto_promote || roll.begins == Begins::Promotes;
        roll.phase = Some(match promotes {
            true => RolloutPhase::Done,
            false => RolloutPhase::AwaitingPromotion,
        });
        roll.clock = None;
        promotes
    }

    pub(crate) fn park(&mut self, id: StepId) {
        let of = self.of_step.get(&id).map(|(index, _)| *index);
        if let Some(index) = of {
            self.rolls[index].parked.push(id);
        }
    }

    /// Whether a gate is being asked.
    pub(crate) fn is_waiting(&self) -> bool {
        self.rolls.iter().any(|r| !r.checking.is_empty())
    }

    /// Waits for nothing any more: what has not passed is asked again by the next run.
    pub(crate) fn let_go(&mut self) {
        self.to_ask.clear();
        for roll in &mut self.rolls {
            roll.checking.clear();
            roll.clock = None;
        }
    }

    pub(crate) fn failed(&mut self, id: StepId) {
        if let Some((index, _)) = self.of_step.get(&id) {
            self.rolls[*index].fail();
        }
    }

    /// A step is never begun, since something else failed: an instance that has begun stays half
    /// done.
    pub(crate) fn skipped(&mut self, id: StepId) {
        if let Some((index, instance)) = self.of_step.get(&id) {
            let roll = &mut self.rolls[*index];
            if roll.active.contains(instance) {
                roll.fail();
            }
        }
    }

    /// Whether something waits for somebody to promote what is new: this step, or any where none
    /// is given.
    pub(crate) fn awaits_promotion(&self, id: StepId) -> bool {
        let awaits = |roll: &Roll| roll.phase == Some(RolloutPhase::AwaitingPromotion);
        match self.of_step.get(&id) {
            Some((index, _)) => awaits(&self.rolls[*index]),
            // Whatever is left over with nothing failed waits for the promotion.
            None => self.rolls.iter().any(awaits) && !self.rolls.iter().any(|r| r.failed),
        }
    }
}

impl Roll {
    fn new(rollout: &Rollout) -> Roll {
        let instances = rollout.instances.iter();
        let first = instances.clone().enumerate().filter(|(_, i)| i.begun);
        Roll {
            begins: rollout.begins,
            active: BTreeSet::new(),
            promoted: Vec::new(),
            first: first.map(|(instance, _)| instance).collect(),
            open: instances.map(|i| i.steps.len()).collect(),
            parked: Vec::new(),
            checking: BTreeMap::new(),
            limit: match rollout.strategy {
                Strategy::AllAtOnce | Strategy::BlueGreen => usize::MAX,
                _ => rollout.max_parallel.max(rollout.canary),
            },
            phase: None,
            canary: rollout.canary.min(rollout.instances.len()),
            auto_promote: rollout.auto_promote,
            failed: false,
            clock: None,
            progress: 0,
        }
    }

    fn has_room(&self, instance: usize) -> bool {
        if self.failed || self.phase.is_some() {
            return false;
        }
        // What is changed already takes nobody's room, and comes before all others.
        if self.first.contains(&instance) {
            return true;
        }
        let passed = |i: &usize| self.promoted.contains(i);
        if self.active.len() >= self.limit || !self.first.iter().all(passed) {
            return false;
        }
        let canaries_only = self.canary > 0 && self.promoted.len() < self.canary;
        !canaries_only || self.promoted.len() + self.active.len() < self.canary
    }

    fn fail(&mut self) {
        self.failed = true;
        self.clock = None;
    }
}
