//! Requests that are sent again, while others of their batch are still under way.

use async_trait::async_trait;
use landfall_tests::Lab;
use model::{ProviderSchema, Value};
use provider::{
    Answers, Connection, ConnectionIdentity, Failure, FindAnswer, FindRequest, Operation,
    PlanAnswer, PlanRequest, Provider, ProviderProblem, ReadAnswer, ReadRequest,
};
use provider_simulated::Simulated;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// Refuses the first of several at once, and takes its time for what is sent alone.
struct Slow(Arc<Simulated>);

struct Link(Arc<dyn Connection>);

#[async_trait]
impl Provider for Slow {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn schema(&self) -> Arc<ProviderSchema> {
        self.0.schema()
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        self.0.plan(request)
    }

    async fn connect(&self, config: Value) -> Result<Arc<dyn Connection>, ProviderProblem> {
        Ok(Arc::new(Link(self.0.connect(config).await?)))
    }
}

#[async_trait]
impl Connection for Link {
    fn identity(&self) -> ConnectionIdentity {
        self.0.identity()
    }

    async fn read(&self, batch: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        self.0.read(batch).await
    }

    async fn apply(&self, mut batch: Vec<Operation>, to: Answers) {
        if batch.len() > 1 {
            let mut failure = Failure::refused(ProviderProblem::error("not now")).retryable();
            failure.retry_after_ms = Some(10);
            to.failed(batch.remove(0).token, failure);
            sleep(Duration::from_millis(5_000)).await;
        } else {
            sleep(Duration::from_millis(60_000)).await;
        }
        self.0.apply(batch, to).await;
    }

    async fn find(&self, batch: Vec<FindRequest>) -> Vec<FindAnswer> {
        self.0.find(batch).await
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_its_first_batch_says_nothing_of_what_was_sent_again() {
    let lab = Lab::new("resource \"sim_token\" \"t\" {\n  count  = 3\n  length = 8\n}");
    let mut lab = lab.through(|real| Arc::new(Slow(real)));
    lab.apply_whole().await;
    assert_eq!((lab.things(), lab.state.objects.len()), (3, 3));
    let report = lab.simulated.world().report();
    assert_eq!(report.creations, 3, "{report:?}");
}
