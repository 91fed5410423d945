//! Machines and what lives on them.

use model::{Containment, ResourceSchema, Value};
use provider::Host;
use std::sync::Arc;

/// The id of the machine that an object lives on, where it is known.
pub fn lives_on(schema: &ResourceSchema, attributes: &Value) -> Option<Arc<str>> {
    match schema.containment {
        Containment::On(attribute) => attributes
            .get(attribute)
            .and_then(Host::identity_key)
            .map(Arc::from),
        _ => None,
    }
}

/// The id of the machine that an object is.
pub fn machine_of(schema: &ResourceSchema, attributes: &Value) -> Option<Arc<str>> {
    match schema.containment {
        Containment::Machine(attribute) => {
            let host = attributes.get(attribute)?;
            host.get("id").and_then(Value::as_str).map(Arc::from)
        }
        _ => None,
    }
}
