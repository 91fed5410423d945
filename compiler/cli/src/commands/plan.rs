//! `landfall plan`

use super::options::{EnvironmentArg, RunArgs, SelectionArgs, VariableArgs};
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::ready::{self, Ready};
use crate::recording::Recording;
use crate::view::page::{Label, Page};
use crate::view::value::Limits;
use crate::view::{self, plan_json};
use crate::{saved, signals};
use clap::Args;
use diagnostics::Problem;
use plan::{Plan, PlanMode};
use state::State;
use std::path::{Path, PathBuf};

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
    #[arg(long, value_name = "FILE", conflicts_with = "rehearse")]
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
    let mut ready = Ready::new(
        app,
        &args.environment,
        &args.variables,
        &args.run,
        signals::listen(),
    )
    .await?;
    if args.out.is_some() {
        ready.files = Recording::keeping(ready.project.files.clone());
    }
    let session = ready.session(app).await?;
    app.out.phase("reading and planning");
    let planned = session.plan(&options).await;
    app.out.end_live();
    let wrong = app.out.problems(&planned.problems, ready.sources());
    if !planned.refused {
        show(app, &planned.plan, args.full);
        if let Some(path) = &args.out {
            save(app, &ready, &planned.plan, path).await?;
        }
    }
    held(app, session.state());
    if session.close().await.is_err() || wrong {
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
        false => view::plan::write(plan, limits, &mut |page| app.out.page(page)),
    }
}

async fn save(app: &App, ready: &Ready, plan: &Plan, path: &Path) -> Run<()> {
    let refuse = |why: &str| {
        let message = format!("the plan can't be saved to {}: {why}", path.display());
        app.fail(Problem::error("LF0527", message))
    };
    let keys = ready
        .keys(app)
        .await?
        .ok_or_else(|| refuse("a rehearsal has no state"))?;
    saved::write(path, plan, ready.files.kept(), &keys).map_err(|why| refuse(&why))?;
    let mut page = Page::new();
    let command = format!("landfall apply --plan {}", path.display());
    page.line(0)
        .add(Label::Good, "The plan is saved")
        .text(format!(", to be used once: {command}"));
    if !plan.left_out.is_empty() {
        page.line(0).add(
            Label::Warning,
            "It holds only what could be planned: what is named under \"Not planned\" stays as it is.",
        );
    }
    app.out.remark(&page);
    Ok(())
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
