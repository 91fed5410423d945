//! The files that a plan reads: kept while it is made, given back while it is carried out, so
//! that a saved plan does not depend on what became of them.

use crate::files::ProjectFiles;
use diagnostics::Problem;
use eval::{Expr, Sources, Template};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The project's files, with what was read of them.
pub(crate) struct Recording {
    files: ProjectFiles,
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
    mode: Mode,
}

/// What is done with what was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing.
    Pass,
    /// It is kept.
    Keep,
    /// It is given out in place of what is there now.
    Replay,
}

impl Recording {
    /// The files as they are.
    pub(crate) fn none(files: ProjectFiles) -> Recording {
        Recording {
            files,
            kept: Mutex::default(),
            mode: Mode::Pass,
        }
    }

    /// The files as they are; what is read of them is kept.
    pub(crate) fn keeping(files: ProjectFiles) -> Recording {
        Recording {
            files,
            kept: Mutex::default(),
            mode: Mode::Keep,
        }
    }

    /// The files as they were.
    pub(crate) fn replaying(files: ProjectFiles, kept: BTreeMap<String, Vec<u8>>) -> Recording {
        Recording {
            files,
            kept: Mutex::new(kept),
            mode: Mode::Replay,
        }
    }

    /// The kept files that are not there any more as they were.
    pub(crate) fn moved(&self) -> Vec<String> {
        let kept = self.kept().into_iter();
        let moved = kept.filter(|(path, bytes)| self.files.read_bytes(path).as_ref() != Ok(bytes));
        moved.map(|(path, _)| path).collect()
    }

    /// What was read, by path as written.
    pub(crate) fn kept(&self) -> BTreeMap<String, Vec<u8>> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Sources for Recording {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if self.mode == Mode::Replay {
            let missing = || "it was not read when the plan was made".to_string();
            return kept.get(path).cloned().ok_or_else(missing);
        }
        let bytes = self.files.read_bytes(path)?;
        if self.mode == Mode::Keep {
            kept.insert(path.to_string(), bytes.clone());
        }
        Ok(bytes)
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        match self.mode == Mode::Replay && self.kept().contains_key(path) {
            true => Ok(true),
            false => self.files.is_there(path),
        }
    }

    fn list(&self, directory: &str) -> Result<Vec<String>, String> {
        self.files.tree(directory)
    }

    fn template(&self, path: &str) -> Result<Template, Problem> {
        let refused =
            |why: String| Problem::error("LF0521", format!("{path} can't be read: {why}"));
        let text = String::from_utf8(self.read(path).map_err(refused)?);
        let text = text.map_err(|_| refused("it is not UTF-8".into()))?;
        parsed(path, &text)
    }

    fn template_text(&self, text: &str) -> Result<Template, Problem> {
        parsed("the template", text)
    }

    fn assignments(&self, text: &str) -> Result<Vec<(Arc<str>, Expr)>, Problem> {
        config::assignments(text).map_err(|problems| first(problems, "the text"))
    }
}

fn parsed(name: &str, text: &str) -> Result<Template, Problem> {
    config::template(name, text).map_err(|problems| first(problems, name))
}

fn first(problems: Vec<Problem>, name: &str) -> Problem {
    let none = || Problem::error("LF0521", format!("{name} can't be read"));
    problems.into_iter().next().unwrap_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_given_back_whatever_is_there_now() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a"), "old").unwrap();
        let files = ProjectFiles::new(dir.path(), &[]).unwrap();
        let keeping = Recording::keeping(files.clone());
        assert_eq!(keeping.read("a").unwrap(), b"old");
        assert!(keeping.read("b").is_err());
        std::fs::write(dir.path().join("a"), "new").unwrap();
        std::fs::write(dir.path().join("b"), "new").unwrap();
        let replaying = Recording::replaying(files.clone(), keeping.kept());
        assert_eq!(replaying.read("a").unwrap(), b"old");
        assert!(replaying.read("b").unwrap_err().contains("was not read"));
        assert_eq!(replaying.moved(), ["a"]);
        assert!(Recording::none(files).kept().is_empty());
    }

    #[test]
    fn templates_are_parsed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("t"), "hello ${name}").unwrap();
        std::fs::write(dir.path().join("broken"), "hello ${").unwrap();
        let files = Recording::none(ProjectFiles::new(dir.path(), &[]).unwrap());
        assert_eq!(files.template("t").unwrap().parts.len(), 2);
        for path in ["broken", "missing"] {
            assert!(files.template(path).is_err(), "{path}");
        }
    }
}
