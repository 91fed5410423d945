//! The anchor: how far each state was seen from this computer, and which state was seen in each
//! store, so that one which went back, was replaced or is gone is noticed.

use model::Lineage;
use serde::{Deserialize, Serialize};
use state::Position;
use std::io;
use std::path::{Path, PathBuf};

/// The directory of all anchors.
#[derive(Clone, Debug)]
pub struct Anchors {
    directory: PathBuf,
}

/// How far a state was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The last event of a batch.
    pub position: Position,
    /// That batch's chain.
    pub chain: [u8; 32],
}

impl Anchors {
    /// Those in a directory, which is made when it is needed.
    pub fn in_directory(directory: PathBuf) -> Anchors {
        Anchors { directory }
    }

    /// Those of the user: `landfall/anchors` of the state directory that `environment` names.
    pub fn of_user(environment: impl Fn(&str) -> Option<String>) -> Option<Anchors> {
        let given = |name: &str| {
            environment(name)
                .filter(|v| !v.is_empty())
                .map(PathBuf::from)
        };
        given("XDG_STATE_HOME")
            .or_else(|| given("HOME").map(|home| home.join(".local").join("state")))
            .map(|state| Anchors::in_directory(state.join("landfall").join("anchors")))
    }

    /// The anchor of a state, where it was seen before.
    ///
    /// # Errors
    /// Where there is one that can't be read.
    pub fn load(&self, lineage: Lineage) -> io::Result<Option<Anchor>> {
        match std::fs::read(self.path(lineage)) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(io::Error::other),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Remembers how far a state was seen, where that is further than before.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn advance(&self, lineage: Lineage, anchor: Anchor) -> io::Result<()> {
        match self.load(lineage) {
            Ok(Some(known)) if known.position >= anchor.position => Ok(()),
            _ => self.save(lineage, anchor),
        }
    }

    /// Remembers this, whatever was before.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn save(&self, lineage: Lineage, anchor: Anchor) -> io::Result<()> {
        std::fs::create_dir_all(&self.directory)?;
        self.put(&self.path(lineage), &serde_json::to_vec(&anchor)?)
    }

    /// Beside it and renamed, so that nobody reads half of it; named by the process, so that two
    /// do not write the same file.
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
        std::fs::write(&beside, bytes)?;
        std::fs::rename(&beside, path)
    }

    /// Which state was in a store when it was seen last and held something.
    pub fn state_of(&self, store: &str) -> Option<Lineage> {
        // One that can't be read is as good as none.
        let text = std::fs::read_to_string(self.path_of(store)).ok()?;
        text.lines().next()?.parse().ok()
    }

    /// Remembers which state is in a store; none, where nothing is in it that could be missed.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn set_state_of(&self, store: &str, state: Option<Lineage>) -> io::Result<()> {
        if self.state_of(store) == state {
            return Ok(());
        }
        let path = self.path_of(store);
        let Some(lineage) = state else {
            return std::fs::remove_file(path);
        };
        std::fs::create_dir_all(self.directory.join("stores"))?;
        self.put(&path, format!("{lineage}\n{store}\n").as_bytes())
    }

    fn path_of(&self, store: &str) -> PathBuf {
        let name = blake3::hash(store.as_bytes()).to_hex();
        self.directory.join("stores").join(&name[..32])
    }

    fn path(&self, lineage: Lineage) -> PathBuf {
        self.directory.join(lineage.to_string())
    }
}
