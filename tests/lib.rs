//! What the whole-program tests share: a configuration in memory, a state that outlives each
//! run, simulated providers. One helper knows the driver, the tests do not.

pub mod lab;
pub mod seed;
pub mod watching;

pub use lab::{Lab, Memory};
pub use watching::Watching;
