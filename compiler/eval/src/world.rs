//! The traits through which evaluation reaches what is outside of an expression.

use crate::{Expr, Reference, TemplatePart};
use diagnostics::{Problem, Span};
use model::{FingerprintKey, FunctionSchema, Value};
use std::sync::Arc;

/// What the names of the configuration stand for, at one place.
pub trait Scope {
    /// The value of a reference that stands at `span`.
    ///
    /// # Errors
    /// Where it has none; the problem names the reason once, not at each use.
    fn resolve(&self, reference: &Reference, span: Span) -> Result<Value, Problem>;

    /// Of a reference to something with many instances, the one of a key, where that is quicker
    /// to come by than all of them; none to have the whole asked for.
    ///
    /// # Errors
    /// Where it has no value.
    fn resolve_instance(
        &self,
        _reference: &Reference,
        _key: &Value,
    ) -> Result<Option<Value>, Problem> {
        Ok(None)
    }
}

/// Functions that providers bring.
pub trait Functions {
    /// The schema of `provider::NAME::FUNCTION`, where there is such.
    fn schema(&self, provider: &str, function: &str) -> Option<&FunctionSchema>;

    /// The result. Arguments are known, open and of the declared types.
    ///
    /// # Errors
    /// In words, what it refuses.
    fn call(&self, provider: &str, function: &str, arguments: &[Value]) -> Result<Value, String>;
}

/// A text that parts were read from.
pub struct Template {
    /// What it is named by.
    pub path: String,
    /// The whole of it.
    pub text: Arc<str>,
    /// Names in them stand for what the call hands over: each is an [`crate::ExprKind::Bound`],
    /// and none refers to the configuration. They are in [`diagnostics::FileId::APART`].
    pub parts: Vec<TemplatePart>,
}

/// The files that the configuration may look at. Paths are as the user wrote them, relative to
/// the project's root; an implementation keeps to the root and what was allowed next to it.
pub trait Sources {
    /// A file's content.
    ///
    /// # Errors
    /// In words: not there, not readable, outside of the root.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;

    /// Whether there is a file.
    ///
    /// # Errors
    /// In words: outside of the root, or not a file.
    fn exists(&self, path: &str) -> Result<bool, String>;

    /// The paths of all files below a directory, relative to it, sorted.
    ///
    /// # Errors
    /// In words: not there, outside of the root.
    fn list(&self, directory: &str) -> Result<Vec<String>, String>;

    /// A template file, for `templatefile`.
    ///
    /// # Errors
    /// Why it can't be read, or what is wrong in it, with places in it apart. The primary place
    /// is the call's.
    fn template(&self, path: &str) -> Result<Template, Problem>;

    /// The names and values of a text that is written as a file of variables. Names in values
    /// are as in a [`Template`].
    ///
    /// # Errors
    /// What is wrong in it; a block is.
    fn assignments(&self, _text: &str) -> Result<Vec<(Arc<str>, Expr)>, Problem> {
        Err(Problem::error(
            "LF0226",
            "values can't be read from a text here",
        ))
    }

    /// The same of a text that is no file, for `templatestring`.
    ///
    /// # Errors
    /// What is wrong in it.
    fn template_text(&self, _text: &str) -> Result<Template, Problem> {
        Err(Problem::error("LF0226", "templates can only be files here"))
    }
}

/// All that evaluation may know besides the expression and its scope.
pub struct World<'a> {
    /// The files.
    pub sources: &'a dyn Sources,
    /// What providers bring.
    pub functions: &'a dyn Functions,
    /// Makes the fingerprints of what becomes sensitive.
    pub fingerprints: &'a FingerprintKey,
    /// When the plan was made, RFC 3339 in UTC: `plantimestamp()`.
    pub planned_at: &'a str,
}
