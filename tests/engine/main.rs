//! The engine as a whole: HCL in, plans and states out, on built-in and simulated resources.

mod basics;
mod by_hand;
mod by_instance;
mod conditions;
mod containment;
mod data;
mod drift;
mod each;
mod failure;
mod generated;
mod ignored;
mod lanes;
mod large;
mod later;
mod left_out;
mod moved;
mod nested;
mod outputs;
mod protection;
mod replacement;
mod rollout;
mod secrets;
mod settling;
mod sizes;
mod targets;
mod unknown;
