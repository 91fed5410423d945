//! The points of a run: each is counted and told, and at one of them the process kills itself.

use crate::order::POINT;
use async_trait::async_trait;
use state::Position;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Batch, Header, Loaded, Snapshot, Store, StoreError, StoredBatch};

/// Counts points.
pub(crate) struct Points {
    passed: AtomicU64,
    kill_at: u64,
}

impl Points {
    pub(crate) fn new(kill_at: u64) -> Points {
        Points {
            passed: AtomicU64::new(0),
            kill_at,
        }
    }

    /// The process is at a point; at the one that it was told it goes no further.
    pub(crate) fn pass(&self, what: &str) {
        let number = self.passed.fetch_add(1, Ordering::SeqCst) + 1;
        let mut out = std::io::stdout().lock();
        // Nobody listens any more: then nobody counts.
        let _ = writeln!(out, "{POINT}{number} {what}").and_then(|()| out.flush());
        if number == self.kill_at {
            let _ = rustix::process::kill_process(
                rustix::process::getpid(),
                rustix::process::Signal::KILL,
            );
            // The signal is on its way; nothing more is done until it comes.
            loop {
                std::thread::park();
            }
        }
    }
}

/// A store whose durable writes are points.
pub(crate) struct Watched<S> {
    pub(crate) store: S,
    pub(crate) points: Arc<Points>,
}

#[async_trait]
impl<S: Store> Store for Watched<S> {
    fn describe(&self) -> String {
        self.store.describe()
    }

    async fn append(&self, batch: &Batch, expected: Position) -> Result<u64, StoreError> {
        let what = kinds(batch);
        self.points.pass(&format!("before append {what}"));
        let done = self.store.append(batch, expected).await;
        self.points.pass(&format!("after append {what}"));
        done
    }

    async fn load(&self) -> Result<Loaded, StoreError> {
        self.store.load().await
    }

    async fn batches_from(&self, first: Position) -> Result<Vec<StoredBatch>, StoreError> {
        self.store.batches_from(first).await
    }

    async fn put_snapshot(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.points.pass("before snapshot");
        let done = self.store.put_snapshot(snapshot).await;
        self.points.pass("after snapshot");
        done
    }

    async fn now(&self) -> Result<u64, StoreError> {
        self.store.now().await
    }
}

/// The kinds of a batch's events, each once.
fn kinds(batch: &Batch) -> String {
    let Ok(header) = serde_json::from_slice::<Header>(&batch.header) else {
        return "of something".into();
    };
    let mut kinds: Vec<String> = header.events.into_iter().map(|e| e.kind).collect();
    kinds.dedup();
    kinds.join("+")
}
