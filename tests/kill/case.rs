//! One case: a project on its way from one version to the next, killed at a point, perhaps once
//! more, and then let be; and what must hold in the end.

use crate::lab::{Ended, Lab, Result};
use crate::order::{Order, Told};
use crate::project::Project;
use landfall_tests::seed::Seed;
use provider_simulated::Report;
use state::State;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// After so many runs without a kill everything is done, whatever goes wrong.
const MOST_RUNS: u64 = 12;
/// How long what is leaving the world may take.
const LEAVING: Duration = Duration::from_secs(5);

/// Which case it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    /// Decides the project and what goes wrong.
    pub(crate) seed: u64,
    /// Where the first run is killed; 0 for nowhere.
    pub(crate) first: u64,
    /// Where the second is.
    pub(crate) second: u64,
}

/// What came of it, where all held.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How many points the first run passed.
    pub(crate) passed: u64,
    /// The points at which a run was killed.
    pub(crate) killed: Vec<String>,
    /// How many operations were settled by hand.
    pub(crate) by_hand: usize,
}

/// A case under way.
struct Story<'l> {
    lab: &'l Lab,
    project: Project,
    runs: u64,
    last_was_killed: bool,
    outcome: Outcome,
    /// What each run was up to, and where it ended.
    history: Vec<String>,
}

impl Case {
    /// How to repeat exactly this one.
    pub(crate) fn command(self) -> String {
        format!(
            "LANDFALL_KILL_CASE={}/{}/{} cargo test -p landfall-tests --test kill",
            self.seed, self.first, self.second
        )
    }

    pub(crate) async fn play(self) -> Result<Outcome> {
        let lab = Lab::new().await?;
        let mut story = Story {
            lab: &lab,
            project: Project::of(self.seed),
            runs: 0,
            last_was_killed: false,
            outcome: Outcome::default(),
            history: Vec::new(),
        };
        let played = story.play(self).await;
        let (project, outcome, history) = (story.project, story.outcome, story.history);
        lab.end().await?;
        played.map(|()| outcome).map_err(|why| {
            let (before, after) = (project.before, project.after);
            format!(
                "{why}\n\n-- before\n{before}\n-- after\n{after}\n-- {:?}\n{}",
                project.weather,
                history.join("\n")
            )
        })
    }
}

impl Story<'_> {
    async fn play(&mut self, case: Case) -> Result<()> {
        if !self.project.before.is_empty() {
            self.lab.write(&self.project.before)?;
            self.finish().await?;
        }
        if let Some(failing) = self.project.failing.clone() {
            return self.taken_back(&failing, case).await;
        }
        self.lab.write(&self.project.after)?;
        let told = self.killed_twice(case).await?;
        // A run that did everything leaves nothing, not even for another like it.
        if !told.is_some_and(|t| t.complete) {
            self.finish().await?;
        }
        self.next_plan_is_empty().await?;
        self.world_is_as_recorded().await
    }

    async fn killed_twice(&mut self, case: Case) -> Result<Option<Told>> {
        let first = self.killed_at(case.first).await?;
        self.outcome.passed = first.points.len() as u64;
        match case.second {
            0 => Ok(first.told),
            second => Ok(self.killed_at(second).await?.told),
        }
    }

    /// A version that fails half way, killed on its way there or back, and then the next one.
    async fn taken_back(&mut self, failing: &str, case: Case) -> Result<()> {
        self.lab.write(failing)?;
        self.killed_twice(case).await?;
        let order = self.order(0);
        self.run(&order).await?;
        self.last_was_killed = false;
        self.lab.write(&self.project.after)?;
        self.finish().await?;
        self.next_plan_is_empty().await?;
        self.world_is_as_recorded().await
    }

    /// One run, killed at a point if it comes there.
    async fn killed_at(&mut self, point: u64) -> Result<Ended> {
        let order = self.order(point);
        let ended = self.run(&order).await?;
        self.last_was_killed = ended.told.is_none();
        if self.last_was_killed {
            self.outcome.killed.extend(ended.points.last().cloned());
        }
        Ok(ended)
    }

    /// Runs until everything is done. What nobody can know is settled by hand, once it is certain
    /// that it is reported again, and not repeated.
    async fn finish(&mut self) -> Result<()> {
        let mut reported = Vec::new();
        let mut told = Told::default();
        for _ in 0..MOST_RUNS {
            let order = self.order(0);
            told = self.run(&order).await?.told.unwrap_or_default();
            self.last_was_killed = false;
            if told.complete {
                return Ok(());
            }
            nothing_ran_twice(&self.lab.report().await?)?;
            if !told.unclear.is_empty() && told.unclear == reported {
                self.lab.settle_by_hand().await?;
                self.outcome.by_hand += reported.len();
            }
            reported = told.unclear.clone();
        }
        Err(format!("after {MOST_RUNS} runs it is not done: {told:#?}"))
    }

    async fn run(&mut self, order: &Order) -> Result<Ended> {
        let ended = self.lab.run(order).await?;
        let changing = |p: &&String| p.contains("append") || p.contains("create");
        let points = ended.points.iter().filter(changing);
        self.history.push(match &ended.told {
            Some(told) => format!("run {}: {told:?}", self.runs),
            None => format!(
                "run {}: killed: {:?}",
                self.runs,
                points.collect::<Vec<_>>()
            ),
        });
        Ok(ended)
    }

    fn order(&mut self, kill_at: u64) -> Order {
        self.runs += 1;
        let mut order = self.lab.order();
        order.kill_at = kill_at;
        order.lease_ms = self.project.lease_ms;
        // A short lease is waited for.
        order.break_lease = self.last_was_killed && order.lease_ms > 5000;
        order.parallelism = self.project.parallelism;
        order.weather = self.project.weather.clone();
        order.weather.seed = Seed::of(order.weather.seed)
            .and(&self.runs.to_string())
            .draw();
        order
    }

    async fn next_plan_is_empty(&mut self) -> Result<()> {
        let mut order = self.order(0);
        order.only_plan = true;
        let ended = self.lab.run(&order).await?;
        let written = ended.points.iter().find(|p| p.contains("append"));
        if let Some(written) = written {
            return Err(format!("a plan wrote: {written}"));
        }
        match ended.told {
            Some(told) if told.complete && told.planned.is_empty() => Ok(()),
            told => Err(format!("there is still something to do: {told:#?}")),
        }
    }

    /// No orphan, no duplicate, no command twice.
    async fn world_is_as_recorded(&self) -> Result<()> {
        let state = self.lab.state().await?;
        let report = self.settled_report(&state).await?;
        if report.duplicates > 0 {
            return Err(format!("something was made twice: {report:?}"));
        }
        nothing_ran_twice(&report)?;
        let commands = report.things.iter().filter(|t| t.ty == "sim_command");
        if commands.count() > report.runs.len() {
            return Err(format!("there is a command that never ran: {report:?}"));
        }
        if !state.rollouts.is_empty() {
            return Err(format!("a rollout is not over: {:?}", state.rollouts));
        }
        if !state.open.is_empty() || state.lease.is_some() {
            return Err("an operation or the lease is still open".into());
        }
        Ok(())
    }

    /// What the world has, once it has what is recorded and nothing else.
    async fn settled_report(&self, state: &State) -> Result<Report> {
        let recorded: BTreeSet<(String, String)> = state
            .objects
            .values()
            .filter(|o| o.address.ty().starts_with("sim_"))
            .map(|o| (o.address.ty().to_string(), o.id.to_string()))
            .collect();
        let begun = Instant::now();
        loop {
            let report = self.lab.report().await?;
            let owner = |e: &provider_simulated::Entry| {
                let owner = e.owner.as_ref().map(|o| o.object.clone());
                (e.ty.clone(), owner.unwrap_or_default())
            };
            let there: Vec<_> = report.things.iter().map(owner).collect();
            let distinct: BTreeSet<_> = there.iter().cloned().collect();
            if distinct == recorded && there.len() == distinct.len() {
                return Ok(report);
            }
            if begun.elapsed() > LEAVING {
                let orphans: Vec<_> = distinct.difference(&recorded).collect();
                let missing: Vec<_> = recorded.difference(&distinct).collect();
                return Err(format!(
                    "the world is not as recorded\norphans {orphans:?}\nmissing {missing:?}\n{report:?}"
                ));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Each run of a command that is planned has a name of its own.
fn nothing_ran_twice(report: &Report) -> Result<()> {
    let counts = report.runs.iter().chain(&report.runs_by_token);
    match counts.into_iter().find(|(_, count)| **count > 1) {
        Some((what, count)) => Err(format!("{what} ran {count} times: {report:?}")),
        None => Ok(()),
    }
}
