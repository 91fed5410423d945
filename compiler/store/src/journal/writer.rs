//! The task that owns a store: it takes commands one by one, appends that came together as one
//! batch, and is the only one in its process that writes.

use super::lease::Standing;
use super::replay::{Opened, follow};
use super::{Appended, Genesis};
use crate::anchor::{Anchor, Anchors};
use crate::backend::{Batch, Store, StoreError, StoredBatch};
use crate::error::{Held, JournalError};
use crate::history::{self, Chapter};
use crate::keyring::{Keyring, NewRecipient, RecipientInfo};
use crate::keys::Keys;
use crate::seal::{Clear, Tip, seal_batch, seal_snapshot};
use state::{Event, Lease, LeaseOwner, State};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

type Result<T> = std::result::Result<T, JournalError>;
type Reply<T> = oneshot::Sender<Result<T>>;

/// What is asked of the writer.
pub(super) enum Command {
    Append {
        events: Vec<Event>,
        with_lease: bool,
        reply: Reply<Appended>,
    },
    State(Reply<Arc<State>>),
    Refresh(Reply<Arc<State>>),
    Now(Reply<u64>),
    TakeLease {
        owner: LeaseOwner,
        time_to_live: Duration,
        reply: Reply<Lease>,
    },
    EndLease(Reply<()>),
    BreakLease(Reply<Option<Lease>>),
    History(Reply<Vec<Chapter>>),
    Recipients(Reply<Vec<RecipientInfo>>),
    ChangeKeys {
        change: KeyChange,
        reply: Reply<()>,
    },
    Keys(Reply<Keys>),
    Close(Reply<()>),
}

/// What is to become of the recipients.
pub(super) enum KeyChange {
    Add(NewRecipient),
    Remove(String),
    Rotate,
}

/// A batch is not larger than this, so that no store refuses it.
const LARGEST_BATCH: usize = 8 << 20;
/// A log behind the snapshot is not worth another snapshot below this.
const SMALLEST_LOG: usize = 64 << 10;
/// How long a store that does not answer is asked again.
const PATIENCE: Duration = Duration::from_secs(30);
const ANCHOR_EVERY: Duration = Duration::from_millis(500);

/// Owns the store.
pub(super) struct Writer {
    store: Arc<dyn Store>,
    keys: Keys,
    keyring: Keyring,
    anchors: Option<Anchors>,
    anchored: Option<Instant>,
    tip: Tip,
    /// What is durable.
    state: Arc<State>,
    /// What will be, once what was asked for is durable: events are tried on it first, so that
    /// none that can't follow ever gets into the log.
    ahead: Option<State>,
    /// The lease that this process has.
    lease: Option<Lease>,
    /// Why nothing can be written any more.
    broken: Option<JournalError>,
    /// The latest that the store's clock was seen: what events are tried out with.
    now_ms: u64,
    snapshot_bytes: usize,
    bytes_behind: usize,
    standing: Arc<watch::Sender<Standing>>,
}

impl Writer {
    /// Of an empty store.
    pub(super) fn empty(
        store: Arc<dyn Store>,
        keys: Keys,
        keyring: Keyring,
        anchors: Option<Anchors>,
    ) -> Writer {
        let opened = Opened {
            keys,
            keyring,
            state: State::default(),
            tip: Tip::default(),
            snapshot_bytes: 0,
            bytes_behind: 0,
        };
        Writer::at(store, opened, anchors)
    }

    /// Of a store that was read.
    pub(super) fn at(store: Arc<dyn Store>, opened: Opened, anchors: Option<Anchors>) -> Writer {
        let mut writer = Writer {
            store,
            keys: opened.keys,
            keyring: opened.keyring,
            anchors,
            anchored: None,
            tip: opened.tip,
            state: Arc::new(opened.state),
            ahead: None,
            lease: None,
            broken: None,
            now_ms: 0,
            snapshot_bytes: opened.snapshot_bytes,
            bytes_behind: opened.bytes_behind,
            standing: Arc::new(watch::channel(Standing::None).0),
        };
        if writer.tip.position > 0 {
            writer.anchor(true);
        }
        writer
    }

    pub(super) fn state(&self) -> Arc<State> {
        self.state.clone()
    }

    /// Writes the beginning of a new state.
    pub(super) async fn begin(&mut self, genesis: &Genesis) -> Result<()> {
        let keyring = self.keyring.to_bytes();
        let events = [
            Event::Begun {
                lineage: self.keys.lineage,
                project: genesis.project.as_str().into(),
                environment: genesis.environment.as_str().into(),
            },
            Event::KeysChanged {
                generation: self.keys.generation,
                what: "made".into(),
                keyring: *blake3::hash(&keyring).as_bytes(),
            },
        ];
        match self.write(&events, Some(keyring)).await {
            Err(JournalError::Conflict) => Err(JournalError::Exists {
                store: self.store.describe(),
            }),
            other => other.map(drop),
        }
    }

    /// Takes commands until nobody can give any more.
    pub(super) async fn run(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        standing: Arc<watch::Sender<Standing>>,
    ) {
        self.standing = standing;
        let mut next = None;
        loop {
            let command = match next.take() {
                Some(command) => command,
                None => match commands.recv().await {
                    Some(command) => command,
                    None => break,
                },
            };
            match command {
                Command::Append {
                    events,
                    with_lease,
                    reply,
                } => {
                    let mut group = Group::default();
                    self.join(&mut group, events, with_lease, reply);
                    while next.is_none() && group.bytes < LARGEST_BATCH {
                        match commands.try_recv() {
                            Ok(Command::Append {
                                events,
                                with_lease,
                                reply,
                            }) => self.join(&mut group, events, with_lease, reply),
                            Ok(other) => next = Some(other),
                            Err(_) => break,
                        }
                    }
                    self.commit(group).await;
                }
                Command::Close(reply) => {
                    self.anchor(true);
                    answer(reply, Ok(()));
                    return;
                }
                other => self.serve(other).await,
            }
        }
        self.anchor(true);
    }

    async fn serve(&mut self, command: Command) {
        match command {
            Command::State(reply) => answer(reply, Ok(self.state())),
            Command::Refresh(reply) => {
                let refreshed = self.refresh().await.map(|()| self.state());
                answer(reply, refreshed);
            }
            Command::Now(reply) => {
                let now = self.store.now().await;
                answer(
                    reply,
                    now.map_err(|e| JournalError::of_store(&self.store.describe(), e)),
                );
            }
            Command::TakeLease {
                owner,
                time_to_live,
                reply,
            } => {
                let taken = self.take_lease(owner, time_to_live).await;
                answer(reply, taken);
            }
            Command::EndLease(reply) => {
                let ended = self.end_lease().await;
                answer(reply, ended);
            }
            Command::BreakLease(reply) => {
                let broken = self.break_lease().await;
                answer(reply, broken);
            }
            Command::History(reply) => {
                let history = self.history().await;
                answer(reply, history);
            }
            Command::Recipients(reply) => answer(reply, Ok(self.keyring.list())),
            Command::ChangeKeys { change, reply } => {
                let changed = self.change_keys(change).await;
                answer(reply, changed);
            }
            Command::Keys(reply) => answer(reply, Ok(self.keys.clone())),
            Command::Append { .. } | Command::Close(_) => {}
        }
    }

    /// Takes the events of one append into a group, or refuses them.
    fn join(&mut self, group: &mut Group, events: Vec<Event>, lease: bool, reply: Reply<Appended>) {
        if reply.is_closed() {
            return;
        }
        let allowed = match lease {
            true => self.may_write(),
            false => self.broken.clone().map_or(Ok(()), Err),
        };
        match allowed.and_then(|()| self.try_out(&events, &group.events)) {
            Ok(clear) => {
                group.bytes += clear.iter().map(Clear::bytes).sum::<usize>();
                group.clear.extend(clear);
                group.events.extend(events);
                group.replies.push((reply, group.events.len() as u64));
            }
            Err(error) => answer(reply, Err(error)),
        }
    }

    fn may_write(&self) -> Result<()> {
        match (&self.broken, &self.lease) {
            (Some(broken), _) => Err(broken.clone()),
            (None, None) => Err(JournalError::NoLease),
            (None, Some(_)) => Ok(()),
        }
    }

    /// Folds events onto what will be, and encodes them. `waiting` are tried out already, and
    /// not durable.
    fn try_out(&mut self, events: &[Event], waiting: &[Event]) -> Result<Vec<Clear>> {
        if events.is_empty() {
            return Err(JournalError::Invalid("there is no event to append".into()));
        }
        let at_ms = self.now_ms.max(self.tip.at_ms);
        let mut ahead = match self.ahead.take() {
            Some(ahead) => ahead,
            // An error before left none.
            None => {
                let mut ahead = State::clone(&self.state);
                let again = waiting.iter().try_for_each(|e| ahead.apply(e, at_ms));
                again.map_err(JournalError::Invalid)?;
                ahead
            }
        };
        let mut all = Vec::with_capacity(events.len());
        for event in events {
            let clear = Clear::of(event, &ahead, &self.keys).map_err(JournalError::Invalid)?;
            ahead.apply(event, at_ms).map_err(JournalError::Invalid)?;
            all.push(clear);
        }
        self.ahead = Some(ahead);
        Ok(all)
    }

    /// Makes a group durable, and answers all who wait for it.
    async fn commit(&mut self, group: Group) {
        if group.replies.is_empty() {
            return;
        }
        let before = self.tip.position;
        let done = self.store(group.clear, &group.events, None).await;
        for (reply, events) in group.replies {
            let appended = done.clone().map(|at_ms| Appended {
                position: before + events,
                at_ms,
            });
            answer(reply, appended);
        }
        self.snapshot_if_due(1).await;
    }

    /// Makes events durable that are the writer's own.
    async fn write(&mut self, events: &[Event], keyring: Option<Vec<u8>>) -> Result<u64> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let clear = self.try_out(events, &[])?;
        self.store(clear, events, keyring).await
    }

    /// Seals, stores and folds. What fails leaves the journal broken, except where nobody else
    /// wrote and nothing was stored, or where no lease was at stake.
    async fn store(
        &mut self,
        clear: Vec<Clear>,
        events: &[Event],
        keyring: Option<Vec<u8>>,
    ) -> Result<u64> {
        let sealed = seal_batch(&self.keys, &self.tip, clear, keyring);
        let batch = sealed.ok_or(JournalError::Key(crate::KeyError::NeedsSecretsKey))?;
        let stored = self.push(&batch).await;
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

    fn lose(&mut self, error: JournalError) {
        if self.lease.is_some() {
            self.standing
                .send_replace(Standing::Lost(error.to_string()));
        }
        self.broken = Some(error);
    }

    /// Reads what others wrote. Who holds the lease need not: nobody else can.
    async fn refresh(&mut self) -> Result<()> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        if self.lease.is_some() {
            return Ok(());
        }
        let batches = self.store.batches_from(self.tip.position + 1).await;
        let batches = batches.map_err(|e| JournalError::of_store(&self.store.describe(), e))?;
        for stored in &batches {
            self.catch_up(stored)?;
        }
        Ok(())
    }

    fn catch_up(&mut self, stored: &StoredBatch) -> Result<()> {
        self.ahead = None;
        if let Some(bytes) = &stored.batch.keyring {
            let keyring = Keyring::from_bytes(bytes)?;
            if keyring.generation() != self.keys.generation {
                let error = JournalError::Fenced("its keys were made anew".into());
                self.broken = Some(error.clone());
                return Err(error);
            }
            self.keyring = keyring;
        }
        let state = Arc::make_mut(&mut self.state);
        let followed = follow(&self.keys, &mut self.tip, state, stored);
        if let Err(damage) = followed {
            let error = JournalError::Corrupted {
                store: self.store.describe(),
                position: damage.position,
                what: damage.what,
            };
            self.broken = Some(error.clone());
            return Err(error);
        }
        self.bytes_behind += stored.batch.bytes();
        Ok(())
    }

    async fn take_lease(&mut self, owner: LeaseOwner, time_to_live: Duration) -> Result<Lease> {
        if let Some(lease) = &self.lease {
            let now_ms = lease.renewed_at_ms;
            let lease = lease.clone();
            return Err(JournalError::Held(Box::new(Held { lease, now_ms })));
        }
        self.refresh().await?;
        if let Some(held) = self.state.lease.clone() {
            let now = self.store.now().await;
            let now_ms = now.map_err(|e| JournalError::of_store(&self.store.describe(), e))?;
            if !held.is_over(now_ms) {
                let lease = held;
                return Err(JournalError::Held(Box::new(Held { lease, now_ms })));
            }
            self.now_ms = now_ms;
        }
        let epoch = self.state.epoch + 1;
        let lease = Lease {
            epoch,
            owner,
            time_to_live_ms: u64::try_from(time_to_live.as_millis()).unwrap_or(u64::MAX),
            taken_at_ms: 0,
            renewed_at_ms: 0,
        };
        self.write(&[Event::LeaseTaken(lease)], None).await?;
        let lease = self.state.lease.clone();
        let lease = lease.ok_or(JournalError::NoLease)?;
        self.lease = Some(lease.clone());
        self.standing.send_replace(Standing::Held);
        Ok(lease)
    }

    async fn end_lease(&mut self) -> Result<()> {
        self.may_write()?;
        let Some(lease) = self.lease.clone() else {
            return Err(JournalError::NoLease);
        };
        let epoch = lease.epoch;
        self.write(&[Event::LeaseEnded { epoch }], None).await?;
        self.lease = None;
        self.standing.send_replace(Standing::None);
        self.snapshot_if_due(2).await;
        self.anchor(true);
        Ok(())
    }

    async fn break_lease(&mut self) -> Result<Option<Lease>> {
        for _ in 0..10 {
            self.refresh().await?;
            let Some(lease) = self.state.lease.clone() else {
                return Ok(None);
            };
            let epoch = lease.epoch;
            match self.write(&[Event::LeaseEnded { epoch }], None).await {
                Ok(_) => return Ok(Some(lease)),
                // It was renewed just now.
                Err(JournalError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Err(JournalError::Conflict)
    }

    async fn history(&self) -> Result<Vec<Chapter>> {
        let batches = self.store.batches_from(1).await;
        let batches = batches.map_err(|e| JournalError::of_store(&self.store.describe(), e))?;
        history::tell(&self.keys, &batches).map_err(|damage| JournalError::Corrupted {
            store: self.store.describe(),
            position: damage.position,
            what: damage.what,
        })
    }

    async fn change_keys(&mut self, change: KeyChange) -> Result<()> {
        self.may_write()?;
        let (keyring, keys, what) = match change {
            KeyChange::Add(new) => {
                let what = format!("recipient `{}` added", new.name);
                (
                    self.keyring.with(&self.keys, &new)?,
                    self.keys.clone(),
                    what,
                )
            }
            KeyChange::Remove(name) => {
                let (keyring, keys) = self.keyring.without(&self.keys, &name)?;
                (
                    keyring,
                    keys,
                    format!("recipient `{name}` removed, keys made anew"),
                )
            }
            KeyChange::Rotate => {
                let (keyring, keys) = self.keyring.rotated(&self.keys)?;
                (keyring, keys, "keys made anew".into())
            }
        };
        let bytes = keyring.to_bytes();
        let event = Event::KeysChanged {
            generation: keys.generation,
            what,
            keyring: *blake3::hash(&bytes).as_bytes(),
        };
        let anew = keys.generation != self.keys.generation;
        let old = std::mem::replace(&mut self.keys, keys);
        if let Err(error) = self.write(&[event], Some(bytes)).await {
            self.keys = old;
            return Err(error);
        }
        self.keyring = keyring;
        if anew {
            // So that what is recorded now is sealed with the new keys alone.
            self.snapshot().await;
        }
        Ok(())
    }

    /// Writes a snapshot where the log behind the last one is `share` of its size: so the bytes
    /// written stay in proportion to those of the log.
    async fn snapshot_if_due(&mut self, share: usize) {
        let worth = (self.snapshot_bytes / share).max(SMALLEST_LOG);
        if self.bytes_behind > worth {
            self.snapshot().await;
        }
    }

    async fn snapshot(&mut self) {
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

    fn anchor(&mut self, now: bool) {
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

/// Appends that become durable together.
#[derive(Default)]
struct Group {
    clear: Vec<Clear>,
    events: Vec<Event>,
    bytes: usize,
    /// Who waits, and how many events of the group come up to theirs.
    replies: Vec<(Reply<Appended>, u64)>,
}

fn answer<T>(reply: Reply<T>, with: Result<T>) {
    // Who does not wait any more need not know.
    drop(reply.send(with));
}
