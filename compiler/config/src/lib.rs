//! Modules: names, types, and every problem that can be found without looking at the world.
//! It does no IO and knows no provider but by its schema.
//!
//! [`load`] goes two times over what was read: first each module's declarations are gathered,
//! then the blocks are resolved against them, one by one.

mod around;
mod blocks;
mod cache;
mod changed;
mod config;
mod constant;
mod declared;
mod digest;
mod discover;
mod files;
mod inputs;
mod kinds;
mod load;
mod masking;
mod names;
mod problems;
mod provider_name;
mod request;
mod resolve;
mod schemas;
mod shape;
mod template;
mod type_expr;

pub use around::{items_with_errors, touches};
pub use cache::Cache;
pub use config::{
    CheckBlock, Condition, Config, Environment, Implementation, Import, Input, Kind, Lifecycle,
    Local, Module, ModuleCall, Moved, MovedAddress, Output, Project, ProviderConfig, ProviderName,
    Removed, Repeat, Resource, ResourceKey, Rollout, Variable,
};
pub use files::{Files, LIBRARY, MemoryFiles};
pub use load::{load, understand, understand_again};
pub use names::Names;
pub use request::Request;
pub use template::{assignments, template};

#[cfg(test)]
mod tests;
