//! The digest of what a decision rests on.

use crate::Digest;
use model::Fingerprint;
use provider::ReadAnswer;

/// Stands for an answer: apply reads again, and compares.
pub fn digest_of(answer: &ReadAnswer) -> Digest {
    match answer {
        ReadAnswer::Present { made, .. } => Fingerprint::of(&made.attributes).0,
        ReadAnswer::Absent => [0; 32],
        ReadAnswer::Unreachable(_) | ReadAnswer::Failed(_) => [1; 32],
    }
}
