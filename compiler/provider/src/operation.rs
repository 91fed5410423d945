//! What a provider is asked to change, and what it answers.

use crate::ProviderProblem;
use model::{Lineage, ObjectId, Token, Value};

/// A span of time in ms.
pub type TimeoutMs = u64;

/// One change of one object. Secrets in it are open.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The operation's name: the same when it is sent again after an interruption.
    pub token: Token,
    /// Whose object it is; travels beside the attributes (a tag, a manifest).
    pub ownership: Ownership,
    /// The resource type.
    pub ty: String,
    /// What to do.
    pub action: Action,
    /// Provider-private data of the object, as it was last given out; empty for a new one.
    pub private: Vec<u8>,
    /// How long it may take from now.
    pub timeout_ms: TimeoutMs,
}

/// The change itself.
#[derive(Clone, Debug)]
pub enum Action {
    /// Make it. Attributes that the provider decides are unknown.
    Create {
        /// As planned.
        planned: Value,
    },
    /// Change it in place.
    Update {
        /// As recorded, brought up to date by the last read.
        prior: Value,
        /// As planned.
        planned: Value,
    },
    /// End it.
    Delete {
        /// As recorded, brought up to date by the last read.
        prior: Value,
    },
}

/// Whose an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// The state's line.
    pub lineage: Lineage,
    /// The object.
    pub object: ObjectId,
    /// The address, a hint for people; never matched on.
    pub hint: String,
    /// The lease's epoch: a host refuses one lower than the last it saw.
    pub epoch: u64,
}

impl Ownership {
    /// `landfall:<lineage>:<object id>`, for whatever can bear a tag.
    pub fn tag(&self) -> String {
        format!("landfall:{}:{}", self.lineage, self.object)
    }
}

/// An object as it is after an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// All attributes, none unknown. Secrets may stand in clear: the core seals them.
    pub attributes: Value,
    /// Provider-private data, recorded beside the attributes, sealed.
    pub private: Vec<u8>,
}

/// An object that somebody ended behind everybody's back.
#[derive(Clone, Debug)]
pub struct Gone {
    /// The resource type.
    pub ty: String,
    /// Whose it was.
    pub ownership: Ownership,
    /// As recorded.
    pub attributes: Value,
}

/// A problem of planned changes that is seen before the first of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreseen {
    /// The changes that it concerns; none stand for all that were asked about.
    pub tokens: Vec<Token>,
    /// In words.
    pub problem: ProviderProblem,
}

impl Foreseen {
    /// A problem of some changes.
    pub fn of(tokens: Vec<Token>, problem: ProviderProblem) -> Foreseen {
        Foreseen { tokens, problem }
    }

    /// A problem of all changes that were asked about.
    pub fn of_all(problem: ProviderProblem) -> Foreseen {
        Foreseen::of(Vec::new(), problem)
    }
}

/// How far a failed operation came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Nothing was changed.
    NotDone,
    /// It may or may not have been done: settled through `find`.
    Unknown,
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// In words.
    pub problem: ProviderProblem,
    /// The object as it is, where it came into being or changed in part. A created one is
    /// recorded as tainted.
    pub partial: Option<Made>,
    /// How far it came, where `partial` does not tell.
    pub certainty: Certainty,
    /// Whether the same request may work a little later (throttled, refused for a moment).
    pub retryable: bool,
    /// How long to wait before, where the other side said so.
    pub retry_after_ms: Option<u64>,
}

impl Failure {
    /// A failure before anything was changed, that trying again won't mend.
    pub fn refused(problem: ProviderProblem) -> Failure {
        Failure {
            problem,
            partial: None,
            certainty: Certainty::NotDone,
            retryable: false,
            retry_after_ms: None,
        }
    }

    /// A failure after which nobody knows whether it was done.
    pub fn unclear(problem: ProviderProblem) -> Failure {
        Failure {
            certainty: Certainty::Unknown,
            ..Failure::refused(problem)
        }
    }

    /// A failure that left the object as `made`.
    pub fn partial(problem: ProviderProblem, made: Made) -> Failure {
        Failure {
            partial: Some(made),
            ..Failure::refused(problem)
        }
    }

    /// The same, worth another try.
    pub fn retryable(mut self) -> Failure {
        self.retryable = true;
        self
    }
}
