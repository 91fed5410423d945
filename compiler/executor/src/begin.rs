//! Begins steps that are ready: asks, reads, or only records.

use crate::operation::Prepared;
use crate::refused::Refused;
use crate::run::{Message, Run, Standing};
use model::Value;
use plan::{Action, StepId};
use provider::ProviderProblem;

impl Run<'_> {
    /// Begins whatever is ready and has room.
    pub(crate) async fn begin_ready(&mut self) {
        self.open_ephemerals().await;
        // Steps that ask nobody make others ready at once.
        loop {
            let mut asked = Vec::new();
            let mut records = Vec::new();
            let mut recorded = Vec::new();
            while let Some(id) = self.schedule.next() {
                if self.standing[id] != Standing::Waiting {
                    continue;
                }
                if !self.has_room() {
                    self.schedule.put_back(id);
                    break;
                }
                if !self.rollouts.may_begin(id) {
                    self.rollouts.park(id);
                    continue;
                }
                if let Some(problem) = self.refused_before(id) {
                    self.fail(id, problem, 0);
                    continue;
                }
                match self.plan.steps[id].action {
                    Action::Barrier => self.complete(id),
                    Action::GoesWith if self.machine_stays(id) => match self.stays_behind(id) {
                        Ok(Some(ask)) => asked.extend(self.admit(ask)),
                        Ok(None) => recorded.push((id, true)),
                        Err(problem) => self.fail(id, *problem, 0),
                    },
                    Action::Forget | Action::GoesWith | Action::Record => {
                        records.extend(self.recorded_only(&self.plan.steps[id]));
                        recorded.push((id, false));
                    }
                    Action::Read => self.begin_read(id).await,
                    _ => match self.prepared(id) {
                        Ok(Some(ask)) => asked.extend(self.admit(ask)),
                        Ok(None) => {
                            records.extend(self.bookkeeping(id));
                            recorded.push((id, true));
                        }
                        Err(problem) => self.fail(id, *problem, 0),
                    },
                }
            }
            let settled = recorded.len();
            if !records.is_empty() && !self.record(records).await {
                return;
            }
            for (id, unchanged) in recorded {
                self.done_well(id, 0, unchanged);
            }
            let begun = asked.len();
            if begun > 0 {
                self.dispatch(asked).await;
            }
            if settled == 0 {
                return;
            }
        }
    }

    /// Whether one more may be begun. A batch of a lane without a width is one request, however
    /// much is in it.
    fn has_room(&self) -> bool {
        self.lanes.requests() + self.reading < self.context.parallelism.max(1)
    }

    /// A changing step as an operation; none where there is nothing to do any more.
    fn prepared(
        &mut self,
        id: StepId,
    ) -> Result<Option<Box<crate::operation::Asked>>, Box<Refused>> {
        let step = &self.plan.steps[id];
        if let Some(problem) = self.unsettled(&step.address) {
            return Err(problem.into());
        }
        match step.action {
            Action::Delete if self.stays_after_all(id)? => return Ok(None),
            Action::Create => drop(self.changes_in_place(id)?),
            _ => {}
        }
        match self.prepare(id)? {
            Prepared::Ask(ask) => Ok(Some(ask)),
            Prepared::Nothing => Ok(None),
        }
    }

    /// What was to go with its machine, and has to be looked after since the machine stays: it
    /// stays too where something takes its place, else it is deleted.
    fn stays_behind(
        &mut self,
        id: StepId,
    ) -> Result<Option<Box<crate::operation::Asked>>, Box<Refused>> {
        if let Some(create) = self.plan.steps[id].pair {
            self.spare(create, id);
            return Ok(None);
        }
        match self.prepare(id)? {
            Prepared::Ask(ask) => Ok(Some(ask)),
            Prepared::Nothing => Ok(None),
        }
    }

    /// A step was done, and nothing speaks against going on behind it.
    pub(crate) fn done_well(&mut self, id: StepId, elapsed_ms: u64, unchanged: bool) {
        match self.refused_after(id) {
            Some(problem) => self.fail(id, problem, elapsed_ms),
            None => {
                self.told_done(id, elapsed_ms, unchanged);
                self.complete(id);
            }
        }
    }

    async fn begin_read(&mut self, id: StepId) {
        let step = &self.plan.steps[id];
        let config = match self.data_config(id) {
            Ok(config) => config,
            Err(problem) => return self.fail(id, *problem, 0),
        };
        let connection = match self.connection(&step.provider).await {
            Ok(connection) => connection,
            Err(problem) => return self.fail(id, problem, 0),
        };
        self.standing[id] = Standing::UnderWay;
        self.reading += 1;
        let request = provider::DataRequest {
            ty: step.address.ty().to_string(),
            config,
        };
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let answer = connection.data(vec![request]).await.pop();
            let missing = || Err(ProviderProblem::error("the provider gave no answer"));
            let _ = sender.send(Message::Data(id, answer.unwrap_or_else(missing)));
        });
    }

    fn data_config(&self, id: StepId) -> Result<Value, Box<Refused>> {
        let step = &self.plan.steps[id];
        let schema = self
            .context
            .schemas
            .values()
            .find_map(|s| s.data.get(&**step.address.ty()));
        let (Some(deferred), Some(schema)) = (&step.deferred, schema) else {
            return Ok(step.before.clone().unwrap_or(Value::NULL).expose());
        };
        let body = self.body(deferred)?;
        plan::shape(&schema.block, &body)
            .map(|c| c.expose())
            .map_err(|e| {
                Box::<Refused>::from(ProviderProblem::error(format!(
                    "a value has a wrong type: {e}"
                )))
            })
    }
}
