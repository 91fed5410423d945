//! The task that owns a store: it takes commands one by one, appends that came together as one
//! batch, and is the only one in its process that writes.

mod durable;
mod requests;

use super::lease::{LeaseRequest, Standing};
use super::replay::Opened;
use super::{Appended, Genesis};
use crate::anchor::Anchors;
use crate::backend::Store;
use crate::error::JournalError;
use crate::history::Chapter;
use crate::keyring::{Keyring, NewRecipient, RecipientInfo};
use crate::keys::Keys;
use crate::seal::{Clear, Tip};
use state::{Event, Lease, State};
use std::sync::Arc;
use std::time::Instant;
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
        request: LeaseRequest,
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
            writer.remember();
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
            Command::TakeLease { request, reply } => {
                let taken = self.take_lease(&request).await;
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
