//! The digest of what a decision rests on.

use crate::Digest;
use model::{Fingerprint, Value};
use provider::{ImportAnswer, ReadAnswer};

/// Stands for an answer: apply reads again, and compares.
pub fn digest_of(answer: &ReadAnswer) -> Digest {
    match answer {
        ReadAnswer::Present { made, .. } => Fingerprint::of(&made.attributes).0,
        ReadAnswer::Absent => [0; 32],
        ReadAnswer::Unreachable(_) | ReadAnswer::Failed(_) => [1; 32],
    }
}

/// The same of what an id named: as it is, and who says that it is theirs.
pub fn digest_of_import(answer: &ImportAnswer) -> Digest {
    let Ok(found) = answer else {
        return [1; 32];
    };
    let owner = found
        .owner
        .map(|(lineage, object)| format!("{lineage} {object}"));
    let owner = owner.map_or(Value::NULL, Value::string);
    let of = [&found.made.attributes, &owner].map(Fingerprint::of);
    Fingerprint::derive("import", &of).0
}
