//! Keeps what a run tells, for tests to look at.

use driver::{Event, Watch};
use std::sync::{Mutex, PoisonError};

/// Everything that was told, as lines.
#[derive(Default)]
pub struct Watching(Mutex<Vec<String>>);

impl Watching {
    /// The lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Watch for Watching {
    fn tell(&self, event: Event) {
        let line = match event {
            Event::Started {
                address, action, ..
            } => format!("{} {address}", action.word()),
            Event::Done {
                address, action, ..
            } => format!("done {} {address}", action.word()),
            Event::Failed(failed) => format!("failed {}: {}", failed.address, failed.problem),
            Event::Skipped(skipped) => {
                format!(
                    "skipped {}, because of {}",
                    skipped.address, skipped.because_of
                )
            }
            other => format!("{other:?}"),
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    }
}
