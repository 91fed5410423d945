//! What makes events durable: sealed, stored, and, where an answer was lost, looked for; then
//! folded, and now and then a snapshot.

use super::Writer;
use crate::anchor::Anchor;
use crate::backend::{Batch, StoreError};
use crate::error::JournalError;
use crate::journal::Standing;
use crate::seal::{Clear, Tip, seal_batch, seal_snapshot};
use state::Event;
use std::sync::Arc;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, JournalError>;

/// A log behind the snapshot is not worth another snapshot below this.
const SMALLEST_LOG: usize = 64 << 10;
/// How long a store that does not answer is asked again.
const PATIENCE: Duration = Duration::from_secs(30);
const ANCHOR_EVERY: Duration = Duration::from_millis(500);

impl Writer {
    /// Makes events durable that are the writer's own.
    pub(super) async fn write(
        &mut self,
        events: &[Event],
        keyring: Option<Vec<u8>>,
    ) -> Result<u64> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let clear = self.try_out(events, &[])?;
        self.store(clear, events, keyring).await
    }

    /// Seals, stores and folds. What fails leaves the journal broken, except where nobody else
    /// wrote and nothing was stored, or where no lease was at stake.
    pub(super) async fn store(
        &mut self,
        clear: Vec<Clear>,
        events: &[Event],
        keyring: Option<Vec<u8>>,
    ) -> Result<u64> {
        let sealed = seal_batch(&self.keys, &self.tip, clear, keyring);
        let batch = sealed.ok_or(JournalError::Key(crate::KeyError::NeedsSecretsKey))?;
        let began = Instant::now();
        let stored = self.push(&batch).await;
        let (first, events_stored, bytes) = (batch.first, events.len(), batch.bytes());
        let (took_us, error) = (began.elapsed().as_micros() as u64, stored.as_ref().err());
        let error = error.map(tracing::field::display);
        tracing::debug!(
            first,
            events = events_stored,
            bytes,
            took_us,
            error,
            "append"
        );
        let at_ms = match stored {
            Ok(at_ms) => at_ms,
            Err(error) => {
                self.ahead = None;
                return Err(self.failed(error));
            }
        };
        self.tip = Tip {
            position: batch.last(),
            chain: batch.chain,
            at_ms,
            generation: self.keys.generation,
        };
        self.bytes_behind += batch.bytes();
        let state = Arc::make_mut(&mut self.state);
        for event in events {
            // It was tried before on the same state.
            if let Err(what) = state.apply(event, at_ms) {
                let error = JournalError::Invalid(what);
                self.lose(error.clone());
                return Err(error);
            }
        }
        self.anchor(false);
        Ok(at_ms)
    }

    /// Appends a batch, again where the store does not answer, and finds out by reading what
    /// became of it where an answer was lost.
    async fn push(&self, batch: &Batch) -> std::result::Result<u64, StoreError> {
        let patience = self.lease.as_ref().map_or(PATIENCE, |lease| {
            Duration::from_millis(lease.time_to_live_ms).min(PATIENCE)
        });
        let deadline = Instant::now() + patience;
        let mut pause = Duration::from_millis(50);
        let mut uncertain = false;
        loop {
            let error = match self.store.append(batch, batch.first - 1).await {
                Ok(at_ms) => return Ok(at_ms),
                Err(error) => error,
            };
            uncertain |= matches!(
                error,
                StoreError::Unavailable {
                    uncertain: true,
                    ..
                }
            );
            // A request that arrived twice, too, meets itself.
            let doubtful = uncertain || error == StoreError::Conflict;
            if doubtful && let Ok(found) = self.look_for(batch).await {
                match found {
                    Found::Ours(at_ms) => return Ok(at_ms),
                    Found::Others => return Err(StoreError::Conflict),
                    Found::Nothing => {}
                }
            }
            let again = matches!(error, StoreError::Unavailable { .. });
            if !again || Instant::now() + pause > deadline {
                return Err(match (error, uncertain) {
                    (StoreError::Unavailable { message, .. }, uncertain) => {
                        StoreError::Unavailable { message, uncertain }
                    }
                    (error, _) => error,
                });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    async fn look_for(&self, batch: &Batch) -> std::result::Result<Found, StoreError> {
        let there = self.store.batches_from(batch.first).await?;
        Ok(match there.first() {
            // The chain has the nonce of this very attempt in it.
            Some(found) if found.batch.chain == batch.chain => Found::Ours(found.at_ms),
            Some(_) => Found::Others,
            None => Found::Nothing,
        })
    }

    fn failed(&mut self, error: StoreError) -> JournalError {
        let store = self.store.describe();
        match (error, self.lease.is_some()) {
            (StoreError::Conflict, true) => {
                let error = JournalError::Fenced("somebody else wrote to the state".into());
                self.lose(error.clone());
                error
            }
            // It may yet arrive: what comes behind it can't be known.
            (
                error @ StoreError::Unavailable {
                    uncertain: true, ..
                },
                _,
            ) => {
                let error = JournalError::of_store(&store, error);
                self.lose(error.clone());
                error
            }
            (error, _) => JournalError::of_store(&store, error),
        }
    }

    pub(super) fn lose(&mut self, error: JournalError) {
        if self.lease.is_some() {
            self.standing
                .send_replace(Standing::Lost(error.to_string()));
        }
        self.broken = Some(error);
    }

    /// Writes a snapshot where the log behind the last one is `share` of its size: so the bytes
    /// written stay in proportion to those of the log.
    pub(super) async fn snapshot_if_due(&mut self, share: usize) {
        let worth = (self.snapshot_bytes / share).max(SMALLEST_LOG);
        if self.bytes_behind > worth {
            self.snapshot().await;
        }
    }

    pub(super) async fn snapshot(&mut self) {
        if self.broken.is_some() || !self.keys.opens_secrets() {
            return;
        }
        let keyring = self.keyring.to_bytes();
        let snapshot = match seal_snapshot(&self.keys, &self.tip, &self.state, &keyring) {
            Ok(snapshot) => snapshot,
            Err(error) => return tracing::warn!(error, "no snapshot of the state was made"),
        };
        // It is derived: without it, reading takes longer, and that is all.
        match self.store.put_snapshot(&snapshot).await {
            Ok(()) => {
                self.snapshot_bytes = snapshot.body.len();
                self.bytes_behind = 0;
            }
            Err(error) => tracing::warn!(%error, "the snapshot of the state was not stored"),
        }
    }

    /// Remembers that this state is in this store, while it holds something.
    pub(in crate::journal) fn remember(&self) {
        let Some(anchors) = &self.anchors else { return };
        let empty = self.state.objects.is_empty() && self.state.open.is_empty();
        let state = (!empty).then_some(self.keys.lineage);
        if let Err(error) = anchors.set_state_of(&self.store.describe(), state) {
            tracing::warn!(%error, "which state is in the store could not be remembered");
        }
    }

    pub(super) fn anchor(&mut self, now: bool) {
        let Some(anchors) = &self.anchors else { return };
        if !now && self.anchored.is_some_and(|at| at.elapsed() < ANCHOR_EVERY) {
            return;
        }
        let anchor = Anchor {
            position: self.tip.position,
            chain: self.tip.chain,
        };
        if let Err(error) = anchors.advance(self.keys.lineage, anchor) {
            tracing::warn!(%error, "how far the state was seen could not be remembered");
        }
        self.anchored = Some(Instant::now());
    }
}

enum Found {
    Ours(u64),
    Others,
    Nothing,
}
