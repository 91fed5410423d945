//! A store in memory with the semantics of S3: objects that are created once, lists, no
//! transactions; and with the faults of a network, where asked for.

use crate::backend::{Batch, Loaded, Snapshot, Store, StoreError, StoredBatch};
use crate::wire::{batch_from_bytes, batch_to_bytes, snapshot_from_bytes, snapshot_to_bytes};
use async_trait::async_trait;
use state::Position;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// What happens to a request to create an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// None.
    None,
    /// It does not arrive.
    Lost,
    /// It arrives, and its answer does not.
    ReplyLost,
    /// It arrives twice: the second time it meets its own object. The second answer counts.
    Twice,
}

/// The objects, and the faults to come. Shared by all who use it.
#[derive(Clone, Default)]
pub struct Bucket(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    objects: BTreeMap<String, (Vec<u8>, u64)>,
    faults: VecDeque<Fault>,
    reading_fails: u32,
    ahead_ms: u64,
    last_ms: u64,
    written: usize,
}

impl Bucket {
    /// An empty one.
    pub fn new() -> Bucket {
        Bucket::default()
    }

    /// What happens to the next requests that create objects.
    pub fn plan_faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.inner().faults.extend(faults);
    }

    /// Lets as many of the next reads fail.
    pub fn fail_reads(&self, count: u32) {
        self.inner().reading_fails = count;
    }

    /// Moves the clock.
    pub fn pass(&self, ms: u64) {
        self.inner().ahead_ms += ms;
    }

    /// How many bytes were written to it.
    pub fn written(&self) -> usize {
        self.inner().written
    }

    /// The names of all objects.
    pub fn names(&self) -> Vec<String> {
        self.inner().objects.keys().cloned().collect()
    }

    /// Changes an object behind everybody's back; none takes it away.
    pub fn tamper(&self, name: &str, change: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>) {
        let mut inner = self.inner();
        if let Some((bytes, at_ms)) = inner.objects.remove(name)
            && let Some(changed) = change(bytes)
        {
            inner.objects.insert(name.into(), (changed, at_ms));
        }
    }

    /// Creates an object, if there is none of that name.
    fn create(&self, name: &str, bytes: &[u8]) -> Result<u64, StoreError> {
        let mut inner = self.inner();
        let fault = inner.faults.pop_front().unwrap_or(Fault::None);
        let lost = |uncertain| StoreError::Unavailable {
            message: "the connection was lost".into(),
            uncertain,
        };
        if fault == Fault::Lost {
            // The client can't tell this from a lost answer.
            return Err(lost(true));
        }
        let created = inner.create(name, bytes);
        match fault {
            Fault::ReplyLost => Err(lost(true)),
            Fault::Twice => inner.create(name, bytes),
            _ => created,
        }
    }

    fn read<T>(&self, read: impl FnOnce(&Inner) -> T) -> Result<T, StoreError> {
        let mut inner = self.inner();
        if inner.reading_fails > 0 {
            inner.reading_fails -= 1;
            return Err(StoreError::Unavailable {
                message: "the connection was lost".into(),
                uncertain: false,
            });
        }
        Ok(read(&inner))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn now(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX));
        (now + self.ahead_ms).max(self.last_ms)
    }

    fn create(&mut self, name: &str, bytes: &[u8]) -> Result<u64, StoreError> {
        if self.objects.contains_key(name) {
            return Err(StoreError::Conflict);
        }
        let at_ms = self.now();
        self.last_ms = at_ms;
        self.written += bytes.len();
        self.objects.insert(name.into(), (bytes.to_vec(), at_ms));
        Ok(at_ms)
    }
}

/// One user of a bucket.
pub struct TwinStore {
    bucket: Bucket,
}

impl TwinStore {
    /// One of this bucket.
    pub fn new(bucket: Bucket) -> TwinStore {
        TwinStore { bucket }
    }
}

fn log_name(first: Position) -> String {
    format!("log/{first:020}")
}

fn snapshot_name(position: Position) -> String {
    format!("snapshot/{position:020}")
}

#[async_trait]
impl Store for TwinStore {
    fn describe(&self) -> String {
        "memory".into()
    }

    async fn append(&self, batch: &Batch, expected: Position) -> Result<u64, StoreError> {
        // Let others in between, as a network would.
        tokio::task::yield_now().await;
        if batch.first != expected + 1 {
            return Err(StoreError::Conflict);
        }
        let bytes = batch_to_bytes(batch);
        self.bucket.create(&log_name(batch.first), &bytes)
    }

    async fn load(&self) -> Result<Loaded, StoreError> {
        let newest = self.bucket.read(|inner| {
            let mut snapshots = inner.objects.range("snapshot/".to_string()..);
            snapshots.next_back().map(|(_, (bytes, _))| bytes.clone())
        })?;
        tokio::task::yield_now().await;
        let snapshot = match newest {
            Some(bytes) => Some(snapshot_from_bytes(&bytes)?),
            None => None,
        };
        let first = snapshot.as_ref().map_or(1, |s| s.position + 1);
        let batches = self.batches_from(first).await?;
        Ok(Loaded { snapshot, batches })
    }

    async fn batches_from(&self, first: Position) -> Result<Vec<StoredBatch>, StoreError> {
        tokio::task::yield_now().await;
        self.bucket.read(|inner| {
            // The batch that holds `first` may begin before it.
            let before = inner.objects.range(log_name(0)..log_name(first));
            let behind = inner.objects.range(log_name(first)..log_name(u64::MAX));
            let mut batches = Vec::new();
            for (_, (bytes, at_ms)) in before.last().into_iter().chain(behind) {
                let batch = batch_from_bytes(bytes)?;
                if batch.last() >= first {
                    let at_ms = *at_ms;
                    batches.push(StoredBatch { batch, at_ms });
                }
            }
            Ok(batches)
        })?
    }

    async fn put_snapshot(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let name = snapshot_name(snapshot.position);
        match self.bucket.create(&name, &snapshot_to_bytes(snapshot)) {
            // Of one position there is one state.
            Ok(_) | Err(StoreError::Conflict) => {}
            Err(error) => return Err(error),
        }
        tokio::task::yield_now().await;
        let mut inner = self.bucket.inner();
        inner
            .objects
            .retain(|n, _| !n.starts_with("snapshot/") || *n >= name);
        Ok(())
    }

    async fn now(&self) -> Result<u64, StoreError> {
        self.bucket.read(Inner::now)
    }
}
