//! One-line questions to a connection.

use model::{Lineage, ObjectId, Token, Value};
use provider::conformance::{complete, propose};
use provider::{
    Action, Answer, Answers, Connection, Failure, FindAnswer, FindRequest, Made, Operation,
    Ownership, PlanAnswer, PlanRequest, Provider, ReadAnswer, ReadRequest, answers,
};
use std::sync::Arc;

pub(super) type Given<'a> = &'a [(&'a str, Value)];

/// A provider, connected, and one lineage of its objects.
pub(super) struct Desk<P> {
    pub(super) provider: P,
    pub(super) connection: Arc<dyn Connection>,
    pub(super) lineage: Lineage,
}

impl<P: Provider> Desk<P> {
    pub(super) async fn at(provider: P, config: Given<'_>) -> Desk<P> {
        let connection = provider
            .connect(Value::object(config.iter().cloned()))
            .await
            .unwrap();
        Desk {
            provider,
            connection,
            lineage: Lineage::random(),
        }
    }

    pub(super) fn config(&self, ty: &str, given: Given<'_>) -> Value {
        let schema = self.provider.schema();
        complete(
            &schema.resources[ty].block,
            &Value::object(given.iter().cloned()),
        )
        .unwrap()
    }

    pub(super) fn plan(
        &self,
        ty: &str,
        prior: Option<&Value>,
        given: Given<'_>,
        existing: Option<&Value>,
    ) -> (PlanAnswer, Value) {
        let config = self.config(ty, given);
        let proposed = propose(&self.provider.schema().resources[ty].block, prior, &config);
        let answer = self.provider.plan(&PlanRequest {
            ty,
            prior,
            config: &config,
            proposed: &proposed,
            private: &[],
            existing,
        });
        let planned = answer.planned.clone().unwrap_or(proposed);
        (answer, planned)
    }

    pub(super) fn create(&self, ty: &str, given: Given<'_>) -> Operation {
        let planned = self.plan(ty, None, given, None).1;
        self.operation(ty, ObjectId::random(), Action::Create { planned }, &[])
    }

    pub(super) fn operation(
        &self,
        ty: &str,
        object: ObjectId,
        action: Action,
        private: &[u8],
    ) -> Operation {
        let ownership = Ownership {
            lineage: self.lineage,
            object,
            hint: String::new(),
            epoch: 1,
        };
        Operation {
            token: Token::random(),
            ownership,
            ty: ty.into(),
            action,
            private: private.to_vec(),
            timeout_ms: 60_000,
        }
    }

    pub(super) fn delete(&self, of: &Operation, made: &Made) -> Operation {
        let action = Action::Delete {
            prior: made.attributes.clone(),
        };
        self.operation(&of.ty, of.ownership.object, action, &made.private)
    }

    /// The one answer to one operation.
    pub(super) async fn send(&self, operation: &Operation) -> Result<Option<Made>, Failure> {
        self.send_all(vec![operation.clone()]).await.pop().unwrap()
    }

    /// The object made of a configuration, where nothing goes wrong.
    pub(super) async fn make(&self, ty: &str, given: Given<'_>) -> (Operation, Made) {
        let operation = self.create(ty, given);
        let made = self.send(&operation).await.unwrap().unwrap();
        (operation, made)
    }

    pub(super) async fn send_all(
        &self,
        batch: Vec<Operation>,
    ) -> Vec<Result<Option<Made>, Failure>> {
        let (sender, mut receiver): (Answers, _) = answers();
        self.connection.apply(batch, sender).await;
        let mut ended = Vec::new();
        while let Some((_, answer)) = receiver.recv().await {
            match answer {
                Answer::Progress(_) => {}
                Answer::Done(made) => ended.push(Ok(made)),
                Answer::Failed(failure) => ended.push(Err(*failure)),
            }
        }
        ended
    }

    pub(super) async fn find(&self, operation: &Operation, age_ms: u64) -> FindAnswer {
        let (action, attributes) = match &operation.action {
            Action::Create { planned } => ("create", planned),
            Action::Update { planned, .. } => ("update", planned),
            Action::Delete { prior } => ("delete", prior),
        };
        let request = FindRequest {
            ty: operation.ty.clone(),
            token: operation.token,
            ownership: operation.ownership.clone(),
            attributes: attributes.clone(),
            private: operation.private.clone(),
            action,
            age_ms,
        };
        self.connection.find(vec![request]).await.pop().unwrap()
    }

    pub(super) async fn read(&self, of: &Operation, made: &Made) -> ReadAnswer {
        self.read_as(of, made, false).await
    }

    pub(super) async fn read_as(&self, of: &Operation, made: &Made, all: bool) -> ReadAnswer {
        let request = ReadRequest {
            ty: of.ty.clone(),
            attributes: made.attributes.clone(),
            private: made.private.clone(),
            all,
            lineage: self.lineage,
            object: Some(of.ownership.object),
        };
        self.connection.read(vec![request]).await.pop().unwrap()
    }
}

pub(super) fn host(id: &str) -> (&'static str, Value) {
    (
        "host",
        Value::object([("id", Value::from(id)), ("address", "192.0.2.1".into())]),
    )
}

pub(super) fn is_there(answer: &ReadAnswer) -> bool {
    matches!(answer, ReadAnswer::Present { .. })
}
