//! `landfall plan`

use super::options::{EnvironmentArg, RunArgs, SelectionArgs, VariableArgs};
use clap::Args;
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
