//! The checker: reads a plan without knowing how it was made, and says what is wrong with it.

mod left_out;
#[cfg(test)]
mod tests;

use crate::{Action, Plan, StepId};
use model::Effect;
use state::{State, Status};

/// What is wrong with a plan; empty where it is sound. A finding is a bug of the planner: the
/// plan is refused before anything is touched.
pub fn check(plan: &Plan, state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    order(plan, &mut wrong);
    for (id, step) in plan.steps.iter().enumerate() {
        objects(plan, state, id, &mut wrong);
        if matches!(step.action, Action::Delete | Action::GoesWith)
            && step
                .object
                .and_then(|o| state.objects.get(&o))
                .is_some_and(|o| o.protected)
        {
            wrong.push(format!(
                "{} is protected, and would be destroyed",
                step.address
            ));
        }
        let known = step
            .after
            .as_ref()
            .is_none_or(|a| !a.has_unknown() && !a.has_sealed());
        let finishes = matches!(
            step.action,
            Action::Create | Action::Update | Action::Adopt | Action::Import
        );
        if finishes && step.after.is_none() {
            wrong.push(format!("{} has nothing to become", step.address));
        }
        if step.action == Action::Read && step.deferred.is_none() && !known {
            wrong.push(format!(
                "{} has arguments that nothing makes known",
                step.address
            ));
        }
        if step.action.changes() && !plan.providers.contains_key(&step.provider) {
            wrong.push(format!(
                "{} goes through a connection that is not there",
                step.address
            ));
        }
    }
    left_out::left_out(plan, state, &mut wrong);
    rollouts(plan, &mut wrong);
    wrong
}

fn rollouts(plan: &Plan, wrong: &mut Vec<String>) {
    for rollout in &plan.rollouts {
        let mut all = rollout.steps().chain(rollout.promotion);
        if all.any(|id| id >= plan.steps.len()) {
            wrong.push(format!("{}: a step of it is not there", rollout.of));
        }
        let mut steps = rollout.steps().filter_map(|id| plan.steps.get(id));
        if rollout.auto_revert
            && let Some(step) = steps.find(|s| s.action != Action::Read && !s.undoable)
        {
            wrong.push(format!(
                "{}: auto_revert is asked for, and {} can't be taken back",
                rollout.of, step.address
            ));
        }
    }
}

fn order(plan: &Plan, wrong: &mut Vec<String>) {
    let mut waiting: Vec<usize> = Vec::with_capacity(plan.steps.len());
    let mut dependents: Vec<Vec<StepId>> = vec![Vec::new(); plan.steps.len()];
    for (id, step) in plan.steps.iter().enumerate() {
        waiting.push(step.waits_for.len());
        for before in &step.waits_for {
            match dependents.get_mut(*before) {
                Some(list) => list.push(id),
                None => wrong.push(format!(
                    "{} waits for a step that is not there",
                    step.address
                )),
            }
        }
    }
    let mut ready: Vec<StepId> = (0..waiting.len()).filter(|id| waiting[*id] == 0).collect();
    let mut done = 0;
    while let Some(id) = ready.pop() {
        done += 1;
        for next in &dependents[id] {
            waiting[*next] -= 1;
            if waiting[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    if done < plan.steps.len() {
        let stuck = (0..waiting.len()).filter(|id| waiting[*id] > 0).take(5);
        let names: Vec<_> = stuck
            .map(|id| {
                format!(
                    "{} {}",
                    plan.steps[id].action.word(),
                    plan.steps[id].address
                )
            })
            .collect();
        wrong.push(format!(
            "these steps wait for each other: {}",
            names.join(", ")
        ));
    }
}

fn objects(plan: &Plan, state: &State, id: StepId, wrong: &mut Vec<String>) {
    let step = &plan.steps[id];
    let recorded = step.object.and_then(|o| state.objects.get(&o));
    match step.action {
        Action::Create | Action::Adopt | Action::Import => {
            // An import may bear the mark of an object that was forgotten.
            let marked = step.action == Action::Import && recorded.is_none();
            if step.object.is_some() && !marked {
                wrong.push(format!(
                    "{} is to be made, and is recorded already",
                    step.address
                ));
            }
            let address = &step.address;
            let moved_in = plan.moved.iter().any(|m| m.to == *address);
            if (state.at(address).is_some() || moved_in)
                && step.pair.is_none()
                && !plan
                    .refreshed
                    .iter()
                    .any(|d| d.address == *address && d.after.is_none())
            {
                wrong.push(format!(
                    "{address} is to be made beside the one that is there"
                ));
            }
        }
        Action::Update | Action::Delete | Action::GoesWith | Action::Record | Action::Forget => {
            if recorded.is_none() {
                wrong.push(format!("{} is not recorded", step.address));
            }
        }
        Action::Read | Action::Barrier => {}
    }
    if step.action == Action::Update && recorded.is_some_and(|o| o.status == Status::Deposed) {
        wrong.push(format!(
            "{} would be updated where it was deposed",
            step.address
        ));
    }
    if let Some(pair) = step.pair {
        replacement(plan, id, pair, wrong);
    }
}

fn replacement(plan: &Plan, id: StepId, pair: StepId, wrong: &mut Vec<String>) {
    let (step, Some(other)) = (&plan.steps[id], plan.steps.get(pair)) else {
        return wrong.push(format!("{} lacks its other half", plan.steps[id].address));
    };
    if other.pair != Some(id) || other.address != step.address {
        wrong.push(format!(
            "{} is half of a replacement that is none",
            step.address
        ));
    }
    if matches!(step.action, Action::Create) && !step.effects.contains(&Effect::Replaces) {
        wrong.push(format!("{} is replaced, and does not say so", step.address));
    }
}
