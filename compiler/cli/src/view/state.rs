//! A state for people: its objects, one object, its history.

use crate::view::page::{Label, Page};
use crate::view::value::{Limits, Mark, field_name, write};
use state::{Event, Lease, Object, Recorded, RolloutPhase, State, Status};

/// The addresses, one a line: for reading and for scripts.
pub(crate) fn list(state: &State) -> Page {
    let mut page = Page::new();
    let deposed = state.deposed.values().flatten();
    let mut objects: Vec<_> = state
        .current
        .values()
        .chain(deposed)
        .filter_map(|id| state.objects.get(id))
        .collect();
    objects.sort_by(|a, b| (&a.address, a.status as u8).cmp(&(&b.address, b.status as u8)));
    for object in objects {
        let line = page.line(0);
        line.text(object.address.to_string());
        status(line, object.status);
    }
    page
}

/// One object with all that is recorded of it.
pub(crate) fn object(object: &Object) -> Page {
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
    for (name, value) in object
        .attributes
        .as_fields()
        .into_iter()
        .flat_map(|f| f.iter())
    {
        if !value.is_null() {
            write(
                &mut page,
                2,
                Mark::NONE,
                &field_name(name),
                value,
                Limits::NONE,
            );
        }
    }
    page
}

/// An event of the log on one line.
pub(crate) fn event(position: u64, at_ms: u64, event: &Event) -> Page {
    let mut page = Page::new();
    page.line(0)
        .add(Label::Muted, format!("{position:>6}  {}  ", time(at_ms)))
        .text(what_happened(event))
        .hang(8);
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

/// What an event is, in words; nothing in it is secret.
pub(crate) fn what_happened(event: &Event) -> String {
    match event {
        Event::Begun {
            lineage,
            project,
            environment,
        } => {
            format!("the state of {project}/{environment} begins, lineage {lineage}")
        }
        Event::LeaseTaken(lease) => {
            let owner = &lease.owner;
            format!(
                "lease {} taken by {} on {} for `{}`",
                lease.epoch, owner.user, owner.host, owner.command
            )
        }
        Event::LeaseRenewed { epoch } => format!("lease {epoch} renewed"),
        Event::LeaseEnded { epoch } => format!("lease {epoch} ended"),
        Event::ProviderConnected(record) => {
            format!("provider {} connected to {}", record.key.0, record.identity)
        }
        Event::Intent(intent) => {
            format!(
                "about to {} {} (operation {})",
                intent.change.word(),
                intent.address,
                intent.token
            )
        }
        Event::Outcome(outcome) => {
            let what = match &outcome.recorded {
                Recorded::Object(object) if object.status == Status::Tainted => {
                    format!("{} is there, incomplete", object.address)
                }
                Recorded::Object(object) => format!("{} is there", object.address),
                Recorded::Removed => "it is gone".into(),
                Recorded::NotDone => "nothing was changed".into(),
                Recorded::Unclear { message } => format!("nobody knows: {message}"),
            };
            format!("operation {}: {what}", outcome.token)
        }
        Event::Put(object) => format!("{} recorded as it is", object.address),
        Event::Forgotten(id) => format!("object {id} forgotten"),
        Event::Vanished(id) => format!("object {id} found to be gone"),
        Event::Moved { object, to } => format!("object {object} is {to} from now on"),
        Event::Outputs(outputs) => format!("{} outputs recorded", outputs.len()),
        Event::PlanApplied(plan) => format!("plan {plan} used"),
        Event::Rollout(rollout) => format!("rollout of {}: {}", rollout.of, phase(rollout.phase)),
        Event::KeysChanged {
            generation, what, ..
        } => {
            format!("keys changed ({what}), generation {generation}")
        }
    }
}

/// RFC 3339, UTC, to the second.
pub(crate) fn time(ms: u64) -> String {
    let second = i64::try_from(ms / 1000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(second).map_or_else(|_| "?".into(), |t| t.to_string())
}

fn phase(phase: RolloutPhase) -> &'static str {
    match phase {
        RolloutPhase::Rolling => "under way",
        RolloutPhase::AwaitingPromotion => "waiting to be promoted",
        RolloutPhase::Reverting => "going back",
        RolloutPhase::Done => "done",
        RolloutPhase::Reverted => "taken back",
    }
}

fn status(line: &mut crate::view::page::Line, status: Status) {
    match status {
        Status::Ready => {}
        Status::Tainted => drop(line.add(Label::Warning, " (tainted: replaced next)")),
        Status::Deposed => drop(line.add(Label::Warning, " (deposed: deleted next)")),
    }
}
