//! Where the text comes from: the trait that reads it, and its twin in memory.
//! The one that reads real files belongs to the command line.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Reads what the project's root holds. Paths are relative to it, parted by `/`; the root is "".
pub trait Files {
    /// The names of the files directly in a directory, in any order.
    ///
    /// # Errors
    /// In words: not there, no directory, not readable.
    fn list(&self, dir: &str) -> Result<Vec<String>, String>;

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
}

impl Files for MemoryFiles {
    fn list(&self, dir: &str) -> Result<Vec<String>, String> {
        let prefix = if dir.is_empty() {
            String::new()
        } else {
            format!("{dir}/")
        };
        let inside: BTreeSet<&str> = self
            .0
            .keys()
            .filter_map(|path| path.strip_prefix(&prefix))
            .collect();
        if inside.is_empty() && !dir.is_empty() {
            return Err("there is no such directory".into());
        }
        Ok(inside
            .into_iter()
            .filter(|name| !name.contains('/'))
            .map(String::from)
            .collect())
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
