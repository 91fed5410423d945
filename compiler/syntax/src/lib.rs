//! Text to a tree with spans and problems. It never sees a second file.
//!
//! The parser is our own: it goes through the text once, in linear time, resumes behind an
//! error at the next attribute or block, and knows what was open when something went wrong.

mod format;
mod parser;
pub mod tree;

pub use format::format;
pub use parser::{UNCLOSED, parse, parse_expr, parse_template};
