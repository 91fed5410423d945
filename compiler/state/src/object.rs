//! An object: one thing that exists in a provider's world, as last recorded.

use model::{Address, ObjectId, Value};
use std::sync::Arc;

/// How an object stands to its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is the address's current one.
    Ready,
    /// It is the current one, but incomplete: replaced next.
    Tainted,
    /// Another one took its place: deleted next.
    Deposed,
}

/// What is recorded of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Its own name, made with the intent to create it, kept for life.
    pub id: ObjectId,
    /// What the configuration calls it, or called it last.
    pub address: Address,
    /// How it stands to that address.
    pub status: Status,
    /// The version of the schema that the attributes are of.
    pub schema_version: u32,
    /// All attributes; secrets as [`model::Secret`], sealed where the secrets key is not at hand.
    pub attributes: Value,
    /// Provider-private data.
    pub private: Arc<[u8]>,
    /// The provider's connection that it was made through.
    pub provider: ProviderKey,
    /// The id of the machine that it lives on.
    pub container: Option<Arc<str>>,
    /// The nearest managed objects that it depends on; without a key, every instance. Made by
    /// [`crate::dependencies`].
    pub dependencies: Arc<[Address]>,
    /// Whether its replacement is made before it goes.
    pub create_before_destroy: bool,
    /// Whether it may not be destroyed.
    pub protected: bool,
    /// Which implementation of a kind served.
    pub implementation: Option<Arc<str>>,
    /// How long operations on it took.
    pub durations: Durations,
    /// When it was last changed by an operation, ms since 1970 by the store's clock. Set by the
    /// fold.
    pub changed_at_ms: u64,
    /// Who changed it.
    pub changed_by: Arc<str>,
}

/// How long the last operation of each kind took, in ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Durations {
    /// The create.
    pub create_ms: Option<u64>,
    /// The last update.
    pub update_ms: Option<u64>,
}

/// A provider configuration: `ssh`, `aws.eu`, `module.x.aws`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderKey(pub Arc<str>);

/// A provider's connection, as it was when objects were made through it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderRecord {
    /// The configuration's name.
    pub key: ProviderKey,
    /// The provider's name.
    pub provider: Arc<str>,
    /// Account, region, endpoint.
    pub identity: String,
    /// The resolved configuration, without ephemeral credentials.
    pub config: Value,
}
