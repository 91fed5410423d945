//! `landfall state history`: who did what, a chapter a command.

use crate::app::{App, Run};
use crate::commands::options::EnvironmentArg;
use crate::project::Project;
use crate::view::page::{Label, Page};
use crate::view::state::time;
use serde_json::{Value as Json, json};
use store::{Change, Chapter};

/// Prints the history, the newest last.
pub(super) async fn run(app: &App, environment: &EnvironmentArg, last: Option<usize>) -> Run<()> {
    let project = Project::look(app, environment)?;
    let (journal, _) = project.journal(app).await?;
    let chapters = journal.history().await;
    journal.close().await;
    let chapters = chapters.map_err(|e| app.refused(&e))?;
    let skipped = chapters.len().saturating_sub(last.unwrap_or(usize::MAX));
    if app.out.is_json() {
        chapters[skipped..]
            .iter()
            .for_each(|c| app.out.json(&document(c)));
        return Ok(());
    }
    let mut page = Page::new();
    for chapter in &chapters[skipped..] {
        write(&mut page, chapter);
    }
    app.out.page(&page);
    Ok(())
}

fn write(page: &mut Page, chapter: &Chapter) {
    page.blank();
    let (first, last) = chapter.positions;
    let line = page.line(0);
    line.add(Label::Heading, time(chapter.time_ms.0));
    match &chapter.owner {
        Some(owner) => line
            .text(format!(" {} on {}: ", owner.user, owner.host))
            .text(&owner.command),
        None => line.text(" without a lease"),
    };
    line.add(Label::Muted, format!(" (events {first} to {last})"));
    if let Some(run) = chapter.owner.as_ref().and_then(|o| o.run.as_ref()) {
        page.line(2).add(Label::Muted, run);
    }
    for change in &chapter.changes {
        let line = page.line(2);
        line.text(&change.what);
        if let Some(address) = &change.address {
            line.text(" ").add(Label::Address, address);
        }
    }
    if chapter.epoch.is_some() && !chapter.ended {
        page.line(2)
            .add(Label::Warning, "it did not give the lease back");
    }
}

fn document(chapter: &Chapter) -> Json {
    let change = |c: &Change| json!({ "what": c.what, "address": c.address, "at": time(c.at_ms) });
    let owner = chapter.owner.as_ref().map(|o| {
        json!({ "user": o.user, "host": o.host, "process": o.process, "run": o.run,
                "command": o.command })
    });
    json!({
        "type": "chapter",
        "owner": owner,
        "epoch": chapter.epoch,
        "first": chapter.positions.0,
        "last": chapter.positions.1,
        "began": time(chapter.time_ms.0),
        "ended": time(chapter.time_ms.1),
        "lease_given_back": chapter.ended,
        "changes": chapter.changes.iter().map(change).collect::<Json>(),
    })
}
