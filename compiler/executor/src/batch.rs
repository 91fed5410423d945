//! Lanes and batches: operations that are ready and share a lane go to the provider together.

use crate::context::Event as Told;
use crate::operation::Asked;
use crate::run::{Message, Run, Standing, UnderWay};
use model::{IdentityClass, ObjectId, Token};
use plan::StepId;
use provider::{Action as Ask, Lane, Operation, ProviderProblem, answers};
use state::{Event, ProviderKey, ProviderRecord};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;

/// A lane of one connection.
pub(crate) type LaneKey = (ProviderKey, Lane);

/// What is under way on each lane, and what waits for room.
#[derive(Default)]
pub(crate) struct Lanes {
    busy: HashMap<LaneKey, usize>,
    parked: HashMap<LaneKey, Vec<StepId>>,
    admitted: HashMap<LaneKey, usize>,
    /// Lanes of which each operation is a request of its own.
    wide: HashSet<LaneKey>,
}

impl Lanes {
    /// How many requests are under way, and about to be.
    pub(crate) fn requests(&self) -> usize {
        let all = self.busy.iter().chain(&self.admitted);
        all.map(|(lane, operations)| match self.wide.contains(lane) {
            true => *operations,
            false => usize::from(*operations > 0),
        })
        .sum()
    }
}

/// An operation that has room.
pub(crate) struct Admitted {
    asked: Box<Asked>,
    lane: LaneKey,
}

impl Run<'_> {
    /// Takes an operation into the coming batch of its lane, or parks its step.
    pub(crate) fn admit(&mut self, asked: Box<Asked>) -> Option<Admitted> {
        let step = &self.plan.steps[asked.step];
        let provider = self.provider(&step.provider)?;
        // Of what nothing tells apart, one is made at a time: no other is taken for it later.
        let alone = matches!(asked.operation.action, Ask::Create { .. })
            && self
                .schema(step.address.ty())
                .is_some_and(|s| s.identity == IdentityClass::None);
        let (lane, width) = match alone {
            true => (Lane(format!("{} one at a time", step.address.ty())), 1),
            false => (
                provider.lane(step.address.ty(), &asked.planned),
                provider.lane_width(),
            ),
        };
        let named = !lane.0.is_empty();
        let key = (step.provider.clone(), lane);
        if width > 0 {
            self.lanes.wide.insert(key.clone());
        }
        let busy = self.lanes.busy.get(&key).copied().unwrap_or(0);
        let admitted = self.lanes.admitted.entry(key.clone()).or_default();
        // Without a width, what becomes ready while a batch is under way makes the next batch.
        let room = match width {
            0 => !named || busy == 0,
            width => busy + *admitted < width,
        };
        if room {
            *admitted += 1;
            return Some(Admitted { asked, lane: key });
        }
        self.lanes.parked.entry(key).or_default().push(asked.step);
        None
    }

    /// Records the intents of all operations in one append, then sends each lane its batch.
    pub(crate) async fn dispatch(&mut self, admitted: Vec<Admitted>) {
        self.lanes.admitted.clear();
        let mut events = Vec::new();
        let mut connections = BTreeMap::new();
        let mut sent: BTreeMap<LaneKey, Vec<(StepId, Box<Asked>)>> = BTreeMap::new();
        for Admitted { mut asked, lane } in admitted {
            // What it takes the place of may have gone with its machine a moment ago.
            let recorded = |id: &ObjectId| self.state.objects.contains_key(id);
            asked.intent.deposes = asked.intent.deposes.filter(recorded);
            let key = lane.0.clone();
            if !connections.contains_key(&key) {
                let connection = self.connection(&key).await;
                if let Ok(connection) = &connection {
                    events.extend(self.connected(&key, connection.identity().0));
                }
                connections.insert(key.clone(), connection);
            }
            match &connections[&key] {
                Err(problem) => self.fail(asked.step, problem.clone(), 0),
                Ok(_) => sent.entry(lane).or_default().push((asked.step, asked)),
            }
        }
        let intents = sent
            .values()
            .flatten()
            .map(|(_, a)| Event::Intent(a.intent.clone()));
        events.extend(intents);
        if events.is_empty() || !self.record(events).await {
            return;
        }
        for (lane, batch) in sent {
            let Some(Ok(connection)) = connections.get(&lane.0).cloned() else {
                continue;
            };
            let operations = batch
                .into_iter()
                .map(|(id, a)| self.began(id, *a, &lane))
                .collect();
            self.send(connection, operations);
        }
    }

    fn began(&mut self, id: StepId, asked: Asked, lane: &LaneKey) -> Operation {
        let step = &self.plan.steps[id];
        self.context.watch.tell(Told::Started {
            address: step.address.clone(),
            action: self.action(id),
            replaces: step.replaces() && !self.kept.contains(&id),
        });
        self.standing[id] = Standing::UnderWay;
        *self.lanes.busy.entry(lane.clone()).or_default() += 1;
        let operation = asked.operation;
        let token = operation.token;
        tracing::debug!(address = %step.address, %token, lane = &*lane.1.0, "an operation begins");
        let under_way = UnderWay {
            step: id,
            began: Instant::now(),
            planned: asked.planned,
            operation: operation.clone(),
            lane: lane.clone(),
            attempts: 1,
        };
        self.under_way.insert(operation.token, under_way);
        operation
    }

    pub(crate) fn send(
        &self,
        connection: std::sync::Arc<dyn provider::Connection>,
        operations: Vec<Operation>,
    ) {
        let attempt = |token: &Token| self.under_way.get(token).map_or(1, |u| u.attempts);
        let sent = operations.iter().map(|o| (o.token, attempt(&o.token)));
        let sent: Vec<(Token, u32)> = sent.collect();
        tracing::debug!(operations = operations.len(), "a batch is sent");
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let (answers, mut receiver) = answers();
            let forward = sender.clone();
            let forwarding = tokio::spawn(async move {
                while let Some((token, answer)) = receiver.recv().await {
                    let _ = forward.send(Message::Answer(token, answer));
                }
            });
            connection.apply(operations, answers).await;
            let _ = forwarding.await;
            let _ = sender.send(Message::BatchEnded(sent));
        });
    }

    /// The connection's record, where it is new or another one than recorded.
    fn connected(&self, key: &ProviderKey, identity: String) -> Option<Event> {
        let used = self.plan.providers.get(key)?;
        let record = ProviderRecord {
            key: key.clone(),
            provider: used.provider.clone(),
            identity,
            config: plan::with_content(&used.config, self.context.fingerprints),
        };
        let known = self
            .state
            .providers
            .get(key)
            .is_some_and(|known| **known == record);
        (!known).then_some(Event::ProviderConnected(record))
    }

    /// An operation ended: its lane has room again.
    pub(crate) fn leaves_lane(&mut self, lane: &LaneKey) {
        if let Some(busy) = self.lanes.busy.get_mut(lane) {
            *busy = busy.saturating_sub(1);
        }
        for id in self.lanes.parked.remove(lane).unwrap_or_default() {
            self.schedule.put_back(id);
        }
    }

    /// Sends an operation again, under the same token.
    pub(crate) async fn again(&mut self, token: Token) {
        let Some(under_way) = self.under_way.get_mut(&token) else {
            return;
        };
        under_way.attempts += 1;
        self.retrying.remove(&token);
        let (operation, key) = (under_way.operation.clone(), under_way.lane.0.clone());
        match self.connection(&key).await {
            Ok(connection) => self.send(connection, vec![operation]),
            Err(problem) => {
                let failure = provider::Failure::refused(problem);
                let _ = self.sender.send(Message::Answer(
                    token,
                    provider::Answer::Failed(Box::new(failure)),
                ));
            }
        }
    }

    /// Operations that a batch left without an answer.
    pub(crate) fn silent(tokens: Vec<Token>) -> impl Iterator<Item = (Token, provider::Answer)> {
        tokens.into_iter().map(|token| {
            let problem = ProviderProblem::error("the provider ended without an answer");
            let failure = provider::Failure::unclear(problem);
            (token, provider::Answer::Failed(Box::new(failure)))
        })
    }
}
