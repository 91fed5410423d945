//! What is left out stays as it is: it, what depends on it, and what it depends on.

use crate::{Action, LeftOut, Plan, Step};
use model::{Address, ResourceAddress};
use state::{State, Status};
use std::collections::{BTreeMap, HashSet};

/// What of a plan touches what it leaves out.
pub(super) fn left_out(plan: &Plan, state: &State, wrong: &mut Vec<String>) {
    if plan.left_out.is_empty() {
        return;
    }
    let mut blocks: BTreeMap<&ResourceAddress, Vec<&Address>> = BTreeMap::new();
    let mut needed: BTreeMap<Address, &LeftOut> = BTreeMap::new();
    let mut objects = HashSet::new();
    for left in &plan.left_out {
        if let Some(address) = &left.address {
            blocks.entry(&address.resource).or_default().push(address);
        }
        objects.extend(left.object);
        let recorded = left.object.and_then(|id| state.objects.get(&id));
        let recorded = recorded.iter().flat_map(|o| o.dependencies.iter());
        for dependency in left.dependencies.iter().chain(recorded) {
            needed.entry(dependency.clone()).or_insert(left);
        }
    }
    for step in plan.steps.iter().filter(|s| touches(s.action)) {
        let mut at = blocks.get(&step.address.resource).into_iter().flatten();
        let deposed = step.object.and_then(|id| state.objects.get(&id));
        let deposed = deposed.is_some_and(|o| o.status == Status::Deposed);
        let named = at.any(|a| a.means(&step.address));
        if step.object.is_some_and(|o| objects.contains(&o)) || (named && !deposed) {
            wrong.push(format!(
                "{} is left out, and would be touched",
                step.address
            ));
        }
        let out = |d: &&Address| {
            let mut left = blocks.get(&d.resource).into_iter().flatten();
            left.any(|a| a.meets(d))
        };
        let behind = step.dependencies.iter().find(out);
        if let Some(before) = behind.filter(|_| !ends(step) || step.pair.is_none()) {
            wrong.push(format!(
                "{} depends on {before}, which is left out, and would be touched",
                step.address
            ));
        }
        let needs = needed.get(&step.address);
        let needs = needs.or_else(|| needed.get(&step.address.whole()));
        if let Some(left) = needs.filter(|_| ends(step)) {
            wrong.push(format!(
                "{} would end, and {}, which is left out, depends on it",
                step.address, left.what
            ));
        }
    }
}

fn touches(action: Action) -> bool {
    action.changes() || matches!(action, Action::GoesWith | Action::Read)
}

fn ends(step: &Step) -> bool {
    matches!(step.action, Action::Delete | Action::GoesWith)
}
