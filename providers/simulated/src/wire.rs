//! A world in a process of its own: JSON lines over a Unix socket or loopback TCP.

pub(crate) mod coded;
mod endpoint;
mod remote;
mod serve;

pub use endpoint::Endpoint;
pub use remote::Remote;
pub use serve::serve;
