//! A session: one state, opened, with everything that planning and applying need.

use crate::Loaded;
use crate::recorder::{JournalRecorder, MemoryRecorder, error_of};
use eval::{Sources, World};
use executor::{Cancel, Connections, Context, RecordError, Recorder, Report, Settled, Watch};
use model::{Address, FingerprintKey, ProviderSchema, Value};
use plan::Plan;
use planner::Providers;
use provider::Provider;
use state::{ProviderKey, State};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Journal, JournalError, LeaseRequest, Standing};
use tokio::sync::watch;

/// What a session is made of.
pub struct Setup<'a> {
    /// The configuration.
    pub loaded: &'a Loaded,
    /// The providers that there are.
    pub providers: &'a Providers,
    /// The files that the configuration may look at.
    pub sources: &'a dyn Sources,
    /// Is told of everything.
    pub watch: &'a dyn Watch,
    /// The most operations under way at once.
    pub parallelism: usize,
    /// Who does it.
    pub user: String,
    /// Now, RFC 3339 in UTC.
    pub now: String,
    /// How urgently the user wants an end: 0 goes on, 1 begins nothing new, 2 stops now.
    pub cancel: Cancel,
}

/// One state, opened.
pub struct Session<'a> {
    pub(crate) setup: Setup<'a>,
    pub(crate) state: State,
    pub(crate) connections: Connections,
    fingerprints: FingerprintKey,
    journal: Option<Journal>,
    pub(crate) recorder: Box<dyn Recorder>,
    epoch: u64,
}

impl<'a> Session<'a> {
    /// A session on a journal.
    ///
    /// # Errors
    /// Where the journal is closed.
    pub async fn open(setup: Setup<'a>, journal: Journal) -> Result<Session<'a>, JournalError> {
        let state = State::clone(&*journal.state().await?);
        let fingerprints = journal.fingerprint_key().await?;
        Ok(Session {
            setup,
            state,
            connections: Connections::new(),
            fingerprints,
            recorder: Box::new(JournalRecorder(journal.clone())),
            journal: Some(journal),
            epoch: 0,
        })
    }

    /// A session that records nothing: for a rehearsal.
    pub fn rehearse(setup: Setup<'a>, state: State, fingerprints: FingerprintKey) -> Session<'a> {
        Session {
            setup,
            state,
            connections: Connections::new(),
            fingerprints,
            recorder: Box::new(MemoryRecorder::default()),
            journal: None,
            epoch: 1,
        }
    }

    /// The state as this session knows it.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Takes the lease, and the state as it is from then on.
    ///
    /// # Errors
    /// Where somebody else has it, or the store fails.
    pub async fn lease(&mut self, request: LeaseRequest) -> Result<(), JournalError> {
        let Some(journal) = &self.journal else {
            return Ok(());
        };
        let lease = journal.take_lease(request).await?;
        self.epoch = lease.epoch;
        self.state = State::clone(&*journal.state().await?);
        Ok(())
    }

    /// Finds out what became of operations that an interrupted run left open. Needs the lease.
    pub async fn settle(&mut self) -> Settled {
        if self.state.open.is_empty() {
            return Settled::default();
        }
        let mut state = std::mem::take(&mut self.state);
        let cancel = self.setup.cancel.clone();
        let (providers, schemas) = (self.providers(), self.schemas());
        let world = self.world();
        let context = self.context(&world, providers, schemas, cancel, None);
        let settled = executor::settle(&context, &mut state).await;
        drop(context);
        self.state = state;
        settled
    }

    /// Operations of unknown end for which the whole plan has to wait: nothing in it would hold
    /// back what depends on them.
    pub fn blocking(&self, planned: &Plan) -> Vec<Address> {
        let blocking = executor::blocking(planned, &self.state);
        let addresses = blocking.iter().map(|open| open.intent.address.clone());
        addresses.collect()
    }

    /// Carries a plan out. Needs the lease; `plan_id` names a saved plan, which is used up.
    pub async fn apply(&mut self, planned: &Plan, plan_id: Option<String>) -> Report {
        let state = std::mem::take(&mut self.state);
        let (cancel, ending) = self.cancel();
        let (providers, schemas) = (self.providers(), self.schemas());
        let world = self.world();
        let plan_id = plan_id.map(Arc::from);
        let context = self.context(&world, providers, schemas, cancel, plan_id);
        let report = executor::apply(planned, state, &context).await;
        drop(context);
        ending.abort();
        self.state = report.state.clone();
        report
    }

    /// The configurations of a plan's connections that hold what is never recorded.
    pub(crate) async fn finished_configs(&self, planned: &Plan) -> BTreeMap<ProviderKey, Value> {
        let world = self.world();
        let cancel = self.setup.cancel.clone();
        let context = self.context(&world, self.providers(), self.schemas(), cancel, None);
        executor::finished_configs(planned, self.state.clone(), &context).await
    }

    /// Gives the lease back, and ends all connections.
    ///
    /// # Errors
    /// Where the lease is not held any more, or the store fails.
    pub async fn close(self) -> Result<(), RecordError> {
        self.connections.close().await;
        let Some(journal) = self.journal else {
            return Ok(());
        };
        let ended = match self.epoch {
            0 => Ok(()),
            _ => journal.end_lease().await.map_err(|e| error_of(&e)),
        };
        journal.close().await;
        ended
    }

    pub(crate) fn world(&self) -> World<'_> {
        World {
            sources: self.setup.sources,
            functions: self.setup.providers,
            fingerprints: &self.fingerprints,
            planned_at: &self.setup.now,
        }
    }

    pub(crate) fn providers(&self) -> BTreeMap<String, Arc<dyn Provider>> {
        let names = self.setup.providers.schemas().into_keys();
        names
            .filter_map(|n| Some((n.clone(), self.setup.providers.get(&n)?.clone())))
            .collect()
    }

    fn schemas(&self) -> BTreeMap<String, Arc<ProviderSchema>> {
        self.setup.providers.schemas()
    }

    fn context<'c>(
        &'c self,
        world: &'c World<'c>,
        providers: BTreeMap<String, Arc<dyn Provider>>,
        schemas: BTreeMap<String, Arc<ProviderSchema>>,
        cancel: Cancel,
        plan_id: Option<Arc<str>>,
    ) -> Context<'c> {
        Context {
            providers,
            schemas,
            connections: &self.connections,
            recorder: &*self.recorder,
            watch: self.setup.watch,
            world,
            fingerprints: &self.fingerprints,
            parallelism: self.setup.parallelism,
            epoch: self.epoch,
            user: Arc::from(self.setup.user.as_str()),
            cancel,
            plan_id,
        }
    }

    /// The user's wish to end, or the loss of the lease, whichever is more urgent.
    fn cancel(&self) -> (Cancel, tokio::task::JoinHandle<()>) {
        let mut user = self.setup.cancel.clone();
        let standing = self.journal.as_ref().map(Journal::standing);
        let (sender, receiver) = watch::channel(*user.borrow());
        let task = tokio::spawn(async move {
            let (_keep, none) = watch::channel(Standing::None);
            let mut standing = standing.unwrap_or(none);
            loop {
                let fenced = u8::from(standing.borrow_and_update().is_fenced());
                let urgency = fenced.max(*user.borrow_and_update());
                sender.send_if_modified(|now| std::mem::replace(now, urgency) != urgency);
                tokio::select! {
                    changed = user.changed() => if changed.is_err() { return },
                    changed = standing.changed() => if changed.is_err() { return },
                }
            }
        });
        (receiver, task)
    }
}
