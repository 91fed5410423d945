//! Files, spans, a problem as data, and a sink that gathers many.
//! It prints nothing and knows no renderer: the command line does that.

mod problem;
mod sink;
mod source;
mod suggest;

pub use problem::{Apart, Code, Label, Problem, Severity};
pub use sink::Sink;
pub use source::{FileId, Position, SourceMap, Span};
pub use suggest::did_you_mean;
