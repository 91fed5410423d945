//! Where events go: the journal of a state, or, for a rehearsal, nowhere.

use async_trait::async_trait;
use executor::{RecordError, Recorder};
use state::Event;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Journal, JournalError};

/// The journal as the executor sees it.
pub(crate) struct JournalRecorder(pub(crate) Journal);

#[async_trait]
impl Recorder for JournalRecorder {
    async fn append(&self, events: Vec<Event>) -> Result<u64, RecordError> {
        let appended = self.0.append(events).await.map_err(|e| error_of(&e))?;
        Ok(appended.at_ms)
    }
}

/// A journal's refusal in words.
pub fn error_of(error: &JournalError) -> RecordError {
    RecordError {
        message: error.to_string(),
        help: None,
    }
}

/// Records nothing: a rehearsal's state lives as long as the command. Time counts events.
#[derive(Debug, Default)]
pub struct MemoryRecorder {
    clock: AtomicU64,
}

#[async_trait]
impl Recorder for MemoryRecorder {
    async fn append(&self, events: Vec<Event>) -> Result<u64, RecordError> {
        Ok(self.clock.fetch_add(events.len() as u64, Ordering::Relaxed))
    }
}
