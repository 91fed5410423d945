//! Files that are there whole or not at all, locks that end with their process, and the removal
//! of trees.

use crate::Outcome;
use provider::ProviderProblem;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// A problem with a file, in words.
pub(crate) fn trouble(what: &str, path: &Path, error: &std::io::Error) -> ProviderProblem {
    let problem = ProviderProblem::error(format!("{what} {} failed: {error}", path.display()));
    match error.kind() {
        ErrorKind::PermissionDenied => problem.help("sandbox machines take root: run it with sudo"),
        ErrorKind::StorageFull => problem.help("make room on that disk, then run it again"),
        _ => problem,
    }
}

/// Makes a directory and those above it, for root alone.
pub(crate) fn make_dir(path: &Path) -> Outcome<()> {
    make_dir_mode(path, 0o700)
}

/// Makes a directory and those above it, with that mode whatever the umask.
pub(crate) fn make_dir_mode(path: &Path, mode: u32) -> Outcome<()> {
    let failed = |e| trouble("making", path, &e);
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(failed)?;
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(failed)
}

/// Writes a file so that whoever looks sees the old or the new content, durably.
pub(crate) fn write(path: &Path, content: &[u8], mode: u32) -> Outcome<()> {
    let failed = |e| trouble("writing", path, &e);
    let dir = path.parent().unwrap_or(Path::new("/"));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = dir.join(format!(".{name}.new"));
    let _ = fs::remove_file(&fresh);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&fresh)
        .map_err(failed)?;
    // Whatever the user's umask takes away.
    file.set_permissions(Permissions::from_mode(mode))
        .map_err(failed)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    fs::rename(&fresh, path).map_err(failed)?;
    sync_dir(dir)
}

/// Makes renames and removals in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Outcome<()> {
    File::open(dir)
        .and_then(|d| d.sync_all())
        .map_err(|e| trouble("syncing", dir, &e))
}

/// The text of a file, none where there is none.
pub(crate) fn read(path: &Path) -> Outcome<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(trouble("reading", path, &e)),
    }
}

/// The names in a directory, sorted; none where there is no directory.
pub(crate) fn names(dir: &Path) -> Outcome<Vec<String>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(trouble("reading", dir, &e)),
    };
    let name = |e: fs::DirEntry| e.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.filter_map(Result::ok).map(name).collect();
    names.sort();
    Ok(names)
}

/// A lock on a file, made where it isn't there; waits for it. It ends with the file, at the
/// latest with the process.
pub(crate) fn lock(path: &Path) -> Outcome<File> {
    let failed = |e| trouble("locking", path, &e);
    // One that is there keeps its mode.
    if let Some(dir) = path.parent().filter(|dir| !dir.is_dir()) {
        make_dir(dir)?;
    }
    let mut options = OpenOptions::new();
    let file = options
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path);
    let file = file.map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}

/// What came of the wish for a lock.
pub(crate) enum Locked {
    /// It is held until this is dropped.
    Held(File),
    /// Somebody else holds it.
    Busy,
    /// There is nothing to lock.
    Gone,
}

/// A lock on a directory that may go away meanwhile.
pub(crate) fn lock_dir(path: &Path, wait: bool) -> Outcome<Locked> {
    loop {
        let dir = match File::open(path) {
            Ok(dir) => dir,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Locked::Gone),
            Err(e) => return Err(trouble("locking", path, &e)),
        };
        if wait {
            dir.lock().map_err(|e| trouble("locking", path, &e))?;
        } else {
            match dir.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Locked::Busy),
                Err(TryLockError::Error(e)) => return Err(trouble("locking", path, &e)),
            }
        }
        // While we waited, another one may have been put in its place.
        let inode = |m: fs::Metadata| (m.dev(), m.ino());
        if fs::metadata(path).map(inode).ok() == dir.metadata().map(inode).ok() {
            return Ok(Locked::Held(dir));
        }
    }
}

/// Removes a directory and all below it; one that isn't there is fine. Refuses while something
/// is mounted below: what is mounted is somebody else's.
pub(crate) fn remove_tree(path: &Path) -> Outcome<()> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    if let Some(mounted) = mounted_below(&mounts, path) {
        return Err(ProviderProblem::error(format!(
            "{} can't be removed: something is mounted at {mounted}",
            path.display()
        ))
        .help(format!("run `umount -R {mounted}`, then run it again")));
    }
    match fs::remove_dir_all(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(trouble("removing", path, &e)),
        _ => Ok(()),
    }
}

/// The first mount point at or below `path` in the text of `/proc/self/mountinfo`.
pub(crate) fn mounted_below(mountinfo: &str, path: &Path) -> Option<String> {
    let points = mountinfo.lines().filter_map(|line| line.split(' ').nth(4));
    let mut points = points.map(|p| p.replace("\\040", " "));
    points.find(|point| Path::new(point).starts_with(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_whole_files_with_their_mode() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        for text in ["one", "two"] {
            write(&path, text.as_bytes(), 0o640).unwrap();
            assert_eq!(read(&path).unwrap().as_deref(), Some(text));
        }
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
        assert_eq!(names(dir.path()).unwrap(), ["f"]);
        assert_eq!(read(&dir.path().join("none")).unwrap(), None);
    }

    #[test]
    fn a_directory_is_locked_once_and_may_be_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("m");
        assert!(matches!(lock_dir(&path, false), Ok(Locked::Gone)));
        make_dir(&path).unwrap();
        let held = lock_dir(&path, true).unwrap();
        assert!(matches!(lock_dir(&path, false), Ok(Locked::Busy)));
        drop(held);
        assert!(matches!(lock_dir(&path, false), Ok(Locked::Held(_))));
    }

    #[test]
    fn finds_mounts_below_a_directory() {
        let text = "22 1 0:1 / /proc rw - proc proc rw\n30 1 0:2 / /a/b/c rw - tmpfs t rw\n";
        assert_eq!(
            mounted_below(text, Path::new("/a/b")).as_deref(),
            Some("/a/b/c")
        );
        assert_eq!(mounted_below(text, Path::new("/a/bb")), None);
    }
}
