//! Where things are: the project's root, and its own directory.

use std::path::{Path, PathBuf};

/// The places of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paths {
    /// The project's root, without symbolic links.
    pub(crate) root: PathBuf,
    /// The directory's name, which names a project without a block.
    pub(crate) directory_name: String,
}

impl Paths {
    /// The places of a project in this directory, the current one where none is given.
    pub(crate) fn of(directory: Option<&Path>) -> Result<Paths, String> {
        let directory = directory.unwrap_or(Path::new("."));
        let root = directory.canonicalize().map_err(|e| {
            format!(
                "the directory {} can't be entered: {e}",
                directory.display()
            )
        })?;
        if !root.is_dir() {
            return Err(format!("{} is no directory", root.display()));
        }
        let name = root
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or("project");
        Ok(Paths {
            directory_name: name.to_string(),
            root,
        })
    }

    /// A path as seen from the root, where it is below it.
    pub(crate) fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .to_string_lossy()
            .into_owned()
    }
}

/// The name of the project's own directory.
pub(crate) const OWN: &str = ".landfall";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_has_no_links_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().join("shop");
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, dir.path().join("link")).unwrap();
        let paths = Paths::of(Some(&dir.path().join("link"))).unwrap();
        assert_eq!(paths.root, real.canonicalize().unwrap());
        assert_eq!(paths.directory_name, "shop");
        assert_eq!(paths.relative(&paths.root.join("a/b")), "a/b");
        assert_eq!(paths.relative(Path::new("/x/y")), "/x/y");
    }

    #[test]
    fn a_directory_that_is_none_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("f"), "").unwrap();
        assert!(Paths::of(Some(&dir.path().join("f"))).is_err());
        assert!(Paths::of(Some(&dir.path().join("nowhere"))).is_err());
    }
}
