//! The project's real files: what configuration and file functions may read. Nothing outside of
//! the project's root and of what was allowed next to it, wherever a link leads.

use crate::library;
use crate::paths::OWN;
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Files below a root. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct ProjectFiles {
    root: PathBuf,
    allowed: Arc<[PathBuf]>,
}

/// As many links in one path as Linux follows.
const MOST_LINKS: usize = 40;

/// Deeper than this, a tree of directories is a mistake.
const DEEPEST: usize = 128;

impl ProjectFiles {
    /// The files below `root` and below what is allowed next to it.
    pub(crate) fn new(root: &Path, allow_read: &[PathBuf]) -> Result<ProjectFiles, String> {
        let real = |path: &Path| {
            path.canonicalize()
                .map_err(|e| format!("{} can't be read: {e}", path.display()))
        };
        let allowed: Result<Vec<_>, _> = allow_read.iter().map(|path| real(path)).collect();
        Ok(ProjectFiles {
            root: real(root)?,
            allowed: allowed?.into(),
        })
    }

    /// A file's content.
    pub(crate) fn read_bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        if let Some(inside) = library::inside(path) {
            return library::read(&inside?);
        }
        let real = self.resolve(path)?;
        // What is no regular file may never end (a device), or wait for ever (a pipe).
        match fs::metadata(&real) {
            Ok(meta) if meta.is_file() => fs::read(&real).map_err(in_words),
            Ok(meta) if meta.is_dir() => Err("it is a directory".into()),
            Ok(_) => Err("it is not a regular file".into()),
            Err(e) => Err(in_words(e)),
        }
    }

    /// A file's text.
    pub(crate) fn read_text(&self, path: &str) -> Result<Arc<str>, String> {
        let text = String::from_utf8(self.read_bytes(path)?);
        text.map(Arc::from).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            not_utf8(&e.into_bytes(), at)
        })
    }

    /// Whether there is a file.
    pub(crate) fn is_there(&self, path: &str) -> Result<bool, String> {
        if let Some(inside) = library::inside(path) {
            return Ok(library::read(&inside?).is_ok());
        }
        match self.resolve_or_missing(path)? {
            None => Ok(false),
            Some(real) if real.is_file() => Ok(true),
            Some(_) => Err("it is not a regular file".into()),
        }
    }

    /// The names of the files directly in a directory.
    pub(crate) fn names(&self, directory: &str) -> Result<Vec<String>, String> {
        if let Some(inside) = library::inside(directory) {
            return library::names(&inside?);
        }
        self.entries(directory, fs::Metadata::is_file)
    }

    /// The names of the directories directly in a directory; none where there is none.
    pub(crate) fn directories(&self, directory: &str) -> Vec<String> {
        match library::inside(directory) {
            Some(inside) => inside
                .map(|inside| library::directories(&inside))
                .unwrap_or_default(),
            None => self
                .entries(directory, fs::Metadata::is_dir)
                .unwrap_or_default(),
        }
    }

    fn entries(
        &self,
        directory: &str,
        wanted: fn(&fs::Metadata) -> bool,
    ) -> Result<Vec<String>, String> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.resolve(directory)?).map_err(in_words)? {
            let entry = entry.map_err(in_words)?;
            let is_wanted = fs::metadata(entry.path()).is_ok_and(|m| wanted(&m));
            // A name that is not UTF-8 can't be written in a configuration either.
            if let (true, Ok(name)) = (is_wanted, entry.file_name().into_string()) {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// The paths of all files below a directory, relative to it, sorted.
    pub(crate) fn tree(&self, directory: &str) -> Result<Vec<String>, String> {
        if let Some(inside) = library::inside(directory) {
            return library::tree(&inside?);
        }
        let top = self.resolve(directory)?;
        if !top.is_dir() {
            return Err("it is no directory".into());
        }
        let mut found = BTreeSet::new();
        self.walk(&top, "", DEEPEST, &mut found)?;
        Ok(found.into_iter().collect())
    }

    fn walk(
        &self,
        directory: &Path,
        prefix: &str,
        depth: usize,
        found: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        if depth == 0 {
            return Err(format!("`{prefix}` goes on in a circle, or is too deep"));
        }
        for entry in fs::read_dir(directory).map_err(in_words)? {
            let entry = entry.map_err(in_words)?;
            let Ok(name) = entry.file_name().into_string() else {
                return Err(format!("`{prefix}` holds a name that is not UTF-8"));
            };
            // The embedded state changes with each run: what is made of files must not.
            if name == OWN && directory == self.root {
                continue;
            }
            let relative = format!("{prefix}{name}");
            let Ok(real) = entry.path().canonicalize() else {
                continue;
            };
            if real.is_dir() {
                self.permitted(&real, &relative)?;
                self.walk(&real, &format!("{relative}/"), depth - 1, found)?;
            } else if real.is_file() {
                found.insert(relative);
            }
        }
        Ok(())
    }

    fn resolve(&self, path: &str) -> Result<PathBuf, String> {
        let missing = || "there is no such file or directory".to_string();
        self.resolve_or_missing(path)?.ok_or_else(missing)
    }

    /// The real place of a path, none where there is nothing. Whether something is there is not
    /// told of places outside.
    fn resolve_or_missing(&self, path: &str) -> Result<Option<PathBuf>, String> {
        if path.contains('\0') {
            return Err("a path can't hold a null character".into());
        }
        let written = self.root.join(path);
        match written.canonicalize() {
            Ok(real) => self.permitted(&real, path).map(|()| Some(real)),
            Err(e) if e.kind() == ErrorKind::NotFound || e.kind() == ErrorKind::NotADirectory => {
                self.permitted(&deepest(&written, MOST_LINKS), path)
                    .map(|()| None)
            }
            // Also the error tells something of what is there.
            Err(e) => self
                .permitted(&deepest(&written, MOST_LINKS), path)
                .and_then(|()| Err(in_words(e))),
        }
    }

    fn permitted(&self, real: &Path, written: &str) -> Result<(), String> {
        let inside = |top: &PathBuf| real.starts_with(top);
        if inside(&self.root) || self.allowed.iter().any(inside) {
            return Ok(());
        }
        Err(format!(
            "`{written}` leads outside of the project's directory; --allow-read DIR lets files \
             below DIR be read"
        ))
    }
}

impl ProjectFiles {
    /// Whether no file in the root is part of a configuration, of ours or of Terraform's.
    pub(crate) fn has_no_configuration(&self) -> bool {
        let is_one = |name: &String| name.ends_with(".hcl") || name.ends_with(".tf");
        self.names("").is_ok_and(|names| !names.iter().any(is_one))
    }
}

impl config::Files for ProjectFiles {
    fn list(&self, dir: &str) -> Result<Vec<String>, String> {
        self.names(dir)
    }

    fn directories(&self, dir: &str) -> Vec<String> {
        ProjectFiles::directories(self, dir)
    }

    fn read(&self, path: &str) -> Result<Arc<str>, String> {
        self.read_text(path)
    }
}

/// Where a file stops to be text, and what it is instead.
pub(crate) fn not_utf8(bytes: &[u8], at: usize) -> String {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return "it is UTF-16, and UTF-8 is expected: save it in that encoding".into();
    }
    if bytes[..at.max(1_000).min(bytes.len())].contains(&0) {
        return "it is no text".into();
    }
    let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
    format!("line {line} is not UTF-8 (at byte {at} of the file): save it in that encoding")
}

/// Where the existing part of a path leads, with the rest of it behind: also through links whose
/// end is not there.
fn deepest(path: &Path, links_left: usize) -> PathBuf {
    let mut real = PathBuf::from("/");
    for component in path.components() {
        match component {
            Component::Normal(name) => {
                let next = real.join(name);
                real = match (next.canonicalize(), fs::read_link(&next)) {
                    (Ok(there), _) => there,
                    (Err(_), Ok(target)) if links_left > 0 => {
                        deepest(&real.join(target), links_left - 1)
                    }
                    _ => next,
                };
            }
            Component::ParentDir => drop(real.pop()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    real
}

fn in_words(error: std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or directory".into(),
        ErrorKind::PermissionDenied => "it may not be read by this user".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use tempfile::TempDir;

    /// A project beside a file of somebody else, and links from the one to the other.
    fn project() -> (TempDir, ProjectFiles) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("project");
        let outside = dir.path().join("outside");
        for path in [root.join("sub/deep"), root.join(OWN), outside.join("d")] {
            fs::create_dir_all(path).unwrap();
        }
        for (path, text) in [
            (root.join("main.hcl"), "a"),
            (root.join("sub/b.txt"), "b"),
            (root.join("sub/deep/c.txt"), "c"),
            (root.join(OWN).join("state.db"), "x"),
            (outside.join("secret"), "hunter2"),
        ] {
            fs::write(path, text).unwrap();
        }
        symlink("../outside/secret", root.join("link")).unwrap();
        symlink("../outside", root.join("linked_dir")).unwrap();
        symlink("sub/b.txt", root.join("inner")).unwrap();
        symlink("../outside/nowhere", root.join("dangling")).unwrap();
        let files = ProjectFiles::new(&root, &[]).unwrap();
        (dir, files)
    }

    fn check(path: &str, expected: Result<&str, &str>) {
        let (_dir, files) = project();
        match (files.read_text(path), expected) {
            (Ok(text), Ok(expected)) => assert_eq!(&*text, expected, "{path}"),
            (Err(error), Err(part)) => assert!(error.contains(part), "{path}: {error}"),
            (found, _) => panic!("{path}: {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn files_inside_are_read_also_through_links() {
        check("main.hcl", Ok("a"));
        check("./sub/../sub/b.txt", Ok("b"));
        check("inner", Ok("b"));
        check("sub/deep/../../main.hcl", Ok("a"));
    }

    #[test]
    fn files_outside_are_refused_whichever_way() {
        for path in [
            "../outside/secret",
            "link",
            "linked_dir/secret",
            "sub/../../outside/secret",
            "linked_dir/../outside/secret",
            "/etc/passwd",
            "dangling",
            "../nowhere",
            "/nowhere/at/all",
        ] {
            check(path, Err("outside of the project"));
        }
    }

    #[test]
    fn what_is_no_file_is_refused() {
        check("sub", Err("a directory"));
        check("nothing", Err("no such file"));
        check("main.hcl/x", Err("no such file"));
        check("a\0b", Err("null"));
        let (dir, files) = project();
        let pipe = dir.path().join("project/pipe");
        let made = std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap();
        assert!(made.success());
        assert!(files.read_bytes("pipe").unwrap_err().contains("regular"));
    }

    #[test]
    fn text_that_is_not_utf8_says_where() {
        let (dir, files) = project();
        fs::write(dir.path().join("project/x"), b"ab\xff").unwrap();
        assert_eq!(
            files.read_text("x").unwrap_err(),
            "line 1 is not UTF-8 (at byte 2 of the file): save it in that encoding"
        );
    }

    #[test]
    fn existence_is_told_of_what_is_inside_alone() {
        let (_dir, files) = project();
        assert_eq!(files.is_there("main.hcl"), Ok(true));
        assert_eq!(files.is_there("nothing"), Ok(false));
        assert!(files.is_there("sub").is_err());
        for path in [
            "link",
            "../outside/secret",
            "../outside/nowhere",
            "dangling",
        ] {
            assert!(
                files.is_there(path).unwrap_err().contains("outside"),
                "{path}"
            );
        }
    }

    #[test]
    fn allowed_directories_are_read() {
        let (dir, files) = project();
        let allowed = [dir.path().join("outside")];
        let wider = ProjectFiles::new(&files.root, &allowed).unwrap();
        for path in ["link", "linked_dir/secret", "../outside/secret"] {
            assert_eq!(&*wider.read_text(path).unwrap(), "hunter2");
        }
        assert!(wider.read_text("/etc/passwd").is_err());
        assert!(ProjectFiles::new(&files.root, &[dir.path().join("none")]).is_err());
    }

    #[test]
    fn directories_list_their_own_files() {
        let (_dir, files) = project();
        let mut names = files.names("").unwrap();
        names.sort();
        assert_eq!(names, ["inner", "link", "main.hcl"]);
        assert_eq!(files.names("sub").unwrap(), ["b.txt"]);
        assert!(files.names("linked_dir").unwrap_err().contains("outside"));
        assert!(files.names("nothing").is_err());
    }

    #[test]
    fn trees_are_sorted_and_leave_the_state_out() {
        let (dir, files) = project();
        assert_eq!(files.tree("sub").unwrap(), ["b.txt", "deep/c.txt"]);
        assert!(files.tree("").unwrap_err().contains("outside"));
        fs::remove_file(dir.path().join("project/linked_dir")).unwrap();
        let all = files.tree(".").unwrap();
        assert_eq!(
            all,
            ["inner", "link", "main.hcl", "sub/b.txt", "sub/deep/c.txt"]
        );
    }

    #[test]
    fn a_circle_of_links_ends() {
        let (dir, files) = project();
        fs::remove_file(dir.path().join("project/linked_dir")).unwrap();
        symlink("..", dir.path().join("project/sub/up")).unwrap();
        assert!(files.tree("sub").unwrap_err().contains("circle"));
    }
}
