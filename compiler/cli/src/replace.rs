//! A file's content replaced: whoever reads it sees the old one or the new one, whole.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{Error, Result, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Written beside, for nobody else to read until it has its permissions, and renamed.
pub(crate) fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let name = path
        .file_name()
        .ok_or_else(|| Error::other("this names no file"))?;
    let name = format!(".{}.{}", name.to_string_lossy(), std::process::id());
    let beside = path.with_file_name(name);
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    let renamed = fill(&mut file, bytes, mode).and_then(|()| std::fs::rename(&beside, path));
    if renamed.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    renamed
}

fn fill(file: &mut File, bytes: &[u8], mode: u32) -> Result<()> {
    file.write_all(bytes)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_and_nothing_stays_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p");
        std::fs::write(&path, "old").unwrap();
        for mode in [0o600, 0o640, 0o755] {
            replace(&path, b"new", mode).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), b"new");
            let permissions = std::fs::metadata(&path).unwrap().permissions();
            assert_eq!(permissions.mode() & 0o777, mode);
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(replace(&dir.path().join("nowhere/p"), b"", 0o600).is_err());
    }
}
