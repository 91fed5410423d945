//! Where machines live on the computer, and the names by which their parts are known to the kernel.

use model::{Fingerprint, Value};
use std::path::{Path, PathBuf};

const HOME: &str = "/var/lib/landfall-sandbox";
/// Another directory for machines, for tests and for several people on one computer.
const HOME_VARIABLE: &str = "LANDFALL_SANDBOX_DIR";
/// Another directory for base images.
const IMAGES_VARIABLE: &str = "LANDFALL_SANDBOX_IMAGES";

/// A directory with machines, and a bridge that they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    dir: PathBuf,
    /// What the names of links, namespaces, cgroups and the nft table begin with.
    tag: String,
}

impl Site {
    /// The usual one, `/var/lib/landfall-sandbox`, unless `LANDFALL_SANDBOX_DIR` says otherwise.
    pub fn usual() -> Site {
        std::env::var_os(HOME_VARIABLE)
            .filter(|dir| !dir.is_empty())
            .map_or_else(|| Site::at(HOME), Site::at)
    }

    /// The one in a directory; it shares nothing with others but the base images.
    pub fn at(dir: impl Into<PathBuf>) -> Site {
        let dir = dir.into();
        let tag = if dir == Path::new(HOME) {
            "landfall".to_string()
        } else {
            let digest = Fingerprint::of(&Value::string(dir.to_string_lossy())).to_hex();
            format!("lf{}n", &digest[..6])
        };
        Site { dir, tag }
    }

    /// Its directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn machines(&self) -> PathBuf {
        self.dir.join("machines")
    }

    pub(crate) fn machine(&self, name: &str) -> PathBuf {
        self.machines().join(name)
    }

    pub(crate) fn images() -> PathBuf {
        std::env::var_os(IMAGES_VARIABLE)
            .filter(|dir| !dir.is_empty())
            .map_or_else(|| Path::new(HOME).join("images"), PathBuf::from)
    }

    /// Links have names of at most 15 letters: this has 11 at most, with the machine's number.
    pub(crate) fn bridge(&self) -> String {
        format!("{}0", self.tag)
    }

    pub(crate) fn link(&self, number: u8) -> String {
        format!("{}{number}", self.tag)
    }

    pub(crate) fn namespace(&self, name: &str) -> String {
        format!("{}-{name}", self.tag)
    }

    pub(crate) fn table(&self) -> String {
        format!("{}_sandbox", self.tag)
    }

    pub(crate) fn cgroup(&self) -> String {
        format!("{}-sandbox", self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_the_kernel_and_sites_share_none() {
        let (usual, other) = (Site::at(HOME), Site::at("/tmp/x"));
        for site in [&usual, &other] {
            assert!(site.link(255).len() <= 15, "{}", site.link(255));
        }
        assert_ne!(usual.bridge(), other.bridge());
        assert_ne!(other.table(), Site::at("/tmp/y").table());
        assert_eq!(usual.bridge(), "landfall0");
    }
}
