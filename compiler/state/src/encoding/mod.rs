//! The forms of events, objects, values and states on disk, by version.

pub mod v1;
