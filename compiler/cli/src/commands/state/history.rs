//! `landfall state history`: what may be read of the log without any key.

use crate::app::{App, Run};
use crate::commands::options::{EnvironmentArg, VariableArgs};
use crate::project::Project;
use crate::view::page::{Label, Page};
use crate::view::state::time;
use diagnostics::Problem;
use serde_json::json;
use store::{Entry, Header, StoredBatch};

/// Prints the events.
pub(super) async fn run(app: &App, environment: &EnvironmentArg, last: Option<usize>) -> Run<()> {
    let project = Project::load(app, environment, &VariableArgs::default())?;
    let store = project.store(app)?;
    let batches = store.batches_from(1).await;
    let batches = batches.map_err(|e| app.fail(crate::stores::store_problem(&e)))?;
    let mut events = Vec::new();
    for batch in &batches {
        let entries = entries(batch).map_err(|why| app.fail(Problem::error("LF0506", why)))?;
        let places = (batch.batch.first..).zip(entries);
        events.extend(places.map(|(position, entry)| (position, batch.at_ms, entry)));
    }
    let skipped = events.len().saturating_sub(last.unwrap_or(usize::MAX));
    let mut page = Page::new();
    for (position, at_ms, entry) in &events[skipped..] {
        if app.out.is_json() {
            app.out.json(&json!({
                "type": "event", "position": position, "at": time(*at_ms), "kind": entry.kind,
                "what": entry.what, "address": entry.address, "object": entry.object,
            }));
        } else {
            line(&mut page, *position, *at_ms, entry);
        }
    }
    if !page.is_empty() {
        app.out.page(&page);
    }
    Ok(())
}

fn entries(batch: &StoredBatch) -> Result<Vec<Entry>, String> {
    let header: Result<Header, _> = serde_json::from_slice(&batch.batch.header);
    header
        .map(|h| h.events)
        .map_err(|e| format!("the log can't be read at event {}: {e}", batch.batch.first))
}

fn line(page: &mut Page, position: u64, at_ms: u64, entry: &Entry) {
    let line = page.line(0);
    line.add(Label::Muted, format!("{position:>6}  {}  ", time(at_ms)))
        .text(&entry.kind)
        .hang(8);
    if let Some(what) = &entry.what {
        line.text(format!(" {what}"));
    }
    if let Some(address) = &entry.address {
        line.text(" ").add(Label::Address, address);
    }
    if let Some(object) = &entry.object {
        line.add(Label::Muted, format!(" ({object})"));
    }
}
