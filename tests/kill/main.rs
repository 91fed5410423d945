//! Applies that are killed at seeded points, before and after each durable write and each request
//! to the world. Whatever happens, the next runs make it whole: no orphan, no duplicate, no
//! command twice.
//!
//! `LANDFALL_KILL_POINTS` says how many points (40), `LANDFALL_KILL_SEED` with which seed to begin,
//! `LANDFALL_KILL_CASE=seed/first/second` repeats one case.

mod case;
mod lab;
mod order;
mod project;

use case::{Case, Outcome};
use landfall_tests::seed::Seed;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// What failed once: it is played each time.
const REMEMBERED: [(u64, u64, u64); 4] = [(213, 27, 0), (283, 27, 0), (295, 35, 52), (402, 23, 40)];

/// How many points of one project are taken.
const POINTS_EACH: u64 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_once_is_made_whole() {
    for (seed, first, second) in REMEMBERED {
        let case = Case {
            seed,
            first,
            second,
        };
        let played = case.play().await;
        played.unwrap_or_else(|why| panic!("{why}\n{}", case.command()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_is_made_whole_by_the_next_run() {
    if let Ok(case) = std::env::var("LANDFALL_KILL_CASE") {
        let case = parsed(&case).expect("LANDFALL_KILL_CASE is seed/first/second");
        let outcome = case.play().await;
        println!("{case:?}: {outcome:#?}");
        outcome.unwrap_or_else(|why| panic!("{why}\n{}", case.command()));
        return;
    }
    let wanted = number("LANDFALL_KILL_POINTS", 40);
    let first = number("LANDFALL_KILL_SEED", 1);
    let seeds = first..first + wanted.div_ceil(POINTS_EACH);
    let room = Arc::new(Semaphore::new(2 * cores()));
    let mut projects = JoinSet::new();
    for seed in seeds.clone() {
        projects.spawn(project_of(seed, room.clone()));
    }
    let mut sum = Sum::default();
    while let Some(done) = projects.join_next().await {
        for (case, outcome) in done.expect("a project's task ends") {
            sum.add(case, outcome);
        }
    }
    println!("seeds {first} to {}: {}", seeds.end - 1, sum.text());
    assert!(sum.failures.is_empty(), "{}", sum.failures.join("\n\n"));
    let killed = sum.killed.values().sum::<u64>();
    assert!(
        killed >= wanted,
        "only {killed} of {wanted} points were hit"
    );
}

/// Plays a project through without a kill, then with one at points spread over all of its run.
async fn project_of(seed: u64, room: Arc<Semaphore>) -> Vec<(Case, Result<Outcome, String>)> {
    let whole = Case {
        seed,
        first: 0,
        second: 0,
    };
    let played = play(whole, &room).await;
    let passed = played.as_ref().map_or(1, |o| o.passed);
    let mut draws = Seed::of(seed).and("points");
    let mut cases = JoinSet::new();
    for part in 0..POINTS_EACH {
        // One in each fifth of the run, so that none of its phases is left out.
        let (from, to) = (
            passed * part / POINTS_EACH,
            passed * (part + 1) / POINTS_EACH,
        );
        let first = 1 + from + draws.below((to - from).max(1));
        let second = match draws.hits(300) {
            true => 1 + draws.below(passed),
            false => 0,
        };
        let case = Case {
            seed,
            first,
            second,
        };
        let room = room.clone();
        cases.spawn(async move { (case, play(case, &room).await) });
    }
    let mut all = cases.join_all().await;
    all.push((whole, played));
    all
}

async fn play(case: Case, room: &Semaphore) -> Result<Outcome, String> {
    let _room = room.acquire().await.map_err(|e| e.to_string())?;
    case.play().await
}

/// What was hit, and what failed.
#[derive(Default)]
struct Sum {
    cases: u64,
    by_hand: usize,
    killed: BTreeMap<String, u64>,
    failures: Vec<String>,
}

impl Sum {
    fn add(&mut self, case: Case, outcome: Result<Outcome, String>) {
        self.cases += 1;
        match outcome {
            Ok(outcome) => {
                self.by_hand += outcome.by_hand;
                for point in outcome.killed {
                    *self.killed.entry(point).or_default() += 1;
                }
            }
            Err(why) => self.failures.push(format!("{}\n{why}", case.command())),
        }
    }

    fn text(&self) -> String {
        let total: u64 = self.killed.values().sum();
        let mut text = format!(
            "{} cases, {total} kills, {} operations settled by hand, {} failures",
            self.cases,
            self.by_hand,
            self.failures.len()
        );
        let mut kinds: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
        for (point, count) in &self.killed {
            let (when, kind) = point.split_once(' ').unwrap_or(("", point));
            kinds.entry(kind).or_default()[usize::from(when == "after")] += count;
        }
        text.push_str("\nbefore after");
        for (kind, [before, after]) in kinds {
            let _ = write!(text, "\n{before:6} {after:5} {kind}");
        }
        text
    }
}

fn parsed(text: &str) -> Option<Case> {
    let mut parts = text.split('/').map(|p| p.parse().ok());
    Some(Case {
        seed: parts.next()??,
        first: parts.next()??,
        second: parts.next()??,
    })
}

fn number(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(otherwise, |n| {
        n.parse().unwrap_or_else(|_| panic!("{name} is no number"))
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}
