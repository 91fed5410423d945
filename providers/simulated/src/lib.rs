//! A provider whose world is simulated: for tests, and for rehearsals without credentials.
//! It touches nothing outside of this process but, where told so, a world in one of its own.

mod connection;
mod faults;
mod invent;
mod rules;
mod schemas;
mod simulated;
mod twin;
mod wire;
mod world;

pub use connection::{Hook, Moment};
pub use faults::Faults;
pub use simulated::Simulated;
pub use twin::Twin;
pub use wire::{Endpoint, Remote, serve};
pub use world::{
    Create, Ended, Entry, Lost, Outside, Owner, Reply, Report, Request, Seen, Thing, World,
};

#[cfg(test)]
mod tests;
