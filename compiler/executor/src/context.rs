//! What the executor works with, and what it tells about its work.

use crate::Connections;
use async_trait::async_trait;
use diagnostics::Label;
use eval::World;
use model::{Address, FingerprintKey, ProviderSchema};
use plan::Action;
use provider::{Provider, ProviderProblem};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;

/// Makes events durable.
#[async_trait]
pub trait Recorder: Send + Sync {
    /// Returns once the events are durable, with the store's time in ms since 1970.
    ///
    /// # Errors
    /// Where they are not, or it is not known; nothing more must be started.
    async fn append(&self, events: Vec<state::Event>) -> Result<u64, RecordError>;

    /// The time by the same clock as that of what was appended, in ms since 1970.
    ///
    /// # Errors
    /// Where the store does not tell.
    async fn now(&self) -> Result<u64, RecordError>;
}

/// Why events could not be made durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// In words.
    pub message: String,
    /// What to do now.
    pub help: Option<String>,
}

/// Told of everything as it happens.
pub trait Watch: Send + Sync {
    /// Something happened.
    fn tell(&self, event: Event);
}

/// Something happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// An operation of an interrupted run is being settled.
    Settling {
        /// The object.
        address: Address,
        /// `create`, `update`, `delete`
        change: &'static str,
    },
    /// It was settled.
    Settled {
        /// The object.
        address: Address,
        /// What came of it, in words.
        result: String,
    },
    /// A step was begun.
    Started {
        /// The object.
        address: Address,
        /// What is done.
        action: Action,
        /// Whether it is one half of a replacement.
        replaces: bool,
    },
    /// A step says what it is at.
    Progress {
        /// The object.
        address: Address,
        /// What the provider says.
        line: String,
    },
    /// A step is tried again.
    Retry {
        /// The object.
        address: Address,
        /// Why.
        message: String,
        /// In how many ms.
        after_ms: u64,
    },
    /// A step was done.
    Done {
        /// The object.
        address: Address,
        /// What was done.
        action: Action,
        /// Whether it is one half of a replacement.
        replaces: bool,
        /// How long it took.
        elapsed_ms: u64,
        /// Whether it turned out that there was nothing to do.
        unchanged: bool,
    },
    /// A step failed.
    Failed(Failed),
    /// A step was not begun, since something that it waits for failed.
    Skipped(Skipped),
    /// Nothing new is begun; what is under way is waited for.
    Stopping {
        /// How many operations are under way.
        under_way: usize,
    },
    /// A rollout moved on.
    Rollout {
        /// What rolls.
        of: Arc<str>,
        /// In words.
        message: String,
    },
    /// How far it is.
    Counted {
        /// Steps that were done.
        done: usize,
        /// Steps in all.
        total: usize,
    },
}

/// A step that failed.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The object.
    pub address: Address,
    /// What was to be done.
    pub action: Action,
    /// In words.
    pub problem: ProviderProblem,
    /// Where an expression of the configuration is to blame.
    pub place: Option<Label>,
    /// How long it took.
    pub elapsed_ms: u64,
}

/// A step that was not begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The object.
    pub address: Address,
    /// What was to be done.
    pub action: Action,
    /// What it waited for.
    pub because_of: String,
}

/// How urgently a run is to end: 0 goes on, 1 begins nothing new, 2 stops now.
pub type Cancel = watch::Receiver<u8>;

/// Returns once an end is asked for; never, where nobody is left who could.
pub(crate) async fn asked_to_end(mut cancel: Cancel) {
    if cancel.wait_for(|urgency| *urgency > 0).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// What a run works with.
pub struct Context<'a> {
    /// The providers by name.
    pub providers: BTreeMap<String, Arc<dyn Provider>>,
    /// Their schemas.
    pub schemas: BTreeMap<String, Arc<ProviderSchema>>,
    /// Connections that are open.
    pub connections: &'a Connections,
    /// Makes events durable.
    pub recorder: &'a dyn Recorder,
    /// Is told of everything.
    pub watch: &'a dyn Watch,
    /// Files and functions, for what is finished at apply.
    pub world: &'a World<'a>,
    /// Makes the fingerprints of what is recorded.
    pub fingerprints: &'a FingerprintKey,
    /// The most operations under way at once; in a lane, its own limit counts too.
    pub parallelism: usize,
    /// The lease's epoch.
    pub epoch: u64,
    /// Who does it, to be recorded.
    pub user: Arc<str>,
    /// How urgently to end.
    pub cancel: Cancel,
    /// The saved plan that is used, to be recorded.
    pub plan_id: Option<Arc<str>>,
}

/// What became of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// The state as it was recorded last.
    pub state: state::State,
    /// Steps that were done, by what was done.
    pub done: Vec<(Address, Action)>,
    /// Steps that failed.
    pub failed: Vec<Failed>,
    /// Steps that were not begun.
    pub skipped: Vec<Skipped>,
    /// What `check` blocks found wrong at the end.
    pub warnings: Vec<ProviderProblem>,
    /// `check` blocks and what came of them, as far as they were decided.
    pub checks: Vec<(Address, plan::Verdict)>,
    /// Operations whose end nobody knows.
    pub unclear: Vec<(Address, String)>,
    /// Whether it was told to end before it was done.
    pub interrupted: bool,
    /// Why nothing could be recorded any more.
    pub broken: Option<RecordError>,
}

impl Report {
    /// Whether everything was done.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
            && self.skipped.is_empty()
            && self.unclear.is_empty()
            && !self.interrupted
            && self.broken.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn ends(cancel: &Cancel) -> bool {
        asked_to_end(cancel.clone()).now_or_never().is_some()
    }

    #[test]
    fn an_end_is_asked_for_by_whoever_is_there() {
        let (sender, cancel) = watch::channel(0);
        assert!(!ends(&cancel));
        assert!(sender.send(1).is_ok());
        assert!(ends(&cancel));
        let (sender, cancel) = watch::channel(0);
        drop(sender);
        assert!(!ends(&cancel));
    }
}
