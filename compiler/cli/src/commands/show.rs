//! `landfall show`

use super::options::EnvironmentArg;
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::project::Project;
use crate::saved::PlanFile;
use crate::view;
use clap::Args;
use diagnostics::Problem;
use std::path::{Path, PathBuf};

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
    /// Show long texts and collections of a plan in full
    #[arg(long)]
    pub(crate) full: bool,
}

/// Shows the state.
pub(crate) async fn run(app: &App, args: &ShowArgs) -> Run {
    if let Some(path) = &args.plan {
        return plan(app, args, path).await;
    }
    let project = Project::look(app, &args.environment)?;
    let (journal, state) = project.journal(app).await?;
    journal.close().await;
    match app.out.is_json() {
        true => app.out.json(&view::state::json(&state, args.reveal)),
        false => app.out.page(&view::state::all(&state, args.reveal)),
    }
    Ok(Exit::Ok)
}

async fn plan(app: &App, args: &ShowArgs, path: &Path) -> Run {
    let refuse = |why: String| {
        app.fail(Problem::error(
            "LF0528",
            format!("{} can't be shown: {why}", path.display()),
        ))
    };
    let file = PlanFile::read(path).map_err(refuse)?;
    let environment = EnvironmentArg {
        name: Some(file.environment.clone()),
    };
    let project = Project::look(app, &environment)?;
    let (journal, _) = project.journal(app).await?;
    let keys = journal.keys().await.map_err(|e| app.refused(&e))?;
    journal.close().await;
    super::plan::show(app, &file.open(&keys).map_err(refuse)?.plan, args.full);
    Ok(Exit::Ok)
}
