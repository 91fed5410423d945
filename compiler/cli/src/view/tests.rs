//! Snapshots of the views on plans and problems made by hand, and what the tests share.

mod documents;
mod plans;
mod problems;
mod sample;

use model::{Fingerprint, Mixed, Part, Secret, Value};
use std::sync::Arc;

/// An open secret string.
pub(crate) fn secret(text: &str) -> Value {
    Value::Secret(Arc::new(Secret::open(
        Fingerprint::of(&text.into()),
        text.into(),
    )))
}

/// A string of these pieces; one that starts with `!` is a secret.
pub(crate) fn mixed(parts: &[&str]) -> Value {
    Mixed::join(parts.iter().map(|part| match part.strip_prefix('!') {
        None => Part::Text(Arc::from(*part)),
        Some(text) => Part::Secret(Arc::new(Secret::open(
            Fingerprint::of(&text.into()),
            text.into(),
        ))),
    }))
}
