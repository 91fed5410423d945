//! Views: each turns data of the engine into a page or a JSON document.
//! None of them writes anywhere or decides anything.

pub(crate) mod answer;
pub(crate) mod compiled;
pub(crate) mod diff;
pub(crate) mod effect;
mod host;
pub(crate) mod json;
pub(crate) mod look;
pub(crate) mod output;
pub(crate) mod page;
pub(crate) mod plan;
pub(crate) mod plan_json;
pub(crate) mod problem;
pub(crate) mod progress;
pub(crate) mod reason;
pub(crate) mod report;
pub(crate) mod state;
pub(crate) mod text;
pub(crate) mod value;
pub(crate) mod written;

#[cfg(test)]
pub(crate) mod tests;
