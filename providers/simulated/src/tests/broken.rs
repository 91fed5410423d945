//! The conformance suite finds providers that break the contract, each in its own way.

use crate::Simulated;
use async_trait::async_trait;
use model::{ProviderSchema, Value};
use provider::conformance::{Case, run};
use provider::{
    Answer, Answers, Connection, ConnectionIdentity, FindAnswer, FindRequest, Operation,
    PlanAnswer, PlanRequest, Provider, ProviderProblem, ReadAnswer, ReadRequest, answers,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a provider does wrong.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    ChangesConfig,
    PlansByChance,
    AnswersTwice,
    AnswersNothing,
    LeavesUnknown,
    OtherThanPlanned,
    ReadsOther,
    FindsAnything,
    FindsNothing,
    KeepsDeleted,
    RefusesConfig,
    GivesObjectOfDelete,
}

struct Broken {
    real: Simulated,
    fault: Fault,
    count: AtomicU64,
}

struct BrokenLink {
    real: Arc<dyn Connection>,
    fault: Fault,
}

#[async_trait]
impl Provider for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    fn schema(&self) -> Arc<ProviderSchema> {
        self.real.schema()
    }

    fn validate(&self, _: &str, _: &Value) -> Vec<ProviderProblem> {
        let refuses = self.fault == Fault::RefusesConfig;
        refuses
            .then(|| ProviderProblem::error("never"))
            .into_iter()
            .collect()
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        let planned = match self.fault {
            Fault::ChangesConfig => Some(request.proposed.with("size", 99.into())),
            Fault::PlansByChance => {
                let count = self.count.fetch_add(1, Ordering::Relaxed);
                Some(request.proposed.with("id", count.to_string().into()))
            }
            _ => None,
        };
        PlanAnswer {
            planned,
            ..PlanAnswer::default()
        }
    }

    async fn connect(&self, config: Value) -> Result<Arc<dyn Connection>, ProviderProblem> {
        let real = self.real.connect(config).await?;
        Ok(Arc::new(BrokenLink {
            real,
            fault: self.fault,
        }))
    }
}

#[async_trait]
impl Connection for BrokenLink {
    fn identity(&self) -> ConnectionIdentity {
        self.real.identity()
    }

    async fn read(&self, batch: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        let there = batch
            .iter()
            .map(|r| (r.attributes.clone(), r.private.clone()));
        let there: Vec<_> = there.collect();
        let answers = self.real.read(batch).await;
        answers
            .into_iter()
            .zip(there)
            .map(|(answer, there)| self.see(answer, there))
            .collect()
    }

    async fn apply(&self, batch: Vec<Operation>, to: Answers) {
        let (sender, mut receiver) = answers();
        self.real.apply(batch, sender).await;
        while let Some((token, answer)) = receiver.recv().await {
            let answer = self.change(answer);
            if self.fault == Fault::AnswersTwice {
                to.send(token, answer.clone());
            }
            if self.fault != Fault::AnswersNothing {
                to.send(token, answer);
            }
        }
    }

    async fn find(&self, batch: Vec<FindRequest>) -> Vec<FindAnswer> {
        let real = self.real.find(batch.clone()).await;
        let answer = |(request, real): (FindRequest, FindAnswer)| match self.fault {
            Fault::FindsNothing => FindAnswer::Absent,
            Fault::FindsAnything => FindAnswer::Found {
                made: provider::Made {
                    attributes: request.attributes,
                    private: Vec::new(),
                },
                found: provider::Found::Exact,
            },
            _ => real,
        };
        batch.into_iter().zip(real).map(answer).collect()
    }
}

impl BrokenLink {
    fn see(&self, answer: ReadAnswer, (attributes, private): (Value, Vec<u8>)) -> ReadAnswer {
        match (self.fault, answer) {
            (Fault::ReadsOther, ReadAnswer::Present { mut made, owner }) => {
                made.attributes = made.attributes.with("kind", "hdd".into());
                ReadAnswer::Present { made, owner }
            }
            (Fault::KeepsDeleted, ReadAnswer::Absent) => ReadAnswer::Present {
                made: provider::Made {
                    attributes,
                    private,
                },
                owner: None,
            },
            (_, answer) => answer,
        }
    }

    fn change(&self, answer: Answer) -> Answer {
        match (self.fault, answer) {
            (Fault::LeavesUnknown, Answer::Done(Some(mut made))) => {
                let unknown = Value::unknown(model::Type::String);
                made.attributes = made.attributes.with("id", unknown);
                Answer::Done(Some(made))
            }
            (Fault::OtherThanPlanned, Answer::Done(Some(mut made))) => {
                made.attributes = made.attributes.with("size", 1.into());
                Answer::Done(Some(made))
            }
            (Fault::GivesObjectOfDelete, Answer::Done(None)) => {
                Answer::Done(Some(provider::Made {
                    attributes: Value::NULL,
                    private: Vec::new(),
                }))
            }
            (_, answer) => answer,
        }
    }
}

async fn check(fault: Fault, expected: &str) {
    let provider = Broken {
        real: Simulated::new(),
        fault,
        count: AtomicU64::new(0),
    };
    let connection = provider.connect(Value::object::<&str>([])).await.unwrap();
    let cases = [Case::new("sim_disk", [("size", 5.into())]).changed([("size", 6.into())])];
    let broken = run(&provider, &*connection, &cases).await;
    assert!(
        broken.iter().any(|b| b.contains(expected)),
        "{expected}: {broken:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn each_broken_rule_is_found() {
    check(Fault::RefusesConfig, "validate never").await;
    check(Fault::ChangesConfig, "plan changed the attribute `size`").await;
    check(
        Fault::PlansByChance,
        "plan gives another answer to the same question",
    )
    .await;
    check(Fault::AnswersTwice, "answered 2 times").await;
    check(Fault::AnswersNothing, "came back without an answer").await;
    check(
        Fault::LeavesUnknown,
        "apply gave a value that is still unknown",
    )
    .await;
    check(
        Fault::OtherThanPlanned,
        "another value for `size` than was planned",
    )
    .await;
    check(
        Fault::ReadsOther,
        "read gives another `kind` than the change before it",
    )
    .await;
    check(Fault::FindsAnything, "of a token that was never used").await;
    check(
        Fault::FindsNothing,
        "find of a create that was done: Absent",
    )
    .await;
    check(Fault::KeepsDeleted, "read of what was deleted").await;
    check(Fault::GivesObjectOfDelete, "delete gave an object").await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_case_is_named() {
    let provider = Simulated::new();
    let connection = provider.connect(Value::NULL).await.unwrap();
    let cases = [
        Case::new("sim_nothing", []),
        Case::new("sim_disk", [("size", "many".into())]),
        Case::new("sim_disk", [("sise", 1.into())]),
    ];
    let broken = run(&provider, &*connection, &cases).await.join("\n");
    for expected in [
        "no resource type `sim_nothing`",
        "size: a number",
        "no attribute `sise`",
    ] {
        assert!(broken.contains(expected), "{broken}");
    }
}
