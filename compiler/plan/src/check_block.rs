//! `check` blocks: decided at plan as far as can be, and once more at the end of apply.

use crate::{Deferred, ScopeId};
use eval::Expr;
use model::{Address, Value};
use state::ProviderKey;

/// A check of one module instance.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckBlock {
    /// An address that reads like its name.
    pub address: Address,
    /// The module instance that it stands in.
    pub scope: ScopeId,
    /// A data source that only its assertions see.
    pub data: Option<ScopedData>,
    /// What has to hold.
    pub assertions: Vec<Assertion>,
    /// What is known of it at plan.
    pub verdict: Verdict,
}

/// A data source that is read for one check, after everything else.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopedData {
    /// What the configuration calls it.
    pub address: Address,
    /// The connection that it is read through.
    pub provider: ProviderKey,
    /// Its arguments.
    pub deferred: Deferred,
}

/// `assert { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Assertion {
    /// Ought to be true.
    pub condition: Box<Expr>,
    /// What to say if it is not.
    pub error_message: Box<Expr>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All assertions hold.
    Holds,
    /// One can't be told yet.
    Open,
    /// One does not hold.
    Fails,
}

impl Verdict {
    /// That of both together.
    pub fn and(self, other: Verdict) -> Verdict {
        match (self, other) {
            (Verdict::Fails, _) | (_, Verdict::Fails) => Verdict::Fails,
            (Verdict::Open, _) | (_, Verdict::Open) => Verdict::Open,
            _ => Verdict::Holds,
        }
    }

    /// A word that scripts can rely on.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Holds => "pass",
            Verdict::Open => "unknown",
            Verdict::Fails => "fail",
        }
    }
}

/// An error message as it may be shown.
pub fn said(message: Option<&Value>) -> String {
    match message {
        Some(Value::String(words)) => words.to_string(),
        Some(Value::Secret(_) | Value::Mixed(_)) => {
            "the error message is sensitive, and is not shown".into()
        }
        _ => "the error message is not known".into(),
    }
}
