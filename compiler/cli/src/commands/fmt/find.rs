//! Which files are meant: those that are named, and those that directories hold.

use std::collections::BTreeSet;
use std::fs;
use std::io::Result;
use std::path::{Path, PathBuf};

/// The files that a path means: itself, or those of the directory that end in `.hcl`. Hidden ones
/// are nobody's configuration, and no link to a directory is followed.
pub(super) fn files(path: &Path, recursive: bool) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    if fs::metadata(path)?.is_dir() {
        directory(path, recursive, &mut found)?;
    } else {
        found.insert(path.to_path_buf());
    }
    Ok(found)
}

fn directory(path: &Path, recursive: bool, found: &mut BTreeSet<PathBuf>) -> Result<()> {
    let mut open = vec![path.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if entry.file_type()?.is_dir() {
                open.extend(recursive.then_some(path));
            } else if path.extension().is_some_and(|e| e == "hcl") && path.is_file() {
                found.insert(path);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn check(recursive: bool, expected: &[&str]) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for sub in ["sub/deep", ".hidden"] {
            fs::create_dir_all(root.join(sub)).unwrap();
        }
        for name in ["b.hcl", "a.hcl", "a.txt", ".c.hcl", "sub/d.hcl"] {
            fs::write(root.join(name), "").unwrap();
        }
        fs::write(root.join("sub/deep/e.test.hcl"), "").unwrap();
        fs::write(root.join(".hidden/f.hcl"), "").unwrap();
        symlink("..", root.join("sub/up")).unwrap();
        symlink("nowhere", root.join("gone.hcl")).unwrap();
        let found = files(root, recursive).unwrap();
        let names = found.iter().map(|p| p.strip_prefix(root).unwrap());
        assert_eq!(
            names.collect::<Vec<_>>(),
            expected.iter().map(Path::new).collect::<Vec<_>>()
        );
    }

    #[test]
    fn directories_hold_their_own_files() {
        check(false, &["a.hcl", "b.hcl"]);
        check(
            true,
            &["a.hcl", "b.hcl", "sub/d.hcl", "sub/deep/e.test.hcl"],
        );
    }

    #[test]
    fn a_file_is_itself_whatever_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("values.txt");
        assert!(files(&path, false).is_err());
        fs::write(&path, "").unwrap();
        assert_eq!(files(&path, false).unwrap(), BTreeSet::from([path]));
    }
}
