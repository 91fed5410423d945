//! Modules: names, types, and every problem that can be found without looking at the world.
//! It does no IO and knows no provider but by its schema.

mod config;

pub use config::{
    Condition, Config, Environment, Input, Lifecycle, Local, Module, ModuleCall, Moved,
    MovedAddress, Output, Project, ProviderConfig, ProviderName, Removed, Repeat, Resource,
    ResourceKey, Rollout, Variable,
};
