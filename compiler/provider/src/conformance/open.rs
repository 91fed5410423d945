//! Ephemeral resources: opened twice beside each other, renewed, closed.

use super::complete;
use crate::{Connection, DataRequest, Opened, Provider, check};
use model::{DataSchema, Value};
use std::time::Duration;
use tokio::time::timeout;

/// However long something takes to be opened, this is too long.
const DEADLINE: Duration = Duration::from_secs(60);
/// A type that nobody has.
const NOBODYS: &str = "a type that there is not";

/// Something to be opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The type of the ephemeral resource.
    pub ty: String,
    /// Its configuration; what is left out is null.
    pub config: Value,
}

impl Opening {
    /// Of a type, with this configuration.
    pub fn new<'a>(ty: &str, config: impl IntoIterator<Item = (&'a str, Value)>) -> Opening {
        Opening {
            ty: ty.into(),
            config: Value::object(config),
        }
    }
}

/// Opens each and closes it. What comes back is what the provider breaks; empty where it keeps the
/// contract.
pub async fn open(
    provider: &dyn Provider,
    connection: &dyn Connection,
    cases: &[Opening],
) -> Vec<String> {
    let schemas = provider.schema();
    let mut broken = Vec::new();
    let nobodys = DataRequest {
        ty: NOBODYS.into(),
        config: Value::object([("", Value::NULL); 0]),
    };
    if connection.open(nobodys).await.is_ok() {
        broken.push("open took a type that is not in the schema".to_string());
    }
    for ty in schemas.ephemerals.keys() {
        if cases.iter().all(|case| case.ty != *ty) {
            broken.push(format!("`{ty}`: no case opens it"));
        }
    }
    for case in cases {
        let Some(schema) = schemas.ephemerals.get(case.ty.as_str()) else {
            broken.push(format!("there is no ephemeral resource `{}`", case.ty));
            continue;
        };
        let mut opening = Trial {
            connection,
            case,
            broken: Vec::new(),
        };
        opening.run(schema).await;
        broken.extend(opening.broken);
    }
    broken
}

struct Trial<'a> {
    connection: &'a dyn Connection,
    case: &'a Opening,
    broken: Vec<String>,
}

impl Trial<'_> {
    async fn run(&mut self, schema: &DataSchema) {
        let config = match complete(&schema.block, &self.case.config) {
            Ok(config) => config,
            Err(why) => return self.breaks(format!("the case has no right configuration: {why}")),
        };
        // A plan and its apply open it each, and two runs may do so at once.
        let (first, second) = (self.open(&config).await, self.open(&config).await);
        for opened in first.iter().chain(&second) {
            let broken = check::opened(&schema.block, &self.case.ty, &config, &opened.value);
            self.broken.extend(broken);
        }
        if let Some(first) = &first {
            self.renew(first, "what is open").await;
            self.close(first, "what is open").await;
        }
        if let Some(second) = &second {
            self.renew(second, "one of two, once the other is closed")
                .await;
            self.close(second, "one of two, once the other is closed")
                .await;
            self.close(second, "what is closed already, and does not stay open")
                .await;
        }
    }

    async fn open(&mut self, config: &Value) -> Option<Opened> {
        let request = DataRequest {
            ty: self.case.ty.clone(),
            config: config.clone(),
        };
        let opened = match timeout(DEADLINE, self.connection.open(request)).await {
            Ok(Ok(opened)) => opened,
            Ok(Err(problem)) => {
                self.breaks(format!("open failed: {problem}"));
                return None;
            }
            Err(_) => {
                self.breaks("open does not come back".into());
                return None;
            }
        };
        self.in_time(opened.renew_after_ms);
        Some(opened)
    }

    async fn renew(&mut self, opened: &Opened, what: &str) {
        if opened.renew_after_ms.is_none() {
            return;
        }
        let renewed = self.connection.renew(&self.case.ty, &opened.private);
        match timeout(DEADLINE, renewed).await {
            Ok(Ok(again)) => self.in_time(again),
            Ok(Err(problem)) => self.breaks(format!("renew failed of {what}: {problem}")),
            Err(_) => self.breaks("renew does not come back".into()),
        }
    }

    async fn close(&mut self, opened: &Opened, what: &str) {
        let closed = self.connection.close_opened(&self.case.ty, &opened.private);
        match timeout(DEADLINE, closed).await {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => self.breaks(format!("close_opened failed of {what}: {problem}")),
            Err(_) => self.breaks("close_opened does not come back".into()),
        }
    }

    fn in_time(&mut self, renew_after_ms: Option<u64>) {
        if renew_after_ms == Some(0) {
            self.breaks("it has to be renewed at once, and so for ever".into());
        }
    }

    fn breaks(&mut self, what: String) {
        self.broken.push(format!("`{}`: {what}", self.case.ty));
    }
}
