//! The engine as a whole: HCL in, plans and states out, on built-in and simulated resources.

mod basics;
mod containment;
mod data;
mod drift;
mod each;
mod ignored;
mod later;
mod protection;
mod replacement;
mod unknown;
