//! What was read for a plan, and what is asked to be read.

use model::{Address, Fingerprint, Value};
use provider::{DataAnswer, DataRequest, ReadAnswer, ReadRequest};
use state::ProviderKey;
use std::collections::HashMap;
use std::sync::Arc;

/// Stands for a question: same key, same question.
pub type ReadKey = Fingerprint;

/// Something to be read.
#[derive(Clone, Debug)]
pub struct Read {
    /// Stands for the question.
    pub key: ReadKey,
    /// Whose configuration is asked through.
    pub provider: ProviderKey,
    /// The provider's name.
    pub provider_name: Arc<str>,
    /// The provider's configuration.
    pub config: Value,
    /// What it is read for.
    pub address: Address,
    /// The question.
    pub ask: Ask,
}

/// A question to a provider.
#[derive(Clone, Debug)]
pub enum Ask {
    /// How an object is.
    Object(Box<ReadRequest>),
    /// What a data source gives.
    Data(DataRequest),
}

/// What was read so far.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Answers on objects.
    pub objects: HashMap<ReadKey, ReadAnswer>,
    /// Answers of data sources.
    pub data: HashMap<ReadKey, DataAnswer>,
    /// What each connection is connected to, by provider configuration.
    pub identities: HashMap<ProviderKey, String>,
}
