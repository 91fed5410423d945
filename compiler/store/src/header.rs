//! What anybody may read of a batch: what kind of events it has, and of which objects.

use serde::{Deserialize, Serialize};
use state::{Change, Event, Object, Recorded, Rollout, State};

/// The readable part of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The form of header and body.
    pub format: u32,
    /// The state's.
    pub lineage: String,
    /// The generation of the keys that seal the body.
    pub generation: u64,
    /// Its events, in order.
    pub events: Vec<Entry>,
}

/// The readable part of an event.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Entry {
    /// `intent`, `outcome`, `put`, …
    pub kind: String,
    /// Of an intent, the change; of an outcome, what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// The object's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The object's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// How long its sealed payload is.
    pub bytes: u64,
    /// How long that of its secrets is; 0 where it has none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub secret_bytes: u64,
}

impl Entry {
    /// The readable part of an event that follows on `state`.
    pub fn of(event: &Event, state: &State) -> Entry {
        let mut entry = Entry {
            kind: kind(event).into(),
            ..Entry::default()
        };
        match event {
            Event::Intent(intent) => {
                entry.what = Some(intent.change.word().into());
                entry.address = Some(intent.address.to_string());
                entry.object = Some(intent.object.to_string());
            }
            Event::Outcome(outcome) => {
                let intent = state.open.get(&outcome.token).map(|o| &o.intent);
                let change = intent.map_or("change", |i| past(i.change));
                let (what, object) = match &outcome.recorded {
                    Recorded::Object(object) => (change, Some(&**object)),
                    Recorded::Removed => ("deleted", None),
                    Recorded::NotDone => ("not done", None),
                    Recorded::Unclear { .. } => ("unclear", None),
                };
                entry.what = Some(what.into());
                entry.address = intent.map(|i| i.address.to_string());
                entry.object = intent.map(|i| i.object.to_string());
                if let Some(object) = object {
                    entry.name(object);
                }
            }
            Event::Put(object) => entry.name(object),
            Event::Forgotten(id) | Event::Vanished(id) => {
                entry.object = Some(id.to_string());
                entry.address = state.objects.get(id).map(|o| o.address.to_string());
            }
            Event::Moved { object, to } => {
                entry.object = Some(object.to_string());
                let from = state.objects.get(object).map(|o| o.address.to_string());
                entry.what = from.map(|from| format!("from {from}"));
                entry.address = Some(to.to_string());
            }
            Event::ProviderConnected(record) => entry.what = Some(record.key.0.to_string()),
            Event::Rollout(Rollout { of, .. }) | Event::RolloutMoved { of, .. } => {
                entry.address = Some(of.to_string());
            }
            _ => {}
        }
        entry
    }

    fn name(&mut self, object: &Object) {
        self.address = Some(object.address.to_string());
        self.object = Some(object.id.to_string());
    }
}

fn kind(event: &Event) -> &'static str {
    match event {
        Event::Begun { .. } => "begun",
        Event::LeaseTaken(_) => "lease_taken",
        Event::LeaseRenewed { .. } => "lease_renewed",
        Event::LeaseEnded { .. } => "lease_ended",
        Event::ProviderConnected(_) => "provider_connected",
        Event::Intent(_) => "intent",
        Event::Outcome(_) => "outcome",
        Event::Put(_) => "put",
        Event::Forgotten(_) => "forgotten",
        Event::Vanished(_) => "vanished",
        Event::Moved { .. } => "moved",
        Event::Outputs(_) => "outputs",
        Event::PlanApplied(_) => "plan_applied",
        Event::Rollout(_) | Event::RolloutMoved { .. } => "rollout",
        Event::KeysChanged { .. } => "keys_changed",
    }
}

fn past(change: Change) -> &'static str {
    match change {
        Change::Create => "created",
        Change::Update => "updated",
        Change::Delete => "not deleted",
    }
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}
