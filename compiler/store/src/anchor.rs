//! The anchor: how far each state was seen from this computer, so that a store which went back
//! is noticed.

use model::Lineage;
use serde::{Deserialize, Serialize};
use state::Position;
use std::io;
use std::path::PathBuf;

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
        // Beside it and renamed, so that nobody reads half of it; named by the process, so that
        // two do not write the same file.
        let beside = self
            .directory
            .join(format!(".{lineage}.{}", std::process::id()));
        std::fs::write(&beside, serde_json::to_vec(&anchor)?)?;
        std::fs::rename(&beside, self.path(lineage))
    }

    fn path(&self, lineage: Lineage) -> PathBuf {
        self.directory.join(lineage.to_string())
    }
}
