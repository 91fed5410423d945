//! One world, one state, and the processes that work on them.

use crate::order::{KEY, MAIN, Order, POINT, STATE, TOLD, Told};
use model::Lineage;
use provider::{ImportRequest, Provider};
use provider_simulated::{Outside, Owner, Remote, Reply, Report, Request, Simulated};
use state::{Event, LeaseOwner, OpenIntent, Outcome, Recorded, State};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use store::{
    Access, Anchors, Genesis, Journal, JournalOptions, KeySources, LeaseRequest, NewRecipient,
    SqliteStore, Way,
};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const TARGET: &str = env!("CARGO_BIN_EXE_landfall-kill-target");
/// A process that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(100);

/// Longer than anything that is there stays unseen.
const HIDDEN: Duration = Duration::from_millis(500);

pub(crate) type Result<T> = std::result::Result<T, String>;

/// How a process ended.
pub(crate) struct Ended {
    /// What it passed, in order.
    pub(crate) points: Vec<String>,
    /// What it told at its end; none where it was killed.
    pub(crate) told: Option<Told>,
}

/// A world in its own process, and a state; both go with it.
pub(crate) struct Lab {
    directory: TempDir,
    world: Child,
    remote: Remote,
}

impl Lab {
    pub(crate) async fn new() -> Result<Lab> {
        let directory = tempfile::tempdir().map_err(told)?;
        let endpoint = endpoint(directory.path());
        let mut world = Command::new(TARGET)
            .args(["world", &endpoint])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(told)?;
        let out = world.stdout.take().ok_or("the world has no output")?;
        let ready = BufReader::new(out).lines().next_line().await;
        if ready.map_err(told)?.as_deref() != Some(&endpoint) {
            return Err("the world does not listen".into());
        }
        let remote = Remote::new(endpoint.parse()?);
        let lab = Lab {
            directory,
            world,
            remote,
        };
        lab.begin().await?;
        Ok(lab)
    }

    async fn begin(&self) -> Result<()> {
        let public_key = store::generate_identity(&self.path(KEY)).map_err(told)?;
        let store = SqliteStore::create(&self.path(STATE)).map_err(told)?;
        let recipient = NewRecipient {
            name: "tester".into(),
            way: Way::PublicKey(public_key),
            access: Access::Both,
        };
        let genesis = Genesis {
            project: "kill".into(),
            environment: "default".into(),
        };
        let (journal, _) = Journal::create(Arc::new(store), genesis, &[recipient], &self.options())
            .await
            .map_err(told)?;
        journal.close().await;
        Ok(())
    }

    /// What a process is told where nothing else is said.
    pub(crate) fn order(&self) -> Order {
        Order {
            directory: self.directory.path().into(),
            world: endpoint(self.directory.path()),
            only_plan: false,
            kill_at: 0,
            break_lease: false,
            lease_ms: 60_000,
            parallelism: 4,
            weather: crate::order::Weather::default(),
        }
    }

    pub(crate) fn write(&self, text: &str) -> Result<()> {
        std::fs::write(self.path(MAIN), text).map_err(told)
    }

    /// Runs a process to its end, or to the point at which it kills itself.
    pub(crate) async fn run(&self, order: &Order) -> Result<Ended> {
        let child = Command::new(TARGET)
            .arg("apply")
            .arg(serde_json::to_string(order).map_err(told)?)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(told)?;
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
            .await
            .map_err(|_| format!("a run is not over after {PATIENCE:?}"))?
            .map_err(told)?;
        let out = String::from_utf8_lossy(&output.stdout);
        let points: Vec<String> = out
            .lines()
            .filter_map(|l| l.strip_prefix(POINT)?.split_once(' '))
            .map(|(_, what)| what.to_string())
            .collect();
        let last = out.lines().find_map(|l| l.strip_prefix(TOLD));
        let killed = output.status.signal() == Some(9) && order.kill_at > 0;
        match (last, killed) {
            (Some(last), false) => Ok(Ended {
                points,
                told: Some(serde_json::from_str(last).map_err(told)?),
            }),
            (None, true) => Ok(Ended { points, told: None }),
            _ => Err(format!(
                "a run ended with {} after {} points, the last {:?}\n{}",
                output.status,
                points.len(),
                points.iter().rev().take(6).rev().collect::<Vec<_>>(),
                String::from_utf8_lossy(&output.stderr)
            )),
        }
    }

    /// What the world counts, once nothing is leaving any more.
    pub(crate) async fn report(&self) -> Result<Report> {
        match self.remote.ask(Request::Report).await {
            Ok(Reply::Report(report)) => Ok(report),
            other => Err(format!("the world tells {other:?}")),
        }
    }

    /// Opens the state as anybody would, its chain checked on the way.
    pub(crate) async fn state(&self) -> Result<State> {
        let (journal, state) = self.journal().await?;
        journal.close().await;
        Ok(State::clone(&state))
    }

    /// Settles operations whose end nobody knows, as a user does: looks what is there, and
    /// records it.
    pub(crate) async fn settle_by_hand(&self) -> Result<()> {
        let (journal, _) = self.journal().await?;
        let request = LeaseRequest {
            owner: LeaseOwner::default(),
            time_to_live: Duration::from_secs(60),
            wait: Duration::ZERO,
            is_dead: |_| false,
        };
        journal.take_lease(request).await.map_err(told)?;
        let state = journal.state().await.map_err(told)?;
        let lineage = state.lineage.ok_or("a state without a lineage")?;
        for open in state.open.values().filter(|o| o.unclear.is_some()) {
            let outcome = Outcome {
                token: open.intent.token,
                recorded: self.looked(lineage, open).await?,
            };
            let events = vec![Event::Outcome(outcome)];
            journal.append(events).await.map_err(told)?;
        }
        journal.end_lease().await.map_err(told)?;
        journal.close().await;
        Ok(())
    }

    /// What a user finds of an operation. This one asks the world whose a thing is, which of
    /// what is alike no API would tell.
    async fn looked(&self, lineage: Lineage, open: &OpenIntent) -> Result<Recorded> {
        let intent = &open.intent;
        let Some(becomes) = &intent.becomes else {
            return Err(format!("{} can't be settled by hand", intent.address));
        };
        let ty = intent.address.ty().to_string();
        let request = Request::Owned {
            ty: ty.clone(),
            owner: Owner::new(lineage, intent.object),
        };
        let things = match self.remote.ask(request).await {
            Ok(Reply::Things(things)) => things,
            other => return Err(format!("the world tells {other:?}")),
        };
        let Some(seen) = things.first() else {
            return Ok(Recorded::NotDone);
        };
        // A user who does not see it yet looks again.
        tokio::time::sleep(HIDDEN).await;
        let called = |name: &&str| {
            seen.thing
                .attributes
                .get(name)?
                .as_str()
                .map(str::to_string)
        };
        let Some(id) = ["id", "name"].iter().find_map(called) else {
            return Err(format!("{} has nothing to import it by", intent.address));
        };
        let world = Arc::new(Remote::new(endpoint(self.directory.path()).parse()?));
        let simulated = Simulated::new().with_outside(world);
        let connection = simulated.connect(model::Value::NULL).await;
        let connection = connection.map_err(|p| p.message)?;
        let config = intent.attributes.clone();
        let request = ImportRequest { ty, id, config };
        let found = connection.import(request).await;
        let made = found.map_err(|p| p.message)?.made;
        let mut object = becomes.clone();
        object.attributes = made.attributes;
        object.private = made.private.into();
        Ok(Recorded::Object(object))
    }

    async fn journal(&self) -> Result<(Journal, Arc<State>)> {
        let key = std::fs::read_to_string(self.path(KEY)).map_err(told)?;
        let sources = KeySources::of_key("the test's key", &key);
        let store = SqliteStore::open(&self.path(STATE)).map_err(told)?;
        Journal::open(Arc::new(store), &sources, &self.options())
            .await
            .map_err(told)
    }

    fn options(&self) -> JournalOptions {
        JournalOptions {
            anchors: Some(Anchors::in_directory(self.path("anchors"))),
            ..JournalOptions::default()
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Ends the world, and waits until it has ended.
    pub(crate) async fn end(mut self) -> Result<()> {
        self.world.kill().await.map_err(told)
    }
}

fn endpoint(directory: &Path) -> String {
    format!("unix:{}/world", directory.display())
}

fn told(error: impl ToString) -> String {
    error.to_string()
}
