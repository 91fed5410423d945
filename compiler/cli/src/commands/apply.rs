//! `landfall apply`

mod exactly;

use super::carry::{self, Order};
use super::options::{EnvironmentArg, RunArgs, SelectionArgs, VariableArgs};
use crate::app::{App, Run};
use clap::Args;
use plan::PlanMode;
use std::path::PathBuf;

/// Make the world as the configuration says
///
/// Plans, shows the plan, asks, and carries it out: as much at once as the graph allows, each
/// step recorded before the next. What an interrupted run left open is settled first. Where a
/// step fails, only what depends on it is left out, and the state holds what was done.
///
/// With --plan it carries out exactly that plan, without asking, or refuses: when the
/// configuration, its variables (give the same --var and --var-file), the state or anything that
/// the plan touches is not as it was. Ephemeral variables are given again, too, and may have
/// another value. It never does more than the plan shows.
///
/// Ctrl-C once: nothing new begins, what is under way ends. Twice: it stops now; the next run
/// settles what was left.
///
/// Example:
///   landfall apply production
///   landfall apply --plan shop.plan
///   landfall apply --rehearse --auto-approve
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Carry out this saved plan
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["targets", "excludes", "replaces", "refresh", "forget_unreachable",
            "all_stages", "rehearse"]
    )]
    pub(crate) plan: Option<PathBuf>,
    /// Don't ask
    #[arg(long)]
    pub(crate) auto_approve: bool,
    /// Go on to later stages, but never to one that destroys data or lifts protection
    #[arg(long)]
    pub(crate) all_stages: bool,
    /// Show long texts and collections in full
    #[arg(long)]
    pub(crate) full: bool,
}

/// Plans, asks, and carries out.
pub(crate) async fn run(app: &App, args: &ApplyArgs) -> Run {
    if let Some(path) = &args.plan {
        return exactly::run(app, args, path).await;
    }
    let order = Order {
        command: "apply",
        environment: &args.environment,
        variables: &args.variables,
        selection: &args.selection,
        run: &args.run,
        mode: PlanMode::Apply,
        auto_approve: args.auto_approve,
        all_stages: args.all_stages,
        full: args.full,
    };
    carry::run(app, &order).await
}
