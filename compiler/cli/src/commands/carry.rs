//! Carrying plans out: what `apply` and `destroy` have in common. The lease is taken, what was
//! left open is settled, the plan is shown, somebody agrees, and it is done.

use super::options::{EnvironmentArg, RunArgs, SelectionArgs, VariableArgs};
use super::plan::show;
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::project::lease_request;
use crate::ready::{self, Ready};
use crate::signals;
use crate::view::page::{Label, Page};
use crate::view::progress::Happening;
use crate::view::written::Written;
use crate::view::{self, report};
use diagnostics::{Problem, Severity};
use driver::{Options, Session, Settled, settle_command};
use model::{Address, Effect};
use plan::{Action, Plan, PlanMode, Reason};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// What is to be carried out, and how.
pub(crate) struct Order<'a> {
    /// The command's name, for those who wait for the lease.
    pub(crate) command: &'static str,
    /// Which environment.
    pub(crate) environment: &'a EnvironmentArg,
    /// Values of variables.
    pub(crate) variables: &'a VariableArgs,
    /// Which part.
    pub(crate) selection: &'a SelectionArgs,
    /// How.
    pub(crate) run: &'a RunArgs,
    /// What for.
    pub(crate) mode: PlanMode,
    /// Whether nobody is asked.
    pub(crate) auto_approve: bool,
    /// Whether later stages follow.
    pub(crate) all_stages: bool,
    /// Whether the plan is shown in full.
    pub(crate) full: bool,
}

/// Plans, asks, and carries out, stage by stage.
pub(crate) async fn run(app: &App, order: &Order<'_>) -> Run {
    let options = ready::options(app, order.selection, order.mode)?;
    let cancel = signals::listen();
    let ready = Ready::new(
        app,
        order.environment,
        order.variables,
        order.run,
        cancel.clone(),
    )
    .await?;
    let mut session = ready.session(app).await?;
    let ended = match lease(app, &mut session, order.command, order.run.lock_timeout).await {
        Ok(()) => stages(app, order, &ready, &mut session, &options, &cancel).await,
        Err(exit) => Err(exit),
    };
    app.out.end_live();
    if let Err(error) = session.close().await {
        app.fail(Problem::error("LF0504", error.message).maybe_help(error.help));
        return Err(Exit::Error);
    }
    ended
}

/// Takes the lease, and says who is waited for.
pub(crate) async fn lease(
    app: &App,
    session: &mut Session<'_>,
    command: &str,
    wait: Duration,
) -> Run<()> {
    if let Some(lease) = session.state().lease.as_ref().filter(|_| !wait.is_zero()) {
        app.out.happening(&Happening::Waiting {
            holder: view::state::holder(lease),
        });
    }
    session
        .lease(lease_request(command, wait))
        .await
        .map_err(|e| app.refused(&e))
}

async fn stages(
    app: &App,
    order: &Order<'_>,
    ready: &Ready,
    session: &mut Session<'_>,
    options: &Options,
    cancel: &watch::Receiver<u8>,
) -> Run {
    let unsettled = settle(app, ready, session, cancel).await?;
    let mut first = true;
    loop {
        app.out.phase("reading and planning");
        let planned = session.plan(options).await;
        app.out.end_live();
        app.out.problems(&planned.problems, ready.sources());
        if planned.refused {
            return Err(Exit::Error);
        }
        let plan = &planned.plan;
        if first {
            wait_for(app, ready, order, &unsettled, &session.blocking(plan))?;
        }
        show(app, plan, order.full);
        if !plan.has_changes() && plan.refreshed.is_empty() && plan.steps.is_empty() {
            return whole(plan);
        }
        if !first && is_grave(plan) {
            return Ok(grave(app));
        }
        if first && !order.auto_approve {
            agree(app, ready, order.command, cancel).await?;
        }
        carry_out(app, ready, session, plan, None).await?;
        if !plan.left_out.is_empty() {
            app.out.problems(&planned.problems, ready.sources());
            return Err(Exit::Error);
        }
        if plan.later.is_empty() || !order.all_stages {
            return Ok(left(plan));
        }
        first = false;
    }
}

/// Finds out what became of operations that an interrupted run left open; gives those of which
/// that can't be told, with why.
async fn settle(
    app: &App,
    ready: &Ready,
    session: &mut Session<'_>,
    cancel: &watch::Receiver<u8>,
) -> Run<Vec<Problem>> {
    if session.state().open.is_empty() {
        return Ok(Vec::new());
    }
    app.out.phase("settling what an interrupted run left open");
    let settled = session.settle().await;
    app.out.end_live();
    let broken: Vec<Problem> = settled.broken.iter().map(report::broken).collect();
    let interrupted = *cancel.borrow() >= 1;
    let written = Written {
        config: &ready.project.loaded.config,
        plan: &Plan::default(),
    };
    let unsettled = settling_problems(&settled, &written);
    if !broken.is_empty() || interrupted {
        app.out.problems(&unsettled, ready.sources());
        app.out.problems(&broken, ready.sources());
        return Err(Exit::Error);
    }
    Ok(unsettled)
}

fn settling_problems(settled: &Settled, written: &Written<'_>) -> Vec<Problem> {
    let unclear = settled.unclear.iter().map(|(address, what)| {
        let message = "nobody knows whether an earlier operation was done";
        let problem = Problem::error("LF0512", message).on(address).detail(what);
        written.place(problem, address, None, None)
    });
    let failed = settled.failed.iter().map(|(address, problem)| {
        let told = report::provider_problem("LF0513", problem).on(address);
        written.place(told, address, problem.path.as_ref(), None)
    });
    unclear.chain(failed).collect()
}

/// Shows what could not be settled. It is held back with what depends on it; where no step of
/// the plan would do that, nothing new begins.
fn wait_for(
    app: &App,
    ready: &Ready,
    order: &Order<'_>,
    unsettled: &[Problem],
    blocking: &[Address],
) -> Run<()> {
    let environment = order.environment.name.as_ref();
    let environment = environment.map_or(String::new(), |name| format!(" {name}"));
    let told = |problem: &Problem| {
        let Some(address) = problem.address.as_deref() else {
            return problem.clone();
        };
        let blocks = blocking.iter().any(|b| b.to_string() == address);
        let command = format!("{}{environment}", settle_command(address));
        let held = match blocks {
            true => "nothing new was begun",
            false => "it is not repeated, and what depends on it waits",
        };
        let told = problem.clone().help(format!(
            "{held}; look whether it did its work, and say so: `{command} --as done` or \
             `{command} --as not-done`"
        ));
        match blocks {
            true => told,
            false => Problem {
                severity: Severity::Warning,
                ..told
            },
        }
    };
    let problems: Vec<Problem> = unsettled.iter().map(told).collect();
    match app.out.problems(&problems, ready.sources()) {
        true => Err(Exit::Error),
        false => Ok(()),
    }
}

async fn agree(app: &App, ready: &Ready, command: &str, cancel: &watch::Receiver<u8>) -> Run<()> {
    let environment = ready.project.environment().to_string();
    let question = match ready.is_rehearsal() {
        true => format!("Rehearse this {command} of {environment}? Nothing real is touched."),
        false => format!("Carry this out in {environment}?"),
    };
    let out = app.out.clone();
    let mut cancel = cancel.clone();
    // Who is asked may also press Ctrl-C.
    let answer = tokio::select! {
        answer = tokio::task::spawn_blocking(move || out.ask(&question)) => answer.ok().flatten(),
        _ = cancel.changed() => Some(false),
    };
    match answer {
        Some(true) => Ok(()),
        Some(false) => {
            let mut page = Page::new();
            page.line(0).text("Nothing was changed.");
            app.out.remark(&page);
            Err(Exit::Error)
        }
        None => Err(app.fail(
            Problem::error("LF0522", "there is nobody to ask: this is no terminal").help(
                "give --auto-approve, or save the plan with `landfall plan --out FILE` and apply \
                 it with `landfall apply --plan FILE`",
            ),
        )),
    }
}

/// Carries one plan out, and says what became of it.
pub(super) async fn carry_out(
    app: &App,
    ready: &Ready,
    session: &mut Session<'_>,
    plan: &Plan,
    plan_id: Option<String>,
) -> Run<()> {
    let began = Instant::now();
    app.out.begin_live();
    let total = plan
        .steps
        .iter()
        .filter(|s| s.action != Action::Barrier)
        .count();
    app.out.happening(&Happening::Counted { done: 0, total });
    let outcome = session.apply(plan, plan_id).await;
    app.out.end_live();
    let config = &ready.project.loaded.config;
    let problems = report::problems(&outcome, &Written { config, plan });
    app.out.problems(&problems, ready.sources());
    match app.out.is_json() {
        true => app.out.json(&report::json(&outcome, began.elapsed())),
        false => app.out.page(&report::page(&outcome, began.elapsed())),
    }
    match outcome.is_complete() {
        true => Ok(()),
        false => Err(Exit::Error),
    }
}

/// A later stage is begun by itself only where it ends nothing that can't be had back.
fn is_grave(plan: &Plan) -> bool {
    let lifts = |r: &Reason| matches!(r, Reason::ProtectionLifted);
    plan.effects().contains(&Effect::DestroysData)
        || plan.steps.iter().any(|s| s.reasons.iter().any(lifts))
}

fn grave(app: &App) -> Exit {
    let mut page = Page::new();
    page.line(0)
        .add(
            Label::Warning,
            "The next stage destroys data or lifts protection",
        )
        .text(": it is not begun by itself. Run again to look at it and to decide.");
    app.out.remark(&page);
    Exit::LaterStages
}

/// How a run ends that did all of its plan: what the plan leaves out is not as configured.
pub(super) fn whole(plan: &Plan) -> Run {
    match plan.left_out.is_empty() {
        true => Ok(left(plan)),
        false => Err(Exit::Error),
    }
}

/// How a run ends that did all of this stage.
fn left(plan: &Plan) -> Exit {
    match plan.later.is_empty() {
        true => Exit::Ok,
        false => Exit::LaterStages,
    }
}
