//! The whole of a run: settle, record what was read, the steps, the outputs.

use crate::context::{Context, Event as Told, Report};
use crate::run::Run;
use crate::settle::settle_these;
use model::Value;
use plan::{Plan, PlanMode};
use state::{Event, Output, State};

/// Carries a plan out. The lease is held, open intents are settled; the report has the state as
/// it is recorded at the end.
pub async fn apply(plan: &Plan, state: State, context: &Context<'_>) -> Report {
    let mut run = Run::new(plan, context, state);
    let first = first_events(plan, context);
    if !first.is_empty() && !run.record(first).await {
        return ended(run).await;
    }
    run.go().await;
    run.end_rollouts().await;
    run.leftovers();
    ended(run).await
}

/// What is recorded before the first step: moves, what was read, that the plan is used.
fn first_events(plan: &Plan, context: &Context<'_>) -> Vec<Event> {
    let used = context
        .plan_id
        .iter()
        .map(|id| Event::PlanApplied(id.clone()));
    let moved = plan.moved.iter().map(|(object, to)| Event::Moved {
        object: *object,
        to: to.clone(),
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

async fn ended(mut run: Run<'_>) -> Report {
    if run.report.broken.is_none() {
        settle_open_ends(&mut run).await;
        if run.plan.header.mode != PlanMode::RefreshOnly {
            outputs(&mut run).await;
        }
    }
    let (done, total) = (run.report.done.len(), run.plan.steps.len());
    run.context.watch.tell(Told::Counted { done, total });
    let mut report = run.report;
    report.state = run.state;
    report
}

/// A lost reply is looked for at once; only what stays open waits for the next run.
async fn settle_open_ends(run: &mut Run<'_>) {
    let tokens: Vec<_> = run.open_ends.iter().map(|(token, _)| *token).collect();
    if tokens.is_empty() || *run.context.cancel.borrow() >= 1 {
        run.report.unclear = run
            .open_ends
            .iter()
            .map(|(_, a)| (a.clone(), "its end is not known".into()))
            .collect();
        return;
    }
    let settled = settle_these(run.context, &mut run.state, &tokens).await;
    run.report.unclear = settled.unclear;
    let failed = settled
        .failed
        .into_iter()
        .map(|(address, p)| (address, p.message));
    run.report.unclear.extend(failed);
    run.report.broken = settled.broken;
}

/// Records the outputs that changed, as far as they are known.
async fn outputs(run: &mut Run<'_>) {
    if run.plan.outputs.is_empty() {
        return;
    }
    let mut outputs = run.state.outputs.clone();
    for (name, change) in &run.plan.outputs {
        let value = match (&change.after, &change.deferred) {
            (None, _) => {
                // What it was made of is only gone once everything is.
                if run.report.is_complete() {
                    outputs.remove(name);
                }
                continue;
            }
            (Some(_), Some(deferred)) => run.captured(deferred).unwrap_or(Value::NULL),
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

impl Run<'_> {
    /// Steps that were never begun.
    fn leftovers(&mut self) {
        let because_of = match (&self.report.broken, self.report.interrupted) {
            (Some(_), _) => "nothing could be recorded any more",
            (None, true) => "it was interrupted",
            (None, false) => "its rollout stopped",
        };
        for id in 0..self.plan.steps.len() {
            self.skip(id, because_of);
        }
    }
}
