//! Leases on disk.

use super::Text;
use crate::{Lease, LeaseOwner};
use serde::{Deserialize, Serialize};

/// A lease.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedLease<'a> {
    epoch: u64,
    #[serde(borrow)]
    user: Text<'a>,
    host: Text<'a>,
    process: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<Text<'a>>,
    command: Text<'a>,
    time_to_live_ms: u64,
    taken_at_ms: u64,
    renewed_at_ms: u64,
}

pub(super) fn encode_lease(lease: &Lease) -> EncodedLease<'_> {
    EncodedLease {
        epoch: lease.epoch,
        user: lease.owner.user.as_str().into(),
        host: lease.owner.host.as_str().into(),
        process: lease.owner.process,
        place: lease.owner.place.as_deref().map(Text::from),
        run: lease.owner.run.as_deref().map(Text::from),
        command: lease.owner.command.as_str().into(),
        time_to_live_ms: lease.time_to_live_ms,
        taken_at_ms: lease.taken_at_ms,
        renewed_at_ms: lease.renewed_at_ms,
    }
}

pub(super) fn decode_lease(lease: &EncodedLease<'_>) -> Lease {
    Lease {
        epoch: lease.epoch,
        owner: LeaseOwner {
            user: lease.user.0.to_string(),
            host: lease.host.0.to_string(),
            process: lease.process,
            place: lease.place.as_ref().map(|p| p.0.to_string()),
            run: lease.run.as_ref().map(|r| r.0.to_string()),
            command: lease.command.0.to_string(),
        },
        time_to_live_ms: lease.time_to_live_ms,
        taken_at_ms: lease.taken_at_ms,
        renewed_at_ms: lease.renewed_at_ms,
    }
}
