//! `landfall show`

use super::options::EnvironmentArg;
use super::options::VariableArgs;
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::project::Project;
use crate::view;
use clap::Args;
use std::path::PathBuf;

/// Show everything that is recorded, or a saved plan
///
/// Without --plan: every object of the state with its attributes, and the outputs. With it: what
/// the saved plan would do. Sensitive values are hidden; --reveal shows them in clear where your
/// keys open them.
///
/// It reads the state alone; whether the world is still like that, `landfall plan` tells.
///
/// Example:
///   landfall show production
///   landfall show --plan shop.plan --format json
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) environment: EnvironmentArg,
    /// Show this saved plan
    #[arg(long, value_name = "FILE", conflicts_with = "reveal")]
    pub(crate) plan: Option<PathBuf>,
    /// Show sensitive values in clear
    #[arg(long)]
    pub(crate) reveal: bool,
}

/// Shows the state.
pub(crate) async fn run(app: &App, args: &ShowArgs) -> Run {
    let project = Project::load(app, &args.environment, &VariableArgs::default())?;
    let (journal, state) = project.journal(app).await?;
    journal.close().await;
    match app.out.is_json() {
        true => app.out.json(&view::state::json(&state, args.reveal)),
        false => app.out.page(&view::state::all(&state, args.reveal)),
    }
    Ok(Exit::Ok)
}
