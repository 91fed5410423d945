//! The conformance suite finds providers that open things wrongly, each in its own way.

use crate::Simulated;
use async_trait::async_trait;
use model::{Attribute, BlockSchema, DataSchema, ProviderSchema, Type, Value};
use provider::conformance::{Opening, open};
use provider::{
    Answers, Connection, ConnectionIdentity, DataRequest, FindAnswer, FindRequest, Opened,
    Operation, PlanAnswer, PlanRequest, Provider, ProviderProblem, ReadAnswer, ReadRequest,
};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// What a provider of sessions does wrong.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    TakesAnyType,
    LeavesOut,
    LeavesUnknown,
    ChangesConfig,
    RenewsForEver,
    SharesOneSession,
    ClosesOnce,
    Refuses,
}

/// Sessions that are open, by number.
struct Sessions {
    fault: Fault,
    open: Mutex<BTreeSet<u8>>,
}

#[async_trait]
impl Provider for Sessions {
    fn name(&self) -> &'static str {
        "sessions"
    }

    fn schema(&self) -> Arc<ProviderSchema> {
        let block = BlockSchema {
            attributes: vec![
                Attribute::new("user", Type::String, "Whose.").required(),
                Attribute::new("key", Type::String, "It opens.").computed(),
            ],
            ..BlockSchema::default()
        };
        let session = DataSchema {
            doc: "A session.",
            block,
            on: None,
        };
        let real = Simulated::new().schema();
        Arc::new(ProviderSchema {
            ephemerals: [("session", session)].into(),
            ..ProviderSchema::clone(&real)
        })
    }

    fn validate(&self, _: &str, _: &Value) -> Vec<ProviderProblem> {
        Vec::new()
    }

    fn plan(&self, _: &PlanRequest<'_>) -> PlanAnswer {
        PlanAnswer::default()
    }

    async fn connect(&self, _: Value) -> Result<Arc<dyn Connection>, ProviderProblem> {
        Err(ProviderProblem::error("it is its own connection"))
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
        if (request.ty != "session" && self.fault != Fault::TakesAnyType)
            || self.fault == Fault::Refuses
        {
            return Err(ProviderProblem::error("refused"));
        }
        let mut open = self.open.lock().unwrap();
        let number = match self.fault {
            Fault::SharesOneSession => 0,
            _ => open.last().map_or(0, |last| last + 1),
        };
        open.insert(number);
        let user = request.config.get("user").cloned().unwrap_or(Value::NULL);
        let value = match self.fault {
            Fault::LeavesOut => Value::object([("user", user)]),
            Fault::LeavesUnknown => {
                Value::object([("user", user), ("key", Value::unknown(Type::String))])
            }
            Fault::ChangesConfig => Value::object([("user", "root".into()), ("key", "k".into())]),
            _ => Value::object([("user", user), ("key", "k".into())]),
        };
        Ok(Opened {
            value,
            private: vec![number],
            renew_after_ms: Some(1_000),
        })
    }

    async fn renew(&self, _: &str, private: &[u8]) -> Result<Option<u64>, ProviderProblem> {
        let open = self.open.lock().unwrap();
        match open.contains(&private[0]) {
            true => Ok(Some(u64::from(self.fault != Fault::RenewsForEver) * 1_000)),
            false => Err(ProviderProblem::error("it has run out")),
        }
    }

    async fn close_opened(&self, _: &str, private: &[u8]) -> Result<(), ProviderProblem> {
        let closed = self.open.lock().unwrap().remove(&private[0]);
        match closed || self.fault != Fault::ClosesOnce {
            true => Ok(()),
            false => Err(ProviderProblem::error("it is not open")),
        }
    }
}

async fn broken(fault: Fault, cases: &[Opening]) -> Vec<String> {
    let sessions = Sessions {
        fault,
        open: Mutex::default(),
    };
    let broken = open(&sessions, &sessions, cases).await;
    assert!(sessions.open.lock().unwrap().is_empty() || fault == Fault::TakesAnyType);
    broken
}

#[tokio::test]
async fn each_fault_is_found() {
    let cases = [Opening::new("session", [("user", "ann".into())])];
    assert_eq!(broken(Fault::None, &cases).await, Vec::<String>::new());
    for (fault, expected) in [
        (Fault::TakesAnyType, "a type that is not in the schema"),
        (Fault::LeavesOut, "open left out `key`"),
        (Fault::LeavesUnknown, "still unknown"),
        (Fault::ChangesConfig, "another value for `user`"),
        (Fault::RenewsForEver, "renewed at once"),
        (Fault::SharesOneSession, "renew failed of one of two"),
        (Fault::ClosesOnce, "failed of what is closed already"),
        (Fault::Refuses, "open failed: refused"),
    ] {
        let found = broken(fault, &cases).await;
        assert!(
            found.iter().any(|b| b.contains(expected)),
            "{expected}: {found:#?}"
        );
    }
}

#[tokio::test]
async fn each_type_has_a_case_and_each_case_a_type() {
    for (cases, expected) in [
        (vec![], "`session`: no case opens it"),
        (
            vec![Opening::new("other", [])],
            "there is no ephemeral resource `other`",
        ),
        (
            vec![Opening::new("session", [("usr", "ann".into())])],
            "there is no attribute `usr`",
        ),
    ] {
        let found = broken(Fault::None, &cases).await;
        assert!(
            found.iter().any(|b| b.contains(expected)),
            "{expected}: {found:#?}"
        );
    }
}
