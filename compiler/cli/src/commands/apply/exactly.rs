//! `landfall apply --plan`: exactly what was saved, or nothing.

use super::ApplyArgs;
use crate::app::{App, Run};
use crate::commands::carry::{carry_out, lease, whole};
use crate::commands::options::EnvironmentArg;
use crate::commands::plan::show;
use crate::exit::Exit;
use crate::project::Project;
use crate::ready::{Ready, plain_options};
use crate::recording::Recording;
use crate::saved::PlanFile;
use crate::signals;
use config::Config;
use diagnostics::Problem;
use driver::{Session, Stale, settle_command};
use plan::{Plan, SavedPlan};
use state::Intent;
use std::path::Path;

/// Carries a saved plan out.
pub(super) async fn run(app: &App, args: &ApplyArgs, path: &Path) -> Run {
    let refuse = |why: String| {
        app.fail(Problem::error(
            "LF0528",
            format!("{} can't be applied: {why}", path.display()),
        ))
    };
    let file = PlanFile::read(path).map_err(refuse)?;
    if args
        .environment
        .name
        .as_ref()
        .is_some_and(|name| *name != file.environment)
    {
        return Err(refuse(format!(
            "it is of the environment {}",
            file.environment
        )));
    }
    let environment = EnvironmentArg {
        name: Some(file.environment.clone()),
    };
    let project = Project::load(app, &environment, &args.variables)?;
    let mut ready = Ready::of(app, project, &args.run, signals::listen()).await?;
    let keys = ready.keys(app).await?.ok_or(Exit::Error)?;
    let saved = file.open(&keys).map_err(refuse)?;
    ready.files = Recording::replaying(ready.project.files.clone(), saved.files.clone());
    let mut session = ready.session(app).await?;
    let ended = match lease(app, &mut session, "apply", args.run.lock_timeout).await {
        Ok(()) => carry(app, args, &ready, &mut session, saved).await,
        Err(exit) => Err(exit),
    };
    app.out.end_live();
    if let Err(error) = session.close().await {
        return Err(app.fail(Problem::error("LF0504", error.message).maybe_help(error.help)));
    }
    ended
}

async fn carry(
    app: &App,
    args: &ApplyArgs,
    ready: &Ready,
    session: &mut Session<'_>,
    mut saved: SavedPlan,
) -> Run {
    let config = &ready.project.loaded.config;
    let (digest, version) = (Some(config.digest), env!("CARGO_PKG_VERSION"));
    let stale = driver::stale(&saved.plan, &saved.id, session.state(), version, digest);
    if let Some(stale) = stale {
        let details = match stale {
            Stale::ConfigurationMoved => not_given(config),
            _ => Vec::new(),
        };
        return Err(refused(app, &stale, details));
    }
    session.give_again(&mut saved.plan, &plain_options());
    let plan = &saved.plan;
    // What an interrupted run left open is settled by an apply that plans anew after it.
    if !session.state().open.is_empty() {
        let open = session.state().open.values();
        let left = open.map(|o| left_open(&o.intent)).collect();
        return Err(refused(app, &Stale::StateMoved, left));
    }
    let files = ready.files.moved();
    if !files.is_empty() {
        return Err(refused(app, &Stale::ConfigurationMoved, files));
    }
    app.out.phase("looking whether the world is as it was");
    let moved = session.moved_since(plan).await;
    app.out.end_live();
    if let Some(stale) = moved {
        return Err(refused(app, &stale, Vec::new()));
    }
    show(app, plan, args.full);
    carry_out(app, ready, session, plan, Some(saved.id.clone())).await?;
    if !plan.left_out.is_empty() {
        app.fail(left_out(plan));
    }
    whole(plan)
}

/// Ephemeral variables that have no value; a plan made with one does not keep it.
fn not_given(config: &Config) -> Vec<String> {
    let variables = config.modules.iter().take(1).flat_map(|m| &m.variables);
    let lacking = variables.filter(|(name, v)| v.ephemeral && !config.inputs.contains_key(*name));
    let told = |(name, _)| {
        format!(
            "`{name}` is ephemeral: a plan that was made with a value of it does not keep it, so \
             give it again"
        )
    };
    lacking.map(told).collect()
}

fn left_open(intent: &Intent) -> String {
    let address = intent.address.to_string();
    format!(
        "the end of an earlier {} of {address} is not recorded: an apply without --plan looks what \
         became of it; where it can't tell, `{} --as done` or `--as not-done`",
        intent.change.word(),
        settle_command(&address)
    )
}

/// The plan was carried out, and is not all that the configuration says.
fn left_out(plan: &Plan) -> Problem {
    let named = plan.left_out.iter();
    let details = named.map(|l| format!("{}: {}", l.what, l.why())).collect();
    let problem = Problem::error(
        "LF0529",
        "the plan was made without what could not be looked at",
    );
    Problem { details, ..problem }
        .help("see to it that everything can be reached, and plan the rest")
}

fn refused(app: &App, stale: &Stale, mut details: Vec<String>) -> Exit {
    let message = match stale {
        Stale::Used => "this plan was applied before",
        Stale::OtherState => "this plan is of another state",
        Stale::StateMoved => "the state has moved on since this plan was made",
        Stale::ConfigurationMoved => {
            "the configuration, a file that it reads, or a value of its variables is not what this \
             plan was made of"
        }
        Stale::OtherVersion(_) => "this plan was made by another version of Landfall",
        Stale::WorldMoved(_) => "what this plan rests on is not as it was any more",
    };
    match stale {
        Stale::OtherVersion(version) => details.push(version.clone()),
        Stale::WorldMoved(addresses) => details.extend(addresses.iter().cloned()),
        _ => {}
    }
    let problem = Problem {
        details,
        ..Problem::error("LF0510", message)
    };
    app.fail(problem.help("nothing was changed; make a new plan and look at it"));
    Exit::StalePlan
}
