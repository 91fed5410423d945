//! A value that is known after apply, with what is known of it before.

use crate::Type;
use std::sync::Arc;

/// What is known of a value that is not known yet.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Unknown {
    /// Its type, as far as known.
    pub ty: Type,
    /// Whether it will be sensitive.
    pub sensitive: bool,
    /// Whether it must not be recorded.
    pub ephemeral: bool,
    /// Whether it is certain not to be null.
    pub not_null: bool,
    /// What a string will begin with.
    pub prefix: Option<Arc<str>>,
    /// The least length of a collection.
    pub min_length: usize,
    /// The greatest length of a collection.
    pub max_length: Option<usize>,
}

impl Unknown {
    /// An unknown of a type, of which nothing else is known.
    pub fn of(ty: Type) -> Unknown {
        Unknown {
            ty,
            ..Unknown::default()
        }
    }

    /// The same, sensitive where `sensitive` says so.
    pub fn sensitive(mut self, sensitive: bool) -> Unknown {
        self.sensitive |= sensitive;
        self
    }

    /// The same, certain not to be null.
    pub fn not_null(mut self) -> Unknown {
        self.not_null = true;
        self
    }
}
