//! What is not planned, since it can't be looked at, or hangs on something that can't.

use model::{Address, ObjectId};
use std::sync::Arc;

/// Something that the plan leaves as it is, though it would have been looked at.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// What: an object, a block, a module call, an output.
    pub what: String,
    /// What leads from it to the cause, in words; none where the cause is its own.
    pub link: Option<String>,
    /// The cause, in words: `host 192.0.2.1 can't be reached`.
    pub cause: String,
    /// Its address; without a key, all instances that a block has or might have.
    pub address: Option<Address>,
    /// The recorded object, where there is one.
    pub object: Option<ObjectId>,
    /// The nearest managed resources that it depends on: they must not end.
    pub dependencies: Arc<[Address]>,
}

impl LeftOut {
    /// Why, in words.
    pub fn why(&self) -> String {
        match &self.link {
            Some(link) => format!("{link}: {}", self.cause),
            None => self.cause.clone(),
        }
    }
}
