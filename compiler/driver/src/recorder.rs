//! Where events go: the journal of a state, or, for a rehearsal, nowhere.

use async_trait::async_trait;
use executor::{RecordError, Recorder};
use state::Event;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use store::{Journal, JournalError};

/// The journal as the executor sees it.
pub(crate) struct JournalRecorder(pub(crate) Journal);

#[async_trait]
impl Recorder for JournalRecorder {
    async fn append(&self, events: Vec<Event>) -> Result<u64, RecordError> {
        let appended = self.0.append(events).await.map_err(|e| error_of(&e))?;
        Ok(appended.at_ms)
    }

    async fn now(&self) -> Result<u64, RecordError> {
        self.0.now().await.map_err(|e| error_of(&e))
    }
}

/// A journal's refusal in words.
pub fn error_of(error: &JournalError) -> RecordError {
    RecordError {
        message: error.to_string(),
        help: None,
    }
}

/// Records nothing: a rehearsal's state lives as long as the command. Its time is this
/// computer's, and does not run backwards.
#[derive(Debug, Default)]
pub struct MemoryRecorder {
    latest_ms: AtomicU64,
}

impl MemoryRecorder {
    fn time(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = since.map_or(0, |s| u64::try_from(s.as_millis()).unwrap_or(u64::MAX));
        self.latest_ms.fetch_max(now, Ordering::Relaxed).max(now)
    }
}

#[async_trait]
impl Recorder for MemoryRecorder {
    async fn append(&self, _events: Vec<Event>) -> Result<u64, RecordError> {
        Ok(self.time())
    }

    async fn now(&self) -> Result<u64, RecordError> {
        Ok(self.time())
    }
}
