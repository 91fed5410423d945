//! The provider connected to this computer: reads, operations, settling.

use crate::attributes::{self, MACHINE};
use crate::files::{self, Locked};
use crate::machine::{self, Job};
use crate::meta::{self, Meta, Stage};
use crate::site::Site;
use crate::{Outcome, cgroup, tools};
use async_trait::async_trait;
use model::{Lineage, Value};
use provider::{
    Action, Answers, Connection, ConnectionIdentity, Failure, FindAnswer, FindRequest, Foreseen,
    Found, Listed, Made, Operation, ProviderProblem, ReadAnswer, ReadRequest,
};
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, spawn_blocking};

/// How many machines are worked on at once.
const AT_ONCE: usize = 8;

/// A connection to the computer that it runs on.
pub(crate) struct SandboxConnection {
    site: Site,
    places: Arc<Semaphore>,
}

impl SandboxConnection {
    pub(crate) fn new(site: Site) -> SandboxConnection {
        SandboxConnection {
            site,
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

#[async_trait]
impl Connection for SandboxConnection {
    /// Machines are of this computer: on another one they are not gone, but elsewhere.
    fn identity(&self) -> ConnectionIdentity {
        let computer = fs::read_to_string("/etc/machine-id")
            .or_else(|_| fs::read_to_string("/proc/sys/kernel/hostname"))
            .unwrap_or_default();
        ConnectionIdentity(format!("{}:{}", computer.trim(), self.site.dir().display()))
    }

    async fn read(&self, batch: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        let site = self.site.clone();
        let count = batch.len();
        let read = spawn_blocking(move || match meta::all(&site) {
            Ok(machines) => batch.iter().map(|r| read(&site, &machines, r)).collect(),
            Err(problem) => vec![ReadAnswer::Failed(problem); count],
        });
        read.await
            .unwrap_or_else(|_| vec![ReadAnswer::Failed(crashed()); count])
    }

    async fn apply(&self, batch: Vec<Operation>, answers: Answers) {
        let mut running = JoinSet::new();
        for operation in batch {
            let (site, answers) = (self.site.clone(), answers.clone());
            let places = self.places.clone();
            running.spawn(async move {
                // The deadline counts from now, also for one that has to wait.
                let deadline = Instant::now() + Duration::from_millis(operation.timeout_ms);
                let _place = places.acquire_owned().await;
                let (token, to) = (operation.token, answers.clone());
                let done = spawn_blocking(move || perform(&site, &operation, &to, deadline)).await;
                match done {
                    Ok(Ok(made)) => answers.done(token, made),
                    Ok(Err(failure)) => answers.send(token, provider::Answer::Failed(failure)),
                    Err(_) => answers.failed(token, Failure::unclear(crashed())),
                }
            });
        }
        while running.join_next().await.is_some() {}
    }

    async fn find(&self, batch: Vec<FindRequest>) -> Vec<FindAnswer> {
        let site = self.site.clone();
        let count = batch.len();
        let found = spawn_blocking(move || {
            let answer = |r| find(&site, r).unwrap_or_else(FindAnswer::Failed);
            batch.iter().map(answer).collect()
        });
        found
            .await
            .unwrap_or_else(|_| vec![FindAnswer::Failed(crashed()); count])
    }

    async fn list(&self, lineage: Lineage) -> Result<Vec<Listed>, ProviderProblem> {
        let site = self.site.clone();
        spawn_blocking(move || list(&site, lineage))
            .await
            .unwrap_or_else(|_| Err(crashed()))
    }

    async fn gate(&self, ty: &str, gate: &str, made: &Made) -> Result<bool, ProviderProblem> {
        if (ty, gate) != (MACHINE, "reachable") {
            return Err(ProviderProblem::error(format!(
                "`{ty}` has no gate `{gate}`"
            )));
        }
        let name = made
            .attributes
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let (site, name) = (self.site.clone(), name.to_string());
        let reachable = spawn_blocking(move || {
            Ok(meta::load(&site, &name)?.is_some_and(|m| machine::answers(&m)))
        });
        reachable.await.unwrap_or_else(|_| Err(crashed()))
    }

    async fn preflight(&self, changes: &[Operation]) -> Vec<Foreseen> {
        if changes.is_empty() {
            return Vec::new();
        }
        let makes = |o: &&Operation| matches!(o.action, Action::Create { .. });
        let mut problems = Vec::new();
        // What is there can be ended with less.
        if let (true, Err(problem)) = (changes.iter().any(|o| makes(&o)), tools::check()) {
            let made = changes.iter().filter(makes).map(|o| o.token).collect();
            problems.push(Foreseen::of(made, problem));
        }
        let limited: Vec<_> = changes.iter().filter(|o| is_limited(o)).collect();
        if !limited.is_empty() && !cgroup::limits_memory() {
            let problem =
                ProviderProblem::warning("`memory` has no effect: this computer can't limit it")
                    .help("it takes the memory controller of control groups")
                    .at(model::AttrPath::name("memory"));
            let tokens = limited.iter().map(|o| o.token).collect();
            problems.push(Foreseen::of(tokens, problem));
        }
        problems
    }
}

fn is_limited(change: &Operation) -> bool {
    match &change.action {
        Action::Create { planned } | Action::Update { planned, .. } => {
            planned.get("memory").is_some_and(|m| !m.is_null())
        }
        Action::Delete { .. } => false,
    }
}

fn read(site: &Site, machines: &[Meta], request: &ReadRequest) -> ReadAnswer {
    let name = request.attributes.get("name").and_then(Value::as_str);
    let found = machines.iter().find(|m| match request.object {
        Some(object) => m.is_of(request.lineage, object),
        None => Some(m.name.as_str()) == name,
    });
    let Some(meta) = found else {
        return ReadAnswer::Absent;
    };
    match attributes::made(site, meta) {
        Ok(made) => ReadAnswer::Present {
            made,
            owner: meta.owner(),
        },
        Err(problem) => ReadAnswer::Failed(problem),
    }
}

fn perform(
    site: &Site,
    operation: &Operation,
    answers: &Answers,
    deadline: Instant,
) -> Result<Option<Made>, Box<Failure>> {
    let owner = &operation.ownership;
    let progress = |line: &str| answers.progress(operation.token, line);
    let job = Job {
        site,
        owner,
        token: operation.token,
        deadline,
        progress: &progress,
    };
    let wish = |planned| {
        attributes::wish(planned, owner.object).map_err(|p| Box::new(Failure::refused(p)))
    };
    match &operation.action {
        Action::Create { planned } => Ok(Some(job.create(&wish(planned)?)?)),
        Action::Update { planned, .. } => Ok(Some(job.update(&wish(planned)?)?)),
        Action::Delete { .. } => Ok(job.delete().map(|()| None)?),
    }
}

fn find(site: &Site, request: &FindRequest) -> Outcome<FindAnswer> {
    let owner = &request.ownership;
    let Some(meta) = meta::of_object(site, owner.lineage, owner.object)? else {
        // It may have been killed before its first trace, or after its last.
        if tools::is_root() {
            machine::tidy(site)?;
        }
        return Ok(FindAnswer::Absent);
    };
    // Whoever works on it holds its lock; the lock ends with them.
    match files::lock_dir(&site.machine(&meta.name), false)? {
        Locked::Busy => return Ok(FindAnswer::NotYetSure),
        Locked::Gone => return Ok(FindAnswer::Absent),
        Locked::Held(_) => {}
    }
    let Some(meta) = meta::load(site, &meta.name)? else {
        return Ok(FindAnswer::Absent);
    };
    let made = attributes::made(site, &meta)?;
    Ok(match meta.stage {
        Stage::Ready => FindAnswer::Found {
            made,
            found: Found::Exact,
        },
        Stage::Making | Stage::Deleting => FindAnswer::Incomplete { made },
    })
}

fn list(site: &Site, lineage: Lineage) -> Outcome<Vec<Listed>> {
    let mut listed = Vec::new();
    for meta in meta::all(site)? {
        if let Some(owner) = meta.owner().filter(|(l, _)| *l == lineage) {
            let made = attributes::made(site, &meta)?;
            listed.push(Listed {
                ty: MACHINE.into(),
                owner,
                found: Found::Exact,
                made,
            });
        }
    }
    Ok(listed)
}

fn crashed() -> ProviderProblem {
    ProviderProblem::error("the sandbox provider crashed")
        .help("this is a bug of Landfall; `landfall sandbox doctor` shows what is left")
}
