//! A problem as data: what is wrong, where, and what to do about it.

use crate::Span;
use std::fmt;

/// A problem's stable name, `LF0123`; `landfall explain` tells more of it.
pub type Code = &'static str;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is refused.
    Warning,
    /// Nothing is done until it is mended.
    Error,
}

/// A span and what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say there; may be empty.
    pub text: String,
    /// Whether this is the place of the problem itself.
    pub primary: bool,
}

/// One problem: the fact, the places, and what to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its stable name.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One line of what is wrong.
    pub message: String,
    /// The primary place first, then further ones.
    pub labels: Vec<Label>,
    /// The address of the object that it is about, where there is one.
    pub address: Option<String>,
    /// Further facts: what was tried, the last words of a host.
    pub details: Vec<String>,
    /// What to write or do instead.
    pub help: Option<String>,
}

impl Problem {
    /// An error without a place yet.
    pub fn error(code: Code, message: impl Into<String>) -> Problem {
        Problem {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            address: None,
            details: Vec::new(),
            help: None,
        }
    }

    /// A warning without a place yet.
    pub fn warning(code: Code, message: impl Into<String>) -> Problem {
        Problem {
            severity: Severity::Warning,
            ..Problem::error(code, message)
        }
    }

    /// Sets the primary place.
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Problem {
        self.labels.insert(
            0,
            Label {
                span,
                text: text.into(),
                primary: true,
            },
        );
        self
    }

    /// Adds a further place: where it was declared, who called.
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Problem {
        self.labels.push(Label {
            span,
            text: text.into(),
            primary: false,
        });
        self
    }

    /// Names the object that the problem is about.
    pub fn on(mut self, address: impl fmt::Display) -> Problem {
        self.address = Some(address.to_string());
        self
    }

    /// Adds a fact.
    pub fn detail(mut self, text: impl Into<String>) -> Problem {
        self.details.push(text.into());
        self
    }

    /// Says what to write or do instead.
    pub fn help(mut self, text: impl Into<String>) -> Problem {
        self.help = Some(text.into());
        self
    }

    /// The help, where there is any to give.
    pub fn maybe_help(mut self, text: Option<String>) -> Problem {
        self.help = text.or(self.help);
        self
    }

    /// Leads from the calls of kinds, each with the kind's name, the outermost first: that one's
    /// place becomes the primary one. What has one of these places already keeps its own.
    pub fn lead_from(&mut self, calls: &[(Span, String)]) {
        let is_there = |(span, _): &(Span, String)| self.primary() == Some(*span);
        if calls.is_empty() || calls.iter().any(is_there) {
            return;
        }
        for label in &mut self.labels {
            label.primary = false;
        }
        let labels = calls.iter().enumerate().map(|(i, (span, kind))| Label {
            span: *span,
            text: format!("in this call of `{kind}`"),
            primary: i == 0,
        });
        self.labels.splice(0..0, labels);
    }

    /// The span of the problem itself.
    pub fn primary(&self) -> Option<Span> {
        self.labels.iter().find(|l| l.primary).map(|l| l.span)
    }

    /// Whether anything is refused because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}
