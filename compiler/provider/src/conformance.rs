//! A suite that any provider's tests run: the life of an object of each type, with the contract
//! checked at each step. It needs a connection that may really make and end things.

mod ask;
mod life;
mod open;
mod propose;

pub use open::{Opening, open};
pub use propose::{complete, propose};

use crate::{Connection, Provider, check};
use model::Value;

/// One object to take through its life.
#[derive(Clone, Debug)]
pub struct Case {
    /// The resource type.
    pub ty: String,
    /// Its configuration; what is left out is null.
    pub config: Value,
    /// Another configuration, to change it to.
    pub changed: Option<Value>,
    /// Whether it may be ended, also for a replacement.
    pub destructive: bool,
    /// The attribute whose text is the id to import it by, where it can be.
    pub id: Option<&'static str>,
}

impl Case {
    /// An object of a type that may be ended afterwards.
    pub fn new<'a>(ty: &str, config: impl IntoIterator<Item = (&'a str, Value)>) -> Case {
        Case {
            ty: ty.into(),
            config: Value::object(config),
            changed: None,
            destructive: true,
            id: None,
        }
    }

    /// The same, changed to another configuration once it is there.
    pub fn changed<'a>(mut self, config: impl IntoIterator<Item = (&'a str, Value)>) -> Case {
        self.changed = Some(Value::object(config));
        self
    }

    /// The same, imported by the text of an attribute too.
    pub fn imported_by(mut self, attribute: &'static str) -> Case {
        self.id = Some(attribute);
        self
    }

    /// The same, left in place.
    pub fn kept(mut self) -> Case {
        self.destructive = false;
        self
    }
}

/// Takes each case through its life. What comes back is what the provider breaks; empty where it
/// keeps the contract.
pub async fn run(
    provider: &dyn Provider,
    connection: &dyn Connection,
    cases: &[Case],
) -> Vec<String> {
    let schemas = provider.schema();
    let mut broken = Vec::new();
    for (ty, schema) in &schemas.resources {
        broken.extend(check::schema(ty, schema));
    }
    for case in cases {
        match schemas.resources.get(case.ty.as_str()) {
            Some(schema) => broken.extend(life::live(provider, connection, schema, case).await),
            None => broken.push(format!("there is no resource type `{}`", case.ty)),
        }
    }
    broken
}
