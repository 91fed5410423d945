//! The course of a rollout: an instance is changed, passes its gates or does not, and makes room
//! for the next; in the end it is done, waits, or goes back.

use super::gate::duration;
use super::{Rollouts, Task};
use crate::context::Event as Told;
use crate::run::{Message, Run};
use model::{Address, Key};
use plan::{Action, Begins, StepId};
use provider::ProviderProblem;
use state::{Event, RolloutMove, RolloutPhase};
use std::time::Duration;

/// What reaches a rollout while it waits.
pub(crate) enum News {
    /// What the gates of an instance came to.
    Gate {
        /// Which.
        instance: usize,
        /// Why it did not pass.
        failed: Option<ProviderProblem>,
    },
    /// It has gone without progress since that number.
    Late(u64),
}

impl Run<'_> {
    /// A step that rolls was done; with the last of its instance, the gates are asked.
    pub(crate) fn rollout_step_done(&mut self, id: StepId) {
        let Some((index, instance)) = self.rollouts.of_step.get(&id).copied() else {
            return;
        };
        if self.plan.steps[id].rollout.is_none() {
            return;
        }
        let roll = &mut self.rollouts.rolls[index];
        roll.open[instance] = roll.open[instance].saturating_sub(1);
        if roll.open[instance] > 0 || roll.failed {
            return;
        }
        // Steps that ask nobody may be the whole of it: they need no room.
        if roll.active.insert(instance) {
            self.rollouts.beginning.push((index, instance));
        }
        self.rollouts.to_ask.push((index, instance));
    }

    pub(crate) async fn rollout_news(&mut self, index: usize, news: News) {
        match news {
            News::Gate { instance, failed } => {
                let roll = &mut self.rollouts.rolls[index];
                // Nobody waits for it any more.
                if roll.checking.remove(&instance).is_none() {
                    return;
                }
                match failed {
                    Some(problem) => self.sick(index, instance, problem),
                    None => self.passed(index, instance),
                }
            }
            News::Late(progress) => self.late(index, progress),
        }
        self.record(Vec::new()).await;
    }

    /// Counts the time without progress anew.
    pub(super) fn wind_clock(&mut self, index: usize) {
        let (roll, rollout) = (&mut self.rollouts.rolls[index], &self.plan.rollouts[index]);
        roll.progress += 1;
        roll.clock = None;
        if rollout.progress_deadline_ms == 0 {
            return;
        }
        let (progress, sender) = (roll.progress, self.sender.clone());
        let after = Duration::from_millis(rollout.progress_deadline_ms);
        let waiting = tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let _ = sender.send(Message::Rollout(index, News::Late(progress)));
        });
        roll.clock = Some(Task(waiting.abort_handle()));
    }

    fn late(&mut self, index: usize, progress: u64) {
        let (roll, rollout) = (&self.rollouts.rolls[index], &self.plan.rollouts[index]);
        let over = roll.failed || roll.phase.is_some();
        let Some(instance) = roll.active.first().copied() else {
            return;
        };
        if over || roll.progress != progress {
            return;
        }
        let within = duration(rollout.progress_deadline_ms);
        let problem = ProviderProblem::error(format!(
            "no instance became healthy within {within} (`progress_deadline`)"
        ));
        self.sick(index, instance, problem);
        self.rollouts.rolls[index].checking.clear();
    }

    fn sick(&mut self, index: usize, instance: usize, problem: ProviderProblem) {
        let rollout = &self.plan.rollouts[index];
        let of = &rollout.instances[instance];
        let roll = &mut self.rollouts.rolls[index];
        roll.fail();
        if rollout.auto_revert {
            // It goes back, however the others are.
            roll.checking.clear();
        }
        let message = format!("{} did not become healthy: {problem}", named(&of.key));
        self.tell_of(index, message);
        let steps = || of.steps.iter().map(|id| &self.plan.steps[*id]);
        let changed = steps().rfind(|s| s.action != Action::Barrier);
        let (address, action) = match (changed, of.gates.first(), steps().next()) {
            (Some(step), _, _) => (step.address.clone(), step.action),
            (None, Some((address, _)), _) => (address.clone(), Action::Update),
            (None, None, Some(step)) => (step.address.clone(), step.action),
            (None, None, None) => return,
        };
        self.fail_rolling(address, action, problem);
    }

    fn passed(&mut self, index: usize, instance: usize) {
        let rollout = &self.plan.rollouts[index];
        let key = rollout.instances[instance].key.clone();
        self.moved(index, RolloutMove::Passed(key.clone()));
        let roll = &mut self.rollouts.rolls[index];
        roll.active.remove(&instance);
        roll.promoted.push(instance);
        if roll.promoted.len() == roll.canary && roll.promoted.len() < roll.open.len() {
            match rollout.auto_promote {
                true => roll.limit = rollout.max_parallel,
                false => roll.phase = Some(RolloutPhase::AwaitingPromotion),
            }
        }
        let all = roll.promoted.len() == roll.open.len();
        let (phase, failed) = (roll.phase, roll.failed);
        if let Some(phase) = phase {
            self.moved(index, RolloutMove::Phase(phase));
        }
        if all && rollout.promotion.is_none() {
            self.moved(index, RolloutMove::Phase(RolloutPhase::Done));
        }
        match all || failed || phase.is_some() {
            true => self.rollouts.rolls[index].clock = None,
            false => self.wind_clock(index),
        }
        self.tell_of(index, format!("{} is healthy", named(&key)));
        self.release_behind(index, instance);
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

    pub(crate) fn fail_rolling(
        &mut self,
        address: Address,
        action: Action,
        problem: ProviderProblem,
    ) {
        let failed = crate::Failed {
            address,
            action,
            problem,
            place: None,
            elapsed_ms: 0,
        };
        self.context.watch.tell(Told::Failed(failed.clone()));
        self.report.failed.push(failed);
    }

    /// Goes back on rollouts that failed and ask for it, and records where each stands.
    pub(crate) async fn end_rollouts(&mut self) {
        self.rollouts.let_go();
        for index in 0..self.plan.rollouts.len() {
            self.end_rollout(index).await;
            if !self.record(Vec::new()).await {
                return;
            }
        }
    }

    async fn end_rollout(&mut self, index: usize) {
        let rollout = &self.plan.rollouts[index];
        let failed = self.rollouts.rolls[index].failed && rollout.auto_revert;
        let ends = self.report.broken.is_some() || self.is_interrupted();
        if (failed || rollout.begins == Begins::Reverts) && !ends {
            return self.go_back(index).await;
        }
        let nothing_left = rollout.instances.is_empty() && rollout.promotion.is_none();
        if nothing_left && rollout.begins != Begins::Reverts {
            self.moved(index, RolloutMove::Phase(RolloutPhase::Done));
        }
    }

    async fn go_back(&mut self, index: usize) {
        self.moved(index, RolloutMove::Phase(RolloutPhase::Reverting));
        // From here on a next run goes back too.
        if !self.record(Vec::new()).await {
            return;
        }
        self.tell_of(index, "going back to what was there before".into());
        if self.revert(index).await {
            self.moved(index, RolloutMove::Phase(RolloutPhase::Reverted));
        }
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        *self.context.cancel.borrow() >= 1
    }

    fn tell_of(&self, index: usize, message: String) {
        let of = self.plan.rollouts[index].of.clone();
        self.context.watch.tell(Told::Rollout { of, message });
    }

    fn moved(&mut self, index: usize, by: RolloutMove) {
        let of = self.plan.rollouts[index].of.clone();
        let rollouts: &mut Rollouts = &mut self.rollouts;
        rollouts.unrecorded.push(Event::RolloutMoved { of, by });
    }
}

fn named(key: &Option<Key>) -> String {
    key.as_ref()
        .map_or_else(|| "the instance".into(), |k| format!("instance {k}"))
}
