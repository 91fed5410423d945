//! What a store is: a place that takes sealed batches of events, one behind the other.
//! It sees no event and holds no key.

use async_trait::async_trait;
use state::Position;
use std::fmt;

/// Events that become durable together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The position of its first event.
    pub first: Position,
    /// How many events it has; at least one.
    pub count: u64,
    /// What anybody may read: kinds, addresses, types and ids of its events, as JSON.
    pub header: Vec<u8>,
    /// The events, sealed.
    pub body: Vec<u8>,
    /// The log up to and with this batch, authenticated.
    pub chain: [u8; 32],
    /// The wrapped keys, where they change with this batch.
    pub keyring: Option<Vec<u8>>,
}

impl Batch {
    /// The position of its last event.
    pub fn last(&self) -> Position {
        self.first + self.count - 1
    }

    /// How large it is.
    pub fn bytes(&self) -> usize {
        self.header.len() + self.body.len() + self.keyring.as_ref().map_or(0, Vec::len)
    }
}

/// A batch that is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBatch {
    /// The batch.
    pub batch: Batch,
    /// When it became durable, ms since 1970 by the store's clock.
    pub at_ms: u64,
}

/// What all batches up to a position add up to, sealed. Derived from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The position of the last event in it.
    pub position: Position,
    /// When that became durable.
    pub at_ms: u64,
    /// The chain of the batch that ends there.
    pub chain: [u8; 32],
    /// The generation of the keys that seal it.
    pub generation: u64,
    /// How many bytes of the body are the state; the rest are the secrets.
    pub state_bytes: u64,
    /// The state and its secrets, sealed.
    pub body: Vec<u8>,
    /// The wrapped keys as of that position.
    pub keyring: Vec<u8>,
}

/// What is needed to know the state.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Loaded {
    /// The newest snapshot.
    pub snapshot: Option<Snapshot>,
    /// All batches behind it, in order.
    pub batches: Vec<StoredBatch>,
}

/// Why a store did not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Somebody else's batch is at this position already.
    Conflict,
    /// It can't be reached now, or did not answer.
    Unavailable {
        /// In words.
        message: String,
        /// Whether the batch may be durable nevertheless.
        uncertain: bool,
    },
    /// It answered that it will not: no permission, no space, another format.
    Refused(String),
    /// What it holds is not what a store writes.
    Corrupted(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Conflict => f.write_str("somebody else wrote to the state meanwhile"),
            StoreError::Unavailable { message, .. } => write!(f, "not available: {message}"),
            StoreError::Refused(message) => f.write_str(message),
            StoreError::Corrupted(message) => write!(f, "damaged: {message}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// A place that takes batches, one behind the other.
///
/// # The contract
/// - `append` is atomic and durable when it returns, or has no effect; only a lost connection
///   leaves that open (`uncertain`), and reading tells.
/// - `expected` is where a batch ends that the writer has read (0 before the first): a store of
///   objects can't tell what lies inside of another batch.
/// - Of two batches for one position, one is taken and the other gets [`StoreError::Conflict`].
/// - Time is the store's, and does not run backwards from batch to batch.
#[async_trait]
pub trait Store: Send + Sync {
    /// What and where it is, without passwords: `/srv/shop/.landfall/prod/state.db`.
    fn describe(&self) -> String;

    /// Takes the batch behind the event at `expected`, and says when.
    async fn append(&self, batch: &Batch, expected: Position) -> Result<u64, StoreError>;

    /// The newest snapshot and all behind it.
    async fn load(&self) -> Result<Loaded, StoreError>;

    /// All batches that hold an event at `first` or behind, in order.
    async fn batches_from(&self, first: Position) -> Result<Vec<StoredBatch>, StoreError>;

    /// Keeps a snapshot; older ones may go.
    async fn put_snapshot(&self, snapshot: &Snapshot) -> Result<(), StoreError>;

    /// Its time, ms since 1970.
    async fn now(&self) -> Result<u64, StoreError>;
}
