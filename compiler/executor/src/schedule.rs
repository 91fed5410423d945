//! Which step goes first: the one with the longest way behind it. Instances of a rollout go in
//! their order, however long each took before: canaries are no lottery.

use plan::{Action, Plan, StepId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What a step without a record of earlier runs is taken to last, in ms.
const UNKNOWN_MS: u64 = 100;

/// Steps by readiness and rank.
pub(crate) struct Schedule {
    waiting: Vec<usize>,
    dependents: Vec<Vec<StepId>>,
    ranks: Vec<Rank>,
    ready: BinaryHeap<(Rank, Reverse<StepId>)>,
}

/// The higher, the sooner.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// The way behind it, in ms; of a rollout's step, the longest of all its steps.
    way_ms: u64,
    /// Of a rollout's step.
    instance: Reverse<usize>,
    own_way_ms: u64,
}

impl Schedule {
    pub(crate) fn new(plan: &Plan) -> Schedule {
        let count = plan.steps.len();
        let mut dependents = vec![Vec::new(); count];
        let mut waiting = vec![0; count];
        for (id, step) in plan.steps.iter().enumerate() {
            waiting[id] = step.waits_for.len();
            for before in &step.waits_for {
                dependents[*before].push(id);
            }
        }
        let ranks = ranks(plan, &ways(plan, &dependents, &waiting));
        let mut schedule = Schedule {
            waiting,
            dependents,
            ranks,
            ready: BinaryHeap::new(),
        };
        for id in 0..count {
            if schedule.waiting[id] == 0 {
                schedule.put_back(id);
            }
        }
        schedule
    }

    /// The ready step with the longest way behind it.
    pub(crate) fn next(&mut self) -> Option<StepId> {
        self.ready.pop().map(|(_, Reverse(id))| id)
    }

    /// Makes a step ready again that could not be begun.
    pub(crate) fn put_back(&mut self, id: StepId) {
        self.ready.push((self.ranks[id], Reverse(id)));
    }

    /// A step was done: what waited for it alone is ready, where `now` says so of it. What has
    /// to wait longer is kept for the next call.
    pub(crate) fn done(&mut self, id: StepId, now: impl Fn(StepId) -> bool) {
        let dependents = std::mem::take(&mut self.dependents[id]);
        let (released, held): (Vec<_>, Vec<_>) = dependents.into_iter().partition(|d| now(*d));
        self.dependents[id] = held;
        for next in released {
            self.waiting[next] -= 1;
            if self.waiting[next] == 0 {
                self.put_back(next);
            }
        }
    }

    /// Every step that waits for this one, directly or not.
    pub(crate) fn behind(&self, id: StepId) -> Vec<StepId> {
        let mut found = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut open = self.dependents[id].clone();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                found.push(next);
                open.extend(&self.dependents[next]);
            }
        }
        found
    }
}

fn ranks(plan: &Plan, ways_ms: &[u64]) -> Vec<Rank> {
    let alone = |way_ms: &u64| Rank {
        way_ms: *way_ms,
        instance: Reverse(0),
        own_way_ms: *way_ms,
    };
    let mut ranks: Vec<Rank> = ways_ms.iter().map(alone).collect();
    for rollout in &plan.rollouts {
        let all = rollout.instances.iter().flat_map(|i| &i.steps);
        let longest = all.map(|id| ways_ms[*id]).max().unwrap_or(0);
        for (instance, of) in rollout.instances.iter().enumerate() {
            for id in &of.steps {
                ranks[*id].way_ms = longest;
                ranks[*id].instance = Reverse(instance);
            }
        }
    }
    ranks
}

/// The time from the beginning of each step to the end of the last one behind it, in ms.
fn ways(plan: &Plan, dependents: &[Vec<StepId>], waiting: &[usize]) -> Vec<u64> {
    let mut waiting = waiting.to_vec();
    let mut order: Vec<StepId> = (0..waiting.len()).filter(|id| waiting[*id] == 0).collect();
    let mut next = 0;
    while next < order.len() {
        for behind in &dependents[order[next]] {
            waiting[*behind] -= 1;
            if waiting[*behind] == 0 {
                order.push(*behind);
            }
        }
        next += 1;
    }
    let mut ways = vec![0; dependents.len()];
    for id in order.into_iter().rev() {
        let step = &plan.steps[id];
        let own = match (step.action, step.expected_ms) {
            (Action::Barrier, _) => 0,
            (_, 0) => UNKNOWN_MS,
            (_, expected) => expected,
        };
        let behind = dependents[id].iter().map(|d| ways[*d]).max().unwrap_or(0);
        ways[id] = own + behind;
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::{Begins, Rollout, RolloutInstance, Step};
    use state::ProviderKey;

    fn plan(steps: &[(&str, u64, &[usize])]) -> Plan {
        let step = |(name, expected_ms, waits_for): &(&str, u64, &[usize])| Step {
            expected_ms: *expected_ms,
            waits_for: waits_for.to_vec(),
            ..Step::new(
                format!("t.{name}").parse().unwrap(),
                Action::Create,
                ProviderKey("p".into()),
            )
        };
        Plan {
            steps: steps.iter().map(step).collect(),
            ..Plan::default()
        }
    }

    #[test]
    fn the_longest_way_goes_first() {
        let plan = plan(&[("short", 5, &[]), ("long", 5, &[]), ("behind", 900, &[1])]);
        let mut schedule = Schedule::new(&plan);
        assert_eq!(schedule.next(), Some(1));
        assert_eq!(schedule.next(), Some(0));
        assert_eq!(schedule.next(), None);
        schedule.done(1, |_| true);
        assert_eq!(schedule.next(), Some(2));
    }

    #[test]
    fn instances_go_in_their_order() {
        let mut plan = plan(&[
            ("a0", 5, &[]),
            ("b0", 5, &[0]),
            ("a1", 900, &[]),
            ("b1", 5, &[2]),
            ("other", 600, &[]),
        ]);
        let instance = |steps: [StepId; 2]| RolloutInstance {
            key: None,
            steps: steps.to_vec(),
            gates: Vec::new(),
            begun: false,
        };
        plan.rollouts.push(Rollout {
            instances: vec![instance([0, 1]), instance([2, 3])],
            ..Rollout::bare("t".into(), Begins::Anew)
        });
        let mut schedule = Schedule::new(&plan);
        let ready: Vec<_> = std::iter::from_fn(|| schedule.next()).collect();
        assert_eq!(ready, [0, 2, 4]);
    }
}
