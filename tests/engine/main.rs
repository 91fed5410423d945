//! The engine as a whole: HCL in, plans and states out, on built-in and simulated resources.

mod basics;
mod each;
