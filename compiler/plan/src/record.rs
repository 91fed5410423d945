//! The form in which a value is recorded.

use model::{Fingerprint, FingerprintKey, Secret, Value};
use std::sync::Arc;

/// The value with the fingerprint of its content on every secret that is open, to be recorded:
/// what is read later is compared with it.
pub fn with_content(value: &Value, key: &FingerprintKey) -> Value {
    value.rewrite(&mut |v| match v {
        Value::Secret(s) => {
            let content = s.expose().map(|open| key.fingerprint(open)).or(s.content);
            Some(Value::Secret(Arc::new(
                Secret::clone(s).with_content(content),
            )))
        }
        Value::Mixed(m) => {
            let content: Option<Fingerprint> = m
                .expose()
                .map(|t| key.fingerprint(&Value::string(t)))
                .or(m.content);
            Some(Value::Mixed(Arc::new(m.with_content(content))))
        }
        _ => None,
    })
}
