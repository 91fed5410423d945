//! The whole of a run: settle, record what was read, the steps, the outputs.

use crate::context::{Context, Event as Told, Report};
use crate::run::Run;
use model::Address;
use plan::{Action, Plan};
use state::{Event, Object, Output, ProviderRecord, State};

/// Carries a plan out. The lease is held, open intents are settled; the report has the state as
/// it is recorded at the end.
pub async fn apply(plan: &Plan, state: State, context: &Context<'_>) -> Report {
    let mut run = Run::new(plan, context, state);
    if !run.preflight().await {
        let mut report = run.report;
        report.state = run.state;
        return report;
    }
    let vanished = run.vanished(plan);
    let first = first_events(plan, context);
    if !first.is_empty() && !run.record(first).await {
        return ended(run).await;
    }
    let behind = left_behind(plan, &run.state);
    if !behind.is_empty() && !run.record(behind).await {
        return ended(run).await;
    }
    let forgotten = run.dependencies_at_risk();
    loop {
        run.go().await;
        if !run.settle_open_ends().await {
            break;
        }
    }
    run.end_rollouts().await;
    run.leftovers();
    run.restore_dependencies(forgotten).await;
    run.tell_vanished(vanished).await;
    ended(run).await
}

/// What is recorded before the first step: moves, what was read, that the plan is used.
fn first_events(plan: &Plan, context: &Context<'_>) -> Vec<Event> {
    let used = context
        .plan_id
        .iter()
        .map(|id| Event::PlanApplied(id.clone()));
    let moved = plan.moved.iter().flat_map(|moved| {
        let to = Event::Moved {
            object: moved.object,
            to: moved.to.clone(),
        };
        let becomes = moved.becomes.clone().map(Event::Put);
        [to].into_iter().chain(becomes)
    });
    let read = plan.refreshed.iter().map(|drift| match &drift.object {
        Some(object) => {
            let mut object = object.clone();
            object.attributes = plan::with_content(&object.attributes, context.fingerprints);
            Event::Put(object)
        }
        None => Event::Vanished(drift.id),
    });
    used.chain(moved).chain(read).collect()
}

/// Objects of a connection that leads somewhere else by now: they are recorded as of the one
/// through which they are ended, so that they are found there also when that fails.
fn left_behind(plan: &Plan, state: &State) -> Vec<Event> {
    let mut events = Vec::new();
    for step in plan.steps.iter().filter(|s| s.action == Action::Delete) {
        let object = step.object.and_then(|o| state.objects.get(&o));
        let Some(object) = object.filter(|o| o.provider != step.provider) else {
            continue;
        };
        let (Some(used), Some(record)) = (
            plan.providers.get(&step.provider),
            state.providers.get(&object.provider),
        ) else {
            continue;
        };
        if used.config != record.config {
            continue;
        }
        let mut record = ProviderRecord::clone(record);
        record.key = step.provider.clone();
        events.push(Event::ProviderConnected(record));
        let mut object = Object::clone(object);
        object.provider = step.provider.clone();
        events.push(Event::Put(Box::new(object)));
    }
    events
}

async fn ended(mut run: Run<'_>) -> Report {
    if run.report.broken.is_none() {
        if !run.report.interrupted {
            run.conditions_at_end();
            run.check_blocks().await;
        }
        outputs(&mut run).await;
    }
    run.context.connections.close_opened().await;
    let (done, total) = (run.report.done.len(), run.plan.steps.len());
    run.context.watch.tell(Told::Counted { done, total });
    let mut report = run.report;
    report.state = run.state;
    report
}

/// Records the outputs that changed, as far as they are known.
async fn outputs(run: &mut Run<'_>) {
    if run.plan.outputs.is_empty() {
        return;
    }
    let mut outputs = run.state.outputs.clone();
    for (name, change) in &run.plan.outputs {
        if run
            .report
            .failed
            .iter()
            .any(|f| is_output(&f.address, name))
        {
            continue;
        }
        let value = match (&change.after, &change.deferred) {
            (None, _) => {
                // What it was made of is only gone once everything is.
                if run.report.is_complete() {
                    outputs.remove(name);
                }
                continue;
            }
            (Some(_), Some(deferred)) => match run.captured(deferred) {
                Ok(value) if change.sensitive => run.context.fingerprints.conceal(&value),
                Ok(value) => value,
                // It is made of something that did not come about.
                Err(_) => continue,
            },
            (Some(after), None) => after.clone(),
        };
        if value.has_unknown() {
            continue;
        }
        let value = plan::with_content(&value, run.context.fingerprints);
        outputs.insert(
            name.clone(),
            Output {
                value,
                sensitive: change.sensitive,
            },
        );
    }
    if outputs != run.state.outputs {
        run.record(vec![Event::Outputs(outputs)]).await;
    }
}

fn is_output(address: &Address, name: &str) -> bool {
    let resource = &address.resource;
    resource.module.is_root() && &*resource.ty == "output" && *resource.name == *name
}

impl Run<'_> {
    /// Steps that were never begun.
    fn leftovers(&mut self) {
        let because_of = match (&self.report.broken, self.report.interrupted) {
            (Some(_), _) => "nothing could be recorded any more",
            (None, true) => "it was interrupted",
            (None, false) => "its rollout stopped",
        };
        for id in 0..self.plan.steps.len() {
            let because_of = match self.rollouts.awaits_promotion(id) {
                true => "the first instances wait to be promoted: apply again to promote them",
                false => because_of,
            };
            self.skip(id, because_of);
        }
    }
}
