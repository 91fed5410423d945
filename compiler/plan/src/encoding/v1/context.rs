//! What all parts of a plan's encoding share: secrets and expressions on the way out; names,
//! expressions and the bounds of indices on the way in.

use super::arena::{Arena, Exprs};
use crate::Digest;
use model::Value;
use state::encoding::v1::{Decoder, EncodedValue, EncodingError, SecretsOut, Text, encode_value};
use std::sync::Arc;

/// On the way out.
#[derive(Default)]
pub(super) struct Writing<'a> {
    pub(super) secrets: SecretsOut,
    pub(super) exprs: Arena<'a>,
}

impl<'a> Writing<'a> {
    pub(super) fn value(&mut self, value: &'a Value) -> EncodedValue<'a> {
        encode_value(value, &mut self.secrets)
    }

    pub(super) fn maybe(&mut self, value: Option<&'a Value>) -> EncodedOption<'a> {
        value.map(|v| (self.value(v),))
    }
}

/// A value that may not be there; in an array of its own, since it may be null.
pub(super) type EncodedOption<'a> = Option<(EncodedValue<'a>,)>;

/// On the way in.
pub(super) struct Reading<'s> {
    pub(super) names: Decoder<'s>,
    pub(super) exprs: Exprs,
    pub(super) bounds: Bounds,
}

/// How many there are of what is named by an index.
#[derive(Clone, Copy, Default)]
pub(super) struct Bounds {
    pub(super) steps: usize,
    pub(super) scopes: usize,
    pub(super) rollouts: usize,
}

impl Reading<'_> {
    pub(super) fn value(&mut self, value: &EncodedValue<'_>) -> Result<Value, EncodingError> {
        value.decode(&mut self.names)
    }

    pub(super) fn maybe(
        &mut self,
        value: &EncodedOption<'_>,
    ) -> Result<Option<Value>, EncodingError> {
        value.as_ref().map(|(v,)| self.value(v)).transpose()
    }

    pub(super) fn step(&self, index: usize) -> Result<usize, EncodingError> {
        bounded(index, self.bounds.steps, "step")
    }

    pub(super) fn scope(&self, index: usize) -> Result<usize, EncodingError> {
        bounded(index, self.bounds.scopes, "module instance")
    }

    pub(super) fn rollout(&self, index: usize) -> Result<usize, EncodingError> {
        bounded(index, self.bounds.rollouts, "rollout")
    }
}

fn bounded(index: usize, bound: usize, what: &str) -> Result<usize, EncodingError> {
    match index < bound {
        true => Ok(index),
        false => Err(EncodingError(format!(
            "{what} {index} is named, and there are only {bound}"
        ))),
    }
}

pub(super) fn encode_digest(digest: &Digest) -> Text<'static> {
    Text::of_bytes(digest)
}

pub(super) fn decode_digest(text: &Text<'_>) -> Result<Digest, EncodingError> {
    let wrong = |_| EncodingError("a digest has a wrong length".into());
    text.bytes()?.try_into().map_err(wrong)
}

pub(super) fn decode_private(text: &Text<'_>) -> Result<Arc<[u8]>, EncodingError> {
    Ok(match text.is_empty() {
        true => Arc::default(),
        false => text.bytes()?.into(),
    })
}
