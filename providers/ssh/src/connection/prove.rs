//! Proving a change that can lock the owner out: over a connection that was made after it.

use super::apply::Open;
use crate::runner::work::{Batch, Event, Retry, Stopped};
use crate::transport::Transport;
use provider::ProviderProblem;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// Between two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a host that has put a change back is given to answer again.
const BACK: Duration = Duration::from_secs(60);

impl Open<'_> {
    /// Whether the last operation of a batch is under way or on trial.
    pub(super) fn awaits_proof(&self, batch: &Batch, ran: &Result<(), Stopped>) -> bool {
        let started = |token: &String| self.jobs.get(token).is_some_and(|j| j.started);
        batch.guard().is_some()
            && !matches!(ran, Err(Stopped::Certain(..)))
            && batch.tasks.last().is_some_and(|t| started(&t.token))
    }

    /// Proves it; without a new connection waits for the host to put it back, and hears so.
    pub(super) async fn prove(
        &mut self,
        batch: &Batch,
        old: &dyn Transport,
        records: &str,
    ) -> Result<(), Stopped> {
        let begun = Instant::now();
        let trial = Duration::from_secs(batch.guard().map_or(0, |g| g.seconds));
        let back_at = begun + Duration::from_secs(batch.put_back_s());
        let mut refused = false;
        while !refused && begun.elapsed() < trial {
            match self.try_to(batch, old, records).await {
                Ok(()) => return Ok(()),
                Err(Stopped::Certain(problem, retry)) => {
                    refused = retry == Retry::Never;
                    self.unproven(batch, problem);
                }
                Err(Stopped::Unsure(problem)) => self.unproven(batch, problem),
            }
            sleep(PAUSE).await;
        }
        let mut on_event = |token: &str, event: Event| self.event(token, event);
        if batch.unprove(old, records, &mut on_event).await.is_ok() {
            return Ok(());
        }
        // The old connection is of no use any more: the host does it when its time has come.
        sleep_until(back_at.min(begun + trial + PAUSE * 5)).await;
        loop {
            let tried = self.try_to(batch, old, records).await;
            let Err(stopped) = tried else { return Ok(()) };
            if Instant::now() > back_at + BACK {
                return Err(Stopped::Unsure(match stopped {
                    Stopped::Certain(problem, _) | Stopped::Unsure(problem) => problem,
                }));
            }
            sleep(PAUSE * 3).await;
        }
    }

    async fn try_to(
        &mut self,
        batch: &Batch,
        old: &dyn Transport,
        records: &str,
    ) -> Result<(), Stopped> {
        let fresh = old.fresh();
        let mut on_event = |token: &str, event: Event| self.event(token, event);
        let proven = batch.prove(&*fresh, records, &mut on_event).await;
        fresh.close().await;
        if proven.is_ok() {
            // Whatever became of the old one: the next program goes over a new one.
            old.close().await;
        }
        proven
    }

    fn unproven(&mut self, batch: &Batch, why: ProviderProblem) {
        let token = batch.tasks.last().map(|t| &t.token);
        if let Some(job) = token.and_then(|t| self.jobs.get_mut(t)) {
            job.unproven = Some(why);
        }
    }
}
