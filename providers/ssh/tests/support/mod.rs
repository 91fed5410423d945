//! What the tests share: a small stand-in for the core, which plans, applies and remembers one
//! object at a time through the provider's contract.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::result_large_err
)]

pub mod machine;
pub mod small;
pub mod sshd;

use landfall_provider_ssh::SshProvider;
use model::{Lineage, ObjectId, Token, Type, Unknown, Value};
use provider::{
    Action, Answer, Connection, Failure, FindAnswer, FindRequest, Made, Operation, Ownership,
    PlanAnswer, PlanRequest, Provider, ProviderProblem, ReadAnswer, ReadRequest, answers, check,
};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

/// One state, one host, and a directory for both.
pub struct World {
    pub dir: TempDir,
    pub connection: Arc<dyn Connection>,
    pub host: Value,
    pub lineage: Lineage,
    pub epoch: u64,
}

/// An object as the core would record it.
#[derive(Clone, Debug)]
pub struct Object {
    pub ty: &'static str,
    pub id: ObjectId,
    pub made: Made,
}

pub fn host(fields: &[(&str, Value)]) -> Value {
    let given = Value::object(fields.iter().map(|(n, v)| (*n, v.clone())));
    model::convert(&given, &provider::host_type()).unwrap()
}

pub fn local() -> Value {
    host(&[
        ("address", "localhost".into()),
        ("transport", "local".into()),
    ])
}

impl World {
    /// On this machine, with records of its own.
    pub async fn local() -> World {
        World::on(local(), &[]).await
    }

    pub async fn on(host: Value, config: &[(&str, Value)]) -> World {
        let dir = tempfile::tempdir().unwrap();
        let records = dir.path().join("records").display().to_string();
        let mut config: Vec<_> = config.iter().map(|(n, v)| (*n, v.clone())).collect();
        config.push(("records", records.into()));
        // The tester's own is nobody's business.
        if config.iter().all(|(n, _)| *n != "ssh_config") {
            config.push(("ssh_config", "none".into()));
        }
        config.push(("connect_timeout", Value::int(5)));
        let connection = SshProvider.connect(Value::object(config)).await.unwrap();
        World {
            dir,
            connection,
            host,
            lineage: Lineage::random(),
            epoch: 1,
        }
    }

    /// A path in the directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn at(&self, name: &str) -> Value {
        self.path(name).display().to_string().into()
    }

    pub fn records(&self) -> PathBuf {
        self.path("records")
    }

    pub fn config(&self, ty: &str, fields: &[(&str, Value)]) -> Value {
        let schema = &SshProvider.schema().resources[ty];
        let mut config = Value::object([("host", self.host.clone())]);
        for attribute in &schema.block.attributes {
            let given = fields
                .iter()
                .find(|(n, _)| *n == attribute.name)
                .map(|(_, v)| v.clone());
            if attribute.name != "host" {
                let value = given.unwrap_or(Value::Null(attribute.ty.clone()));
                config = config.with(
                    &attribute.name,
                    model::convert(&value, &attribute.ty).unwrap(),
                );
            }
        }
        config
    }

    /// The configuration with defaults, and with what the provider decides.
    pub fn proposed(&self, ty: &str, config: &Value, prior: Option<&Value>) -> Value {
        let schema = &SshProvider.schema().resources[ty];
        let mut proposed = config.clone();
        for attribute in &schema.block.attributes {
            if !config.get(&attribute.name).is_some_and(Value::is_null) {
                continue;
            }
            if let Some(default) = &attribute.default {
                proposed = proposed.with(&attribute.name, default.clone());
            } else if attribute.is_computed() {
                let unknown = Unknown::of(attribute.ty.clone()).sensitive(attribute.sensitive);
                let value = prior.and_then(|p| p.get(&attribute.name)).cloned();
                let value = value.unwrap_or(Value::Unknown(unknown.into()));
                proposed = proposed.with(&attribute.name, value);
            }
        }
        proposed
    }

    pub async fn look(&self, ty: &str, proposed: &Value) -> ReadAnswer {
        self.ask(ty, proposed, &[], None).await
    }

    pub async fn read(&self, object: &Object) -> ReadAnswer {
        let made = &object.made;
        self.ask(object.ty, &made.attributes, &made.private, Some(object.id))
            .await
    }

    pub async fn ask(
        &self,
        ty: &str,
        attributes: &Value,
        private: &[u8],
        object: Option<ObjectId>,
    ) -> ReadAnswer {
        let request = ReadRequest {
            ty: ty.into(),
            attributes: attributes.clone(),
            private: private.to_vec(),
            all: false,
            lineage: self.lineage,
            object,
        };
        let answer = self.connection.read(vec![request]).await.remove(0);
        if let ReadAnswer::Present { made, .. } = &answer {
            let schema = &SshProvider.schema().resources[ty];
            assert_eq!(check::read(schema, ty, made), Vec::<String>::new());
        }
        answer
    }

    pub fn plan(
        &self,
        ty: &'static str,
        config: &Value,
        object: Option<&Object>,
        existing: Option<&Value>,
    ) -> PlanAnswer {
        let prior = object.map(|o| &o.made.attributes);
        let proposed = self.proposed(ty, config, prior);
        let request = PlanRequest {
            ty,
            prior,
            config,
            proposed: &proposed,
            private: object.map_or(&[], |o| &o.made.private),
            existing,
        };
        let mut answer = SshProvider.plan(&request);
        answer.planned.get_or_insert_with(|| proposed.clone());
        let schema = &SshProvider.schema().resources[ty];
        assert_eq!(check::plan(schema, &request, &answer), Vec::<String>::new());
        answer
    }

    /// Looks, plans and creates.
    pub async fn create(
        &self,
        ty: &'static str,
        fields: &[(&str, Value)],
    ) -> Result<Object, Failure> {
        let config = self.config(ty, fields);
        let existing = match self.look(ty, &self.proposed(ty, &config, None)).await {
            ReadAnswer::Present { made, .. } => Some(made.attributes),
            ReadAnswer::Absent => None,
            ReadAnswer::Unreachable(p) | ReadAnswer::Failed(p) => return Err(Failure::refused(p)),
        };
        let answer = self.plan(ty, &config, None, existing.as_ref());
        if let Some(problem) = answer.problems.first() {
            return Err(Failure::refused(problem.clone()));
        }
        let id = ObjectId::random();
        let operation = self.creation(ty, id, answer);
        let made = self.apply(operation).await?;
        Ok(Object {
            ty,
            id,
            made: made.unwrap(),
        })
    }

    pub fn creation(&self, ty: &str, id: ObjectId, answer: PlanAnswer) -> Operation {
        let action = Action::Create {
            planned: answer.planned.unwrap(),
        };
        self.operation(ty, id, action, answer.private.unwrap_or_default())
    }

    /// Reads, plans and updates.
    pub async fn update(
        &self,
        object: &Object,
        fields: &[(&str, Value)],
    ) -> Result<Object, Failure> {
        let current = self.refreshed(object).await;
        let config = self.config(object.ty, fields);
        let answer = self.plan(object.ty, &config, Some(&current), None);
        assert!(answer.replaced.is_empty(), "{:?}", answer.replaced);
        let private = answer.private.unwrap_or(current.made.private.clone());
        let planned = answer.planned.unwrap();
        let action = Action::Update {
            prior: current.made.attributes.clone(),
            planned,
        };
        let made = self
            .apply(self.operation(object.ty, object.id, action, private))
            .await?;
        Ok(Object {
            made: made.unwrap(),
            ..object.clone()
        })
    }

    pub async fn refreshed(&self, object: &Object) -> Object {
        match self.read(object).await {
            ReadAnswer::Present { made, .. } => Object {
                made,
                ..object.clone()
            },
            other => panic!("{other:?}"),
        }
    }

    /// Reads and deletes.
    pub async fn delete(&self, object: &Object) -> Result<(), Failure> {
        let made = match self.read(object).await {
            ReadAnswer::Present { made, .. } => made,
            ReadAnswer::Absent => object.made.clone(),
            other => panic!("{other:?}"),
        };
        self.delete_as(object, made).await
    }

    /// Deletes what was last recorded, without another look.
    pub async fn delete_as(&self, object: &Object, made: Made) -> Result<(), Failure> {
        let action = Action::Delete {
            prior: made.attributes,
        };
        self.apply(self.operation(object.ty, object.id, action, made.private))
            .await
            .map(drop)
    }

    pub fn operation(&self, ty: &str, id: ObjectId, action: Action, private: Vec<u8>) -> Operation {
        Operation {
            token: Token::random(),
            ownership: self.ownership(id),
            ty: ty.into(),
            action,
            private,
            timeout_ms: 60_000,
        }
    }

    pub fn ownership(&self, object: ObjectId) -> Ownership {
        let hint = "ssh_file.test".into();
        Ownership {
            lineage: self.lineage,
            object,
            hint,
            epoch: self.epoch,
        }
    }

    pub async fn apply(&self, operation: Operation) -> Result<Option<Made>, Failure> {
        self.apply_all(vec![operation]).await.remove(0)
    }

    /// Applies a batch and checks each outcome against the contract.
    pub async fn apply_all(&self, batch: Vec<Operation>) -> Vec<Result<Option<Made>, Failure>> {
        let (sender, mut receiver) = answers();
        self.connection.apply(batch.clone(), sender).await;
        let mut outcomes = Vec::new();
        for operation in &batch {
            outcomes.push((operation.clone(), None));
        }
        while let Some((token, answer)) = receiver.recv().await {
            let slot = outcomes.iter_mut().find(|(o, _)| o.token == token).unwrap();
            match answer {
                Answer::Progress(_) => {}
                Answer::Done(made) => assert!(slot.1.replace(Ok(made)).is_none(), "two answers"),
                Answer::Failed(f) => assert!(slot.1.replace(Err(*f)).is_none(), "two answers"),
            }
        }
        outcomes
            .into_iter()
            .map(|(o, outcome)| checked(&o, outcome.expect("no answer")))
            .collect()
    }

    pub async fn find(&self, operation: &Operation) -> FindAnswer {
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
            age_ms: 1000,
        };
        self.connection.find(vec![request]).await.remove(0)
    }
}

fn checked(
    operation: &Operation,
    outcome: Result<Option<Made>, Failure>,
) -> Result<Option<Made>, Failure> {
    if let (Ok(Some(made)), Action::Create { planned } | Action::Update { planned, .. }) =
        (&outcome, &operation.action)
    {
        let schema = &SshProvider.schema().resources[operation.ty.as_str()];
        let broken = check::outcome(schema, &operation.ty, planned, made);
        assert_eq!(broken, Vec::<String>::new());
    }
    outcome
}

/// A problem as one text: message, details, help.
pub fn words(problem: &ProviderProblem) -> String {
    let help = problem.help.iter().cloned();
    let all = std::iter::once(problem.message.clone())
        .chain(problem.details.clone())
        .chain(help);
    all.collect::<Vec<_>>().join("\n")
}

#[track_caller]
pub fn check_fails<T: std::fmt::Debug>(outcome: Result<T, Failure>, expected: &str) -> Failure {
    let failure = outcome.unwrap_err();
    let words = words(&failure.problem);
    assert!(
        words.contains(expected),
        "expected {expected:?} in:\n{words}"
    );
    failure
}

pub fn secret(text: &str) -> Value {
    let fingerprint = model::Fingerprint::of(&Value::string(text));
    Value::Secret(Arc::new(model::Secret::open(
        fingerprint,
        Value::string(text),
    )))
}

pub fn sealed(text: &str) -> Value {
    let fingerprint = model::Fingerprint::of(&Value::string(text));
    Value::Secret(Arc::new(model::Secret::sealed(fingerprint, Type::String)))
}
