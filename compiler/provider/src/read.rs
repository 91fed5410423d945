//! What a provider is asked to look at, and what it answers.

use crate::{Made, Ownership, ProviderProblem};
use model::{Lineage, ObjectId, Token, Value};

/// An object to be read.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    /// The resource type.
    pub ty: String,
    /// As recorded, or, before it exists, as far as known: enough to find its place.
    pub attributes: Value,
    /// Provider-private data.
    pub private: Vec<u8>,
    /// Whether attributes that the API gives only singly are to be read too.
    pub all: bool,
    /// Who asks: what another lineage owns is refused.
    pub lineage: Lineage,
    /// The object, where it is recorded.
    pub object: Option<ObjectId>,
}

/// What became of a read.
#[derive(Clone, Debug)]
pub enum ReadAnswer {
    /// It is there.
    Present {
        /// As it is.
        made: Made,
        /// Who owns it according to its tag or manifest, where it bears one.
        owner: Option<(Lineage, ObjectId)>,
    },
    /// It is not there.
    Absent,
    /// Its container is stopped or not yet there, so that nobody knows.
    Unreachable(ProviderProblem),
    /// It could not be read.
    Failed(ProviderProblem),
}

/// A data source to be read.
#[derive(Clone, Debug)]
pub struct DataRequest {
    /// The data source's type.
    pub ty: String,
    /// Its arguments, all known.
    pub config: Value,
}

/// What a data source gave: arguments and results together.
pub type DataAnswer = Result<Value, ProviderProblem>;

/// Something that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Arguments and results together.
    pub value: Value,
    /// What renewing and closing it takes.
    pub private: Vec<u8>,
    /// In how many ms it has to be renewed, where it has to be.
    pub renew_after_ms: Option<u64>,
}

/// An operation whose end is unknown.
#[derive(Clone, Debug)]
pub struct FindRequest {
    /// The resource type.
    pub ty: String,
    /// The operation.
    pub token: Token,
    /// The object that it was to make, change or end.
    pub ownership: Ownership,
    /// As it was planned; of a delete, as it was before.
    pub attributes: Value,
    /// Provider-private data of the object before the operation.
    pub private: Vec<u8>,
    /// What was under way.
    pub action: &'static str,
    /// How long ago the intent was recorded, in ms, by the store's clock.
    pub age_ms: u64,
}

/// What became of an operation whose end was unknown.
#[derive(Clone, Debug)]
pub enum FindAnswer {
    /// The object is there and complete.
    Found {
        /// As it is.
        made: Made,
        /// How sure the match is.
        found: Found,
    },
    /// The object is there, but not complete.
    Incomplete {
        /// As it is.
        made: Made,
    },
    /// There is no such object, and there won't be.
    Absent,
    /// Nobody can tell yet: ask again within the settle window.
    NotYetSure,
    /// It was started, its end is unknown, and repeating it might do harm.
    Unclear(ProviderProblem),
    /// It could not be asked.
    Failed(ProviderProblem),
}

/// How sure a match by ownership is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Id and type match.
    Exact,
    /// The tag came from what it was made of (a scaled child).
    Inherited,
    /// It is a copy of the object (a snapshot).
    Copy,
}

/// An object found by its ownership.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The resource type.
    pub ty: String,
    /// The owner.
    pub owner: (Lineage, ObjectId),
    /// How sure the match is.
    pub found: Found,
    /// As it is.
    pub made: Made,
}

/// An object that a user names by an id of the provider's world.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// The resource type.
    pub ty: String,
    /// The id as the user wrote it.
    pub id: String,
    /// Its configuration: where it stands, and what nobody can read. Parts may be unknown.
    pub config: Value,
}

/// An object found by its id, as a user named it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// As it is.
    pub made: Made,
    /// Who owns it according to its tag or manifest, where it bears one.
    pub owner: Option<(Lineage, ObjectId)>,
}

/// What became of an import: the object, or why there is none. A problem that is retryable says
/// that nobody answered where it is to be found; a plan leaves it out then.
pub type ImportAnswer = Result<Imported, ProviderProblem>;
