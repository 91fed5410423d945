//! Throwaway Linux machines on the user's own computer: real systemd, real sshd, a second to boot.
//! It puts nothing on a machine but what the first login needs; the rest is the `ssh` provider's.

mod attributes;
mod cgroup;
mod claim;
mod connection;
mod doctor;
mod files;
mod image;
mod keys;
mod left_over;
mod machine;
mod manage;
mod meta;
mod network;
mod nspawn;
mod processes;
mod provider_impl;
mod run;
mod schema;
mod site;
mod sources;
mod subnet;
mod tools;

pub use doctor::{Check, Health, doctor};
pub use manage::{MachineSummary, Which, down, list};
pub use provider_impl::SandboxProvider;
pub use site::Site;

/// What an inner step gives, or the problem in words for the user.
type Outcome<T> = Result<T, provider::ProviderProblem>;
