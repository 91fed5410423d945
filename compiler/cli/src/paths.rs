//! Where things are: the project's root, its own directory, the user's configuration.

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

    /// Where the embedded state and what belongs to this copy of the project is kept.
    pub(crate) fn own(&self) -> PathBuf {
        self.root.join(OWN)
    }
}

/// The name of the project's own directory.
pub(crate) const OWN: &str = ".landfall";

/// The user's configuration directory, where keys are.
pub(crate) fn user_config(env: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let given = |name: &str| env(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    given("XDG_CONFIG_HOME")
        .or_else(|| given("HOME").map(|home| home.join(".config")))
        .map(|config| config.join("landfall"))
}

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
        assert!(paths.own().ends_with("shop/.landfall"));
    }

    #[test]
    fn a_directory_that_is_none_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("f"), "").unwrap();
        assert!(Paths::of(Some(&dir.path().join("f"))).is_err());
        assert!(Paths::of(Some(&dir.path().join("nowhere"))).is_err());
    }

    #[test]
    fn the_configuration_follows_the_environment() {
        let env = |set: &'static [(&str, &str)]| {
            move |name: &str| {
                set.iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, v)| (*v).to_string())
            }
        };
        for (set, expected) in [
            (
                &[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")][..],
                Some("/x/landfall"),
            ),
            (
                &[("XDG_CONFIG_HOME", ""), ("HOME", "/h")][..],
                Some("/h/.config/landfall"),
            ),
            (&[][..], None),
        ] {
            assert_eq!(user_config(env(set)), expected.map(PathBuf::from));
        }
    }
}
