//! The process that the harness kills: an apply on a real store and a world elsewhere, which ends
//! itself at a given point. It is also that world's process.

mod order;
mod points;
mod weather;

use config::{MemoryFiles, Request};
use driver::{Inputs, Loaded, Options, Planned, Providers, Report, Session, Setup, load};
use landfall_tests::{Memory, Watching, lab};
use order::{KEY, MAIN, Order, STATE, TOLD, Told};
use points::{Points, Watched};
use provider_builtin::Builtin;
use provider_simulated::{Endpoint, Faults, Remote, Simulated, World, serve};
use state::LeaseOwner;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use store::{Anchors, Journal, JournalOptions, KeySources, LeaseRequest, SqliteStore};
use tokio::sync::watch;
use weather::Way;

/// How long a world that nobody asks goes on.
const IDLE: Duration = Duration::from_secs(120);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["world", endpoint] => world(endpoint).await,
        ["apply", order] => match serde_json::from_str(order) {
            Ok(order) => apply(order).await,
            Err(e) => Err(e.to_string()),
        },
        _ => Err("usage: landfall-kill-target world ENDPOINT | apply ORDER".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    }
}

async fn world(endpoint: &str) -> Result<(), String> {
    let endpoint: Endpoint = endpoint.parse()?;
    let ready = |at| {
        let _ = writeln!(std::io::stdout(), "{at}");
    };
    serve(Arc::new(World::default()), &endpoint, IDLE, ready)
        .await
        .map_err(|e| e.to_string())
}

async fn apply(order: Order) -> Result<(), String> {
    let points = Arc::new(Points::new(order.kill_at));
    let journal = journal(&order, points.clone()).await?;
    let text = read(&order, MAIN)?;
    let files = MemoryFiles::new().with(MAIN, text.as_str());
    let files = files.with(order::WEB.0, order::WEB.1);
    let providers = providers(&order, points)?;
    let loaded = loaded(&files, &providers)?;
    let sources = Memory(files);
    let watching = Watching::default();
    let (_sender, cancel) = watch::channel(0);
    let setup = Setup {
        loaded: &loaded,
        providers: &providers,
        sources: &sources,
        watch: &watching,
        parallelism: order.parallelism,
        user: "tester".into(),
        now: "2026-01-01T00:00:00Z".into(),
        cancel,
    };
    let mut session = Session::open(setup, journal).await.map_err(told)?;
    let done = match order.only_plan {
        true => look(&session).await,
        false => carry_out(&mut session, &order).await?,
    };
    session.close().await.map_err(|e| e.message)?;
    let line = serde_json::to_string(&done).map_err(told)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{TOLD}{line}")
        .and_then(|()| out.flush())
        .map_err(told)
}

async fn journal(order: &Order, points: Arc<Points>) -> Result<Journal, String> {
    let store = SqliteStore::open(&order.directory.join(STATE)).map_err(told)?;
    let store = Arc::new(Watched { store, points });
    let sources = KeySources::of_key("the test's key", &read(order, KEY)?);
    let options = JournalOptions {
        anchors: Some(Anchors::in_directory(order.directory.join("anchors"))),
        ..JournalOptions::default()
    };
    let (journal, _) = Journal::open(store, &sources, &options)
        .await
        .map_err(told)?;
    if order.break_lease {
        journal.break_lease().await.map_err(told)?;
    }
    Ok(journal)
}

fn providers(order: &Order, points: Arc<Points>) -> Result<Providers, String> {
    let world = Remote::new(order.world.parse()?);
    let way = Arc::new(Way::new(world, points, order.weather.clone()));
    let faults = Faults {
        seed: order.weather.seed,
        throttled: order.weather.throttled,
        retry_after_ms: 5,
        jitter_ms: 2,
        linger_ms: order.weather.linger_ms,
        ..Faults::default()
    };
    let simulated = Simulated::new().with_outside(way).with_faults(faults);
    let both: [Arc<dyn provider::Provider>; 2] = [Arc::new(Builtin), Arc::new(simulated)];
    Ok(Providers::new(both))
}

fn loaded(files: &MemoryFiles, providers: &Providers) -> Result<Loaded, String> {
    let request = Request {
        directory_name: "kill".into(),
        ..Request::default()
    };
    let inputs = Inputs {
        files,
        providers,
        request: &request,
    };
    let (loaded, _, problems) = load(&inputs);
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    loaded.ok_or_else(|| problems.join("\n"))
}

async fn look(session: &Session<'_>) -> Told {
    let planned = session.plan(&options()).await;
    let mut told = as_planned(&planned);
    let open = session.state().open.values();
    told.undone.extend(
        open.map(|o| format!("{} of {} is open", o.intent.change.word(), o.intent.address)),
    );
    told.complete = told.undone.is_empty();
    told
}

async fn carry_out(session: &mut Session<'_>, order: &Order) -> Result<Told, String> {
    let request = LeaseRequest {
        owner: LeaseOwner {
            user: "tester".into(),
            process: std::process::id(),
            command: "apply".into(),
            ..LeaseOwner::default()
        },
        time_to_live: Duration::from_millis(order.lease_ms),
        wait: Duration::from_secs(20),
        is_dead: |_| false,
    };
    session.lease(request).await.map_err(told)?;
    let settled = session.settle().await;
    if let Some(broken) = settled.broken {
        return Err(broken.message);
    }
    let planned = session.plan(&options()).await;
    let mut done = as_planned(&planned);
    done.unclear
        .extend(settled.unclear.iter().map(|(a, _)| a.to_string()));
    let failed = settled.failed.iter();
    done.undone
        .extend(failed.map(|(a, p)| format!("{a} could not be settled: {}", p.message)));
    if planned.has_errors() {
        return Ok(done);
    }
    let report = session.apply(&planned.plan, None).await;
    if let Some(broken) = report.broken {
        return Err(broken.message);
    }
    // A run that only goes back leaves all else to the next one.
    let whole = report.is_complete() && planned.plan.later.is_empty();
    done.complete = whole && done.undone.is_empty() && settled.unclear.is_empty();
    as_reported(&report, &mut done);
    Ok(done)
}

fn options() -> Options {
    Options {
        version: "test".into(),
        ..Options::default()
    }
}

fn as_planned(planned: &Planned) -> Told {
    Told {
        planned: lab::steps(&planned.plan),
        undone: planned
            .problems
            .iter()
            .map(|p| format!("{p} {:?}", p.details))
            .collect(),
        ..Told::default()
    }
}

fn as_reported(report: &Report, told: &mut Told) {
    let failed = report.failed.iter();
    told.undone
        .extend(failed.map(|f| format!("failed {}: {:?}", f.address, f.problem)));
    let skipped = report.skipped.iter();
    told.undone
        .extend(skipped.map(|s| format!("skipped {}: {}", s.address, s.because_of)));
    told.unclear
        .extend(report.unclear.iter().map(|(a, _)| a.to_string()));
    told.unclear.sort();
    told.unclear.dedup();
}

fn read(order: &Order, name: &str) -> Result<String, String> {
    std::fs::read_to_string(order.directory.join(name)).map_err(|e| format!("{name}: {e}"))
}

fn told(error: impl ToString) -> String {
    error.to_string()
}
