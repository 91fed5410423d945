//! The connection of the built-in provider: to nothing but the state.

use crate::entropy::Entropy;
use crate::environment_variable;
use crate::resources::{random_password, resource};
use async_trait::async_trait;
use provider::{
    Action, Answers, Connection, ConnectionIdentity, DataAnswer, DataRequest, Failure, FindAnswer,
    FindRequest, ImportAnswer, ImportRequest, Imported, Made, Opened, Operation, ProviderProblem,
    ReadAnswer, ReadRequest,
};

/// Objects that are what the state recorded of them.
pub(crate) struct Recorded;

#[async_trait]
impl Connection for Recorded {
    fn identity(&self) -> ConnectionIdentity {
        ConnectionIdentity("state".into())
    }

    async fn read(&self, batch: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        batch.into_iter().map(read).collect()
    }

    async fn data(&self, batch: Vec<DataRequest>) -> Vec<DataAnswer> {
        batch.iter().map(data).collect()
    }

    async fn apply(&self, batch: Vec<Operation>, answers: Answers) {
        let mut entropy = Entropy::default();
        for operation in batch {
            match carry_out(&operation, &mut entropy) {
                Ok(made) => answers.done(operation.token, made),
                Err(problem) => answers.failed(operation.token, Failure::refused(problem)),
            }
        }
    }

    /// What was made but not recorded was never anywhere.
    async fn find(&self, batch: Vec<FindRequest>) -> Vec<FindAnswer> {
        batch.iter().map(|_| FindAnswer::Absent).collect()
    }

    async fn open(&self, request: DataRequest) -> Result<Opened, ProviderProblem> {
        if request.ty != "random_password" {
            let problem = format!("there is no ephemeral resource `{}`", request.ty);
            return Err(ProviderProblem::error(problem));
        }
        Ok(Opened {
            value: random_password::open(&request.config)?,
            private: Vec::new(),
            renew_after_ms: None,
        })
    }

    async fn import(&self, request: ImportRequest) -> ImportAnswer {
        Ok(Imported {
            made: made(resource(&request.ty)?.import(&request.id)?),
            owner: None,
        })
    }
}

fn read(request: ReadRequest) -> ReadAnswer {
    // Without a record there is nothing, and what is being planned has unknowns.
    match request.object.is_none() || request.attributes.has_unknown() {
        true => ReadAnswer::Absent,
        false => ReadAnswer::Present {
            made: Made {
                attributes: request.attributes,
                private: request.private,
            },
            owner: None,
        },
    }
}

fn data(request: &DataRequest) -> DataAnswer {
    match request.ty.as_str() {
        environment_variable::TYPE => environment_variable::read(&request.config),
        other => Err(ProviderProblem::error(format!(
            "there is no data source `{other}`"
        ))),
    }
}

fn carry_out(
    operation: &Operation,
    entropy: &mut Entropy,
) -> Result<Option<Made>, ProviderProblem> {
    let resource = resource(&operation.ty)?;
    match &operation.action {
        Action::Create { planned } => resource.make(planned, entropy).map(|v| Some(made(v))),
        Action::Update { planned, .. } => resource.make(planned, entropy).map(|v| Some(made(v))),
        Action::Delete { .. } => Ok(None),
    }
}

fn made(attributes: model::Value) -> Made {
    Made {
        attributes,
        private: Vec::new(),
    }
}
