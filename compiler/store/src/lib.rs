//! Where states are kept: the stores behind one trait, sealing, keys, and the journal, which is
//! the one writer of a process. It knows what an event is, and nothing of plans.

mod anchor;
mod backend;
mod error;
mod export;
mod header;
mod history;
mod journal;
mod keyring;
mod keys;
mod postgres;
mod seal;
mod sources;
mod sqlite;
mod twin;
mod wire;

pub use anchor::{Anchor, Anchors};
pub use backend::{Batch, Loaded, Snapshot, Store, StoreError, StoredBatch};
pub use error::{Held, JournalError, KeyError};
pub use export::{ImportError, export, import};
pub use header::{Entry, Header};
pub use history::{Change, Chapter};
pub use journal::{Appended, Genesis, Journal, JournalOptions, LeaseRequest, Standing};
pub use keyring::{Access, NewRecipient, RecipientInfo, Way};
pub use keys::Keys;
pub use postgres::PostgresStore;
pub use sources::{IdentityFile, KeySources, generate_identity};
pub use sqlite::SqliteStore;
pub use twin::{Bucket, Fault, TwinStore};
