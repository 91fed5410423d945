//! Where the text comes from: the trait that reads it, and its twin in memory.
//! The one that reads real files belongs to the command line.
//!
//! Paths that begin with [`LIBRARY`] lead into the standard library: `std:server/kind.hcl`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the paths of the standard library begin with; a project's own never do.
pub const LIBRARY: &str = "std:";

/// Reads what the project's root holds. Paths are relative to it, parted by `/`; the root is "".
pub trait Files {
    /// The names of the files directly in a directory, in any order.
    ///
    /// # Errors
    /// In words: not there, no directory, not readable.
    fn list(&self, dir: &str) -> Result<Vec<String>, String>;

    /// The names of the directories directly in a directory, in any order; none where there is
    /// no such directory.
    fn directories(&self, dir: &str) -> Vec<String>;

    /// A file's text.
    ///
    /// # Errors
    /// In words: not there, not readable, not UTF-8.
    fn read(&self, path: &str) -> Result<Arc<str>, String>;
}

/// Files in memory, by path.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(BTreeMap<String, Arc<str>>);

impl MemoryFiles {
    /// No files.
    pub fn new() -> MemoryFiles {
        MemoryFiles::default()
    }

    /// With one more.
    pub fn with(mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> MemoryFiles {
        self.0.insert(path.into(), text.into());
        self
    }

    /// What lies below a directory, relative to it.
    fn inside(&self, dir: &str) -> BTreeSet<&str> {
        let prefix = match dir {
            "" => String::new(),
            LIBRARY => LIBRARY.to_string(),
            dir => format!("{dir}/"),
        };
        let inside = self.0.keys().filter_map(|path| path.strip_prefix(&prefix));
        // What is in the library is not in the root.
        inside.filter(|p| !p.starts_with(LIBRARY)).collect()
    }
}

impl Files for MemoryFiles {
    fn list(&self, dir: &str) -> Result<Vec<String>, String> {
        let inside = self.inside(dir);
        if inside.is_empty() && !dir.is_empty() {
            return Err("there is no such directory".into());
        }
        Ok(inside
            .into_iter()
            .filter(|name| !name.contains('/'))
            .map(String::from)
            .collect())
    }

    fn directories(&self, dir: &str) -> Vec<String> {
        let inside = self.inside(dir).into_iter();
        let names: BTreeSet<&str> = inside.filter_map(|p| Some(p.split_once('/')?.0)).collect();
        names.into_iter().map(String::from).collect()
    }

    fn read(&self, path: &str) -> Result<Arc<str>, String> {
        self.0
            .get(path)
            .cloned()
            .ok_or_else(|| "there is no such file".into())
    }
}

/// Whether a file of this name is part of the configuration.
pub(crate) fn is_source(name: &str) -> bool {
    name.ends_with(".hcl") && !name.starts_with('.') && !name.ends_with(".test.hcl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_the_names_of_one_directory() {
        let files = MemoryFiles::new()
            .with("a.hcl", "")
            .with("m/b.hcl", "")
            .with("m/n/c.hcl", "");
        assert_eq!(files.list("").unwrap(), ["a.hcl"]);
        assert_eq!(files.list("m").unwrap(), ["b.hcl"]);
        assert!(files.list("x").is_err());
    }

    #[test]
    fn lists_the_directories_of_one() {
        let files = MemoryFiles::new()
            .with("kinds/a/kind.hcl", "")
            .with("kinds/a/x/main.hcl", "")
            .with("kinds/b/kind.hcl", "")
            .with("std:c/kind.hcl", "");
        for (dir, expected) in [
            ("", &["kinds"][..]),
            ("kinds", &["a", "b"]),
            ("kinds/a", &["x"]),
            ("std:", &["c"]),
            ("x", &[]),
        ] {
            assert_eq!(files.directories(dir), expected, "{dir}");
        }
    }

    #[test]
    fn dotfiles_and_tests_are_no_sources() {
        for (name, expected) in [
            ("a.hcl", true),
            (".a.hcl", false),
            ("a.test.hcl", false),
            ("a.tf", false),
        ] {
            assert_eq!(is_source(name), expected, "{name}");
        }
    }
}
