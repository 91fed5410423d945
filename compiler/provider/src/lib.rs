//! The contract between the core and a provider, and the checker of a provider's answers.
//! A provider knows no addresses, no spans and no other resource.

mod answer;
pub mod check;
mod contract;
mod host;
mod operation;
mod problem;
mod read;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use answer::{Answer, Answers, answers};
pub use contract::{Connection, ConnectionIdentity, Lane, PlanAnswer, PlanRequest, Provider};
pub use host::{Host, host_type};
pub use operation::{
    Action, Certainty, Failure, Foreseen, Gone, Made, Operation, Ownership, TimeoutMs,
};
pub use problem::{ProviderProblem, Severity};
pub use read::{
    DataAnswer, DataRequest, FindAnswer, FindRequest, Found, ImportAnswer, ImportRequest, Imported,
    Listed, Opened, ReadAnswer, ReadRequest,
};
