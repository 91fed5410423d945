//! The standard library: kinds in HCL, and the templates that they render. It holds no logic.

use include_dir::{Dir, include_dir};

static TREE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR");

/// The content of a file, by its path: `server/kind.hcl`.
pub fn file(path: &str) -> Option<&'static [u8]> {
    is_kind(path)
        .then(|| TREE.get_file(path))?
        .map(include_dir::File::contents)
}

/// The paths of all files, sorted.
pub fn files() -> Vec<&'static str> {
    let mut found = Vec::new();
    gather(&TREE, &mut found);
    found.retain(|path| is_kind(path));
    found.sort_unstable();
    found
}

fn gather(directory: &'static Dir<'static>, found: &mut Vec<&'static str>) {
    found.extend(directory.files().filter_map(|f| f.path().to_str()));
    directory.dirs().for_each(|inner| gather(inner, found));
}

/// Whether it lies in the directory of a kind; beside those is this crate itself.
fn is_kind(path: &str) -> bool {
    let top = path.split('/').next().unwrap_or_default();
    TREE.get_file(format!("{top}/kind.hcl")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kinds_are_in_it() {
        assert!(file("server/kind.hcl").is_some());
        assert!(file("Cargo.toml").is_none());
        assert!(file("src/lib.rs").is_none());
        assert!(files().contains(&"secret/kind.hcl"));
        assert!(files().iter().all(|path| file(path).is_some()));
    }
}
