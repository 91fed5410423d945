//! Gates: asks what an instance has to pass until all of it has passed for a while.

use super::{News, Task};
use crate::run::{Message, Run};
use provider::{Connection, Made, ProviderProblem};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How often gates are asked, in ms.
const EVERY_MS: u64 = 500;
/// How often at most, where they need be passed for a moment only.
const LEAST_MS: u64 = 20;

/// One check of one object.
struct Gate {
    connection: Arc<dyn Connection>,
    ty: String,
    name: Arc<str>,
    made: Made,
}

impl Run<'_> {
    /// Begins to ask the gates of instances that are changed.
    pub(crate) async fn ask_gates(&mut self) {
        for (index, instance) in std::mem::take(&mut self.rollouts.to_ask) {
            let gates = self.gates(index, instance).await;
            let rollout = &self.plan.rollouts[index];
            let (min_ms, deadline_ms) = (rollout.min_healthy_ms, rollout.healthy_deadline_ms);
            let sender = self.sender.clone();
            let asking = tokio::spawn(async move {
                let failed = match gates {
                    Ok(gates) => healthy(&gates, min_ms, deadline_ms).await,
                    Err(problem) => Some(problem),
                };
                let _ = sender.send(Message::Rollout(index, News::Gate { instance, failed }));
            });
            let checking = &mut self.rollouts.rolls[index].checking;
            checking.insert(instance, Task(asking.abort_handle()));
        }
    }

    async fn gates(&mut self, index: usize, instance: usize) -> Result<Vec<Gate>, ProviderProblem> {
        let mut gates = Vec::new();
        let plan = self.plan;
        for (address, name) in &plan.rollouts[index].instances[instance].gates {
            let Some(object) = self.state.at(address).cloned() else {
                continue;
            };
            gates.push(Gate {
                connection: self.connection(&object.provider).await?,
                ty: address.ty().to_string(),
                name: name.clone(),
                made: Made {
                    attributes: object.attributes.clone(),
                    private: object.private.to_vec(),
                },
            });
        }
        Ok(gates)
    }
}

/// Asks gates until all of them have been passed for a while without a break; a problem where
/// they were not by the deadline.
async fn healthy(gates: &[Gate], min_ms: u64, deadline_ms: u64) -> Option<ProviderProblem> {
    if gates.is_empty() {
        return None;
    }
    let deadline = Instant::now() + Duration::from_millis(deadline_ms);
    let mut since: Option<Instant> = None;
    let mut last = None;
    loop {
        match timeout_at(deadline, passed(gates)).await {
            Ok(Ok(None)) => {
                let since = *since.get_or_insert_with(Instant::now);
                if since.elapsed() >= Duration::from_millis(min_ms) {
                    return None;
                }
            }
            Ok(Ok(Some(gate))) => (since, last) = (None, Some(late(gate, deadline_ms))),
            Ok(Err(problem)) => (since, last) = (None, Some(problem)),
            Err(_) => {}
        }
        if Instant::now() >= deadline {
            let unsteady = || late(&gates[0], deadline_ms);
            return Some(last.unwrap_or_else(unsteady));
        }
        let pause = Duration::from_millis(EVERY_MS.min(min_ms.max(LEAST_MS)));
        sleep(pause.min(deadline - Instant::now())).await;
    }
}

/// The first gate that is not passed now.
async fn passed(gates: &[Gate]) -> Result<Option<&Gate>, ProviderProblem> {
    for gate in gates {
        if !gate
            .connection
            .gate(&gate.ty, &gate.name, &gate.made)
            .await?
        {
            return Ok(Some(gate));
        }
    }
    Ok(None)
}

fn late(gate: &Gate, deadline_ms: u64) -> ProviderProblem {
    ProviderProblem::error(format!(
        "the gate `{}` was not passed for long enough within {}",
        gate.name,
        duration(deadline_ms)
    ))
}

/// A duration as it is written.
pub(super) fn duration(ms: u64) -> String {
    match ms {
        ms if ms > 0 && ms % 60_000 == 0 => format!("{}m", ms / 60_000),
        ms if ms % 1000 == 0 => format!("{}s", ms / 1000),
        ms => format!("{ms}ms"),
    }
}
