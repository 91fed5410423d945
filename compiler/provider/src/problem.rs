//! A problem that a provider reports: in words for the user, with a path where one applies.

use model::AttrPath;
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Worth knowing.
    Warning,
    /// Refused or failed.
    Error,
}

/// What is wrong, what was tried, what the other side said, what to do now.
/// No text in it holds a secret: what a provider passes on of a foreign message is its duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderProblem {
    /// How bad it is.
    pub severity: Severity,
    /// One line of what is wrong.
    pub message: String,
    /// What was tried, and the last words of the other side, a line each.
    pub details: Vec<String>,
    /// What to do now.
    pub help: Option<String>,
    /// The attribute that it is about; the core points to where the user wrote it.
    pub path: Option<AttrPath>,
    /// Whether the same may work a little later. Of a refused connection; an operation's
    /// [`crate::Failure`] says it for itself.
    pub retryable: bool,
}

impl ProviderProblem {
    /// An error.
    pub fn error(message: impl Into<String>) -> ProviderProblem {
        ProviderProblem {
            severity: Severity::Error,
            message: message.into(),
            details: Vec::new(),
            help: None,
            path: None,
            retryable: false,
        }
    }

    /// A warning.
    pub fn warning(message: impl Into<String>) -> ProviderProblem {
        ProviderProblem {
            severity: Severity::Warning,
            ..ProviderProblem::error(message)
        }
    }

    /// Adds a fact.
    pub fn detail(mut self, text: impl Into<String>) -> ProviderProblem {
        self.details.push(text.into());
        self
    }

    /// Says what to do now.
    pub fn help(mut self, text: impl Into<String>) -> ProviderProblem {
        self.help = Some(text.into());
        self
    }

    /// Says that the same may work a little later.
    pub fn retryable(mut self) -> ProviderProblem {
        self.retryable = true;
        self
    }

    /// Names the attribute.
    pub fn at(mut self, path: AttrPath) -> ProviderProblem {
        self.path = Some(path);
        self
    }
}

impl fmt::Display for ProviderProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ProviderProblem {}
