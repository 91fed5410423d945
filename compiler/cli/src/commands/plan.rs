//! `landfall plan`

use super::options::{EnvironmentArg, RunArgs, SelectionArgs, VariableArgs};
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::ready::{self, Ready};
use crate::signals;
use crate::view::page::{Label, Page};
use crate::view::value::Limits;
use crate::view::{self, plan_json};
use clap::Args;
use plan::{Plan, PlanMode};
use state::State;
use std::path::PathBuf;

/// Show what apply would do, and why
///
/// Reads the world in bulk, compares it with the state and the configuration, and shows what
/// would be done: what destroys data first, then what can't be taken back, what interrupts, what
/// opens to more places, and the rest, down to the difference of a file on a machine.
///
/// It changes nothing, takes no lease, and runs no program that the configuration names. It
/// needs the state key alone: that a secret changes is shown, the secret is not.
///
/// A saved plan (--out) is applied once and exactly, or refused because something moved.
///
/// Example:
///   landfall plan production --out shop.plan
///   landfall apply --plan shop.plan
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Save the plan, sealed, to be applied with `apply --plan`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Plan the end of everything
    #[arg(long)]
    pub(crate) destroy: bool,
    /// Plan only to record how the world is
    #[arg(long, conflicts_with = "destroy")]
    pub(crate) refresh_only: bool,
    /// Exit with 2 where there is something to change
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Show long texts and collections in full
    #[arg(long)]
    pub(crate) full: bool,
}

/// Makes and shows a plan.
pub(crate) async fn run(app: &App, args: &PlanArgs) -> Run {
    let mode = match (args.destroy, args.refresh_only) {
        (true, _) => PlanMode::Destroy,
        (_, true) => PlanMode::RefreshOnly,
        _ => PlanMode::Apply,
    };
    let options = ready::options(app, &args.selection, mode)?;
    let ready = Ready::new(
        app,
        &args.environment,
        &args.variables,
        &args.run,
        signals::listen(),
    )
    .await?;
    let session = ready.session(app).await?;
    app.out.phase("reading and planning");
    let planned = session.plan(&options).await;
    app.out.end_live();
    let refused = app.out.problems(&planned.problems, ready.sources());
    if !refused {
        show(app, &planned.plan, args.full);
    }
    held(app, session.state());
    if session.close().await.is_err() || refused {
        return Err(Exit::Error);
    }
    let changes = planned.plan.has_changes() || !planned.plan.refreshed.is_empty();
    match args.detailed_exitcode && changes {
        true => Ok(Exit::Changes),
        false => Ok(Exit::Ok),
    }
}

/// Shows a plan to whoever reads.
pub(crate) fn show(app: &App, plan: &Plan, full: bool) {
    let limits = if full { Limits::NONE } else { Limits::SHORT };
    match app.out.is_json() {
        true => app.out.json(&plan_json::document(plan)),
        false => app.out.page(&view::plan::page(plan, limits)),
    }
}

/// Says so where somebody is changing things right now.
fn held(app: &App, state: &State) {
    let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default();
    if let Some(lease) = state.lease.as_ref().filter(|l| !l.is_over(now)) {
        let mut page = Page::new();
        let holder = view::state::holder(lease);
        page.line(0)
            .add(Label::Warning, "Somebody changes things right now: ")
            .text(holder);
        app.out.remark(&page);
    }
}
