//! The rollouts of a plan: strategy, batches, what gates, and what happens where one fails.

use crate::view::page::{Label, Page};
use crate::view::value::count;
use plan::{Begins, Plan, Rollout, Strategy};
use std::collections::BTreeSet;

/// How instances are changed, batch by batch.
pub(super) fn rollouts(page: &mut Page, plan: &Plan) {
    for rollout in &plan.rollouts {
        page.blank();
        page.line(0)
            .add(Label::Heading, "Rollout of ")
            .add(Label::Address, &*rollout.of);
        if let Some(goes_on) = goes_on(rollout.begins) {
            page.line(2).add(Label::Warning, goes_on);
        }
        if matches!(rollout.begins, Begins::Reverts | Begins::Forgets) {
            continue;
        }
        if !rollout.instances.is_empty() {
            course(page, rollout);
        }
    }
}

fn course(page: &mut Page, rollout: &Rollout) {
    let instances = count(rollout.instances.len(), "instance", "instances");
    page.line(2).text(format!("{instances}, {}", how(rollout)));
    let begun = rollout.instances.iter().filter(|i| i.begun).count();
    if begun > 0 {
        let line = "an earlier run began to change, and did not see healthy: first of all";
        page.line(2).text(format!("{begun} of them {line}"));
    }
    if waits(rollout) {
        let what = match rollout.strategy {
            Strategy::BlueGreen => "once all of the new ones are healthy",
            _ => "after the canaries",
        };
        page.line(2).text(format!(
            "stops {what} and waits to be promoted: apply again"
        ));
    }
    let failure = match rollout.auto_revert {
        true => "all go back to what they were",
        false => "the rollout stops there",
    };
    let gates = gates(rollout);
    let healthy = time(rollout.min_healthy_ms);
    let deadline = time(rollout.healthy_deadline_ms);
    page.line(2).text(match gates.is_empty() {
        true => format!(
            "nothing of it has a gate: each counts once it is changed; if that fails, {failure}"
        ),
        false => format!(
            "each must pass {gates} for {healthy} within {deadline}; if one does not, {failure}"
        ),
    });
    if rollout.progress_deadline_ms > 0 && !gates.is_empty() {
        let progress = time(rollout.progress_deadline_ms);
        page.line(2).text(format!(
            "fails too where none becomes healthy for {progress}"
        ));
    }
}

fn goes_on(begins: Begins) -> Option<&'static str> {
    Some(match begins {
        Begins::Anew => return None,
        Begins::Resumes => "goes on where an earlier run stopped",
        Begins::Promotes => "promotes what waits for it, and goes on",
        Begins::Reverts => {
            "an earlier run was going back: this one does so to the end, and nothing else"
        }
        Begins::Supersedes => {
            "takes the place of one that was under way, since the configuration changed"
        }
        Begins::Forgets => "nothing of it rolls any more: it is forgotten",
    })
}

fn how(rollout: &Rollout) -> String {
    match rollout.strategy {
        Strategy::BlueGreen => {
            "blue-green: all new ones beside the old ones, then what depends on \
                                them takes the new ones, then the old ones go"
                .into()
        }
        Strategy::AllAtOnce => "all at once".into(),
        _ if rollout.canary > 0 => format!(
            "{} first, then {} at a time",
            count(rollout.canary, "canary", "canaries"),
            rollout.max_parallel
        ),
        _ => format!("rolling, {} at a time", rollout.max_parallel),
    }
}

fn waits(rollout: &Rollout) -> bool {
    let first = rollout.canary > 0 || rollout.strategy == Strategy::BlueGreen;
    first && !rollout.auto_promote && rollout.begins != Begins::Promotes
}

/// The names of the checks.
fn gates(rollout: &Rollout) -> String {
    let gates = rollout.instances.iter().flat_map(|i| &i.gates);
    let names: BTreeSet<String> = gates.map(|(_, gate)| format!("`{gate}`")).collect();
    names.into_iter().collect::<Vec<_>>().join(" and ")
}

fn time(ms: u64) -> String {
    match ms {
        ms if ms % 60_000 == 0 && ms > 0 => format!("{}m", ms / 60_000),
        ms if ms % 1000 == 0 => format!("{}s", ms / 1000),
        ms => format!("{ms}ms"),
    }
}
