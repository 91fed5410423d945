//! A problem as data: what is wrong, where, and what to do about it.

use crate::{FileId, SourceMap, Span};
use std::fmt;
use std::sync::Arc;

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

/// A place in a text that is read only when it is needed: a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart {
    /// What the text is named by.
    pub path: String,
    /// The whole of it.
    pub text: Arc<str>,
    /// The place, in [`FileId::APART`].
    pub label: Label,
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
    /// Places in texts that the configuration does not consist of.
    pub apart: Vec<Apart>,
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
            apart: Vec::new(),
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

    /// Says which text all places in [`FileId::APART`] belong to. What used the text then tells the
    /// primary place.
    pub fn within(mut self, path: &str, text: &Arc<str>) -> Problem {
        let (apart, labels) = std::mem::take(&mut self.labels)
            .into_iter()
            .partition(|label| label.span.file == FileId::APART);
        self.labels = labels;
        self.apart.extend(Vec::into_iter(apart).map(|label| Apart {
            path: path.into(),
            text: text.clone(),
            label: Label {
                primary: false,
                ..label
            },
        }));
        self
    }

    /// The problem with all of its places in one map, for whoever shows it.
    pub fn gathered(&self, sources: &SourceMap) -> (Problem, SourceMap) {
        let (mut problem, mut sources) = (self.clone(), sources.clone());
        for Apart { path, text, label } in std::mem::take(&mut problem.apart) {
            let known = sources
                .ids()
                .find(|file| *sources.text(*file) == *text && sources.path(*file) == path);
            let file = known.unwrap_or_else(|| sources.add(path, text));
            let span = Span { file, ..label.span };
            problem.labels.push(Label { span, ..label });
        }
        (problem, sources)
    }

    /// The places that are in no file of the configuration, in words.
    pub fn apart_in_words(&self) -> Vec<String> {
        let words = |apart: &Apart| {
            let mut sources = SourceMap::new();
            let file = sources.add(apart.path.as_str(), apart.text.clone());
            let place = sources.locate(Span {
                file,
                ..apart.label.span
            });
            match apart.label.text.is_empty() {
                true => place,
                false => format!("{place}: {}", apart.label.text),
            }
        };
        self.apart.iter().map(words).collect()
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
