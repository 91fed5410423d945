//! The first form on disk: JSON in lines, short, in which each secret is only a fingerprint and
//! a reference to a list that is sealed apart. It neither seals nor writes anything.

mod arena;
mod check_block;
mod condition;
mod context;
mod expr;
mod header;
mod names;
mod parts;
mod plan;
mod reason;
mod rests;
mod rollout;
mod scope;
mod step;
mod words;

pub(super) use plan::{decode_plan, encode_plan};
