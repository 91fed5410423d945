//! A state: its objects, one object, who holds its lease.

use crate::view::page::{Label, Page};
use crate::view::value::{Limits, Mark, write};
use crate::view::{json, output};
use model::show_name;
use serde_json::{Value as Json, json};
use state::{Lease, Object, State, Status};

/// The addresses, one a line: for reading and for scripts.
pub(crate) fn list(state: &State) -> Page {
    let mut page = Page::new();
    for object in sorted(state) {
        let line = page.line(0);
        line.text(object.address.to_string());
        status(line, object.status);
    }
    page
}

/// Every object with all that is recorded of it, and the outputs.
pub(crate) fn all(state: &State, reveal: bool) -> Page {
    let mut page = Page::new();
    for one in sorted(state) {
        page.blank();
        page.append(&object(one, reveal), 0);
    }
    let outputs = output::list(&state.outputs, reveal);
    if !outputs.is_empty() {
        page.blank();
        page.line(0).add(Label::Heading, "Outputs");
        page.append(&outputs, 2);
    }
    if page.is_empty() {
        page.line(0).text("Nothing is recorded.");
    }
    page
}

/// Everything for programs.
pub(crate) fn json(state: &State, reveal: bool) -> Json {
    json!({
        "type": "state",
        "project": &*state.project,
        "environment": &*state.environment,
        "lineage": state.lineage.map(|l| l.to_string()),
        "position": state.position,
        "objects": sorted(state).map(|o| object_json(o, reveal)).collect::<Json>(),
        "outputs": output::json(&state.outputs, reveal),
    })
}

/// One object for programs.
pub(crate) fn object_json(object: &Object, reveal: bool) -> Json {
    let status = match object.status {
        Status::Ready => "ready",
        Status::Tainted => "tainted",
        Status::Deposed => "deposed",
    };
    let value = if reveal { json::revealed } else { json::value };
    json!({
        "type": "object",
        "address": object.address.to_string(),
        "object": object.id.to_string(),
        "status": status,
        "provider": &*object.provider.0,
        "container": object.container.as_deref(),
        "depends_on": object.dependencies.iter().map(ToString::to_string).collect::<Json>(),
        "protected": object.protected,
        "changed_at": time(object.changed_at_ms),
        "changed_by": &*object.changed_by,
        "schema_version": object.schema_version,
        "attributes": value(&object.attributes),
    })
}

/// One object with all that is recorded of it.
pub(crate) fn object(object: &Object, reveal: bool) -> Page {
    let mut page = Page::new();
    let line = page.line(0);
    line.add(Label::Address, object.address.to_string());
    status(line, object.status);
    let dependencies: Vec<_> = object
        .dependencies
        .iter()
        .map(ToString::to_string)
        .collect();
    for (name, value) in [
        ("object", object.id.to_string()),
        ("provider", object.provider.0.to_string()),
        (
            "on machine",
            object.container.as_deref().unwrap_or("").to_string(),
        ),
        ("depends on", dependencies.join(", ")),
        (
            "implementation",
            object.implementation.as_deref().unwrap_or("").to_string(),
        ),
        (
            "protected",
            if object.protected {
                "yes".into()
            } else {
                String::new()
            },
        ),
        (
            "changed",
            format!("{} by {}", time(object.changed_at_ms), object.changed_by),
        ),
    ] {
        if !value.is_empty() {
            page.line(2)
                .add(Label::Muted, format!("{name}: "))
                .text(value);
        }
    }
    let attributes = match reveal {
        true => object.attributes.expose(),
        false => object.attributes.clone(),
    };
    for (name, value) in attributes.as_fields().into_iter().flat_map(|f| f.iter()) {
        if !value.is_null() {
            write(
                &mut page,
                2,
                Mark::NONE,
                &show_name(name),
                value,
                Limits::NONE,
            );
        }
    }
    page
}

/// Who holds a lease, in a sentence.
pub(crate) fn holder(lease: &Lease) -> String {
    let owner = &lease.owner;
    let run = owner
        .run
        .as_ref()
        .map_or(String::new(), |run| format!(", {run}"));
    format!(
        "{} on {} (process {}{run}), which runs `{}` since {}",
        owner.user,
        owner.host,
        owner.process,
        owner.command,
        time(lease.taken_at_ms)
    )
}

/// RFC 3339, UTC, to the second.
pub(crate) fn time(ms: u64) -> String {
    let second = i64::try_from(ms / 1000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(second).map_or_else(|_| "?".into(), |t| t.to_string())
}

fn sorted(state: &State) -> impl Iterator<Item = &Object> {
    let deposed = state.deposed.values().flatten();
    let ids = state.current.values().chain(deposed);
    let mut objects: Vec<&Object> = ids
        .filter_map(|id| state.objects.get(id))
        .map(|o| &**o)
        .collect();
    objects.sort_by(|a, b| (&a.address, a.status as u8).cmp(&(&b.address, b.status as u8)));
    objects.into_iter()
}

fn status(line: &mut Page, status: Status) {
    match status {
        Status::Ready => {}
        Status::Tainted => drop(line.add(Label::Warning, " (tainted: replaced next)")),
        Status::Deposed => drop(line.add(Label::Warning, " (deposed: deleted next)")),
    }
}
