//! The list of open secrets that an encoding leaves out, to be sealed with a key of its own.

use super::{Decoder, EncodedValue, EncodingError, check_depth, encode_value};
use model::{Fingerprint, Secret, Value};
use std::collections::HashMap;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Collects the values of secrets while something is encoded; each once.
#[derive(Default)]
pub struct SecretsOut {
    values: Vec<Arc<Secret>>,
    by_fingerprint: HashMap<Fingerprint, u32>,
    not_at_hand: usize,
}

impl SecretsOut {
    /// An empty list.
    pub fn new() -> SecretsOut {
        SecretsOut::default()
    }

    /// Whether nothing secret was met.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many secrets were met whose values were not at hand: what is recorded of them is
    /// their fingerprint alone.
    pub fn not_at_hand(&self) -> usize {
        self.not_at_hand
    }

    /// The list as bytes, in clear: to be sealed at once.
    ///
    /// # Errors
    /// Where a value can't be recorded.
    pub fn into_bytes(self) -> Result<Zeroizing<Vec<u8>>, EncodingError> {
        // What is inside a secret has no secrets at hand; a list that takes none finds none.
        let mut none = SecretsOut::new();
        let values: Vec<_> = self
            .values
            .iter()
            .filter_map(|s| s.expose())
            .map(|v| encode_value(v, &mut none))
            .collect();
        let bytes = Zeroizing::new(serde_json::to_vec(&values)?);
        check_depth(&bytes)?;
        Ok(bytes)
    }

    /// The reference to a secret's value: none where it is not at hand or must not be recorded.
    pub(crate) fn add(&mut self, secret: &Arc<Secret>) -> Option<u32> {
        if secret.ephemeral {
            return None;
        }
        if !secret.is_open() {
            self.not_at_hand += 1;
            return None;
        }
        if let Some(known) = self.by_fingerprint.get(&secret.fingerprint)
            && self.values[*known as usize].expose() == secret.expose()
        {
            return Some(*known);
        }
        let reference = u32::try_from(self.values.len()).ok()?;
        self.by_fingerprint.insert(secret.fingerprint, reference);
        self.values.push(secret.clone());
        Some(reference)
    }
}

/// The values of secrets, where they are at hand.
#[derive(Default)]
pub struct SecretsIn {
    values: Option<Vec<Value>>,
}

impl SecretsIn {
    /// Without the key: all secrets stay sealed.
    pub fn not_at_hand() -> SecretsIn {
        SecretsIn::default()
    }

    /// Of bytes made by [`SecretsOut::into_bytes`].
    ///
    /// # Errors
    /// Where they are not.
    pub fn from_bytes(bytes: &[u8]) -> Result<SecretsIn, EncodingError> {
        let encoded: Vec<EncodedValue<'_>> = serde_json::from_slice(bytes)?;
        let nothing = SecretsIn::not_at_hand();
        let mut decoder = Decoder::new(&nothing);
        let values: Result<_, _> = encoded.iter().map(|v| v.decode(&mut decoder)).collect();
        Ok(SecretsIn {
            values: Some(values?),
        })
    }

    /// With the key, of something that has no secrets.
    pub fn empty() -> SecretsIn {
        SecretsIn {
            values: Some(Vec::new()),
        }
    }

    pub(crate) fn get(&self, reference: u32) -> Result<Option<&Value>, EncodingError> {
        let Some(values) = &self.values else {
            return Ok(None);
        };
        let found = values.get(reference as usize);
        let missing = || EncodingError("a secret that is recorded has no value".into());
        found.ok_or_else(missing).map(Some)
    }
}
