//! Ephemeral resources: opened when what they are made of is known, renewed as long as they are
//! used, closed at the end. Nothing of them is recorded.

use crate::Connections;
use crate::context::{Context, Event as Told};
use crate::refused::Refused;
use crate::run::Run;
use model::Value;
use plan::{Action, Plan, ProviderUse, ScopedData};
use provider::{Connection, DataRequest, Opened, ProviderProblem};
use state::{ProviderKey, State};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Something that is open.
pub(crate) struct Held {
    connection: Arc<dyn Connection>,
    ty: String,
    private: Vec<u8>,
    renewing: Option<JoinHandle<()>>,
}

impl Connections {
    /// Opens something, and keeps it open until all is closed.
    ///
    /// # Errors
    /// Where it is refused.
    pub async fn open(
        &self,
        connection: &Arc<dyn Connection>,
        request: DataRequest,
    ) -> Result<Value, ProviderProblem> {
        let ty = request.ty.clone();
        let Opened {
            value,
            private,
            renew_after_ms,
        } = connection.open(request).await?;
        let renewing = renew_after_ms.map(|after_ms| {
            let (connection, ty, private) = (connection.clone(), ty.clone(), private.clone());
            tokio::spawn(renew(connection, ty, private, after_ms))
        });
        self.opened.lock().await.push(Held {
            connection: connection.clone(),
            ty,
            private,
            renewing,
        });
        Ok(value)
    }

    /// Closes everything that is open, the last opened first.
    pub async fn close_opened(&self) {
        let mut held = std::mem::take(&mut *self.opened.lock().await);
        while let Some(one) = held.pop() {
            if let Some(renewing) = one.renewing {
                renewing.abort();
            }
            let closed = one.connection.close_opened(&one.ty, &one.private).await;
            if let Err(problem) = closed {
                tracing::warn!(ty = one.ty, %problem, "an ephemeral resource stays open");
            }
        }
    }
}

async fn renew(connection: Arc<dyn Connection>, ty: String, private: Vec<u8>, after_ms: u64) {
    let mut next = Some(after_ms);
    while let Some(after_ms) = next {
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        next = match connection.renew(&ty, &private).await {
            Ok(next) => next,
            Err(problem) => {
                tracing::warn!(ty, %problem, "an ephemeral resource runs out");
                None
            }
        };
    }
}

impl Run<'_> {
    /// Opens what can be opened by now.
    pub(crate) async fn open_ephemerals(&mut self) {
        let plan = self.plan;
        for ephemeral in &plan.ephemerals {
            if self.opened.contains_key(&ephemeral.address) {
                continue;
            }
            match self.open(ephemeral).await {
                Ok(None) => {}
                Ok(Some(value)) => {
                    let value = self.context.fingerprints.conceal_ephemeral(&value);
                    self.opened.insert(ephemeral.address.clone(), Some(value));
                }
                Err(problem) => {
                    self.opened.insert(ephemeral.address.clone(), None);
                    let failed = crate::Failed {
                        address: ephemeral.address.clone(),
                        action: Action::Read,
                        problem: problem.problem,
                        place: problem.place,
                        elapsed_ms: 0,
                    };
                    self.context.watch.tell(Told::Failed(failed.clone()));
                    self.report.failed.push(failed);
                }
            }
        }
    }

    async fn open(&mut self, ephemeral: &ScopedData) -> Result<Option<Value>, Refused> {
        let ty = &**ephemeral.address.ty();
        let mut schemas = self.context.schemas.values();
        let Some(schema) = schemas.find_map(|s| s.ephemerals.get(ty)) else {
            let problem = format!("there is no ephemeral resource `{ty}`");
            return Err(ProviderProblem::error(problem).into());
        };
        let body = self.body(&ephemeral.deferred).map_err(|p| *p)?;
        let config = plan::shape(&schema.block, &body)
            .map_err(|e| ProviderProblem::error(format!("a value has a wrong type: {e}")))?;
        if config.has_unknown() {
            return Ok(None);
        }
        let connection = self.connection(&ephemeral.provider).await?;
        let request = DataRequest {
            ty: ty.to_string(),
            config: config.expose(),
        };
        let connections = self.context.connections;
        Ok(Some(connections.open(&connection, request).await?))
    }

    /// A provider's configuration with what is never recorded in it.
    pub(crate) fn finished_config(&self, used: &ProviderUse) -> Result<Value, ProviderProblem> {
        let (Some(deferred), Some(schema)) =
            (&used.deferred, self.context.schemas.get(&*used.provider))
        else {
            return Ok(used.config.clone());
        };
        let body = self.body(deferred).map_err(|p| p.problem)?;
        let config = plan::shape(&schema.config, &body)
            .map_err(|e| ProviderProblem::error(format!("a value has a wrong type: {e}")))?;
        if config.has_unknown() {
            return Err(ProviderProblem::error(
                "the provider's configuration is not known: what it uses could not be opened",
            ));
        }
        if let Some(problem) = left_behind(&config) {
            return Err(problem);
        }
        let config = plan::propose(&schema.config, &config, None);
        Ok(plan::conceal(
            &schema.config,
            &config,
            self.context.fingerprints,
        ))
    }
}

/// The configurations of a plan's connections with what is never recorded in them, as they are
/// for its apply. What can't be finished is left out.
pub async fn finished_configs(
    plan: &Plan,
    state: State,
    context: &Context<'_>,
) -> BTreeMap<ProviderKey, Value> {
    let used = plan.providers.iter();
    let used: Vec<_> = used.filter(|(_, used)| used.deferred.is_some()).collect();
    if used.is_empty() {
        return BTreeMap::new();
    }
    let mut run = Run::new(plan, context, state);
    run.open_ephemerals().await;
    let finished = |(key, used): (&ProviderKey, &ProviderUse)| {
        let config = run.finished_config(used).ok()?;
        Some((key.clone(), config))
    };
    used.into_iter().filter_map(finished).collect()
}

/// Why something can't be handed over: an ephemeral variable had its value when the plan was
/// made, and a saved plan does not keep it.
pub(crate) fn left_behind(value: &Value) -> Option<ProviderProblem> {
    let lost = |v: &Value| matches!(v, Value::Secret(s) if s.ephemeral && !s.is_open());
    value.any(&lost).then(|| {
        ProviderProblem::error("the value of an ephemeral variable is not in a saved plan")
            .help("give it again: `--var` or `LANDFALL_VAR_…` beside `--plan`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use provider::{
        Answers, ConnectionIdentity, FindAnswer, FindRequest, Operation, ReadAnswer, ReadRequest,
    };
    use std::sync::Mutex;

    /// Opens what runs out within a second, twice renewed at most.
    #[derive(Default)]
    struct Sessions(Mutex<Vec<String>>);

    impl Sessions {
        fn note(&self, what: &str, private: &[u8]) -> usize {
            let mut all = self.0.lock().unwrap();
            all.push(format!("{what} {}", String::from_utf8_lossy(private)));
            all.len()
        }
    }

    #[async_trait]
    impl Connection for Sessions {
        fn identity(&self) -> ConnectionIdentity {
            ConnectionIdentity::default()
        }
        async fn read(&self, _: Vec<ReadRequest>) -> Vec<ReadAnswer> {
            Vec::new()
        }
        async fn apply(&self, _: Vec<Operation>, _: Answers) {}
        async fn find(&self, _: Vec<FindRequest>) -> Vec<FindAnswer> {
            Vec::new()
        }
        async fn open(&self, request: DataRequest) -> Result<Opened, ProviderProblem> {
            self.note("open", request.ty.as_bytes());
            Ok(Opened {
                value: Value::NULL,
                private: request.ty.into_bytes(),
                renew_after_ms: Some(1_000),
            })
        }
        async fn renew(&self, _: &str, private: &[u8]) -> Result<Option<u64>, ProviderProblem> {
            let so_far = self.note("renew", private);
            Ok((so_far < 4).then_some(1_000))
        }
        async fn close_opened(&self, _: &str, private: &[u8]) -> Result<(), ProviderProblem> {
            self.note("close", private);
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_open_is_renewed_and_closed_the_last_first() {
        let sessions = Arc::new(Sessions::default());
        let connection: Arc<dyn Connection> = sessions.clone();
        let connections = Connections::new();
        for ty in ["a", "b"] {
            let (ty, config) = (ty.to_string(), Value::NULL);
            let opened = connections.open(&connection, DataRequest { ty, config });
            assert!(opened.await.is_ok());
        }
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        connections.close_opened().await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let told = sessions.0.lock().unwrap().join(", ");
        assert_eq!(told, "open a, open b, renew a, renew b, close b, close a");
    }
}
