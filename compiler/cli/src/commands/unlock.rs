//! `landfall unlock`

use super::options::EnvironmentArg;
use clap::Args;

/// End a lease whose owner is gone
///
/// A run holds a lease on the state, which ends by itself when its owner is gone for a while.
/// This ends it now. It shows who holds it first, and asks.
///
/// It never stops the owner: a run that still lives can't record anything more, and what it was
/// doing is settled by the next run. Look first whether it is really gone.
///
/// Example:
///   landfall unlock production
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct UnlockArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    /// Don't ask
    #[arg(long)]
    pub(crate) auto_approve: bool,
}
