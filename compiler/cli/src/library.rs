//! The standard library as files: what the paths that begin with `std:` lead to.

use config::LIBRARY;
use std::collections::BTreeSet;

const MISSING: &str = "there is no such file or directory in the standard library";

/// The path inside of the library, where a path leads there; `.` and `..` are followed, and
/// nothing leads out of it.
pub(crate) fn inside(path: &str) -> Option<Result<String, String>> {
    let written = path.strip_prefix(LIBRARY)?;
    let mut parts: Vec<&str> = Vec::new();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_none() => {
                return Some(Err(format!("`{path}` leads out of the standard library")));
            }
            ".." => {}
            part => parts.push(part),
        }
    }
    Some(Ok(parts.join("/")))
}

/// A file's content.
pub(crate) fn read(path: &str) -> Result<Vec<u8>, String> {
    stdlib::file(path)
        .map(<[u8]>::to_vec)
        .ok_or_else(|| MISSING.to_string())
}

/// The paths of all files below a directory, relative to it, sorted.
pub(crate) fn tree(directory: &str) -> Result<Vec<String>, String> {
    let all = stdlib::files().into_iter();
    let below: Vec<String> = match directory {
        "" => all.map(String::from).collect(),
        top => all
            .filter_map(|p| Some(p.strip_prefix(top)?.strip_prefix('/')?.into()))
            .collect(),
    };
    match below.is_empty() {
        true => Err(MISSING.into()),
        false => Ok(below),
    }
}

/// The names of the files directly in a directory.
pub(crate) fn names(directory: &str) -> Result<Vec<String>, String> {
    let mut names = tree(directory)?;
    names.retain(|name| !name.contains('/'));
    Ok(names)
}

/// The names of the directories directly in a directory.
pub(crate) fn directories(directory: &str) -> Vec<String> {
    let below = tree(directory).unwrap_or_default();
    let names: BTreeSet<&str> = below
        .iter()
        .filter_map(|p| Some(p.split_once('/')?.0))
        .collect();
    names.into_iter().map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        for (path, expected) in [
            ("std:server/kind.hcl", Some(Ok("server/kind.hcl"))),
            ("std:server/ssh/../kind.hcl", Some(Ok("server/kind.hcl"))),
            ("std:", Some(Ok(""))),
            ("server/kind.hcl", None),
            ("std:../etc/passwd", Some(Err(()))),
        ] {
            let found = inside(path).map(|found| found.map_err(|_| ()));
            assert_eq!(found, expected.map(|e| e.map(String::from)), "{path}");
        }
    }

    #[test]
    fn the_library_is_read_like_a_directory() {
        assert!(directories("").contains(&"server".to_string()));
        assert!(names("server").unwrap().contains(&"kind.hcl".to_string()));
        assert!(
            read("server/kind.hcl")
                .unwrap()
                .starts_with(b"kind \"server\"")
        );
        assert!(names("nothing").is_err() && read("nothing").is_err());
    }
}
