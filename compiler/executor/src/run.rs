//! One run: what is under way, what was done, what comes next.

use crate::batch::Lanes;
use crate::context::{Context, Event as Told, Failed, RecordError, Report, Skipped};
use crate::refused::Refused;
use crate::rollout::Rollouts;
use crate::schedule::Schedule;
use model::{Address, Token, Value};
use plan::{Action, Plan, StepId};
use provider::{Answer, DataAnswer, Provider, ProviderProblem};
use state::{Event, State};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Waiting,
    UnderWay,
    Done,
    Failed,
    Skipped,
}

/// An operation that a provider is at.
pub(crate) struct UnderWay {
    pub(crate) step: StepId,
    pub(crate) began: Instant,
    pub(crate) planned: Value,
    pub(crate) operation: provider::Operation,
    pub(crate) lane: crate::batch::LaneKey,
    pub(crate) attempts: u32,
}

/// What reaches the run while it waits.
pub(crate) enum Message {
    Answer(Token, Answer),
    /// With the attempts that were sent in it.
    BatchEnded(Vec<(Token, u32)>),
    Data(StepId, DataAnswer),
    Again(Token),
    Rollout(usize, crate::rollout::News),
}

pub(crate) struct Run<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) context: &'a Context<'a>,
    pub(crate) state: State,
    /// Data sources that were read.
    pub(crate) data: HashMap<Address, Value>,
    /// Ephemeral resources that are open, and those that can't be opened.
    pub(crate) opened: HashMap<Address, Option<Value>>,
    /// Creates whose object stays after all, and is changed in place instead.
    pub(crate) kept: HashSet<StepId>,
    pub(crate) standing: Vec<Standing>,
    pub(crate) schedule: Schedule,
    pub(crate) under_way: HashMap<Token, UnderWay>,
    pub(crate) reading: usize,
    pub(crate) lanes: Lanes,
    pub(crate) rollouts: Rollouts,
    pub(crate) sender: mpsc::UnboundedSender<Message>,
    pub(crate) receiver: mpsc::UnboundedReceiver<Message>,
    pub(crate) report: Report,
    pub(crate) stopping: bool,
    /// Operations that wait to be sent again.
    pub(crate) retrying: HashSet<Token>,
    /// Operations of this run whose end nobody knows.
    pub(crate) open_ends: Vec<OpenEnd>,
    /// Steps in the order in which they were done.
    pub(crate) done_in_order: Vec<StepId>,
    /// Deletes of objects that stay after all.
    pub(crate) spared: HashSet<StepId>,
    /// Conditions of the plan that are decided.
    pub(crate) decided: HashSet<usize>,
}

/// An operation whose end nobody knows yet.
pub(crate) struct OpenEnd {
    pub(crate) token: Token,
    pub(crate) step: StepId,
    pub(crate) problem: ProviderProblem,
    pub(crate) elapsed_ms: u64,
}

impl<'a> Run<'a> {
    pub(crate) fn new(plan: &'a Plan, context: &'a Context<'a>, state: State) -> Run<'a> {
        let (sender, receiver) = mpsc::unbounded_channel();
        Run {
            plan,
            context,
            state,
            data: HashMap::new(),
            opened: HashMap::new(),
            kept: HashSet::new(),
            standing: vec![Standing::Waiting; plan.steps.len()],
            schedule: Schedule::new(plan),
            under_way: HashMap::new(),
            reading: 0,
            lanes: Lanes::default(),
            rollouts: Rollouts::new(plan),
            sender,
            receiver,
            report: Report::default(),
            stopping: false,
            retrying: HashSet::new(),
            open_ends: Vec::new(),
            done_in_order: Vec::new(),
            spared: HashSet::new(),
            decided: HashSet::new(),
        }
    }

    /// Goes on until nothing is under way and nothing more can be begun.
    pub(crate) async fn go(&mut self) {
        let mut cancel = self.context.cancel.clone();
        loop {
            let urgency = *cancel.borrow_and_update();
            self.heed(urgency);
            if urgency >= 2 {
                return;
            }
            if !self.stopping {
                self.begin_ready().await;
                self.ask_gates().await;
            }
            if self.stopping {
                self.rollouts.let_go();
            }
            if self.under_way.is_empty() && self.reading == 0 && !self.rollouts.is_waiting() {
                return;
            }
            tokio::select! {
                message = self.receiver.recv() => {
                    let mut messages = Vec::from_iter(message);
                    while let Ok(more) = self.receiver.try_recv() {
                        messages.push(more);
                    }
                    self.heard(messages).await;
                }
                changed = cancel.changed() => {
                    // Nobody is left who could ask for an end: then nobody does.
                    if changed.is_err() {
                        std::future::pending::<()>().await;
                    }
                }
            }
        }
    }

    fn heed(&mut self, urgency: u8) {
        if urgency >= 1 && !self.stopping {
            self.stopping = true;
            self.report.interrupted = true;
            let under_way = self.under_way.len();
            self.context.watch.tell(Told::Stopping { under_way });
        }
    }

    async fn heard(&mut self, messages: Vec<Message>) {
        let mut outcomes = Vec::new();
        let mut answered = Vec::new();
        for message in messages {
            match message {
                Message::Answer(token, Answer::Progress(line)) => {
                    if let Some(under_way) = self.under_way.get(&token) {
                        let address = self.plan.steps[under_way.step].address.clone();
                        self.context.watch.tell(Told::Progress { address, line });
                    }
                }
                Message::Answer(token, answer) => {
                    if let Some((events, ended)) = self.outcome(token, answer) {
                        outcomes.extend(events);
                        answered.push(ended);
                    }
                }
                Message::BatchEnded(tokens) => {
                    for (events, ended) in self.unanswered(tokens) {
                        outcomes.extend(events);
                        answered.push(ended);
                    }
                }
                Message::Data(id, answer) => self.data_read(id, answer),
                Message::Again(token) => self.again(token).await,
                Message::Rollout(rollout, news) => self.rollout_news(rollout, news).await,
            }
        }
        // The outcome is durable before anything that depends on it starts.
        if !outcomes.is_empty() && !self.record(outcomes).await {
            return;
        }
        for ended in answered {
            self.ended(ended).await;
        }
    }

    fn data_read(&mut self, id: StepId, answer: DataAnswer) {
        self.reading -= 1;
        let step = &self.plan.steps[id];
        match answer {
            Ok(value) => {
                let schema = self
                    .context
                    .schemas
                    .values()
                    .find_map(|s| s.data.get(&**step.address.ty()));
                let value = match schema {
                    Some(schema) => {
                        let key = self.context.fingerprints;
                        plan::reconcile(&schema.block, step.after.as_ref(), &value, key)
                    }
                    None => value,
                };
                self.data.insert(step.address.clone(), value);
                match self.refused_after(id) {
                    Some(problem) => self.fail(id, problem, 0),
                    None => self.complete(id),
                }
            }
            Err(problem) => self.fail(id, problem, 0),
        }
    }

    /// Makes events durable and adds them to the state; false where that failed.
    pub(crate) async fn record(&mut self, events: Vec<Event>) -> bool {
        let events = self.with_rollouts(events);
        if events.is_empty() {
            return true;
        }
        match self.context.recorder.append(events.clone()).await {
            Ok(at_ms) => {
                for event in &events {
                    if let Err(why) = self.state.apply(event, at_ms) {
                        self.broken(RecordError {
                            message: format!("the state can't take what was recorded: {why}"),
                            help: Some(
                                "this is a bug of Landfall; the log itself is intact".into(),
                            ),
                        });
                        return false;
                    }
                }
                true
            }
            Err(error) => {
                self.broken(error);
                false
            }
        }
    }

    fn broken(&mut self, error: RecordError) {
        self.stopping = true;
        self.report.broken.get_or_insert(error);
    }

    pub(crate) fn complete(&mut self, id: StepId) {
        self.standing[id] = Standing::Done;
        let rollouts = &self.rollouts;
        self.schedule.done(id, |next| rollouts.releases(id, next));
        let step = &self.plan.steps[id];
        if step.action != Action::Barrier {
            let done = (step.address.clone(), self.action(id));
            self.report.done.push(done);
            self.done_in_order.push(id);
        }
        self.rollout_step_done(id);
    }

    /// What a step comes to: a replacement that is not needed is an update, and what does not
    /// go with its machine is deleted.
    pub(crate) fn action(&self, id: StepId) -> Action {
        match self.plan.steps[id].action {
            _ if self.kept.contains(&id) => Action::Update,
            Action::GoesWith if self.machine_stays(id) => Action::Delete,
            action => action,
        }
    }

    pub(crate) fn told_done(&self, id: StepId, elapsed_ms: u64, unchanged: bool) {
        let step = &self.plan.steps[id];
        self.context.watch.tell(Told::Done {
            address: step.address.clone(),
            action: self.action(id),
            replaces: step.replaces() && !self.kept.contains(&id),
            elapsed_ms,
            unchanged,
        });
    }

    /// A step failed: what waits for it is not begun; the rest goes on.
    pub(crate) fn fail(&mut self, id: StepId, problem: impl Into<Refused>, elapsed_ms: u64) {
        let Refused { problem, place } = problem.into();
        self.standing[id] = Standing::Failed;
        let step = &self.plan.steps[id];
        let failed = Failed {
            address: step.address.clone(),
            action: step.action,
            problem,
            place,
            elapsed_ms,
        };
        self.context.watch.tell(Told::Failed(failed.clone()));
        self.report.failed.push(failed);
        let because_of = step.address.to_string();
        self.skip_with_all_behind(id, &because_of);
        self.rollouts.failed(id);
    }

    pub(crate) fn skip_with_all_behind(&mut self, id: StepId, because_of: &str) {
        self.skip(id, because_of);
        for behind in self.schedule.behind(id) {
            self.skip(behind, because_of);
        }
    }

    pub(crate) fn skip(&mut self, id: StepId, because_of: &str) {
        if self.standing[id] != Standing::Waiting {
            return;
        }
        self.standing[id] = Standing::Skipped;
        self.rollouts.skipped(id);
        let step = &self.plan.steps[id];
        if step.action == Action::Barrier {
            return;
        }
        let skipped = Skipped {
            address: step.address.clone(),
            action: step.action,
            because_of: because_of.to_string(),
        };
        self.context.watch.tell(Told::Skipped(skipped.clone()));
        self.report.skipped.push(skipped);
    }

    pub(crate) fn is_done(&self, id: StepId) -> bool {
        self.standing[id] == Standing::Done
    }

    pub(crate) fn provider(&self, key: &state::ProviderKey) -> Option<&Arc<dyn Provider>> {
        let used = self.plan.providers.get(key);
        let name = match used {
            Some(used) => used.provider.clone(),
            None => self.state.providers.get(key)?.provider.clone(),
        };
        self.context.providers.get(&*name)
    }

    pub(crate) async fn connection(
        &mut self,
        key: &state::ProviderKey,
    ) -> Result<Arc<dyn provider::Connection>, ProviderProblem> {
        let missing = || {
            ProviderProblem::error(format!(
                "the provider configuration `{}` is not there",
                key.0
            ))
        };
        let provider = self.provider(key).cloned().ok_or_else(missing)?;
        let config = match (self.plan.providers.get(key), self.state.providers.get(key)) {
            (Some(used), _) if used.deferred.is_some() => self.finished_config(used)?,
            (Some(used), Some(recorded)) if used.config.has_sealed() => recorded.config.clone(),
            (Some(used), _) => used.config.clone(),
            (None, Some(recorded)) => recorded.config.clone(),
            (None, None) => return Err(missing()),
        };
        self.context.connections.get(key, &*provider, &config).await
    }
}
