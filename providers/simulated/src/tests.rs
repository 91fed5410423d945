//! The simulated provider and twins as the core sees them.

mod asking;
mod broken;
mod conforms;
mod opened;
mod plans;
mod rehearsal;
mod weather;
mod world;
