//! History: what a state's log tells of who did what, and when.

use crate::backend::StoredBatch;
use crate::header::Entry;
use crate::keys::Keys;
use crate::seal::{Damage, Tip, open_batch, verify_batch};
use state::{Event, LeaseOwner, Position};

/// What one command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Who did it, with what command; none for the beginning, and for what was done without a
    /// lease.
    pub owner: Option<LeaseOwner>,
    /// The lease's.
    pub epoch: Option<u64>,
    /// The positions of its first and last event.
    pub positions: (Position, Position),
    /// When it began and ended, ms since 1970 by the store's clock.
    pub time_ms: (u64, u64),
    /// Whether the lease was given back.
    pub ended: bool,
    /// What it changed, in order: of each operation its end, or its beginning where that is open.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `created`, `updated`, `deleted`, `moved`, `forgotten`, …
    pub what: String,
    /// Of which object, output or key.
    pub address: Option<String>,
    /// When, ms since 1970.
    pub at_ms: u64,
}

/// The whole log as chapters, one a lease, checked from its first event on.
pub(crate) fn tell(keys: &Keys, batches: &[StoredBatch]) -> Result<Vec<Chapter>, Damage> {
    let mut tip = Tip::default();
    let mut chapters: Vec<Chapter> = Vec::new();
    for stored in batches {
        let header = verify_batch(keys, &mut tip, stored)?;
        // Only a lease's taking has what can't be read from outside.
        let taken = header
            .events
            .iter()
            .any(|e| e.kind == "lease_taken" || e.kind == KEYS);
        let opened = match taken {
            true => Some(open_batch(keys, &header, &stored.batch)?),
            false => None,
        };
        for (i, entry) in header.events.iter().enumerate() {
            let event = opened.as_ref().and_then(|events| events.get(i));
            let position = stored.batch.first + i as u64;
            tell_event(&mut chapters, entry, event, position, stored.at_ms);
        }
    }
    Ok(chapters)
}

const KEYS: &str = "keys_changed";

fn tell_event(
    chapters: &mut Vec<Chapter>,
    entry: &Entry,
    event: Option<&Event>,
    position: Position,
    at_ms: u64,
) {
    if let Some(Event::LeaseTaken(lease)) = event {
        chapters.push(Chapter {
            owner: Some(lease.owner.clone()),
            epoch: Some(lease.epoch),
            ..empty(position, at_ms)
        });
    }
    if chapters.last().is_none_or(|c| c.ended) {
        chapters.push(empty(position, at_ms));
    }
    let Some(chapter) = chapters.last_mut() else {
        return;
    };
    chapter.positions.1 = position;
    chapter.time_ms.1 = at_ms;
    chapter.ended |= entry.kind == "lease_ended";
    if let Some(what) = word(entry, event) {
        end_operation(chapter, entry);
        chapter.changes.push(Change {
            what,
            address: entry.address.clone().or_else(|| name(entry)),
            at_ms,
        });
    }
}

fn empty(position: Position, at_ms: u64) -> Chapter {
    Chapter {
        owner: None,
        epoch: None,
        positions: (position, position),
        time_ms: (at_ms, at_ms),
        ended: false,
        changes: Vec::new(),
    }
}

/// The end of an operation stands for its beginning, too.
fn end_operation(chapter: &mut Chapter, entry: &Entry) {
    if entry.kind != "outcome" {
        return;
    }
    let begun = |c: &Change| c.address == entry.address && c.what.starts_with(BEGUN);
    if let Some(i) = chapter.changes.iter().rposition(begun) {
        chapter.changes.remove(i);
    }
}

const BEGUN: &str = "begun to ";

fn word(entry: &Entry, event: Option<&Event>) -> Option<String> {
    let what = entry.what.clone();
    Some(match &*entry.kind {
        "begun" => "state made".into(),
        "intent" => format!("{BEGUN}{}", what?),
        "outcome" => what?,
        "put" => "recorded".into(),
        "moved" => format!("moved {}", what.unwrap_or_default())
            .trim_end()
            .into(),
        "forgotten" => "forgotten".into(),
        "vanished" => "found gone".into(),
        "outputs" => "outputs changed".into(),
        "rollout" => "rollout went on".into(),
        "provider_connected" => "connected".into(),
        KEYS => match event {
            Some(Event::KeysChanged { what, .. }) => format!("keys: {what}"),
            _ => "keys changed".into(),
        },
        _ => return None,
    })
}

fn name(entry: &Entry) -> Option<String> {
    (entry.kind == "provider_connected").then(|| entry.what.clone())?
}
