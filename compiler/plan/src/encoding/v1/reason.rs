//! Why a step is taken, on disk.

use super::names::{EncodedPath, decode_path, encode_path};
use crate::Reason;
use model::{Address, AttrPath};
use serde::{Deserialize, Serialize};
use state::encoding::v1::{Decoder, EncodingError, Text};

/// A reason.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EncodedReason<'a> {
    New,
    Configured(#[serde(borrow)] Vec<EncodedPath<'a>>),
    Forced(Vec<EncodedPath<'a>>),
    Upstream(Vec<Text<'a>>),
    Drifted,
    Vanished,
    Tainted,
    Deposed,
    Asked,
    Triggered(Text<'a>),
    Unconfigured,
    InstanceGone,
    Destroy,
    OtherMachine,
    MachineGoes(Text<'a>),
    ProtectionLifted,
    ProtectionSet,
    Removed,
    ReadLater,
    StandsThere,
    Imported(Option<Text<'a>>),
    OtherConnection,
    OtherImplementation,
}

pub(super) fn encode_reason(reason: &Reason) -> EncodedReason<'_> {
    match reason {
        Reason::New => EncodedReason::New,
        Reason::Configured(paths) => EncodedReason::Configured(encode_paths(paths)),
        Reason::Forced(paths) => EncodedReason::Forced(encode_paths(paths)),
        Reason::Upstream(of) => {
            EncodedReason::Upstream(of.iter().map(|a| a.to_string().into()).collect())
        }
        Reason::Drifted => EncodedReason::Drifted,
        Reason::Vanished => EncodedReason::Vanished,
        Reason::Tainted => EncodedReason::Tainted,
        Reason::Deposed => EncodedReason::Deposed,
        Reason::Asked => EncodedReason::Asked,
        Reason::Triggered(by) => EncodedReason::Triggered(by.as_str().into()),
        Reason::Unconfigured => EncodedReason::Unconfigured,
        Reason::InstanceGone => EncodedReason::InstanceGone,
        Reason::Destroy => EncodedReason::Destroy,
        Reason::OtherMachine => EncodedReason::OtherMachine,
        Reason::MachineGoes(machine) => EncodedReason::MachineGoes(machine.to_string().into()),
        Reason::ProtectionLifted => EncodedReason::ProtectionLifted,
        Reason::ProtectionSet => EncodedReason::ProtectionSet,
        Reason::Removed => EncodedReason::Removed,
        Reason::ReadLater => EncodedReason::ReadLater,
        Reason::StandsThere => EncodedReason::StandsThere,
        Reason::Imported(id) => EncodedReason::Imported(id.as_deref().map(Text::from)),
        Reason::OtherConnection => EncodedReason::OtherConnection,
        Reason::OtherImplementation => EncodedReason::OtherImplementation,
    }
}

pub(super) fn decode_reason(
    reason: &EncodedReason<'_>,
    names: &mut Decoder<'_>,
) -> Result<Reason, EncodingError> {
    Ok(match reason {
        EncodedReason::New => Reason::New,
        EncodedReason::Configured(paths) => Reason::Configured(decode_paths(paths, names)),
        EncodedReason::Forced(paths) => Reason::Forced(decode_paths(paths, names)),
        EncodedReason::Upstream(of) => {
            let of: Result<Vec<Address>, _> = of.iter().map(|a| names.address(a)).collect();
            Reason::Upstream(of?)
        }
        EncodedReason::Drifted => Reason::Drifted,
        EncodedReason::Vanished => Reason::Vanished,
        EncodedReason::Tainted => Reason::Tainted,
        EncodedReason::Deposed => Reason::Deposed,
        EncodedReason::Asked => Reason::Asked,
        EncodedReason::Triggered(by) => Reason::Triggered(by.0.to_string()),
        EncodedReason::Unconfigured => Reason::Unconfigured,
        EncodedReason::InstanceGone => Reason::InstanceGone,
        EncodedReason::Destroy => Reason::Destroy,
        EncodedReason::OtherMachine => Reason::OtherMachine,
        EncodedReason::MachineGoes(machine) => Reason::MachineGoes(names.address(machine)?),
        EncodedReason::ProtectionLifted => Reason::ProtectionLifted,
        EncodedReason::ProtectionSet => Reason::ProtectionSet,
        EncodedReason::Removed => Reason::Removed,
        EncodedReason::ReadLater => Reason::ReadLater,
        EncodedReason::StandsThere => Reason::StandsThere,
        EncodedReason::Imported(id) => Reason::Imported(id.as_ref().map(|t| t.0.to_string())),
        EncodedReason::OtherConnection => Reason::OtherConnection,
        EncodedReason::OtherImplementation => Reason::OtherImplementation,
    })
}

fn encode_paths(paths: &[AttrPath]) -> Vec<EncodedPath<'_>> {
    paths.iter().map(encode_path).collect()
}

fn decode_paths(paths: &[EncodedPath<'_>], names: &mut Decoder<'_>) -> Vec<AttrPath> {
    paths.iter().map(|p| decode_path(p, names)).collect()
}
