//! `landfall sandbox`

#[cfg(feature = "sandbox")]
mod carried;

use crate::app::{App, Run};
use clap::{Args, Subcommand};

/// Look after the throwaway machines on this computer
#[derive(Clone, Debug, Args)]
pub(crate) struct SandboxArgs {
    #[command(subcommand)]
    pub(crate) command: SandboxCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum SandboxCommand {
    /// List the machines, whichever project made them
    ///
    /// Shows each machine's name, state, address, published ports, and what made it.
    /// It changes nothing and needs no project.
    ///
    /// Example:
    ///   landfall sandbox list
    #[command(verbatim_doc_comment)]
    List,
    /// Remove machines without asking any state
    ///
    /// For what is left over when its project or its state is gone. What a state still holds is
    /// found missing by that project's next plan. Usually `landfall destroy` is what you want.
    ///
    /// Example:
    ///   landfall sandbox down web-1
    ///   landfall sandbox down --all --images
    #[command(verbatim_doc_comment)]
    Down {
        /// The machines' names
        #[arg(value_name = "MACHINE", required_unless_present = "all")]
        names: Vec<String>,
        /// All machines of this computer
        #[arg(long, conflicts_with = "names")]
        all: bool,
        /// The images that machines start from, too, where none uses them
        #[arg(long)]
        images: bool,
    },
    /// Say what machines need on this computer, and what is missing
    ///
    /// Looks at programs, rights, kernel, memory, network and space, and at what interrupted runs
    /// left over; says of each what to do. It changes nothing.
    ///
    /// Example:
    ///   landfall sandbox doctor
    #[command(verbatim_doc_comment)]
    Doctor,
}

/// Looks after machines.
#[cfg(feature = "sandbox")]
pub(crate) async fn run(app: &App, args: &SandboxArgs) -> Run {
    carried::run(app, &args.command).await
}

/// This build has no machines.
#[cfg(not(feature = "sandbox"))]
pub(crate) async fn run(app: &App, _args: &SandboxArgs) -> Run {
    Err(app.fail(diagnostics::Problem::error(
        "LF0525",
        "this build of Landfall has no sandbox",
    )))
}
