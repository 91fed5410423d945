//! Conditions that could not be decided at plan: decided in apply, each at its place.

use crate::{ScopeId, StepId};
use eval::{Expr, Reference};
use model::{Address, Value};
use std::collections::BTreeMap;

/// A condition of the configuration that hangs on something unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The problem in words, where it does not hold.
    pub problem: String,
    /// What it is about; of an output or a variable, an address that reads like its name.
    pub address: Address,
    /// Must be true.
    pub condition: Box<Expr>,
    /// What to say if it is not.
    pub error_message: Box<Expr>,
    /// The module instance that both stand in.
    pub scope: ScopeId,
    /// `each.key`, `each.value`, `count.index`.
    pub instance: BTreeMap<Reference, Value>,
    /// Whether `self` stands for the object at the address.
    pub on_self: bool,
    /// When it is decided.
    pub when: When,
}

/// When a condition is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before this step is begun: where it does not hold, the step is not.
    Before(StepId),
    /// After this step: where it does not hold, what depends on the step is not begun.
    After(StepId),
    /// Before the first step that is finished with names of this module instance.
    Inside(ScopeId),
    /// After all steps.
    AtEnd,
}
