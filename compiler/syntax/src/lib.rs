//! Text to a tree with spans and problems. It never sees a second file.

pub mod tree;
