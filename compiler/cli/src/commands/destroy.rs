//! `landfall destroy`

use super::carry::{self, Order};
use super::options::{EnvironmentArg, RunArgs, SelectionArgs, VariableArgs};
use crate::app::{App, Run};
use clap::Args;
use plan::PlanMode;

/// End everything that the state holds
///
/// Plans the end of every recorded object, shows the plan, asks, and carries it out in the
/// reverse order of how things were made. What is on a machine goes with the machine.
///
/// It never destroys what is protected, and nothing that Landfall did not make: what was taken
/// over is put back as it was.
///
/// Example:
///   landfall destroy staging
///   landfall destroy staging --target module.workers
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct DestroyArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    #[command(flatten)]
    pub(crate) variables: VariableArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Don't ask
    #[arg(long)]
    pub(crate) auto_approve: bool,
    /// Show long texts and collections in full
    #[arg(long)]
    pub(crate) full: bool,
}

/// Plans the end of everything, asks, and carries it out.
pub(crate) async fn run(app: &App, args: &DestroyArgs) -> Run {
    let order = Order {
        command: "destroy",
        environment: &args.environment,
        variables: &args.variables,
        selection: &args.selection,
        run: &args.run,
        mode: PlanMode::Destroy,
        auto_approve: args.auto_approve,
        all_stages: false,
        full: args.full,
    };
    carry::run(app, &order).await
}
