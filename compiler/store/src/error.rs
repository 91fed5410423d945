//! What can go wrong with keys and with the journal, in the words that people read.

use crate::StoreError;
use model::Lineage;
use state::{Lease, Position};
use std::fmt;

/// Why the keys of a state are not at hand, or can't be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// None of the private keys at hand is a recipient's.
    NoKey {
        /// Where private keys were looked for.
        looked: Vec<String>,
        /// Who could open the state.
        recipients: Vec<String>,
    },
    /// The passphrase is not that of any recipient.
    WrongPassphrase,
    /// What should be a private key is none.
    NoPrivateKey {
        /// Where it comes from.
        origin: String,
        /// What is wrong with it.
        why: String,
    },
    /// What should be a public key is none.
    NoPublicKey(String),
    /// The wrapped keys are not what was written.
    Corrupted(String),
    /// The wrapped keys are of another state.
    Foreign {
        /// Which one it should be.
        expected: Lineage,
        /// Which one it is.
        found: Lineage,
    },
    /// It takes the secrets key, and only the state key is at hand.
    NeedsSecretsKey,
    /// There is no such recipient.
    UnknownRecipient(String),
    /// There is one of that name or key already.
    DuplicateRecipient(String),
    /// Without this recipient nobody could open the secrets any more.
    LastRecipient(String),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyError::NoKey { looked, recipients } => write!(
                f,
                "no private key at hand opens this state; looked at: {}. Its recipients are: {}. \
                 Put the private key of one of them into the configuration directory, or name it \
                 in LANDFALL_KEY or LANDFALL_KEY_FILE; or run `landfall init`, which tells what \
                 to ask one of them for",
                list(looked),
                list(recipients)
            ),
            KeyError::WrongPassphrase => f.write_str(
                "the passphrase is not that of any of the state's recipients; give the right one",
            ),
            KeyError::NoPrivateKey { origin, why } => write!(
                f,
                "{origin}: {why}; expected a line that begins with AGE-SECRET-KEY-1"
            ),
            KeyError::NoPublicKey(text) => write!(
                f,
                "`{text}` is no public key; expected one that begins with age1, as \
                 `landfall state keys` and age-keygen show it"
            ),
            KeyError::Corrupted(what) => write!(
                f,
                "the state's wrapped keys were altered: {what}. Nothing was changed; restore the \
                 store from a backup"
            ),
            KeyError::Foreign { expected, found } => write!(
                f,
                "the wrapped keys are of the state {found}, but this is {expected}. Nothing was \
                 changed; look whether the store's parts belong together"
            ),
            KeyError::NeedsSecretsKey => f.write_str(
                "this takes the secrets key, and the private key at hand opens the state key \
                 alone; use that of a recipient of both",
            ),
            KeyError::UnknownRecipient(name) => write!(
                f,
                "there is no recipient `{name}`; `landfall state keys` lists them"
            ),
            KeyError::DuplicateRecipient(name) => {
                write!(
                    f,
                    "there is a recipient `{name}` already; choose another name or key"
                )
            }
            KeyError::LastRecipient(name) => write!(
                f,
                "`{name}` is the last recipient of the secrets key: without it nobody could open \
                 the secrets any more; add another one first"
            ),
        }
    }
}

impl std::error::Error for KeyError {}

fn list(items: &[String]) -> String {
    match items.is_empty() {
        true => "nothing".into(),
        false => items.join(", "),
    }
}

/// Somebody else has the lease.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The lease.
    pub lease: Lease,
    /// The store's time when this was seen.
    pub now_ms: u64,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = &self.lease.owner;
        write!(
            f,
            "{} holds the state: `{}` on {} (process {}), for {}, last heard of {} ago",
            owner.user,
            owner.command,
            owner.host,
            owner.process,
            span(self.now_ms.saturating_sub(self.lease.taken_at_ms)),
            span(self.now_ms.saturating_sub(self.lease.renewed_at_ms)),
        )?;
        if let Some(run) = &owner.run {
            write!(f, ", {run}")?;
        }
        write!(
            f,
            ". Wait for it (`--lock-timeout`), or, where it is certain that it does not run any \
             more, `landfall unlock`"
        )
    }
}

fn span(ms: u64) -> String {
    let s = ms / 1000;
    match s {
        0..=119 => format!("{s} s"),
        120..=7199 => format!("{} min", s / 60),
        _ => format!("{} h", s / 3600),
    }
}

/// Why the journal did not do it.
#[derive(Clone, Debug, PartialEq)]
pub enum JournalError {
    /// The store has no state.
    Missing {
        /// The store.
        store: String,
    },
    /// The store has no state, and had one when it was seen last.
    Gone {
        /// The store.
        store: String,
        /// Which one was there.
        lineage: Lineage,
    },
    /// The store has a state already.
    Exists {
        /// The store.
        store: String,
    },
    /// Somebody else has the lease.
    Held(Box<Held>),
    /// An append without a lease.
    NoLease,
    /// The lease was lost: another one writes now, or may.
    Fenced(String),
    /// Somebody else wrote meanwhile, again and again.
    Conflict,
    /// The store can't be reached.
    Unavailable {
        /// The store.
        store: String,
        /// In words.
        message: String,
    },
    /// The store will not.
    Refused {
        /// The store.
        store: String,
        /// In words.
        message: String,
    },
    /// What is stored is not what was written.
    Corrupted {
        /// The store.
        store: String,
        /// Of which event on.
        position: Position,
        /// In words.
        what: String,
    },
    /// The keys.
    Key(KeyError),
    /// The state is another one than before.
    Foreign {
        /// The store.
        store: String,
        /// Which one was there when it was seen last.
        expected: Lineage,
        /// Which one it is.
        found: Lineage,
    },
    /// The state was seen further on from here than it is now.
    RolledBack {
        /// The store.
        store: String,
        /// How far it was seen.
        seen: Position,
        /// How far it is.
        found: Position,
    },
    /// These events can't follow, or can't be recorded.
    Invalid(String),
    /// The journal's task ended.
    Closed,
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JournalError::Missing { store } => {
                write!(f, "there is no state in {store}; `landfall init` makes one")
            }
            JournalError::Gone { store, lineage } => write!(
                f,
                "the state that was in {store} ({lineage}) is gone: what it records is not known \
                 any more, and still there. Put it back from a backup; where it is gone on \
                 purpose, begin anew with `landfall init --accept-rollback`"
            ),
            JournalError::Exists { store } => write!(
                f,
                "there is a state in {store} already; nothing was changed"
            ),
            JournalError::Held(held) => held.fmt(f),
            JournalError::NoLease => {
                f.write_str("nothing can be recorded without the lease of the state")
            }
            JournalError::Fenced(why) => write!(
                f,
                "the right to write the state was lost: {why}. What was recorded until then is \
                 safe; run again, and what was under way is looked up first"
            ),
            JournalError::Conflict => {
                f.write_str("others write to the state all the time; try again in a moment")
            }
            JournalError::Unavailable { store, message } => write!(
                f,
                "the state's store {store} is not available: {message}. Nothing was lost; run \
                 again when it is back"
            ),
            JournalError::Refused { store, message } => {
                write!(f, "the state's store {store}: {message}")
            }
            JournalError::Corrupted {
                store,
                position,
                what,
            } => write!(
                f,
                "the state in {store} was altered, at event {position}: {what}. Nothing was \
                 changed; restore the store from a backup"
            ),
            JournalError::Key(error) => error.fmt(f),
            JournalError::Foreign {
                store,
                expected,
                found,
            } => write!(
                f,
                "the state in {store} is another one: {expected} was there when it was seen from \
                 here last, and now {found} is. Nothing was changed. Where it was replaced on \
                 purpose, say so with `--accept-rollback`"
            ),
            JournalError::RolledBack { store, seen, found } => write!(
                f,
                "the state in {store} went back: event {seen} was seen from here, and now it is \
                 at {found}, or goes on differently. Nothing was changed. Where the store was \
                 restored from a backup on purpose, say so with `--accept-rollback`"
            ),
            JournalError::Invalid(what) => write!(f, "this can't be recorded: {what}"),
            JournalError::Closed => f.write_str("the journal is closed"),
        }
    }
}

impl std::error::Error for JournalError {}

impl From<KeyError> for JournalError {
    fn from(error: KeyError) -> JournalError {
        JournalError::Key(error)
    }
}

impl JournalError {
    pub(crate) fn of_store(store: &str, error: StoreError) -> JournalError {
        let store = store.to_string();
        match error {
            StoreError::Conflict => JournalError::Conflict,
            StoreError::Unavailable { message, .. } => JournalError::Unavailable { store, message },
            StoreError::Refused(message) => JournalError::Refused { store, message },
            StoreError::Corrupted(what) => JournalError::Corrupted {
                store,
                position: 0,
                what,
            },
        }
    }
}
