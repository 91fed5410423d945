//! The journal of a state: the one writer of a process. Many tasks append through it; it makes
//! batches of what comes together, holds the lease, and says when it is lost.

mod lease;
mod replay;
mod writer;

pub use lease::{LeaseRequest, Standing};

use crate::anchor::Anchors;
use crate::backend::Store;
use crate::error::JournalError;
use crate::history::Chapter;
use crate::keyring::{Keyring, NewRecipient, RecipientInfo};
use crate::keys::Keys;
use crate::sources::KeySources;
use lease::Renewal;
use model::{FingerprintKey, Lineage};
use state::{Event, Lease, Position, State};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};
use writer::{Command, KeyChange, Writer};

/// What a new state is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// The project's name.
    pub project: String,
    /// The environment's name.
    pub environment: String,
}

/// How a journal is opened.
#[derive(Clone, Debug, Default)]
pub struct JournalOptions {
    /// Where is remembered which state was seen in a store, and how far; none to remember
    /// nothing.
    pub anchors: Option<Anchors>,
    /// Whether a state that went back, was replaced or is gone is taken as it is.
    pub accept_rollback: bool,
}

impl JournalOptions {
    /// Which state a store has to have.
    fn expected(&self, store: &str) -> Option<Lineage> {
        let anchors = self.anchors.as_ref().filter(|_| !self.accept_rollback);
        anchors.and_then(|a| a.state_of(store))
    }
}

/// What an append gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The position of the last event.
    pub position: Position,
    /// When they became durable, ms since 1970 by the store's clock: the time to fold them with.
    pub at_ms: u64,
}

/// The one writer of a process. Cheap to clone; all clones are the same writer.
#[derive(Clone)]
pub struct Journal {
    commands: mpsc::Sender<Command>,
    standing: watch::Receiver<Standing>,
    set_standing: Arc<watch::Sender<Standing>>,
    renewal: Arc<Mutex<Option<Renewal>>>,
}

type Result<T> = std::result::Result<T, JournalError>;

impl Journal {
    /// Makes a new state in an empty store.
    ///
    /// # Errors
    /// Where there is one already, a recipient is not right, or the store fails.
    pub async fn create(
        store: Arc<dyn Store>,
        genesis: Genesis,
        recipients: &[NewRecipient],
        options: &JournalOptions,
    ) -> Result<(Journal, Arc<State>)> {
        let loaded = store
            .load()
            .await
            .map_err(|e| JournalError::of_store(&store.describe(), e))?;
        if loaded.snapshot.is_some() || !loaded.batches.is_empty() {
            return Err(JournalError::Exists {
                store: store.describe(),
            });
        }
        if let Some(lineage) = options.expected(&store.describe()) {
            let store = store.describe();
            return Err(JournalError::Gone { store, lineage });
        }
        let keys = Keys::generate(Lineage::random());
        let keyring = Keyring::new(&keys, recipients)?;
        let mut writer = Writer::empty(store, keys, keyring, options.anchors.clone());
        writer.begin(&genesis).await?;
        writer.remember();
        Ok(Journal::start(writer))
    }

    /// Opens the state of a store. Takes no lease.
    ///
    /// # Errors
    /// Where there is none, no key opens it, it was altered, is another one than meant, went
    /// back, or the store fails. Nothing is written in any case.
    pub async fn open(
        store: Arc<dyn Store>,
        sources: &KeySources,
        options: &JournalOptions,
    ) -> Result<(Journal, Arc<State>)> {
        let opened = replay::open(&*store, sources, options).await?;
        let writer = Writer::at(store, opened, options.anchors.clone());
        Ok(Journal::start(writer))
    }

    fn start(writer: Writer) -> (Journal, Arc<State>) {
        let (commands, queue) = mpsc::channel(4096);
        let (set_standing, standing) = watch::channel(Standing::None);
        let set_standing = Arc::new(set_standing);
        let state = writer.state();
        tokio::spawn(writer.run(queue, set_standing.clone()));
        let journal = Journal {
            commands,
            standing,
            set_standing,
            renewal: Arc::new(Mutex::new(None)),
        };
        (journal, state)
    }

    /// Records events, all or none, in this order; returns when they are durable. Appends that
    /// come together become one batch.
    ///
    /// # Errors
    /// Without a lease, where it was lost, where the events can't follow, or the store fails.
    pub async fn append(&self, events: Vec<Event>) -> Result<Appended> {
        self.ask(|reply| Command::Append {
            events,
            with_lease: true,
            reply,
        })
        .await
    }

    /// The state with everything in it that this journal made durable or read.
    ///
    /// # Errors
    /// Where the journal is closed.
    pub async fn state(&self) -> Result<Arc<State>> {
        self.ask(Command::State).await
    }

    /// Reads what others wrote meanwhile, and gives the state.
    ///
    /// # Errors
    /// Where the store fails or was altered.
    pub async fn refresh(&self) -> Result<Arc<State>> {
        self.ask(Command::Refresh).await
    }

    /// The store's time, ms since 1970: what ages are reckoned with, never this computer's.
    ///
    /// # Errors
    /// Where the journal is closed, or the store fails.
    pub async fn now(&self) -> Result<u64> {
        self.ask(Command::Now).await
    }

    /// Takes the lease, and renews it until [`Journal::end_lease`]. Waits for another one's end
    /// as long as asked to. The state is read anew before; see [`Journal::state`].
    ///
    /// # Errors
    /// Where somebody else has it, or the store fails.
    pub async fn take_lease(&self, request: LeaseRequest) -> Result<Lease> {
        let deadline = Instant::now() + request.wait;
        let mut pause = Duration::from_millis(100);
        let lease = loop {
            let asked = Instant::now();
            let taken = self
                .ask(|reply| Command::TakeLease {
                    request: request.clone(),
                    reply,
                })
                .await;
            match taken {
                Err(JournalError::Held(_) | JournalError::Conflict)
                    if Instant::now() < deadline =>
                {
                    let left = deadline.saturating_duration_since(Instant::now());
                    tokio::time::sleep(pause.min(left)).await;
                    pause = (pause * 2).min(Duration::from_secs(1));
                }
                Ok(lease) => break (lease, asked),
                Err(error) => return Err(error),
            }
        };
        let (lease, asked) = lease;
        let renewal = Renewal::start(
            self.commands.downgrade(),
            self.set_standing.clone(),
            lease.clone(),
            asked,
        );
        *self.renewal() = Some(renewal);
        Ok(lease)
    }

    /// Renews the lease no more: it ends by itself when its time is over.
    pub fn stop_renewing(&self) {
        drop(self.renewal().take());
    }

    /// How it stands with the lease; changes are to be waited for.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// Whether nothing new may be started: the lease was lost, or could not be renewed in time.
    pub fn is_fenced(&self) -> bool {
        self.standing.borrow().is_fenced()
    }

    /// Gives the lease back.
    ///
    /// # Errors
    /// Where it is not held any more, or the store fails.
    pub async fn end_lease(&self) -> Result<()> {
        self.stop_renewing();
        self.ask(Command::EndLease).await
    }

    /// Ends the lease of somebody else, who can't write from then on. Gives it, if there was one.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn break_lease(&self) -> Result<Option<Lease>> {
        self.ask(Command::BreakLease).await
    }

    /// What was done to the state from its beginning on: a chapter a lease.
    ///
    /// # Errors
    /// Where the store fails or was altered.
    pub async fn history(&self) -> Result<Vec<Chapter>> {
        self.ask(Command::History).await
    }

    /// Who opens the state.
    ///
    /// # Errors
    /// Where the journal is closed.
    pub async fn recipients(&self) -> Result<Vec<RecipientInfo>> {
        self.ask(Command::Recipients).await
    }

    /// Lets somebody else open the state. Takes the lease to be held.
    ///
    /// # Errors
    /// Where there is such a one, or the keys to give are not at hand.
    pub async fn add_recipient(&self, recipient: NewRecipient) -> Result<()> {
        self.change_keys(KeyChange::Add(recipient)).await
    }

    /// Takes a recipient out, and makes new keys, so that what is written from now on is closed
    /// to them. Takes the lease to be held.
    ///
    /// # Errors
    /// Where there is none, it is the last one, or the secrets key is not at hand.
    pub async fn remove_recipient(&self, name_or_key: &str) -> Result<()> {
        self.change_keys(KeyChange::Remove(name_or_key.into()))
            .await
    }

    /// Makes new keys for the same recipients. Takes the lease to be held.
    ///
    /// # Errors
    /// Where the secrets key is not at hand.
    pub async fn rotate_keys(&self) -> Result<()> {
        self.change_keys(KeyChange::Rotate).await
    }

    /// The keys as they are now.
    ///
    /// # Errors
    /// Where the journal is closed.
    pub async fn keys(&self) -> Result<Keys> {
        self.ask(Command::Keys).await
    }

    /// The key of this state's fingerprints.
    ///
    /// # Errors
    /// Where the journal is closed.
    pub async fn fingerprint_key(&self) -> Result<FingerprintKey> {
        Ok(self.keys().await?.fingerprint_key())
    }

    /// Ends the journal after what was asked of it is done. A lease that is held is left to end
    /// by itself.
    pub async fn close(self) {
        self.stop_renewing();
        // An error says that it is closed already.
        let _: Result<()> = self.ask(Command::Close).await;
    }

    async fn change_keys(&self, change: KeyChange) -> Result<()> {
        self.ask(|reply| Command::ChangeKeys { change, reply })
            .await
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T>>) -> Command,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .send(command(reply))
            .await
            .map_err(|_| JournalError::Closed)?;
        answer.await.map_err(|_| JournalError::Closed)?
    }

    fn renewal(&self) -> std::sync::MutexGuard<'_, Option<Renewal>> {
        self.renewal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
