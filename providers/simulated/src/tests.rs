//! The simulated provider and twins as the core sees them.

mod conforms;
