//! Changes of the root module's outputs.

use crate::Captured;
use model::Value;

/// An output, before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputChange {
    /// As recorded.
    pub before: Option<Value>,
    /// As it will be; none where it goes.
    pub after: Option<Value>,
    /// Finishes `after` where it is not wholly known or open.
    pub deferred: Option<Captured>,
    /// Whether it is declared sensitive.
    pub sensitive: bool,
}
