//! `landfall unlock`

use super::options::EnvironmentArg;
use crate::app::{App, Run};
use crate::exit::Exit;
use crate::project::Project;
use crate::view;
use crate::view::page::{Label, Page};
use clap::Args;
use diagnostics::Problem;
use serde_json::json;

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

/// Ends a lease.
pub(crate) async fn run(app: &App, args: &UnlockArgs) -> Run {
    let project = Project::look(app, &args.environment)?;
    let (journal, state) = project.journal(app).await?;
    let mut page = Page::new();
    let Some(lease) = &state.lease else {
        page.line(0).text("Nobody holds the lease.");
        app.out.remark(&page);
        journal.close().await;
        return Ok(Exit::Ok);
    };
    page.line(0)
        .add(Label::Warning, "The lease is held by ")
        .text(view::state::holder(lease));
    app.out.remark(&page);
    let agreed = args.auto_approve || app.out.ask("End it?").ok_or_else(|| nobody(app))?;
    if !agreed {
        return Err(Exit::Error);
    }
    let broken = journal.break_lease().await.map_err(|e| app.refused(&e))?;
    journal.close().await;
    if app.out.is_json() {
        let holder = broken.as_ref().map(view::state::holder);
        app.out
            .json(&json!({ "type": "unlocked", "holder": holder }));
    } else {
        let mut page = Page::new();
        page.line(0)
            .add(Label::Good, "The lease is ended.")
            .text(" What was under way is settled by the next run.");
        app.out.page(&page);
    }
    Ok(Exit::Ok)
}

fn nobody(app: &App) -> Exit {
    let problem = Problem::error("LF0522", "there is nobody to ask: this is no terminal");
    app.fail(problem.help("give --auto-approve where the owner of the lease is gone for sure"))
}
